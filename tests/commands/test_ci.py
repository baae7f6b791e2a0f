"""The workflows of a project's repository: of the right form, and their commands are ours and build the project."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from generator import __version__
from generator.cli.main import cli
from generator.commands.ci import PLACES
from tests.courses_for_tests import write_sums


def commands(found: Any) -> Iterator[str]:
    """Every line of the shell in a workflow."""
    if isinstance(found, dict):
        for name, value in found.items():
            if name in ("run", "script"):
                yield from [value] if isinstance(value, str) else value
            else:
                yield from commands(value)
    elif isinstance(found, list):
        for value in found:
            yield from commands(value)


@pytest.mark.parametrize("service", PLACES)
def test_what_a_workflow_runs_builds_the_project(service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = write_sums(tmp_path / "sums")
    monkeypatch.setenv("GENREPORT_CACHE", str(tmp_path / "cache"))
    run = CliRunner().invoke
    done = run(cli, ["init", str(tmp_path / "mine"), "--ci", service, "--course", str(course.folder)])
    assert done.exit_code == 0, done.output
    path = tmp_path / "mine" / PLACES[service]
    workflow = yaml.safe_load(path.read_text())
    lines = [*commands(workflow)]
    assert any(f'"genreport=={__version__}"' in line for line in lines)
    monkeypatch.chdir(tmp_path / "mine")
    for line in lines:
        words = shlex.split(line.removesuffix("|| true"))
        if words[0] == "genreport":
            assert run(cli, [*words[1:], "--course", str(course.folder)]).exit_code == 0
    assert Path("build/report.html").is_file()
    assert Path("build/report.pdf").is_file()


def test_a_workflow_that_is_there_stays(tmp_path: Path) -> None:
    course = write_sums(tmp_path / "sums")
    order = ["init", str(tmp_path / "mine"), "--course", str(course.folder), "--cache", str(tmp_path / "cache")]
    assert CliRunner().invoke(cli, [*order, "--ci", "gitlab"]).exit_code == 0
    own = tmp_path / "mine" / PLACES["gitlab"]
    own.write_text("mine: {}\n")
    assert CliRunner().invoke(cli, [*order, "--ci", "gitlab"]).exit_code == 0
    assert own.read_text() == "mine: {}\n"
