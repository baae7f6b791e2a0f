"""The summary of a class is there as far as it goes, and nothing in it acts in a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from generator.commands import check_summary
from generator.commands.check_found import Looked
from generator.commands.check_summary import Summary
from tests.judges_for_tests import faults


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "summary.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_rows_are_there_as_submissions_are_finished_and_sorted_at_the_end(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(check_summary, "_PAGE_SECONDS", -1.0)  # even within one tick of the clock
    summary = Summary(tmp_path / "marking")
    found = [Looked(name, questions=2, digests={"2-a/q01": "x"}) for name in ("b", "a")]
    for number, looked in enumerate(found, start=1):
        summary.add(looked)
        assert [row["name"] for row in rows(tmp_path / "marking")] == ["b", "a"][:number]
        assert f"{number} submissions" in summary.page.read_text()
    assert summary.finish(found[::-1]) == (summary.page, summary.table)
    assert [row["name"] for row in rows(tmp_path / "marking")] == ["a", "b"]


def test_nothing_is_replaced_before_a_submission_is_finished(tmp_path: Path) -> None:
    (tmp_path / "summary.csv").write_text("the class of last year")
    Summary(tmp_path)
    assert (tmp_path / "summary.csv").read_text() == "the class of last year"


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    Summary(tmp_path).finish([Looked("a", authors="Eve;=1+1", faults=("\uff1d1", "=2"), problem="@x")])
    (row,) = rows(tmp_path)
    assert (row["authors"], row["faults"], row["problem"]) == ("Eve;'=1+1", "'\uff1d1\n'=2", "'@x")


def test_the_page_is_valid_whatever_was_found(browser: Any, tmp_path: Path) -> None:
    found = Looked(
        "a", "Ève <b>", 9, ("2-a/q02",), ("c",), ("n",), ("d",), ("f",), page="reports/a/report.html", alike=("x",)
    )
    Summary(tmp_path / "some").finish(
        [found, Looked("ü/b", problem="report.yaml: …"), Looked("c", questions=1, page="c")]
    )
    Summary(tmp_path / "none").finish([])
    assert faults(browser, tmp_path / "some") + faults(browser, tmp_path / "none") == []
