"""The notebook that computes elsewhere: of the right form, and run as a notebook service runs it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli.main import cli
from generator.commands.notebook import write_notebook
from generator.commands.pack import unpack
from generator.commands.session import Folders, Settings, open_session
from generator.errors import InputError
from generator.planning.plan import Standing
from tests.courses_for_tests import write_sums

nbformat = pytest.importorskip("nbformat")
ROOT = Path(__file__).parents[2]


def code(path: Path) -> str:
    cells = json.loads(path.read_text())["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def test_it_computes_and_packs_and_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbclient = pytest.importorskip("nbclient")
    course = write_sums(tmp_path / "there" / "sums")
    settings = Settings(folders=Folders(tmp_path / "data", tmp_path / "cache", course.folder))
    target = tmp_path / "there" / "lab.ipynb"
    write_notebook(settings, ["only/q01"], target, "")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    notebook = nbformat.read(target, as_version=4)
    nbformat.validate(notebook)
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(target.parent)}})
    client.execute()
    said = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
    assert "1 computed" in said
    assert "1 result in" in said
    done = unpack(settings, target.parent / "genreport" / "results.genreport", lambda *words: None)
    assert done.brought == ["only/q01/added"]
    session = open_session(settings)
    plan = session.plan()
    assert plan.jobs[plan.by_address["only/q01/added"]].standing is Standing.HIT


def test_it_says_what_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["colab", "2-c", "2-de/q01", "--profile", "course", "--install", "genreport-9.whl"]
    done = CliRunner().invoke(cli, asked)
    assert done.exit_code == 0, done.output
    nbformat.validate(nbformat.read("lab.ipynb", as_version=4))
    first = code(Path("lab.ipynb"))
    assert 'SELECTION = ["2-c", "2-de/q01"]' in first
    assert 'PROFILE = "course"' in first
    assert 'COURSE = ""' in first
    assert 'INSTALL = "genreport-9.whl"' in first
    again = CliRunner().invoke(cli, ["colab"])
    assert isinstance(again.exception, InputError)
    assert "there is such a file already" in str(again.exception)
    with pytest.raises(InputError, match="no such selection"):
        write_notebook(Settings(), ["2-z"], tmp_path / "other.ipynb", "")
