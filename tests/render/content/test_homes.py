"""Whose results a text can name."""

from __future__ import annotations

import random

from generator.answers.addresses import Address
from generator.render.content.homes import Homes


def refs(*homes: str) -> dict[str, tuple[Address, ...]]:
    return {f"{home}/one": (Address(home, "one"),) for home in homes}


def test_homes_are_found_wherever_they_stand() -> None:
    homes = Homes(refs("2-a/q01", "2-a/q02", "b/q01", "roles") | {"c/q09/none": ()})
    assert homes.named("see\\n2-a/q01/one and `roles/x`") == {"2-a/q01", "roles"}
    assert homes.named("2-a/q01") == homes.named("2-a/q011/one") == homes.named("c/q09/none") == set()
    assert homes.named("b/q01/2-a/q02/") == {"b/q01", "2-a/q02"}


def test_as_if_each_home_were_looked_for() -> None:
    known = ["a/q1", "aa/q1", "a-a/q2", "q1/a", "roles"]
    homes, draws = Homes(refs(*known)), random.Random(0)
    for _ in range(2000):
        words = "".join(draws.choices(["a", "q1", "q2", "/", "-", "roles", " "], k=12))
        assert homes.named(words) == {home for home in known if f"{home}/" in words}, words


def test_results_keep_their_order() -> None:
    homes = Homes(refs("b/q01", "a/q01", "c/q01"))
    assert list(homes.refs(frozenset({"a/q01", "b/q01", "d/q01"}))) == ["b/q01/one", "a/q01/one"]
