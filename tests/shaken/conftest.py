"""The report on shaken results stands in the summary of the run."""

from __future__ import annotations


def pytest_terminal_summary(terminalreporter):
    ended = [report for reports in terminalreporter.stats.values() for report in reports]
    texts = {
        str(words)
        for report in ended
        for key, words in getattr(report, "user_properties", [])
        if key == "shaken results"
    }
    if texts:
        terminalreporter.section("shaken results")
        terminalreporter.write("\n".join(sorted(texts)) + "\n")
