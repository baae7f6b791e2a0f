"""Courses that cannot be read, said with file, line, what was expected and what was found; and odd ones that can."""

from __future__ import annotations

import codecs
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.commands.session import Folders, Session, Settings, open_session
from generator.errors import InputError, Mistake
from tests.courses_for_tests import ADDING as ADDING_TEXT
from tests.courses_for_tests import COURSE, CourseHere, write_sums


@pytest.fixture
def course(tmp_path: Path) -> CourseHere:
    return write_sums(tmp_path / "course")


def opened(folder: Path) -> Session:
    return open_session(Settings(folders=Folders(folder.parent / "data", folder.parent / "cache", folder)))


def mistakes(course: CourseHere) -> tuple[Mistake, ...]:
    with pytest.raises(InputError) as caught:
        opened(course.folder)
    return caught.value.mistakes


def file(name: str, content: str | bytes) -> Callable[[CourseHere], object]:
    """Write a file of the course."""
    raw = content if isinstance(content, bytes) else content.encode()
    return lambda course: course.write(name, "").write_bytes(raw)


def loop(name: str) -> Callable[[CourseHere], object]:
    """Put a link to itself in the place of a folder."""

    def change(course: CourseHere) -> None:
        shutil.rmtree(course.folder / name)
        (course.folder / name).symlink_to(name)

    return change


def no_file(name: str) -> Callable[[CourseHere], object]:
    """Put a folder in the place of a file."""

    def change(course: CourseHere) -> None:
        (course.folder / name).unlink()
        (course.folder / name).mkdir()

    return change


ADDING, LAB, Q1 = "computations/adding.py", "questions/only/lab.yaml", "questions/only/q01.yaml"


@pytest.mark.parametrize(
    ("change", "path", "line", "message", "expected", "got"),
    [
        (file("course.yaml", "- a\n- b\n"), "course.yaml", 1, "has the wrong form", "keys with values", "['a', 'b']"),
        (file("course.yaml", ""), "course.yaml", 1, "the file is empty", "keys with values", ""),
        (file("course.yaml", COURSE.encode("utf-16")), "course.yaml", 1, "is not text in UTF-8", "", "byte 0xff"),
        (file("course.yaml", "title: S\nlabs: [other]\n"), "course.yaml", 2, "no such lab", "a folder other/", "other"),
        (file("course.yaml", "title: S\nlabs: [Only]\n"), "course.yaml", 2, "no such lab", "a folder Only/", "Only"),
        (file("course.yaml", "title: S\nlabs: only\n"), "course.yaml", 2, "has the wrong form", "a list", "'only'"),
        (file("course.yaml", COURSE + "profiles:\n  a b: {title: x, description: y}\n"), "course.yaml", 4,
         "has the wrong form", "letters, digits", "'a b'"),
        (file("course.yaml", COURSE + "requires: 2\n"), "course.yaml", 3, "cannot be read", "genreport>=", "2"),
        (loop("answers"), "answers", None, "is no folder", "reference answers", "a link to answers"),
        (loop("computations"), "computations", None, "is no folder", "a package", "a link to computations"),
        (file(LAB, "- q01\n"), LAB, 1, "has the wrong form", "keys", "['q01']"),
        (no_file(Q1), Q1, None, "cannot be read", "a YAML file", ""),
        (file(ADDING, "def x(:\n"), ADDING, 1, "is not Python", "", ""),
        (file(ADDING, ADDING_TEXT.replace("Adding", "\xc9").encode("latin-1")), ADDING, 1, "is not Python", "", ""),
        (file("answers/only/q01.md", b"one\n\xe9"), "answers/only/q01.md", 2, "is not text in UTF-8", "", ""),
        (lambda course: course.edit(Q1, "last: 10", "last: {role: most}"), Q1, 4, "no value to this role",
         "this profile has no roles", "'most'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(
    course: CourseHere, change: Callable[[CourseHere], object], path: str, line: int | None,
    message: str, expected: str, got: str,
) -> None:  # fmt: skip
    change(course)
    found = [one for one in mistakes(course) if one.path == course.folder / path]
    assert len(found) == 1, found
    assert (found[0].line, message in found[0].message) == (line, True), found
    assert expected in found[0].expected
    assert got in found[0].got


def test_a_list_in_place_of_a_course_is_said_once(course: CourseHere) -> None:
    course.write("course.yaml", "- a\n- b\n")
    assert len(mistakes(course)) == 1


def test_a_lab_in_other_letters_is_hinted_at(course: CourseHere) -> None:
    course.write("course.yaml", "title: S\nlabs: [Only]\n")
    assert mistakes(course)[0].hint == "did you mean 'only'?"


def test_marks_of_byte_order_and_ends_of_lines_change_nothing(course: CourseHere) -> None:
    plain = opened(course.folder).plan().by_address
    for path in course.folder.rglob("*.*"):
        if path.suffix in (".yaml", ".md", ".py"):
            path.write_bytes(codecs.BOM_UTF8 + path.read_bytes().replace(b"\n", b"\r\n"))
    assert opened(course.folder).plan().by_address == plain
    course.edit(Q1, "computation: add", "computation: ad")
    assert [(one.path, one.line) for one in mistakes(course)] == [(course.folder / Q1, 4)]


def test_a_course_may_have_any_folder_and_lead_elsewhere_by_links(course: CourseHere, tmp_path: Path) -> None:
    plain = opened(course.folder).plan().by_address
    odd = tmp_path / "Été à la plage, n° 1"
    course.folder.rename(odd)
    assert opened(odd).plan().by_address == plain
    for name in ("questions", "computations", "answers"):
        (odd / name).rename(tmp_path / name)
        (odd / name).symlink_to(tmp_path / name)
    link = tmp_path / "link"
    link.symlink_to(odd)
    assert opened(odd).plan().by_address == opened(link).plan().by_address == plain


def test_a_course_that_nobody_may_write_to_is_read(course: CourseHere) -> None:
    places = [course.folder, *course.folder.rglob("*")]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    try:
        assert [*opened(course.folder).plan().by_address] == ["only/q01/added", "only/q02/multiplied"]
        assert sorted(course.folder.rglob("*")) == sorted(places[1:])
    finally:
        for place in places:
            place.chmod(0o755 if place.is_dir() else 0o644)
