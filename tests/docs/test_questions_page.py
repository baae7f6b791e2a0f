"""What the reference says of questions and answers is so: its example loads, every filter and function is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.answers.language import FUNCTIONS, PLAIN_FILTERS
from generator.checks.course import check_course
from generator.course.loader import read_course
from generator.course.spec import CourseSpec
from generator.folders import questions_folder
from generator.formats import FORMATS, write
from generator.planning.catalogue import read_catalogue
from generator.store.memo import Memo

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "reference" / "questions.md").read_text(encoding="utf-8")
COURSE = """
title: A course
labs: [2-a]
profiles: {quick: {title: Quick, description: Nothing to download}}
"""
LAB = "title: A lab\nsections: [{title: A section, questions: [q12]}]\n"


def block(language: str) -> str:
    """The first example in this language."""
    found = re.search(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def course_with(folder: Path, question: str, answer: str) -> CourseSpec:
    files = {
        "questions/course.yaml": COURSE,
        "questions/references.bib": (questions_folder() / "references.bib").read_text(encoding="utf-8"),
        "questions/2-a/lab.yaml": LAB,
        "questions/2-a/q12.yaml": question,
        "answers/2-a/q12.md": answer,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    course, mistakes = read_course(folder / "questions", folder / "answers")
    assert course is not None
    assert mistakes == []
    return course


def test_the_example_has_no_mistake(tmp_path: Path) -> None:
    course = course_with(tmp_path, block("yaml"), block("markdown"))
    assert check_course(course, read_catalogue(Memo(None))) == []


@pytest.mark.parametrize("name", ["parameters", "linear_share", "layers"])
def test_a_slip_in_the_example_would_be_noticed(tmp_path: Path, name: str) -> None:
    course = course_with(tmp_path, block("yaml"), block("markdown").replace(name, f"{name}_typo"))
    assert check_course(course, read_catalogue(Memo(None)))


def test_every_filter_is_shown_with_what_it_prints() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| (.*) \|$", TEXT, re.MULTILINE)
    assert [name for name, _, _ in rows] == [*FORMATS]
    for name, number, printed in rows:
        value = float(number) if "." in number else int(number)
        assert re.sub(r"\s", " ", write(value, name)).replace("\N{THIN SPACE}", " ") == printed, name


def test_every_function_and_filter_of_jinja_is_named() -> None:
    (line,) = re.findall(r"^Of Jinja's own filters there are (.*)\.$", TEXT, re.MULTILINE)
    assert {*re.findall(r"`(\w+)`", line)} == {*PLAIN_FILTERS}
    assert [name for name in FUNCTIONS if f"{{{{ {name}(" not in TEXT and f" in {name}(" not in TEXT] == []
