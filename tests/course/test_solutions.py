"""A solution is in a student's report where the student's own texts name it, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.course.editions import Edition
from generator.course.loader import read_course
from generator.course.solutions import named_exhibits, solutions_of
from generator.course.spec import CourseSpec
from tests.course_for_tests import Q1, Q2, Course


@pytest.fixture
def solved(course: Course) -> Course:
    """The course with a table, a figure and a table of the appendix that answer their question."""
    course.edit(Q1, "    rows: nets", "    solution: true\n    rows: nets")
    course.edit(Q1, "    table: epochs", "    table: epochs\n    solution: true")
    course.edit(Q2, "    figure: bars", "    figure: bars\n    solution: true")
    return course


def read(course: Course, edition: Edition, own: Path | None = None) -> CourseSpec:
    found, mistakes = read_course(course.folder / "questions", own or course.folder / "answers", edition)
    assert mistakes == []
    assert found is not None
    return found


def exhibits(course: CourseSpec) -> set[str]:
    return {name for question in course.questions() for name in (*question.tables, *question.figures)}


@pytest.mark.parametrize("edition", [Edition.REFERENCE, Edition.WORKSHEET])
def test_teachers_and_worksheets_have_all(solved: Course, edition: Edition) -> None:
    course = read(solved, edition)
    assert exhibits(course) == {"by_width", "epochs", "losses", "bars"}
    named = {("1-a/q01", "by_width"), ("1-a/q01", "epochs"), ("1-a/q02", "bars")}
    assert solutions_of(course.questions()) == named


@pytest.mark.parametrize(("name", "text", "shown"), [
    ("1-a/q01", "Mine.", set()),
    ("1-a/q01", '{{ table("by_width") }}', {"by_width"}),
    ("1-a/q01", 'As {{ ref("epochs") }} shows.', {"epochs"}),
    ("1-a/q01", "{# {{ table('by_width') }} #}", set()),
    ("1-a/q02", 'See {{ ref("1-a/q01/by_width") }}.\n\n{{ figure("bars") }}', {"by_width", "bars"}),
    ("1-a/q02", 'See {{ ref("by_width") }}.', set()),
    ("conclusion", 'See {{ ref("1-a/q02/bars") }}.', {"bars"}),
    ("1-a/conclusion", 'See {{ ref("1-a/q02/bars") }}.', {"bars"}),
])  # fmt: skip
def test_a_student_names_what_is_shown(solved: Course, tmp_path: Path, name: str, text: str, shown: set[str]) -> None:
    path = tmp_path / "own" / f"{name}.md"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    course = read(solved, Edition.STUDENT, tmp_path / "own")
    assert exhibits(course) == {"losses", *shown}
    assert {name for question in course.questions() for name in question.results} == {
        "net", "nets", "pair", "scores", "own"
    }  # fmt: skip


def test_names_are_those_of_the_texts_own_question() -> None:
    text = '{{ table("a") }} {{ ref("b") }} {{ ref("1-a/q07/c") }}'
    assert [*named_exhibits("1-a/q01", text)] == [("1-a/q01", "a"), ("1-a/q01", "b"), ("1-a/q07", "c")]
