"""Comparisons of noisy metrics: which are refused, what supports them, and that the built-in course has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.answers.conditions import conditions
from generator.answers.prose import reading_environment
from generator.checks.course import check_course
from generator.checks.margins import Scope, bare_comparisons
from generator.course.editions import Edition
from generator.course.loader import read_course
from generator.errors import Mistake
from generator.folders import questions_folder, templates_folder
from generator.planning.catalogue import read_catalogue
from generator.registry import kind_of
from generator.store.memo import Memo
from tests.course_for_tests import A1, COURSE_FILE, Q1, Course

#: How the toy course's metrics are known, for what is compared below.
KINDS = {"share_*": "measured", "loss": "seeded", "p": "margins", "low": "margins", "high": "margins",
         "better": "margins", "images": "exact", "seconds": ""}  # fmt: skip


def found(condition: str, scope: Scope = Scope.ALL, around: str = "{}") -> list[str]:
    """What is said of a claim with this condition."""
    text = around.format("{% claim " + condition + " %}A{% otherwise %}B{% endclaim %}")
    stated = conditions(reading_environment().parse(text))
    mistakes = bare_comparisons(stated, lambda address: kind_of(address.name, KINDS), Path("q.md"), scope)
    return [mistake.message for mistake in mistakes]


@pytest.mark.parametrize(
    "condition",
    [
        "a.share_1 > b.share_2",
        "a.share_1 <= a.loss",
        "a.loss - b.loss > 0",
        "a.loss / b.loss < 1",
        "a.share_1 > b.share_2 or a.p < 0.05",  # a margin of the other branch
        "a.images > 3 and a.share_1 > b.share_2",
        "a.share_1 > b.share_2 and (a.p < 0.05 or a.images > 3)",  # it may not have been needed
        "not a.share_1 > b.share_2",
        "a.seconds < b.seconds",  # of no stated kind
    ],
)
def test_a_comparison_of_two_noisy_metrics_alone_is_refused(condition: str) -> None:
    (message,) = found(condition)
    assert message.endswith("without a margin")


@pytest.mark.parametrize(
    "condition",
    [
        "a.share_1 > b.share_2 and a.p < 0.05",
        "a.p < 0.05 and a.images > 3 and (a.share_1 > b.share_2 or a.loss < b.loss)",
        "a.better and a.share_1 > b.share_2",
        "(a.p < 0.05 or b.p < 0.05) and a.share_1 > b.share_2",
        "a.low > b.high",
        "a.share_1 < b.low",
        "a.share_1 > b.share_2 + 0.05",
        "a.loss < 0.5 * b.loss",
        "(a.share_1 - b.share_2) | abs > 0.05",
        "a.share_1 > 0.5",
        "a.share_1 > 1 / a.images",
        "a.images > b.images",
        "a.share_1 == b.share_2",
        "a.share_1 >= a.share_1",
        "a.share_1 > b.share_2 as seen",
    ],
)
def test_a_margin_a_threshold_or_one_noisy_metric_is_enough(condition: str) -> None:
    assert found(condition) == []


def test_both_metrics_are_named_with_their_kinds() -> None:
    assert found("a(seed=1).share_1 > metric('1-a/q01/b.seconds')") == [
        "a[seed=1].share_1 (measured) is compared with 1-a/q01/b.seconds (of no stated kind) without a margin"
    ]


def test_what_holds_around_a_claim_supports_it_and_what_did_not_hold_does_not() -> None:
    inside, outside = "{{% claim a.p < 0.05 %}}{}{{% otherwise %}}B{{% endclaim %}}", (
        "{{% claim a.p < 0.05 %}}A{{% otherwise %}}{}{{% endclaim %}}"
    )  # fmt: skip
    assert found("a.loss < b.loss", around=inside) == []
    assert len(found("a.loss < b.loss", around=outside)) == 1
    assert len(found("a.loss < b.loss", around=inside.replace("a.p < 0.05", "a.images > 3 as seen"))) == 1


def test_unstated_kinds_are_held_to_it_only_where_that_is_asked_for() -> None:
    assert [len(found("a.seconds < b.seconds", scope)) for scope in Scope] == [0, 0, 1]
    assert [len(found("a.loss < b.loss", scope)) for scope in Scope] == [0, 1, 1]


def mistakes_of(course: Course, scope: Scope, edition: Edition = Edition.REFERENCE) -> list[Mistake]:
    read, faults = read_course(course.path("questions"), course.path("answers"), edition)
    assert read is not None
    assert faults == []
    mistakes = check_course(read, read_catalogue(Memo(None), course.package), scope)
    return [mistake for mistake in mistakes if "margin" in mistake.message]


def test_answers_captions_and_introductions_are_held_to_it_at_their_line(course: Course) -> None:
    claim = "{% claim A < B %}A{% otherwise %}B{% endclaim %}"
    caption = claim.replace("A <", "this.loss <").replace("B %", "this.accuracy %", 1)
    course.edit(Q1, "The epochs of {{ this.loss }}.", f"'{caption}'")
    introduction = claim.replace("A <", "metric('1-a/q01/net.loss') <").replace(
        "B %", "metric('1-a/q01/net.accuracy') %", 1
    )
    course.edit(COURSE_FILE, "What this is [@known].", introduction)
    assert mistakes_of(course, Scope.STATED) == []
    assert mistakes_of(course, Scope.NONE) == []
    places = [(mistake.path, mistake.line) for mistake in mistakes_of(course, Scope.ALL)]
    assert places == [
        (course.path(COURSE_FILE), course.line(COURSE_FILE, "introduction:") + 1),
        (course.path(Q1), course.line(Q1, "caption: '{% claim")),
        (course.path(A1), course.line(A1, "{% claim")),
    ]


def test_kinds_come_from_the_computation_and_a_grid_s_parameter_is_exact(course: Course) -> None:
    course.edit("generator/labs/toy.py", '["loss", "accuracy", "accuracy_*"]',
                '{"seeded": ["loss"], "margins": ["accuracy", "accuracy_*"]}')  # fmt: skip
    (mistake,) = mistakes_of(course, Scope.STATED)
    assert mistake.message == "net.loss (seeded) is compared with nets[width=2].loss (seeded) without a margin"
    assert "as seen" in mistake.hint
    course.edit(A1, "nets(width=2).loss %}", "nets(width=2).width %}")
    assert mistakes_of(course, Scope.ALL) == []


def test_columns_of_rows_have_the_kind_they_state_or_that_of_the_metric_they_repeat(course: Course) -> None:
    loop = '{% for row in rows("net.epochs") if row.loss CONDITION %}A{% endfor %}'
    course.edit(
        "generator/labs/toy.py", '["loss", "accuracy", "accuracy_*"]', '{"seeded": ["loss"], "exact": ["accuracy"]}'
    )
    course.write(A1, loop.replace("CONDITION", "> net.loss"))
    (mistake,) = mistakes_of(course, Scope.STATED)
    assert mistake.message.startswith("net.epochs, column 'loss' (seeded) is compared with net.loss (seeded) without")
    course.write(A1, loop.replace("CONDITION", "> row.high"))
    assert mistakes_of(course, Scope.ALL) == []  # an end of an interval, as its name says
    course.edit("generator/labs/toy.py", 'figures=["losses"]', 'figures=["losses"], columns={"measured": ["high"]}')
    (mistake,) = mistakes_of(course, Scope.STATED)
    assert "column 'high' (measured)" in mistake.message
    course.write(A1, loop.replace("CONDITION", "> 2 * net.loss"))
    assert mistakes_of(course, Scope.ALL) == []


def test_two_rows_of_one_column_are_two_numbers(course: Course) -> None:
    text = '{% set all = rows("net.epochs") %}{% claim (all | last).loss < (all | first).loss %}A{% otherwise %}B'
    course.write(A1, text + "{% endclaim %}")
    (mistake,) = mistakes_of(course, Scope.ALL)
    assert mistake.message.count("net.epochs, column 'loss'") == 2


def test_a_student_s_answers_are_not_held_to_it(course: Course) -> None:
    assert len(mistakes_of(course, Scope.ALL)) == 1
    assert mistakes_of(course, Scope.ALL, Edition.STUDENT) == []


def test_the_built_in_course_compares_nothing_without_a_margin() -> None:
    course, faults = read_course(questions_folder(), templates_folder() / "answers")
    assert course is not None
    assert faults == []
    assert check_course(course, read_catalogue(Memo(None)), Scope.ALL) == []
