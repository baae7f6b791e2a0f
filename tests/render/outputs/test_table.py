"""What the table of forms decides: the choices of --format, what is written, and what the templates know."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli.main import cli
from generator.render.outputs import table
from generator.render.outputs.report import render_report
from generator.render.outputs.table import DOCUMENTS, OUTPUTS, Output, chosen
from tests.render.sample_report import sample_report, silent


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=lambda output: output.name)
def test_each_line_names_a_module_that_writes(output: Output) -> None:
    assert callable(import_module(f"generator.render.outputs.{output.module}").write)


def test_a_part_of_a_report_has_only_its_documents() -> None:
    assert [output.name for output in chosen(["pdf"], whole=False)] == ["pdf"]
    assert [output.name for output in chosen(["pdf"], whole=True)] == ["results", "pdf"]


@pytest.mark.parametrize("text", ["", "odt", "html,odt", ",", "results"])
def test_formats_that_there_are_not_are_refused_with_those_that_there_are(text: str) -> None:
    said = CliRunner().invoke(cli, ["build", "--format", text])
    assert said.exit_code == 2
    assert f"expected {', '.join(DOCUMENTS)}" in said.output


def test_a_new_form_is_a_module_and_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "generator_test_titles.py"
    module.write_text(
        "def write(document, folder, output):\n"
        "    (folder / output.file(document.report.name)).write_text(document.report.course.title)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(table, "import_module", lambda name: import_module(name.replace(
        "generator.render.outputs.titles", "generator_test_titles")))  # fmt: skip
    monkeypatch.setitem(OUTPUTS, "txt", Output("txt", module="titles", words="the title"))
    outcome = render_report(sample_report(tmp_path), tmp_path / "build", ["txt"], silent)
    assert outcome.documents == (tmp_path / "build" / "report.txt",)
    assert outcome.documents[0].read_text() == "Deep learning for computer vision"
