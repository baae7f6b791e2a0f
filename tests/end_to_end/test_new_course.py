"""The commands with which docs/courses.md begins, run as they stand there: each does what it says, and none warns."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.guides_for_tests import Shell, commands

BEGIN, PARTS, AGAIN = commands("courses.md")[:3]


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
    assert "The mean of the six faces, 3.5, lies" in re.sub(r"<[^>]*>", "", page)
    assert "reproduced" in page

    shell.page_only = True
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
    assert "The mean of 50 draws is" in re.sub(r"<[^>]*>", "", page)
    assert (shell.folder / "build/results/tables/dice-q03-values.csv").is_file()
    assert (shell.folder / "build/assets/figures/dice-q03-means.svg").is_file()
    assert not re.search(r"^(FAIL|WARN)", shell.run(["genreport", "doctor", "--texts"]), re.MULTILINE | re.IGNORECASE)
