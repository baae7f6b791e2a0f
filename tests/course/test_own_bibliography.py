"""A student's project may bring its own sources, which are cited beside the course's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.commands.session import open_session
from generator.course.editions import Edition
from generator.errors import InputError
from generator.jobs import ExitCode
from tests.commands.text_course import TextCourse, text_course

OWN = "@article{mine, title = {Mine <b>own</b>}, author = {Lovelace, Ada}, journal = {J}, year = 2026}\n"


@pytest.fixture
def course(tmp_path: Path) -> TextCourse:
    course = text_course(tmp_path)
    course.write("mine/references.bib", OWN)
    course.write("mine/answers/1-a/q01.md", "As in [@mine; @known].\n")
    return course


def test_own_sources_are_cited_and_listed(course: TextCourse) -> None:
    report = course.build(Edition.STUDENT)
    assert (report.exit_code, report.problems) == (ExitCode.OK, ())
    page = (course.folder / "build/report.html").read_text()
    assert "Lovelace" in page
    assert "Mine &lt;b&gt;own&lt;/b&gt;" in page
    course.write("mine/references.bib", OWN.replace("Lovelace", "Byron"))
    assert course.build(Edition.STUDENT).written
    page = (course.folder / "build/report.html").read_text()
    assert "Byron" in page
    course.write("mine/references.bib", OWN.replace("year = 2026", "year = {20"))
    broken = course.build(Edition.STUDENT)
    assert broken.exit_code is ExitCode.JOB_FAILED
    (problem,) = broken.problems  # and not that the course's file has no such entry
    assert re.search(r"references\.bib:\d: cannot read the bibliography: premature end", problem)
    assert "<i>T</i>" in (course.folder / "build/report.html").read_text()  # the course's are still listed


def test_they_are_the_student_s_alone(course: TextCourse) -> None:
    course.write("answers/1-a/q01.md", "As in [@mine].\n")
    with pytest.raises(InputError, match="no such entry of the bibliography"):
        open_session(course.settings("build", Edition.REFERENCE))


@pytest.mark.parametrize(
    ("text", "message"),
    [(OWN.replace("mine", "known"), "has an entry of this key"), (OWN + OWN, "the key stands twice")],
)
def test_a_key_stands_for_one_source(course: TextCourse, text: str, message: str) -> None:
    course.write("mine/references.bib", text)
    with pytest.raises(InputError, match=message):
        open_session(course.settings("build", Edition.STUDENT))


def test_a_link_is_not_followed(course: TextCourse) -> None:
    (course.folder / "mine/references.bib").unlink()
    (course.folder / "mine/references.bib").symlink_to(course.folder / "questions/references.bib")
    with pytest.raises(InputError, match="is a link"):
        open_session(course.settings("build", Edition.STUDENT))
