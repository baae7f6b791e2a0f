"""References split into result and grid point, and inputs come before what needs them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.course.references import inputs_first, parse_reference, select, split_address
from generator.course.spec import ResultRef


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("net", ("1-a/q01/net", {})),
        (" net[width=8, seed = 0] ", ("1-a/q01/net", {"width": "8", "seed": "0"})),
        ("2-b/q11/net[layer=a/b]", ("2-b/q11/net", {"layer": "a/b"})),
        ("net[]", ("1-a/q01/net", {})),
        ("net.loss", None),
        ("a/net", None),
        ("", None),
    ],
)
def test_a_reference_is_split(text: str, found: object) -> None:
    assert parse_reference(text, "1-a/q01") == found


def test_an_address_is_split_whatever_its_point_holds() -> None:
    assert split_address("2-a/q01/net[layer=a/b]") == ("2-a/q01", "net")
    assert split_address("roles/classifier") == ("roles", "classifier")


def test_points_are_selected_by_some_or_all_of_their_values() -> None:
    refs = [ResultRef("1-a/q01", "net", (("width", w), ("seed", s))) for w in (1, 2) for s in (0, 1)]
    assert len(select(refs, {})) == 4
    assert select(refs, {"width": "2"}) == refs[2:]
    assert select(refs, {"width": "2", "seed": "1"}) == refs[3:]
    assert select(refs, {"depth": "1"}) == []


def test_the_order_of_the_questions_is_kept_where_inputs_allow() -> None:
    assert inputs_first({"a": ["d"], "b": [], "c": ["b"], "d": ["b"]}) == (["b", "d", "a", "c"], [])


def test_circles_are_found() -> None:
    assert inputs_first({"a": ["b"], "b": ["c"], "c": ["b"], "d": ["d"]})[1] == [["b", "c", "b"], ["d", "d"]]


def test_a_long_chain_is_no_trouble() -> None:
    chain = {str(n): [str(n + 1)] for n in range(5000)} | {"5000": []}
    assert inputs_first(chain)[0] == [str(n) for n in range(5000, -1, -1)]


@given(st.lists(st.lists(st.integers(0, 7), max_size=4), min_size=8, max_size=8))
def test_every_address_comes_once_and_after_its_inputs_or_stands_in_a_circle(lists: list[list[int]]) -> None:
    inputs = {str(n): [str(target) for target in targets] for n, targets in enumerate(lists)}
    order, circles = inputs_first(inputs)
    assert sorted(order) == sorted(inputs)
    late = [(a, t) for a, targets in inputs.items() for t in targets if order.index(t) >= order.index(a)]
    assert bool(late) == bool(circles)
    for circle in circles:
        assert circle[0] == circle[-1]
        assert all(after in inputs[before] for before, after in pairwise(circle))
