"""Hidden questions of a course that is handed out: their place, the results that others need, and not a word.

Covers commands/release_code.py too.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.commands.release import Released, release
from generator.course.editions import Edition
from generator.course.yaml_source import read_yaml
from generator.errors import InputError
from tests.hidden_for_tests import HIDDEN, HiddenCourse, with_secret, write_hidden


@pytest.fixture
def course(tmp_path: Path) -> HiddenCourse:
    return write_hidden(tmp_path / "course")


def handed_out(course: HiddenCourse, name: str = "handout") -> Released:
    return release(course.settings(Edition.WORKSHEET), course.base / name)


def test_no_word_of_a_hidden_question_is_handed_out(course: HiddenCourse) -> None:
    assert len(with_secret(course.folder)) == 10
    done = handed_out(course)
    # The source of a hidden question is one of all that students can cite.
    assert with_secret(done.folder) == [str(done.folder / "references.bib")]
    course.edit("references.bib", "@misc{secret, title = {Rare}, year = 2001}\n", "")
    course.edit("questions/one/q02.yaml", " [@secret]", "")
    course.edit("questions/fr/one/q02.yaml", " [@secret]", "")
    done = handed_out(course)
    assert with_secret(done.folder) == []
    assert done.hidden == ("one/q02", "two/drawing")
    assert done.held_back == ("computations/secret_helper.py", "computations/secretly.py")
    assert "computations/steps.py" in done.files


def test_its_place_keeps_all_other_numbers_and_results(course: HiddenCourse) -> None:
    done = handed_out(course)
    assert read_yaml(done.folder / "questions/one/q02.yaml").data == {
        "hidden": True,
        "results": {"multiplied": {"computation": "multiply", "params": {"last": 5}}},  # which q03 shows
        "tables": {"products": {}, "table_2": {"solution": True}},  # captions refer to the first
    }
    assert read_yaml(done.folder / "questions/two/drawing.yaml").data == {"hidden": True}
    students, teachers = HiddenCourse(done.folder).session(Edition.WORKSHEET), course.session()
    mine, ours = students.plan().by_address, teachers.plan().by_address
    assert mine.items() < ours.items()
    assert {*ours} - {*mine} == {"one/q02/secretly"}
    # --hidden has nothing to show where there is no text.
    assert HIDDEN in HiddenCourse(done.folder).session(Edition.WORKSHEET, hidden=True).shown.left_out
    again = handed_out(HiddenCourse(done.folder), "again")
    assert again.files == done.files


def test_sheets_of_both_courses_are_the_same(course: HiddenCourse) -> None:
    done = handed_out(course)
    course.build(Edition.WORKSHEET, output="own")
    HiddenCourse(done.folder).build(Edition.WORKSHEET, output="theirs")
    own, theirs = ((course.base / name / "worksheet.html").read_text() for name in ("own", "theirs"))
    assert own == theirs
    assert "Table\u00a01.2 (not in this report)" in own


def test_results_that_others_are_like_stay(course: HiddenCourse) -> None:
    question = "questions/one/q02.yaml"
    course.edit(question, "  secretly:", "  base: {computation: multiply, params: {last: 6}}\n  secretly:")
    course.edit(question, "{computation: multiply, params: {last: 5}}", "{like: base, params: {last: 5}}")
    course.edit(question, "  secretly:", "  unlike: {computation: add, params: {last: 2}}\n  secretly:")
    course.edit(question, "  secretly:", "  liked: {computation: add, params: {last: 7}}\n  secretly:")
    course.edit("questions/one/q03.yaml", "  again:", '  more: {like: "one/q02/liked"}\n  again:')
    done = handed_out(course)
    assert [*read_yaml(done.folder / question).data["results"]] == ["multiplied", "base", "liked"]


def test_code_of_a_hidden_question_among_other_code_is_named(course: HiddenCourse) -> None:
    code = (course.folder / "computations/secretly.py").read_text()
    course.write(
        "computations/secretly.py",
        code
        + "\n\n@computation(metrics=['x'])\ndef open(workspace: Workspace) -> Result:\n    return Result({'x': 1})\n",
    )
    line = code.splitlines().index("def count_secretly(workspace: Workspace, *, last: int) -> Result:") + 1
    with pytest.raises(
        InputError, match=r"secretly\.py:\d+: count_secretly: a computation of hidden questions alone stands"
    ) as error:
        handed_out(course)
    found = re.search(r"secretly\.py:(\d+)", str(error.value))
    assert found
    assert int(found[1]) in (line, line - 1)  # with its decorator
    assert not (course.base / "handout").exists()


@pytest.mark.parametrize(
    "line", ["from . import secretly", "from .secretly import TEXT", "import computations.secretly"]
)
def test_code_that_needs_what_stays_behind_is_named(course: HiddenCourse, line: str) -> None:
    course.write("computations/steps.py", f"{line}\n\n\ndef numbers(last):\n    return [*range(1, last + 1)]\n")
    course.write("computations/secret_helper.py", "def count(last):\n    return last\n")
    with pytest.raises(
        InputError, match=r"steps\.py:1: imports a module of hidden questions alone\b.*\n.*computations\.secretly"
    ):
        handed_out(course)


def test_an_exhibit_keeps_the_name_that_others_refer_to_it_by(course: HiddenCourse) -> None:
    course.edit("questions/one/lab.yaml", 'ref("one/q02/products")', 'ref("one/q02/secret_table")')
    course.edit("questions/one/q01.yaml", 'ref("one/q02/products")', 'ref("one/q02")')
    course.edit("questions/fr/one/q01.yaml", 'ref("one/q02/products")', 'ref("one/q02")')
    course.edit("questions/one/q02.yaml", "    solution: true\n", "")
    done = handed_out(course)
    assert [*read_yaml(done.folder / "questions/one/q02.yaml").data["tables"]] == ["table_1", "secret_table"]
