"""With --json, standard output has one object in the documented form, and nothing else. Covers cli/saying.py too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from generator.cli.main import cli
from generator.commands.check_found import Looked
from generator.commands.output import Output, schema, submission_data
from tests.courses_for_tests import CourseHere, write_sums

FILE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "output.schema.json"
MINE = "authors: [{name: Ada}]\nfrom: ../course\n"


def ask(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    """What a command writes to standard output, which must be JSON of the documented form."""
    capsys.readouterr()
    try:
        cli.main([*words, "--json"], standalone_mode=False)
        ended = 0
    except SystemExit as end:
        ended = end.code
    told = json.loads(capsys.readouterr().out)
    Draft202012Validator(schema()).validate(told)
    assert (told["command"], told["exit_code"], ended) == (words[0], code, code)
    return told


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CourseHere:
    monkeypatch.setenv("GENREPORT_CACHE", str(tmp_path / "cache"))
    course = write_sums(tmp_path / "course")
    course.write("../mine/report.yaml", MINE)
    course.write("../mine/answers/only/q01.md", "It is {{ added.sun }}.\n")
    monkeypatch.chdir(course.folder)
    return course


def test_every_command_writes_the_same_form(course: CourseHere, capsys: pytest.CaptureFixture[str]) -> None:
    jobs = ask(capsys, "plan")["jobs"]
    assert [(job["standing"], job["places"], job["reasons"]) for job in jobs] == [
        ("to compute", ["only/q01/added"], ["never computed"]),
        ("to compute", ["only/q02/multiplied"], ["never computed"]),
    ]
    build = ask(capsys, "build", "--format", "html", "--jobs", "1")["build"]
    assert (build["computed"], build["failed"], build["jobs"]) == (2, [], 2)
    assert [Path(path).name for path in build["documents"]] == ["report.html"]
    told = ask(capsys, "why", "only/q01")
    assert told["jobs"][0]["standing"] == "cached"
    assert told["jobs"][0]["origin"]["seconds"] >= 0
    assert [question["answered"] for question in told["questions"]] == [None]
    assert all(check["state"] == "ok" for check in ask(capsys, "doctor", "--texts")["checks"])


def test_a_project_says_what_is_answered_and_what_is_wrong(
    course: CourseHere, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(capsys, "list")
    told = ask(capsys, "list", "../mine")
    assert told["project"] == str((course.folder / "../mine").resolve())
    first, second = told["questions"]
    assert (first["answered"], second["answered"]) == (True, False)
    assert first["mistakes"][0]["line"] == 1
    assert first["mistakes"][0]["got"] == "'sun'"


def test_errors_are_json_too(course: CourseHere, capsys: pytest.CaptureFixture[str]) -> None:
    course.edit("questions/only/q01.yaml", "title:", "titel:")
    told = ask(capsys, "plan", code=2)
    assert {mistake["file"] for mistake in told["mistakes"]} == {str(course.folder / "questions/only/q01.yaml")}
    assert told["error"]


def test_quiet_lists_bare_names(course: CourseHere, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["list", "--quiet"], standalone_mode=False)
    assert capsys.readouterr().out == "only/q01\nonly/q02\n"
    cli.main(["plan", "-q"], standalone_mode=False)
    assert capsys.readouterr().out == "2 jobs: 0 stay, 2 to compute (2 of unknown length)\n"
    cli.main(["plan", "-v"], standalone_mode=False)
    assert "last=10" in capsys.readouterr().out


def test_the_documented_schema_is_the_real_one() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == schema()
    found = Output("check", submissions=[submission_data(Looked("ada", gaps=("only/q01",), questions=2))])
    told = json.loads(found.text())
    Draft202012Validator(schema()).validate(told)
    assert told["submissions"][0]["answered"] == 1
