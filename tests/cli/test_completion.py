"""A shell completes what can be named, at once and without the packages that building needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from generator.cli.main import cli
from generator.folders import questions_folder
from tests.courses_for_tests import COURSE, write_sums

ROOT = Path(__file__).resolve().parents[2]
PROFILES = "profiles:\n  short: {title: A short one, description: Small, roles: {last: 3}}\n"


def completed(*words: str) -> list[str]:
    *before, begun = words
    found = ShellComplete(cli, {}, "genreport", "_GENREPORT_COMPLETE").get_completions(before, begun)
    return [item.value for item in found]


@pytest.mark.parametrize("command", ["build", "plan", "list", "why", "pack"])
def test_labs_and_then_their_questions(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert completed(command, "2") == ["2-a", "2-b", "2-c", "2-de"]
    questions = sorted(f"2-b/{path.stem}" for path in (questions_folder() / "2-b").glob("q*.yaml"))
    assert completed(command, "2-b/") == questions
    assert completed(command, "2-b/q01", "2-b/q0") == [name for name in questions if name[4:6] == "q0"][1:]


def test_profiles_and_roles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert completed("build", "--profile", "") == ["quick", "light", "course"]
    assert completed("plan", "--set", "adaptation_e") == ["adaptation_epoch_images=", "adaptation_epochs="]
    assert completed("doctor", "--profile", "li") == ["light"]


def test_of_the_course_that_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = write_sums(tmp_path / "course")
    course.write("course.yaml", COURSE + PROFILES)
    course.write("../mine/report.yaml", "from: ../course\nauthors: [{name: Ada}]\n")
    monkeypatch.chdir(tmp_path)
    assert completed("build", "--course", "course", "on") == ["only"]
    assert completed("build", "m") == ["mine"]
    for inside in ("course/questions", "mine"):
        monkeypatch.chdir(tmp_path / inside)
        assert completed("build", "only/q01", "only/") == ["only/q02"]
        assert completed("build", "--profile", "") == ["short"]
        assert completed("build", "--set", "") == ["last="]


def test_what_cannot_be_read_completes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = write_sums(tmp_path / "course")
    course.write("course.yaml", "profiles: [a\n")
    monkeypatch.chdir(tmp_path)
    for words in (["--profile", ""], ["--set", ""]):
        assert completed("build", "--course", "course", *words) == []
        assert completed("build", "--course", "nowhere", *words) == []
    assert completed("build", "--course", "nowhere", "2") == []


def test_the_documented_lines_complete_without_heavy_imports(tmp_path: Path) -> None:
    lines = re.findall(
        r"_GENREPORT_COMPLETE=(\w+)_source", (ROOT / "docs" / "how-to" / "completion.md").read_text(encoding="utf-8")
    )
    assert sorted(lines) == ["bash", "fish", "zsh"]
    code = (
        "import sys, atexit; from generator.cli.main import main; sys.argv[0] = 'genreport'; "
        "heavy = {'torch', 'numpy', 'pydantic', 'rich', 'jinja2'}; "
        "atexit.register(lambda: print(heavy & {*sys.modules}, file=sys.stderr)); main()"
    )
    asked = {"_GENREPORT_COMPLETE": "bash_complete", "COMP_WORDS": "genreport build --set gan_cop", "COMP_CWORD": "3"}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **asked, "PYTHONPATH": str(ROOT)}, text=True, cwd=tmp_path,
        capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["plain,gan_copies="]
    assert done.stderr.strip() == "set()"
