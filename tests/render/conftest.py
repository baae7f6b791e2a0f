from pathlib import Path

import pytest

from generator.render.outputs.report import render_report
from generator.render.outputs.written import Rendering
from tests.render.sample_report import sample_report, silent


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rendering]:
    """The sample report, HTML and PDF, rendered once."""
    root = tmp_path_factory.mktemp("sample")
    report = sample_report(root)
    return root / "build", render_report(report, root / "build", frozenset({"html", "pdf"}), silent)
