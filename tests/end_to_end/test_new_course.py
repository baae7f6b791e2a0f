"""The commands with which docs/courses.md begins, run as they stand there: each does what it says, and none warns."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.project import ROOT

GUIDE = (ROOT / "docs" / "courses.md").read_text(encoding="utf-8")
#: Lines of commands, block by block; what follows a # there is for readers.
BLOCKS = [text.splitlines() for text in re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)]
BEGIN, PARTS, AGAIN = BLOCKS[:3]
PROGRAMS = {"genreport": [sys.executable, "-m", "generator.cli"], "python": [sys.executable]}


class Shell:
    """Runs the guide's lines, one after the other; a build's warnings are failures."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GENREPORT_", "PYTEST_"))}
        cache = {"GENREPORT_CACHE": str(folder / "cache"), "GENREPORT_DATA": str(folder / "data")}
        self.environment = {**kept, **cache, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}

    def follow(self, lines: list[str]) -> str:
        return "".join(self.run(shlex.split(line, comments=True)) for line in lines)

    def run(self, words: list[str]) -> str:
        if words[0] == "cd":
            self.folder /= words[1]
            return ""
        strict = ["--strict", "--device", "cpu"] if words[:2] == ["genreport", "build"] else []
        done = subprocess.run(
            [*PROGRAMS[words[0]], *words[1:], *strict], cwd=self.folder, env=self.environment, text=True,
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{words} ended with {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr


def edit(path: Path, pattern: str, new: str) -> None:
    text, number = re.subn(pattern, new, path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert number, f"{path} has nothing like {pattern}"
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_the_tutorial_can_be_followed_word_for_word(shell: Shell) -> None:
    said = shell.follow(BEGIN)
    assert "1 computed, 0 cached" in said
    assert "1 passed" in said
    assert not re.search(r"^(FAIL|WARN)", said, re.MULTILINE | re.IGNORECASE), said
    assert (shell.folder / "build/report.pdf").read_bytes().startswith(b"%PDF")
    page = (shell.folder / "build/report.html").read_text(encoding="utf-8")
    assert "The mean of the six faces, 3.5, lies" in page
    assert "reproduced" in page

    said = shell.follow(PARTS)
    assert "questions/dice/lab.yaml:9: q03 is in the section “The mean of many throws”" in said
    said = shell.run(["genreport", "build", "dice/q03", "--format", "html"])  # which asks for nothing as yet
    assert "0 computed" in said

    edit(shell.folder / "questions/dice/q03.yaml", r"^#: ", "")
    edit(shell.folder / "answers/dice/q03.md", r"^The answer of q03.*?\{#[^\n]*\n(.*)^#\}", r"\1")
    said = shell.follow(AGAIN)
    assert "1 computed" in said
    assert "3 passed" in said
    page = (shell.folder / "build/report.html").read_text(encoding="utf-8")
    assert "The mean of 50 draws is" in page
    assert (shell.folder / "build/results/tables/dice-q03-values.csv").is_file()
    assert (shell.folder / "build/results/figures/dice-q03-means.png").is_file()
    assert not re.search(r"^(FAIL|WARN)", shell.run(["genreport", "doctor", "--texts"]), re.MULTILINE | re.IGNORECASE)
