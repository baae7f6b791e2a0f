"""Conditions of answers as comparisons: what each side reads, and whether it says by how much."""

from __future__ import annotations

import pytest

from generator.answers.conditions import Comparison, Condition, Stated, conditions
from generator.answers.prose import reading_environment


def stated(text: str) -> list[Stated]:
    return list(conditions(reading_environment().parse(text)))


def spelt(condition: Condition) -> str:
    """A condition in few signs: "{a.x <> b.y !}" is a comparison that says by how much, "&" and "|" join."""
    if isinstance(condition, Comparison):
        sides = [", ".join(map(str, side)) for side in (condition.left, condition.right)]
        return "{" + " <> ".join(side for side in sides if side) + " !" * condition.stated + "}"
    return "(" + (" & " if condition.every else " | ").join(map(spelt, condition.parts)) + ")"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.x > b.y", "({a.x <> b.y})"),
        ("a(seed=1).x <= metric('1-a/q01/b[n=2].y')", "({a[seed=1].x <> 1-a/q01/b[n=2].y})"),
        ("a.x > 0.5", "({a.x})"),
        ("0.5 < a.x", "({a.x})"),
        ("a.x == b.y", "({a.x, b.y})"),
        ("a.x is none", "({a.x})"),
        ("a.better and not b.worse", "({a.better} & ({b.worse}))"),
        ("a.x > b.y > c.z", "({a.x <> b.y} & {b.y <> c.z})"),
        ("a.x > b.y and a.p < 0.05 or b.p < 0.05", "((({a.x <> b.y}) & ({a.p})) | ({b.p}))"),
        ("not (a.x < b.y)", "(({a.x <> b.y}))"),
        # by how much
        ("a.x > b.y + 0.05", "({a.x <> b.y !})"),
        ("a.x - 0.05 > b.y", "({a.x <> b.y !})"),
        ("a.x > 1.5 * b.y", "({a.x <> b.y !})"),
        ("a.x < b.y / 2", "({a.x <> b.y !})"),
        ("a.x > (b.y + -2) | abs", "({a.x <> b.y !})"),
        ("a.x > b.y + 0", "({a.x <> b.y})"),
        ("a.x > 1 * b.y", "({a.x <> b.y})"),
        ("a.x > b(width=2).y", "({a.x <> b[width=2].y})"),  # a point of a grid is no number to add
        ("a.x > b.y | round(2)", "({a.x <> b.y})"),
        # differences and ratios
        ("a.x - b.y > 0", "({a.x <> b.y})"),
        ("0 > a.x - b.y", "({a.x <> b.y})"),
        ("a.x / b.y > 1", "({a.x <> b.y})"),
        ("a.x / b.y < 0.5", "({a.x, b.y})"),
        ("(a.x - b.y) | abs > 0.05", "({a.x, b.y})"),
        ("a.x + b.y > 0", "({a.x, b.y})"),
        ("a.x - b.y - 0.05 > 0", "({a.x, b.y})"),
    ],
)
def test_a_condition_is_read_by_what_it_compares(text: str, expected: str) -> None:
    (one,) = stated("{% claim " + text + " %}A{% otherwise %}B{% endclaim %}")
    assert spelt(one.condition) == expected


def test_what_holds_around_a_condition_stands_with_it() -> None:
    found = stated(
        "{% claim a.p < 0.05 %}{% claim a.x > a.y %}A{% otherwise %}B{% endclaim %}"
        "{% or claim a.q > 1 as seen %}{% if a.x > a.z %}C{% endif %}"
        "{% otherwise %}\n{{ 'D' if a.y > a.x else 'E' }}{% endclaim %}"
    )
    assert [(spelt(one.condition), one.as_seen, list(map(spelt, one.within)), one.line) for one in found] == [
        ("({a.p})", False, [], 1),
        ("({a.x <> a.y})", False, ["({a.p})"], 1),
        ("({a.q})", True, [], 1),
        ("({a.x <> a.z})", False, ["({a.q})"], 1),
        ("({a.y <> a.x})", False, [], 2),
    ]


def test_a_text_s_own_names_stand_for_what_was_set_and_rows_for_no_result() -> None:
    text = (
        "{% set gap = a.x - b.y %}{% set odd = odd %}{% claim gap > 0 and odd > gap %}A{% otherwise %}B{% endclaim %}"
        '{% for row in rows("a.runs") %}{% if row.x > row.y and loop.index > 1 %}C{% endif %}{% endfor %}'
    )
    assert [spelt(one.condition) for one in stated(text)] == [
        "(({a.x <> b.y}) & ({a.x, b.y}))",
        "(({}) & ({}))",
    ]
