"""Inputs come before what needs them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from generator.course.references import inputs_first


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
