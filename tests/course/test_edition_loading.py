"""What an edition must not show is never read: neither its files are opened nor its keys kept.

Covers course/answer_files.py, course/editions.py too.
"""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from generator.course.editions import Edition
from generator.course.loader import read_course
from generator.course.spec import CourseSpec
from generator.errors import InputError
from tests.course_for_tests import A1, COURSE_FILE, LAB, Q1, Q2, Course

CANARY = "zebrafinch"
NUMBER = "2718.2818"  # kept as it is written, too


@pytest.fixture
def planted(course: Course) -> Course:
    """The course with the word in each place that is for teachers alone."""
    course.edit(Q1, "source: computed elsewhere", f"source: {CANARY} report")
    course.edit(Q1, "expected:\n", f"expected:\n  - {{value: {NUMBER}, incomparable: {CANARY}, source: an hour}}\n")
    course.write(Q1, course.text(Q1) + f"marking: |\n  Two lines,\n  {CANARY}.\n")
    course.write(A1, f"{CANARY}\n\n{course.text(A1)}")
    course.edit(Q1, "    caption: The epochs", f"    finding: {CANARY}\n    caption: The epochs")
    course.edit(Q1, "    alt: Curves.", f"    finding: >-\n      The {CANARY}\n      falls.\n    alt: Curves.")
    course.edit(Q1, "caption: one net}", f"caption: one net, finding: {CANARY}}}")
    course.edit(Q2, "    caption: Scores.", f"    panel_finding: {CANARY}\n    caption: Scores.")
    course.edit(COURSE_FILE, "labs:", f"conclusion: {CANARY}\nlabs:")
    course.edit(LAB, "sections:", f"conclusion: >-\n  {CANARY}\nsections:")
    return course


def read(course: Course, edition: Edition, answers: Path | None = None) -> CourseSpec:
    found, mistakes = read_course(course.folder / "questions", answers or course.folder / "answers", edition)
    assert mistakes == []
    assert found is not None
    return found


def test_the_reference_edition_has_it_all(planted: Course) -> None:
    pickled = pickle.dumps(read(planted, Edition.REFERENCE))
    assert pickled.count(CANARY.encode()) >= 10
    assert NUMBER.encode() in pickled


def test_a_worksheet_holds_no_trace_in_any_object(planted: Course) -> None:
    spec = read(planted, Edition.WORKSHEET)
    assert not [word for word in (CANARY, NUMBER) if word.encode() in pickle.dumps(spec)]
    assert not [path for path in spec.files if path.suffix == ".md"]
    assert {question.answer.text for question in spec.questions()} == {""}


def test_a_students_report_has_the_students_words_alone(planted: Course, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "1-a").mkdir(parents=True)
    (own / "1-a" / "q01.md").write_text("My own.")
    (own / "1-a" / "conclusion.md").write_text("My end.")
    spec = read(planted, Edition.STUDENT, own)
    assert not [word for word in (CANARY, NUMBER) if word.encode() in pickle.dumps(spec)]
    assert [question.answer.text for question in spec.questions()] == ["My own.", ""]
    assert spec.labs[0].conclusion == "My end."
    assert spec.own_texts == {"1-a/conclusion": own / "1-a" / "conclusion.md"}


def test_a_translated_finding_is_for_teachers_too(planted: Course) -> None:
    planted.write("questions/fr/1-a/q01.yaml", f"tables:\n  epochs:\n    finding: Le {CANARY}\n")
    questions, answers = planted.folder / "questions", planted.folder / "answers"
    french, mistakes = read_course(questions, answers, Edition.REFERENCE, "fr")
    assert mistakes == []
    assert french is not None
    assert french.question("1-a/q01").tables["epochs"].finding == f"Le {CANARY}"
    french, mistakes = read_course(questions, answers, Edition.WORKSHEET, "fr")
    assert mistakes == []
    assert CANARY.encode() not in pickle.dumps(french)


@pytest.mark.parametrize("edition", [Edition.WORKSHEET, Edition.STUDENT])
def test_withheld_values_may_be_of_any_form(course: Course, edition: Edition, tmp_path: Path) -> None:
    course.write(Q1, course.text(Q1) + "marking: [{a: {b: [c]}}]\n")
    read(course, edition, tmp_path / "none")
    assert course.mistakes()  # the reference edition reads it, and says that it is no text


def test_an_answer_that_no_question_would_show_is_named(course: Course, tmp_path: Path) -> None:
    (tmp_path / "own" / "1-a").mkdir(parents=True)
    (tmp_path / "own" / "1-a" / "q1.md").write_text("Lost.")
    _, (mistake,) = read_course(course.folder / "questions", tmp_path / "own", Edition.STUDENT)
    assert mistake.path == tmp_path / "own" / "1-a" / "q1.md"


def test_an_answer_is_no_stray_where_its_question_or_lab_cannot_be_read(course: Course, tmp_path: Path) -> None:
    (tmp_path / "own" / "1-a").mkdir(parents=True)
    (tmp_path / "own" / "1-a" / "q01.md").write_text("Not lost.")
    for file in (Q1, LAB):
        course.write(file, course.text(file) + "titel: [")
        _, mistakes = read_course(course.folder / "questions", tmp_path / "own", Edition.STUDENT)
        assert {mistake.path for mistake in mistakes} <= {course.folder / Q1, course.folder / LAB}


def test_claims_with_one_branch_are_for_students_alone(course: Course) -> None:
    course.write(A1, course.text(A1).replace("{% otherwise %}More.", ""))
    (mistake,) = course.mistakes()
    assert "no {% otherwise %} branch" in str(mistake)
    assert mistake.line == course.line(A1, "{% claim")
    with pytest.raises(InputError, match="otherwise"):
        course.read()
