"""What a course's cover may say, and what is wrong with one, with its line.

Covers course/cover_page.py, course/cover_markup.py, course/plain_text.py, checks/cover.py too.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from generator.checks.cover import check_cover
from generator.course.cover import CourseCover, read_cover
from generator.course.cover_markup import HEAD, Placed
from generator.course.cover_page import Shown, write_cover
from generator.course.editions import Edition
from generator.course.loader import read_course
from generator.course.spec import CourseSpec
from generator.errors import InputError, Mistake
from tests.courses_for_tests import write_sums


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> CourseSpec:
    here = write_sums(tmp_path_factory.mktemp("course"))
    (here.folder / "images").mkdir()
    (here.folder / "images/logo.png").touch()
    course, mistakes = read_course(here.folder, here.folder / "answers")
    assert course is not None
    assert mistakes == []
    return course


def wrong(course: CourseSpec, text: str) -> list[Mistake]:
    """What is wrong with a cover, in reading it or in one of its editions."""
    mistakes: list[Mistake] = []
    path = course.root / "cover.html.j2"
    path.write_text(text)
    cover = read_cover(course.root, mistakes, {})
    return mistakes or check_cover(dataclasses.replace(course, cover=cover))


def test_a_course_without_one_has_nothing_wrong(tmp_path: Path, course: CourseSpec) -> None:
    assert read_cover(tmp_path, mistakes := [], {}) is None
    assert mistakes == []
    assert check_cover(course) == []


GOOD = """\
<div class="top" lang="fr"><img src="images/logo.png" alt="A &quot;logo&quot;"><hr></div>
<h1>{{ title }}<br><small>{{ subtitle | upper }}</small></h1>
{% for author in authors %}<p>{{ author.name }} {{ author.number }}</p>{% endfor %}
{% if edition == "student" and authors | length > 1 %}<p>A group of {{ authors | length }}</p>{% endif %}
{% set words = profile.title or course or institution or programme or year %}
<table><tr><th scope="row">x</th><td>{{ words }} <a href="https://example.org/?a=1&amp;b">here</a></td></tr></table>
<div>{{ head }}{{ setting }}</div>
"""


def test_a_good_one_is_written_as_it_is(course: CourseSpec) -> None:
    assert wrong(course, GOOD) == []
    course = dataclasses.replace(course, title="A <b> & c", edition=Edition.WORKSHEET)
    shown = Shown(course, course.profiles["standard"])
    html = write_cover(CourseCover(Path("x"), GOOD), shown, lambda name: Placed(f"assets/{name}", 30, 20))
    assert '<img src="assets/images/logo.png" alt="A &quot;logo&quot;" class="own" width="30" height="20">' in html
    assert "<h1>A &lt;b&gt; &amp; c<br><small></small></h1>" in html
    assert '<a href="https://example.org/?a=1&amp;b">here</a>' in html
    assert html.count(HEAD) == 1


REST = "<h1>{{ title }}</h1>\n{{ head }}\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("<h1>{{ title }}</h1>\n{{ heads }}", 2, "there is no such name"),
        ("<h1>{{ title }}</h1>\n{{ head }}{{ profile.titel }}", 2, "no attribute 'titel'"),
        (REST + "{{ authors[5].name }}", 3, "no element 5"),
        (REST + "{{ title | reverse }}", 3, "there is no such filter"),
        (REST + "{{ title.upper() }}", 3, "nothing can be called here"),
        (REST + "{% include 'x' %}", 3, "Include is not part"),
        (REST + "{% claim year > 3 %}a{% otherwise %}b{% endclaim %}", 3, "claim is not part"),
        (REST + "{% if %}", 3, "Expected an expression"),
        (REST + "{{ year + 1 }}", 3, "needs two numbers"),
        ("<p>{{ title }}</p>{{ head }}", None, "the cover needs one heading"),
        (REST + "<h1>Two</h1>", 1, "the cover needs one heading"),
        ("<h1> {{ subtitle }}</h1>{{ head }}", 1, "heading of the cover is empty"),
        (REST + "<h2>More</h2>", 3, "<h2> has no place on a cover"),
        (REST + "\n<script>alert(1)</script>", 4, "<script> has no place on a cover"),
        (REST + "<style>p { color: red }</style>", 3, "<style> has no place on a cover"),
        (REST + '<p style="color: red">x</p>', 3, "<p> can have no style here"),
        (REST + '<p onclick="x()">x</p>', 3, "<p> can have no onclick here"),
        (REST + '<p class="a" class="b">x</p>', 3, "<p> has class twice"),
        (REST + '<p lang="?">x</p>', 3, "lang is no language"),
        (REST + '<p><a href="javascript:x">x</a></p>', 3, "the link leads nowhere"),
        (REST + "<p><a>x</a></p>", 3, "the link leads nowhere"),
        (REST + '<img src="images/logo.png">', 3, "needs words for readers"),
        (REST + '<img src="images/none.png" alt="x">', 3, "there is no picture 'images/none.png'"),
        (REST + '<img src="https://example.org/a.png" alt="x">', 3, "there is no picture"),
        (REST + '<img src="images/logo.png" alt="x" width="50%">', 3, "width is a number"),
        (REST + "<div>\n<p>x", 3, "<div> does not end"),
        (REST + "<p>x</div></p>", 3, "</div> ends what is not open"),
        (REST + "<p><div>x</div></p>", 3, "<div> cannot stand inside <p>"),
        ("<h1>{{ title }}</h1>\n<p>{{ head }}</p>", 2, "{{ head }} cannot stand inside <p>"),
        ("<h1>{{ title }}</h1>", None, "a worksheet asks for names"),
        (REST + "{{ head }}", 2, "{{ head }} stands twice"),
        (REST + "<!DOCTYPE html>", 3, "has no place on a cover"),
        (REST + "<?php x ?>", 3, "has no place on a cover"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(course: CourseSpec, text: str, line: int | None, message: str) -> None:
    found = wrong(course, text)
    assert [(one.path, one.line) for one in found if message in one.message] == [(course.root / "cover.html.j2", line)]


def test_bytes_that_are_no_text_and_too_many_of_them_are_named(course: CourseSpec) -> None:
    path = course.root / "cover.html.j2"
    for content, line, message in ((b"a\n\xff", 2, "is not text in UTF-8"), (b" " * 1_000_001, None, "is too large")):
        path.write_bytes(content)
        mistakes: list[Mistake] = []
        assert read_cover(course.root, mistakes, {}) is None
        assert [(one.line, message in one.message) for one in mistakes] == [(line, True)]


def test_a_title_in_another_language_says_so(course: CourseSpec) -> None:
    source = dataclasses.replace(course.source, translated=set())
    shown = Shown(dataclasses.replace(course, source=source, year="2026"), course.profiles["standard"])
    cover = CourseCover(Path("x"), "<h1>{{ title }} {{ year }}</h1>")
    html = write_cover(cover, shown, lambda name: Placed(name, 1, 1))
    assert html == '<h1><span lang="en">Sums</span> 2026</h1>'


def test_words_that_would_be_html_are_none(course: CourseSpec) -> None:
    shown = Shown(dataclasses.replace(course, title="<script>"), course.profiles["standard"])
    with pytest.raises(InputError, match="heading of the cover is empty"):
        write_cover(CourseCover(Path("x"), "<h1></h1>"), shown, lambda name: Placed(name, 1, 1))
    html = write_cover(CourseCover(Path("x"), "<h1>{{ title }}</h1>"), shown, lambda name: Placed(name, 1, 1))
    assert html == "<h1>&lt;script&gt;</h1>"
