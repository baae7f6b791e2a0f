"""Where the parts of a course lie, and what is wrong with a folder that is none or cannot be used here."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import __version__
from generator.course.folder import is_course, is_taken, labs_folder, read_course_folder
from generator.errors import InputError, Mistake
from generator.folders import questions_folder, templates_folder
from tests.courses_for_tests import COURSE, CourseHere, write_sums


@pytest.fixture
def course(tmp_path: Path) -> CourseHere:
    return write_sums(tmp_path / "course")


def refused(folder: Path) -> Mistake:
    with pytest.raises(InputError) as caught:
        read_course_folder(folder)
    (mistake,) = caught.value.mistakes
    return mistake


def test_the_parts_of_a_course_are_where_they_are_expected(course: CourseHere) -> None:
    found = read_course_folder(course.folder)
    assert (found.answers, found.code) == (course.folder / "answers", (course.code,))
    assert (found.with_ours, found.profiles, found.mistakes) == (False, ("standard",), ())
    assert labs_folder(course.folder) == course.folder / "questions"
    assert found.key == str(course.folder.resolve())


def test_our_own_course_is_one_like_any_other() -> None:
    own = read_course_folder(questions_folder())
    assert is_course(questions_folder())
    assert own.answers == templates_folder() / "answers"
    assert (own.code, own.with_ours, own.profiles) == ((), True, ("quick", "light", "course"))
    assert labs_folder(questions_folder()) == questions_folder()
    assert own.key == ""


def test_a_course_may_lack_answers_and_code(course: CourseHere) -> None:
    for name in ("answers", "computations"):
        (course.folder / name).rename(course.folder / f"no {name}")
    found = read_course_folder(course.folder)
    assert (found.answers, found.code, found.mistakes) == (None, (), ())


def test_a_course_may_use_its_own_computations_and_ours(course: CourseHere) -> None:
    course.write("course.yaml", COURSE + "code: [computations, genreport]\n")
    found = read_course_folder(course.folder)
    assert (found.code, found.with_ours) == ((course.code,), True)


def test_a_folder_without_course_yaml_is_no_course(tmp_path: Path) -> None:
    mistake = refused(tmp_path)
    assert (mistake.message, mistake.path) == ("there is no course here", tmp_path)
    assert "course.yaml" in mistake.expected


@pytest.mark.parametrize("requires", ["genreport>=99", "genreport<0.0.1"])
def test_a_course_for_another_version_says_nothing_else(course: CourseHere, requires: str) -> None:
    course.write("course.yaml", f"title: Sums\nrequires: {requires}\nunknown_key_of_the_future: 1\nlabs: [only]\n")
    mistake = refused(course.folder)
    assert (mistake.path, mistake.line, mistake.place) == (course.folder / "course.yaml", 2, "requires")
    assert (mistake.expected, mistake.got) == (requires, f"genreport {__version__}")


@pytest.mark.parametrize(
    "requires", ["torch>=2", ">=1", "genreport[x]>=0.1", "genreport @ https://example.org/x.whl", "[]"]
)
def test_what_cannot_be_required_is_named(course: CourseHere, requires: str) -> None:
    course.write("course.yaml", f'title: Sums\nrequires: "{requires}"\nlabs: [only]\n')
    mistake = refused(course.folder)
    assert (mistake.message, mistake.line) == ("cannot be read", 2)


def test_this_version_is_good_enough_for_itself(course: CourseHere) -> None:
    course.write("course.yaml", f"{COURSE}requires: genreport>={__version__}\n")
    assert read_course_folder(course.folder).mistakes == ()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("answers: anwsers", "there is no such folder"),
        ("code: compute", "there is no such folder"),
        (f"answers: a{'9' * 400}", "there is no such folder"),
        ('answers: "a\\0b"', "there is no such folder"),
        (f"code: a{'9' * 400}", "there is no such folder"),
        ("code: [computations, ../elsewhere]", "cannot be a package"),
        ("code: My-Code", "cannot be a package"),
        ("code: statistics", "Python has a module of this name"),
        ("code: numpy", "Python has a module of this name"),
    ],
)
def test_a_part_that_cannot_be_used_is_named_with_its_line(course: CourseHere, line: str, message: str) -> None:
    for name in ("statistics", "numpy", "My-Code"):
        course.write(f"{name}/x.py", "")
    course.write("course.yaml", f"{COURSE}{line}\n")
    (mistake,) = read_course_folder(course.folder).mistakes
    assert (mistake.message, mistake.path, mistake.line) == (message, course.folder / "course.yaml", 3)
    assert mistake.got


def test_a_name_is_taken_by_what_python_would_import_instead(
    course: CourseHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_taken("generator", course.folder)
    assert not is_taken("computations", course.folder)
    other = course.write("elsewhere/computations/__init__.py", "")
    monkeypatch.syspath_prepend(other.parents[1])
    assert is_taken("computations", course.folder)
