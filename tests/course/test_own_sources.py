"""A student's own numbers are shown as the student's, wherever they go, and never as computed ones.

Covers render/content/own_numbers.py too.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from generator.commands.check import look_at
from generator.commands.session import open_session
from generator.course.editions import Edition
from generator.course.own_sources import read_sources
from generator.errors import InputError
from generator.jobs import ExitCode
from generator.render.content.own_numbers import own_table
from tests.commands.text_course import TextCourse, text_course

MINE = '{"model": {"accuracy": 0.93125, "name": "my <net>"}, "epochs": 12}'
TIMES = "step;seconds\nreading *it*;1.5\ntraining | all;-20\n"
ANSWER = """\
It got {{ my_data("data/mine.json").model.accuracy | percent }} with {{ my_data("data/mine.json").model.name }}, so
twice as many epochs are {{ my_data("data/mine.json").epochs * 2 }}.

{% claim my_data("data/mine.json").model.accuracy > 0.9 %}That is much.{% otherwise %}That is little.{% endclaim %}

{{ my_table("data/times.csv") }}
"""
OWN = '<span class="own-data">\u00a0(own)</span>'


@pytest.fixture
def course(tmp_path: Path) -> TextCourse:
    course = text_course(tmp_path)
    course.write("mine/data/mine.json", MINE)
    course.write("mine/data/times.csv", TIMES)
    course.write("mine/answers/1-a/q01.md", ANSWER)
    course.write("mine/answers/1-b/q01.md", "Nothing of that here: {{ 1 + 1 }}.\n")
    return course


def test_page_ledger_and_check_say_whose_they_are(course: TextCourse) -> None:
    report = course.build(Edition.STUDENT)
    assert (report.exit_code, report.problems) == (ExitCode.OK, ())
    page = (course.folder / "build/report.html").read_text()
    assert re.search(rf"It got 93\.1.%{re.escape(OWN)} with", page)
    assert f"my &lt;net&gt;{OWN}" in page
    assert f"24{OWN}." in page  # what is calculated with them is no result of ours either
    assert f"{OWN} That is much." in page
    assert page.count(OWN) == 4
    assert "which this program did not compute.</em>" in page
    assert "<strong>Own data.</strong> The author’s own data, from <code>data/times.csv</code>" in page
    assert "reading *it*" in page
    assert "training | all" in page
    assert "\u221220</td>" in page
    (claim,) = json.loads((course.folder / "build/results/claims.json").read_text())
    assert claim["own_data"] == ["data/mine.json"]
    assert claim["values"] == {"my_data('data/mine.json').model.accuracy": 0.93125}
    settings = course.settings("check", Edition.STUDENT)
    looked = look_at("ada", course.folder / "mine", settings, course.folder / "check", None)
    assert looked.own == ("1-a/q01: data/mine.json", "1-a/q01: data/times.csv")
    course.write("mine/data/mine.json", MINE.replace("0.93125", "0.1"))
    assert course.build(Edition.STUDENT).written
    assert "That is little." in (course.folder / "build/report.html").read_text()


def faults(course: TextCourse, answer: str) -> list[str]:
    course.write("mine/answers/1-a/q01.md", answer)
    return [*map(str, open_session(course.settings("build", Edition.STUDENT)).course.faults())]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ('{{ my_data("data/none.json").x }}', "the file is missing"),
        ('{{ my_data("../data/mine.json").x }}', "own data lies in data/"),
        ('{{ my_data("data/../../x.json").x }}', "is not a plain path"),
        ('{{ my_data("data/times.csv").x }}', "ends in .json"),
        ('Words {{ my_table("data/times.csv") }}', "must stand on a line of its own"),
        ('{% set x = my_data("data/mine.json").epochs %}{{ x }}', "own numbers are given no other name"),
        ('{{ my_data("data/bad.json").x }}', "is no JSON that can be read"),
        ('{{ my_data("data/list.json").x }}', "a list belongs into a CSV"),
        ('{{ my_data("data/nan.json").x }}', "NaN is no number"),
        ('{{ my_data("data/twice.json").x }}', "the name 'x' stands twice"),
        ('{{ my_table("data/latin.csv") }}', "is not text in UTF-8"),
        ('{{ my_table("data/ragged.csv") }}', "row 2 has 1 cells, and the head 2"),
    ],
)
def test_what_cannot_be_read_fails_its_answer(course: TextCourse, answer: str, message: str) -> None:
    for name, text in {
        "bad.json": "{",
        "list.json": '{"x": [1]}',
        "nan.json": '{"x": NaN}',
        "ragged.csv": "a,b\n1\n",
        "twice.json": '{"x": 1, "x": 2}',
    }.items():
        course.write(f"mine/data/{name}", text)
    (course.folder / "mine/data/latin.csv").write_bytes("a,é\n1,2\n".encode("latin-1"))
    (fault,) = faults(course, answer)
    assert message in fault
    assert "1-a/q01.md:1" in fault


def test_a_link_is_not_followed(course: TextCourse) -> None:
    (course.folder / "mine/data/link.json").symlink_to(course.folder / "mine/data/mine.json")
    assert "is a link" in faults(course, '{{ my_data("data/link.json").epochs }}')[0]


def test_only_answers_of_students_have_own_data(course: TextCourse) -> None:
    course.write("mine/answers/conclusion.md", '{{ my_data("data/mine.json").epochs }}\n')
    assert "has no place here" in faults(course, "Nothing.")[0]
    course.write("answers/1-a/q01.md", '{{ my_data("data/mine.json").epochs }}\n')
    with pytest.raises(InputError, match="has no place here"):
        open_session(course.settings("build", Edition.REFERENCE))


def test_a_table_cannot_be_broken_out_of(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/x.csv").write_text('a,b\n"<b>| x\n\n# head",[l](https://x)\n')
    sources, mistakes = read_sources('{{ my_table("data/x.csv") }}', tmp_path / "q.md", tmp_path)
    assert mistakes == ()
    table = own_table(sources, "data/x.csv")
    assert table.count("\n| ") == 3
    assert r"\<b\>\| x \# head" in table
    assert r"\[l\]\(https" in table
