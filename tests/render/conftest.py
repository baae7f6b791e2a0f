from pathlib import Path

import pytest

from generator.render.outputs.report import RenderedReport, render_report
from tests.render.sample_report import sample_report, silent


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RenderedReport]:
    """The sample report, HTML and PDF, rendered once."""
    root = tmp_path_factory.mktemp("sample")
    report = sample_report(root)
    return root / "build", render_report(report, root / "build", frozenset({"html", "pdf"}), silent)
