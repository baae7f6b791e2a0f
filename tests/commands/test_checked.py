"""Questions that were right are checked again only where something changed that their check reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.checks import course as checks
from generator.commands.session import Folders, Settings, open_session
from generator.errors import InputError
from tests.courses_for_tests import write_sums


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Opens a course, and tells which of its questions were checked."""
    found: list[str] = []
    check = checks._check_question

    def noted(names, question):
        found.append(question.id)
        return check(names, question)

    monkeypatch.setattr(checks, "_check_question", noted)

    def opened() -> list[str]:
        found.clear()
        folders = Folders(tmp_path / "data", tmp_path / "cache", tmp_path / "course")
        session = open_session(Settings(folders=folders))
        session.save()
        return list(found)

    return opened


def edit(path: Path, pattern: str, new: str) -> None:
    text = path.read_text()
    changed = re.sub(pattern, new, text, count=1)
    assert changed != text, text
    path.write_text(changed)


def test_only_what_reads_a_change_is_checked_again(tmp_path: Path, checked: Callable[[], list[str]]) -> None:
    folder = tmp_path / "course"
    write_sums(folder)
    every = checked()
    assert len(every) > 1
    assert checked() == []
    answers = sorted((folder / "answers").rglob("*.md"))
    one = answers[0]
    with one.open("a") as file:
        file.write("\nA word more.\n")
    assert checked() == [one.stem]
    with one.open("a") as file:
        file.write("\n$$x^2$$ (new)\n")  # a label, which any answer may refer to
    assert checked() == every
    with one.open("a") as file:
        file.write("\n{{ ref('nowhere') }}\n")
    for _ in range(2):
        with pytest.raises(InputError, match="nowhere"):
            checked()
    edit(one, r"\n\{\{ ref\('nowhere'\) \}\}\n", "")
    checked()
    question = next((folder / "questions").rglob("q*.yaml"))
    with question.open("a") as file:
        file.write("# a remark\n")
    assert checked() == every
    code = next(path for path in folder.rglob("*.py") if path.name != "__init__.py")
    with code.open("a") as file:
        file.write("\n# a remark\n")
    assert checked() == every
    for place in (tmp_path / "cache" / "kept").rglob("*"):
        if place.is_file():
            place.write_bytes(place.read_bytes()[:-1])
    with one.open("a") as file:
        file.write("\nThe last word.\n")
    assert checked() == every
