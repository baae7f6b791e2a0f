"""Which course is meant, in which order, and which of them a student's project may bring in."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from generator.course import finding
from generator.course.finding import course_around, find_course, name_for
from generator.course.project import Project, read_project
from generator.errors import InputError, Mistake
from generator.folders import questions_folder
from tests.courses_for_tests import CourseHere, write_sums

AUTHORS = "authors: [{name: Ada}]\n"


@pytest.fixture
def course(tmp_path: Path) -> CourseHere:
    return write_sums(tmp_path / "course")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CourseHere:
    """A course in an installed package that must not be imported to be found."""
    package = write_sums(tmp_path / "site" / "sums_course")
    package.write("__init__.py", "raise AssertionError('imported')\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    entry = EntryPoint("sums", "sums_course", finding.GROUP)

    def entry_points(*, group: str) -> Iterable[EntryPoint]:
        return [entry] if group == finding.GROUP else []

    monkeypatch.setattr(finding, "entry_points", entry_points)
    return package


def project(folder: Path, source: str = "") -> Project:
    folder.mkdir(parents=True)
    (folder / "report.yaml").write_text(AUTHORS + (f"from: {source}\n" if source else ""))
    return read_project(folder)


def refused(named: str, of: Project | None, cache: Path, here: Path) -> Mistake:
    with pytest.raises(InputError) as caught:
        find_course(named, of, cache, here)
    (mistake,) = caught.value.mistakes
    return mistake


def test_without_a_word_it_is_our_own(tmp_path: Path, cache: Path) -> None:
    assert find_course("", None, cache, tmp_path) == questions_folder()
    assert find_course("", project(tmp_path / "mine"), cache, tmp_path) == questions_folder()


def test_what_is_named_comes_before_where_one_stands_and_that_before_the_project(
    tmp_path: Path, course: CourseHere, installed: CourseHere, cache: Path
) -> None:
    other = write_sums(tmp_path / "other")
    mine = project(tmp_path / "mine", "sums")
    inside = other.folder / "questions" / "only"
    assert find_course(str(course.folder), mine, cache, inside) == course.folder
    assert find_course("", mine, cache, inside) == other.folder
    assert find_course("", mine, cache, tmp_path) == installed.folder


def test_an_installed_course_is_found_by_its_name_without_importing_it(installed: CourseHere, cache: Path) -> None:
    assert find_course("sums", None, cache) == installed.folder
    assert "sums_course" not in sys.modules


def test_a_name_that_is_no_course_is_said_with_those_that_are(
    installed: CourseHere, cache: Path, tmp_path: Path
) -> None:
    mistake = refused("sumz", None, cache, tmp_path)
    assert mistake.message == "there is no such course"
    assert (mistake.got, mistake.hint) == ("'sumz'", "did you mean 'sums'?")
    assert "sums" in mistake.expected


def test_an_installed_course_that_is_gone_is_named(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [EntryPoint("gone", "no_such_package_anywhere", finding.GROUP)]
    monkeypatch.setattr(finding, "entry_points", lambda group: entries)
    assert "no_such_package_anywhere" in refused("gone", None, cache, tmp_path).expected


def test_a_project_brings_in_no_course_that_the_user_did_not_choose(
    tmp_path: Path, course: CourseHere, cache: Path
) -> None:
    mine = project(tmp_path / "mine", "../course")
    mistake = refused("", mine, cache, tmp_path)
    assert (mistake.path, mistake.line, mistake.place) == (mine.file, 2, "from")
    assert f"--course {course.folder}" in mistake.hint
    find_course(str(course.folder), None, cache, tmp_path)
    assert find_course("", mine, cache, tmp_path) == course.folder


def test_a_project_that_names_what_is_not_there_is_told_so(tmp_path: Path, cache: Path) -> None:
    mistake = refused("", project(tmp_path / "mine", "../nothing"), cache, tmp_path)
    assert (mistake.message, mistake.got) == ("the project names a course that is not there", "'../nothing'")


def test_nothing_in_a_students_project_is_a_course(tmp_path: Path, cache: Path) -> None:
    mine = project(tmp_path / "mine")
    write_sums(mine.folder)
    write_sums(mine.folder / "below")
    for here in (mine.folder, mine.folder / "answers", mine.folder / "below" / "questions"):
        assert course_around(here) is None
        assert find_course("", mine, cache, here) == questions_folder()


def test_a_project_inside_a_course_is_of_that_course(course: CourseHere, cache: Path) -> None:
    mine = project(course.folder / "tried out" / "mine")
    assert find_course("", mine, cache, mine.folder) == course.folder


def test_a_project_is_told_how_to_name_its_course(tmp_path: Path, course: CourseHere, installed: CourseHere) -> None:
    assert name_for(questions_folder(), tmp_path / "mine") == ""
    assert name_for(installed.folder, tmp_path / "mine") == "sums"
    assert name_for(course.folder, tmp_path / "mine") == "../course"


def test_a_name_that_no_folder_can_have_is_no_course(cache: Path, tmp_path: Path) -> None:
    for named in ("9" * 400, "a\0b"):
        assert refused(named, None, cache, tmp_path).message == "there is no such course"
