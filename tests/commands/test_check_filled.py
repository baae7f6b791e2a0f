"""A filled worksheet becomes a project that shows what was typed, as it was typed, under the names at its head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generator.answers.syntax import parse_answer
from generator.commands.check_filled import Handed, as_typed, lay_out, read_handed
from generator.commands.check_numbers import typed_numbers
from generator.course.fields import version_of
from generator.course.filled import Filled
from generator.course.project import read_project
from generator.errors import InputError
from generator.render.text.markdown import to_words
from generator.render.text.surroundings import Surroundings
from tests.render.sample_report import sample_report
from tests.worksheets_for_tests import fill, names, sample_worksheet, worksheet_pdf

HEAD = {"names": "Ada Lovelace and Alan Turing; Grace", "group": "3", "date": "29 November"}


def handed(head: dict[str, str] | None = None, **more: Any) -> Handed:
    answers = more.pop("answers", {"2-a/q01": "Mine.", "2-a/q02": ""})
    versions = more.pop("versions", dict.fromkeys(answers, "12345678"))
    known = more.pop("questions", tuple(answers))
    return Handed(Filled("en", HEAD if head is None else head, answers, versions), known)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return worksheet_pdf(tmp_path_factory.mktemp("worksheet"))


def questions(folder: Path, *known: str) -> Path:
    (folder / "2-a").mkdir(parents=True)
    for name in known:
        (folder / "2-a" / f"{name}.yaml").write_text("title: T\n")
    return folder


def test_a_worksheet_of_this_course_is_handed_in_with_the_questions_that_it_has(blank: bytes, tmp_path: Path) -> None:
    named = names(sample_worksheet(tmp_path).course)
    path = tmp_path / "ada.pdf"
    path.write_bytes(fill(blank, {named["names"]: "Ada", named["2-a/q03"]: "It failed."}))
    found = read_handed(path, questions(tmp_path / "questions", "q01", "q03"))
    assert found.questions == ("2-a/q01", "2-a/q03")
    assert found.labs == ("2-a",)
    assert found.filled.answers["2-a/q03"] == "It failed."


def test_one_of_another_course_is_refused_and_so_is_what_is_none(blank: bytes, tmp_path: Path) -> None:
    path = tmp_path / "ada.pdf"
    path.write_bytes(blank)
    with pytest.raises(InputError, match=r"another course: this one has no question 2-a/q01, 2-a/q02, 2-a/q03"):
        read_handed(path, questions(tmp_path / "questions", "q09"))
    path.write_bytes(blank[:1000])
    with pytest.raises(InputError, match=r"ada\.pdf.*is cut off"):
        read_handed(path, tmp_path / "questions")


def test_the_head_names_the_authors() -> None:
    assert handed().names == ["Ada Lovelace", "Alan Turing", "Grace"]
    assert handed().signed == "Ada Lovelace, Alan Turing, Grace; group 3; 29 November"
    assert handed({"names": "Ander Anderson"}).signed == "Ander Anderson"
    assert handed({}).signed == ""
    long = handed({"names": "x" * 10_000 + "\x1b[2J" + " " * 3000}).names
    assert [len(name) for name in long] == [200]


def test_it_becomes_a_project_in_its_own_language(tmp_path: Path) -> None:
    typed = Filled("fr", {"names": '"Ada": [x] # {y}\u2028'}, {"2-a/q01": "É."}, {"2-a/q01": "12345678"})
    lay_out(Handed(typed, ("2-a/q01",)), tmp_path, "light")
    form = read_project(tmp_path).form
    assert [author.name for author in form.authors] == ['"Ada": [x] # {y}\\u2028']
    assert (form.labs, form.profile, form.language) == (["2-a"], "light", "fr")
    assert (tmp_path / "answers/2-a/q01.md").read_text("utf-8") == "É."


def test_a_worksheet_without_a_name_becomes_one_too(tmp_path: Path) -> None:
    lay_out(handed({}), tmp_path, "quick")
    assert [author.name for author in read_project(tmp_path).form.authors] == ["–"]


def test_what_is_odd_about_it_is_remarked(tmp_path: Path) -> None:
    course = sample_report(tmp_path).course
    versions = {question.address: version_of(question) for question in course.questions()}
    answers = dict.fromkeys(versions, "Mine.")
    good = handed(answers=answers, versions=versions)
    assert [*good.remarks(course)] == []
    changed = handed(answers=answers, versions={**versions, "2-a/q02": "12345678"})
    assert [*changed.remarks(course)] == ["it is of another version, with other words for 2-a/q02"]
    strange = handed(answers={**answers, "2-a/q99": "x"}, versions={**versions, "2-a/q99": "x"}, questions=("2-a/q01",))
    assert [*strange.remarks(course)] == [
        "the course has no question 2-a/q99: it is a worksheet of another version"
    ]  # fmt: skip
    other = handed({"names": " "}, answers=dict.fromkeys(versions, " \n"), versions=dict.fromkeys(versions, "x"))
    assert [*other.remarks(course)] == [
        "nobody has written a name into it",
        "nothing is filled in",
        "none of its questions has the words that the course has: it is of another version or another course",
    ]


TYPED = """\
138.4 million, i.e. -3.5 % of {{ vgg16.parameters }} {% claim x %}{# hidden #}
# no heading, 5 > 3, a_b*c* `code` [link](http://x) <b>bold</b> $5 and $6, ~50, x^2, A&B, C\\D
1. first
2) second
- third

===
: colon | pipe ![x](y)   spaces
"""


def test_what_was_typed_is_shown_as_it_was_typed() -> None:
    markdown = as_typed(TYPED)
    surroundings = Surroundings(lambda tex, display: pytest.fail(tex), {}, {})
    assert to_words(markdown, surroundings).split() == TYPED.split()
    syntax = parse_answer(markdown, Path("q01.md"))
    assert not [*syntax.mistakes, *syntax.metrics, *syntax.exhibits, *syntax.citations, *syntax.conditions]
    assert [number.text for number in typed_numbers(markdown)][:2] == ["138.4", "-3.5"]
    assert markdown.count("\n") == TYPED.rstrip("\n").count("\n")  # so that lines can be named


def test_signs_that_draw_are_shown() -> None:
    assert as_typed("a\x1b[2J\u202eb\x00") == r"a\\u001b\[2J\\u202eb\\u0000"
