"""Questions that were right are checked again only where something changed that their check reads."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.checks import course as checks
from generator.commands.checked import Checked, stated_key
from generator.commands.session import Folders, Settings, open_session
from generator.course.editions import Edition
from generator.course.folder import read_course_folder
from generator.course.loader import read_course
from generator.errors import InputError
from generator.folders import questions_folder
from generator.planning.catalogue import read_catalogue
from generator.store.memo import Memo
from generator.store.parts import PartStore
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


def test_a_solution_that_another_answer_names_is_checked(tmp_path: Path) -> None:
    """A student's question has it only then, although nothing of the question changed."""
    course, answers = tmp_path / "course", tmp_path / "answers"
    shutil.copytree(questions_folder(), course, ignore=shutil.ignore_patterns("__pycache__"))
    edit(course / "2-c" / "q01.yaml", r"(?s)(  mixing:\n.*?)domain_purity:", r"\1domain_puritee:")
    (answers / "2-c").mkdir(parents=True)
    memo, store = Memo(tmp_path / "memo.json"), PartStore(tmp_path / "kept")
    catalogue, place = read_catalogue(memo), read_course_folder(course)

    def check() -> list[str]:
        read, mistakes = read_course(course, answers, Edition.STUDENT, "")
        assert read is not None
        assert mistakes == []
        checked = Checked(store, lambda: "ab" * 32, lambda: stated_key(read, place, memo, "quick", False))
        found = checks.check_course(read, catalogue, own_profile="quick", once=checked.once)
        checked.keep()
        return [str(one) for one in found]

    assert check() == []
    (answers / "2-c" / "q03.md").write_text('See {{ ref("2-c/q01/mixing") }}.\n')
    assert any("domain_puritee" in one for one in check())
    (answers / "2-c" / "q03.md").write_text("Nothing.\n")
    assert check() == []
