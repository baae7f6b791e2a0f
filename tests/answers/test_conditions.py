"""Conditions of answers as comparisons: what each side reads, and whether it says by how much."""

from __future__ import annotations

import pytest

from generator.answers.conditions import Comparison, Condition, Joined, Stated, conditions
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


def test_names_set_from_one_another_do_not_double_for_ever() -> None:
    sets = "".join(f"{{% set a{n + 1} = a{n} + a{n} %}}{{% set b{n + 1} = b{n} and b{n} %}}" for n in range(60))
    text = "{% set a0 = a.x %}{% set b0 = b.y > b.z %}" + sets + "{% if a60 > 1 and b60 %}A{% endif %}"
    (one,) = stated(text)
    assert isinstance(one.condition, Joined)


def test_a_text_s_own_names_stand_for_what_was_set_and_those_of_loops_for_rows() -> None:
    text = (
        "{% set gap = a.x - b.y %}{% set odd = odd %}{% claim gap > 0 and odd > gap %}A{% otherwise %}B{% endclaim %}"
        '{% for row in rows("a.runs") %}{% if row.x > row.y and loop.index > 1 %}C{% endif %}{% endfor %}'
    )
    assert [spelt(one.condition) for one in stated(text)] == [
        "(({a.x <> b.y}) & ({a.x, b.y}))",
        "(({a.runs, column 'x' <> a.runs, column 'y'}) & ({}))",
    ]


IF = "{{% if {} %}}A{{% endif %}}"
LOOP = '{{% for r in rows("a.t"){} %}}{}{{% endfor %}}'
ROWS = {
    LOOP.format(" if r.x > b.x", "{{ r.x if r.p < 0.05 }}{% else %}" + IF.format("r.x")): [
        "({a.t, column 'x' <> b.x})", "({a.t, column 'p'})", "(())",
    ],
    LOOP.format("", LOOP.replace("a.t", "a.u").format("", IF.format("r.x")) + IF.format("r.x")): [
        "{a.u, column 'x'}", "{a.t, column 'x'}",
    ],
    '{% set all = rows("a.t") %}' + IF.format('(all | first).x > all[1]["x"] + 0.5'): [
        "({a.t, column 'x' <> a.t, column 'x' !})",
    ],
    IF.format('rows("a.t") | names("label", outcome="lower", seed=1) == "b" and rows("a.t") | length > 2'): [
        "(({a.t, column 'outcome', a.t, column 'seed'}) & ({}))",
    ],
    LOOP.replace('"a.t"', "a").format("", IF.format('r.x > rows("…").y')): ["({})"],
    "{% for n in a.x %}{{ n if n.x }}{% endfor %}": ["(())"],
}  # fmt: skip


@pytest.mark.parametrize("text", ROWS)
def test_values_of_rows_are_read_with_their_table_and_column(text: str) -> None:
    assert [spelt(one.condition) for one in stated(text)] == ROWS[text]
