"""A mistake in one of a student's texts fails that text alone: a box in the page, exit code 1, the rest is there.

Covers render/content/faults.py too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.commands.session import open_session
from generator.course.editions import Edition
from generator.errors import InputError
from generator.jobs import ExitCode
from tests.commands.text_course import TextCourse, text_course

MISTAKES = {
    "a number that is not there": (b"It is {{ nothing.accuracy }}.", "there is no such result"),
    "a tag that is not closed": (b"{% claim 1 > 2 %}So it is.", "q01.md"),
    "a source that is not there": (b"As in [@nobody].", "there is no such entry of the bibliography"),
    "a table that is not there": (b'{{ table("nothing") }}', "there is no such table"),
    "no text": (b"\xff\xfe", "is not text in UTF-8"),
}

TEXTS = ("introduction", "conclusion", "1-a/conclusion")


@pytest.fixture
def course(tmp_path: Path) -> TextCourse:
    course = text_course(tmp_path)
    course.write("mine/answers/1-b/q01.md", "The other one STANDS.\n")
    return course


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_stays_with_its_answer(course: TextCourse, name: str) -> None:
    text, message = MISTAKES[name]
    (course.folder / "mine/answers/1-a/q01.md").write_bytes(text)
    faults = [*open_session(course.settings("build", Edition.STUDENT)).course.faults()]
    assert len(faults) == 1
    assert message in str(faults[0])
    assert faults[0].path == course.folder / "mine/answers/1-a/q01.md"


def test_one_mistake_in_a_text_fails_that_text(course: TextCourse) -> None:
    course.write("mine/answers/1-a/q01.md", "It is {{ nothing.accuracy }}.\n")
    for name in TEXTS:
        course.write(f"mine/answers/{name}.md", f"LOST [@nobody] in {name}.\n")
    report = course.build(Edition.STUDENT)
    assert report.exit_code is ExitCode.JOB_FAILED
    assert report.rendering.gaps == ()
    page = (course.folder / "build/report.html").read_text()
    assert page.count("This answer could not be rendered") == 1
    assert page.count("This text could not be rendered") == len(TEXTS)
    assert "The other one STANDS." in page
    assert "LOST" not in page
    told = "\n".join(report.problems)
    assert all(f"{name}.md:1" in told for name in ("1-a/q01", *TEXTS))
    assert len(report.problems) == 1 + len(TEXTS)
    again = course.build(Edition.STUDENT)
    assert (again.written, again.problems, again.exit_code) == (False, report.problems, ExitCode.JOB_FAILED)


def test_mistakes_in_yaml_and_in_reference_answers_still_stop_all(course: TextCourse) -> None:
    course.write("mine/answers/1-a/q01.md", "It is {{ nothing.accuracy }}.\n")
    course.write("questions/1-b/q01.yaml", "title: A question\nstatement: As in [@nobody].\n")
    with pytest.raises(InputError, match=r"q01\.yaml") as caught:
        open_session(course.settings("build", Edition.STUDENT))
    assert "nothing.accuracy" not in str(caught.value)
    course.write("questions/1-b/q01.yaml", "title: A question\nstatement: What?\n")
    course.write("answers/1-a/q01.md", "As in [@nobody].\n")
    with pytest.raises(InputError, match=r"q01\.md"):
        open_session(course.settings("build", Edition.REFERENCE))
