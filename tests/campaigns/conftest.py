"""The fixture of a campaign, and the lines that sum up all that ran."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaigns.campaign import ASKED, Campaign
from tests.campaigns.toy_project import toy_checkout
from tests.end_to_end.project import Project


@pytest.fixture
def campaign(request: pytest.FixtureRequest, record_property: pytest.RecordProperty) -> Iterator[Campaign]:
    """The campaign of a test; its line stands in the summary of the run."""
    name = f"{request.path.stem.removeprefix('test_')}/{request.node.name.removeprefix('test_')}"
    found = Campaign(name)
    yield found
    record_property("campaign", found.line())


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The toy project, built cold, once for all campaigns of a process; never edit it, copy it."""
    project = toy_checkout(tmp_path_factory.mktemp("toy"))
    project.build("--format", "html")
    return project


def pytest_report_header() -> str:
    devices = Path("/proc/self/net/dev")
    names = (
        [line.partition(":")[0].strip() for line in devices.read_text().splitlines()[2:]] if devices.is_file() else []
    )
    network = "there is no network" if names == ["lo"] else "the network is there"
    return f"campaigns: {ASKED or 'a short'} share of the cases, {network}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ended = [report for reports in terminalreporter.stats.values() for report in reports]
    lines = {
        str(words) for report in ended for key, words in getattr(report, "user_properties", []) if key == "campaign"
    }
    if lines:
        terminalreporter.section("campaigns")
        terminalreporter.write("\n".join(sorted(lines)) + "\n")
