"""Values as JSON and back: the same value again, another digest for any other, and only the kinds that are known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from generator.formats import Markdown
from generator.store.plain import digest_of, plain, read_plain


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Pair:
    first: Any
    second: Any = None


VALUES = [
    None, True, 1, 1.0, "1", 0.1, float("inf"), (), (1,), [1], {}, {"a": 1}, {1: "a"}, frozenset(), frozenset({"a"}),
    Path("a"), Colour.RED, Colour.BLUE, Markdown("1"), Pair(1), Pair(1, 2), Pair("1"), (Pair(1),), {"is": "Pair"},
    ("short",), {"has": (1, 2)}, {("a", 1): Pair({"b": (Path("c"), None)})},
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    again = read_plain(json.loads(json.dumps(plain(value))), (Pair, Colour, Markdown))
    assert again == value
    assert type(again) is type(value)


def test_no_two_values_have_the_same_digest() -> None:
    assert len({digest_of(value) for value in VALUES}) == len(VALUES)


def test_the_order_of_a_set_is_not_seen() -> None:
    words = [f"word {number}" for number in range(50)]
    assert digest_of(frozenset(words)) == digest_of(frozenset(reversed(words)))


def test_what_is_not_known_is_refused_both_ways() -> None:
    with pytest.raises(TypeError, match="object is not kept"):
        plain(object())
    with pytest.raises(KeyError):
        read_plain(plain(Pair(1)), (Colour,))
    with pytest.raises(ValueError, match="not kept to be read again"):
        read_plain(plain(Pair(1), {Pair: lambda pair: pair.first}), (Pair,))
