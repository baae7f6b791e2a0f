"""Nodes of a graph have one identity when nothing tells them apart, circles included."""

from __future__ import annotations

import random

import pytest

from generator.planning.code.identity import Content, Identities

GRAPH: dict[str, Content[str]] = {
    "leaf": ("1", ()),
    "same leaf": ("1", ()),
    "other leaf": ("2", ()),
    "a": ("x", ("leaf", "b")),
    "b": ("y", ("a",)),
    "a'": ("x", ("same leaf", "b'")),
    "b'": ("y", ("a'",)),
    "a''": ("x", ("other leaf", "b''")),
    "b''": ("y", ("a''",)),
    "one way": ("z", ("leaf", "other leaf")),
    "other way": ("z", ("other leaf", "leaf")),
    "self": ("s", ("self",)),
    "self'": ("s", ("self'",)),
    "not self": ("s", ("leaf",)),
    "p": ("k", ("q",)),
    "q": ("k", ("r",)),
    "r": ("k", ("p", "leaf")),
}
ALIKE = [{"leaf", "same leaf"}, {"a", "a'"}, {"b", "b'"}, {"self", "self'"}]


@pytest.mark.parametrize("seed", range(5))
def test_nodes_are_alike_exactly_when_all_that_they_lead_to_is(seed: int) -> None:
    identities: Identities[str] = Identities(GRAPH.__getitem__)
    names = sorted(GRAPH)
    random.Random(seed).shuffle(names)
    found = {name: identities(name) for name in names}
    for one in names:
        for other in names:
            alike = one == other or any({one, other} <= same for same in ALIKE)
            assert (found[one] == found[other]) == alike, (one, other)


def test_a_long_chain_and_a_large_circle_come_to_an_end() -> None:
    size = 3000
    chain: dict[int, Content[int]] = {n: ("n", (n + 1,) if n < size else ()) for n in range(size + 1)}
    circle: dict[int, Content[int]] = {n: (n % 7, ((n + 1) % 70, 3 * n % 70)) for n in range(70)}
    assert Identities(chain.__getitem__)(0) != Identities(chain.__getitem__)(1)
    assert len({Identities(circle.__getitem__)(n) for n in range(70)}) == 7
