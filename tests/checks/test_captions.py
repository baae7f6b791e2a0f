"""Captions say what is drawn or listed: what gives away what comes out is named, and the built-in course has none."""

from __future__ import annotations

import pytest

from generator.answers.addresses import parse_address
from generator.checks.captions import check_captions
from generator.course.loader import read_course
from generator.course.spec import ANY_PROFILE, QuestionSpec
from generator.errors import Mistake
from generator.folders import questions_folder, templates_folder
from generator.planning.catalogue import read_catalogue
from generator.store.memo import Memo
from tests.course_for_tests import Q1, Course

LOSS = "The epochs of {{ this.loss }}."
KINDS = (
    '["loss", "accuracy", "accuracy_*"]',
    '{"seeded": ["loss"], "exact": ["accuracy"], "margins": ["accuracy_*"]}',
)


@pytest.fixture
def stated(course: Course) -> Course:
    """The small course, whose metrics are of a stated kind and whose captions say nothing of them."""
    course.edit("generator/labs/toy.py", *KINDS)
    course.edit(Q1, "{{ net.loss | decimal }} for the first.", "for {{ net.accuracy }} and {{ nets(width=1).width }}.")
    course.edit(Q1, LOSS, "The epochs.")
    course.edit(Q1, "width {{ this.loss }}", "width {{ this.width }}")
    assert given_away(course) == []
    return course


def given_away(course: Course) -> list[Mistake]:
    read, faults = read_course(course.folder / "questions", course.folder / "answers")
    assert read is not None
    assert faults == []
    return check_captions(read, read_catalogue(Memo(None), course.package))


@pytest.mark.parametrize(
    ("old", "new", "message", "got"),
    [
        ("caption: The epochs.", "caption: '{{ this.loss }}'", "reads a metric that is seeded", "this.loss"),
        ("caption: The epochs.", "caption: '{{ net.accuracy_low }}'", "reads a metric that is margins",
         "net.accuracy_low"),
        ("alt: Curves.", "alt: '{% if net.loss > 0 %}Up.{% endif %}'", "reads a metric that is seeded", "net.loss"),
        ("alt: Curves.", "alt: '{% for row in rows(\"net.epochs\") %}{{ row.loss }}{% endfor %}'",
         "lists what a table of the results holds", "net.epochs"),
        ("this.width }}", "this.loss }}", "reads a metric that is seeded", "this.loss"),
        ("caption: one net", "caption: one net, alt: '{{ this.loss }}'", "reads a metric that is seeded", "this.loss"),
        ("alt: Curves.", "alt: '{% claim net.accuracy > 3 %}A{% otherwise %}B{% endclaim %}'", "makes a claim", ""),
    ],
)  # fmt: skip
def test_what_gives_a_result_away_is_named_at_its_line(
    stated: Course, old: str, new: str, message: str, got: str
) -> None:
    stated.edit(Q1, old, new)
    (mistake,) = given_away(stated)
    assert (mistake.message, mistake.got, mistake.path) == (message, got, stated.path(Q1))
    assert mistake.line == stated.line(Q1, new)


def test_a_metric_of_no_stated_kind_may_be_measured(course: Course) -> None:
    assert [(mistake.got, mistake.message) for mistake in given_away(course)] == [
        ("net.loss", "reads a metric that is of no stated kind"),
        ("this.loss", "reads a metric that is of no stated kind"),
        ("this.loss", "reads a metric that is of no stated kind"),
    ]


def test_a_number_that_the_question_asks_for_is_no_setting(stated: Course) -> None:
    stated.edit(Q1, "metric: net.loss", "metric: net.accuracy")
    (mistake,) = given_away(stated)
    assert mistake.message == "prints a number that the question asks for"
    assert (mistake.got, mistake.place) == ("net.accuracy", "tables.by_width.caption")


@pytest.mark.parametrize("language", ["", "fr"])
def test_no_caption_of_the_built_in_course_gives_anything_away(language: str) -> None:
    course, faults = read_course(questions_folder(), templates_folder() / "answers", language=language)
    assert course is not None
    assert faults == []
    assert check_captions(course, read_catalogue(Memo(None))) == []


def computed_by_hand(question: QuestionSpec) -> set[tuple[str, str]]:
    """The results and metrics that are known without a run: the ones to be estimated or looked up."""
    metrics = [one.metric for one in question.expected if one.profile == ANY_PROFILE and not one.column]
    addresses = [parse_address(metric, question.address, named=True) for metric in metrics]
    return {(str(address.whole), address.name) for address in addresses}


def test_a_table_of_numbers_that_are_to_be_found_by_hand_is_a_solution() -> None:
    course, _ = read_course(questions_folder(), templates_folder() / "answers")
    assert course is not None
    telling = {
        (question.address, table.name, table.solution)
        for question in course.questions()
        for table in question.tables.values()
        for row in table.rows
        for column in table.columns
        if (str(parse_address(row.result, question.address).whole), column.source) in computed_by_hand(question)
    }
    assert telling == {("2-a/q01", "networks", True)}
