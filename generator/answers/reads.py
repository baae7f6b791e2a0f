"""What was read of results for a number that is printed, or for a condition that is judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Read:
    """One value that was read: the ``name`` of a metric, or of a table and its column, in the result at ``ref``.

    A column of which several rows were read has no single value.
    """

    ref: str
    name: str
    value: Any = None


@dataclass(frozen=True)
class Print:
    """Something that was printed, as the answer spells it, and all that was read for it."""

    expression: str
    reads: tuple[Read, ...]


def each_once(reads: Iterable[Read]) -> tuple[Read, ...]:
    """What was read, each place once, in the order of the first time."""
    found: dict[tuple[str, str], Read] = {}
    for read in reads:
        place = (read.ref, read.name)
        before = found.setdefault(place, read)
        if repr(before.value) != repr(read.value):  # a value may be such that it is not equal to itself
            found[place] = replace(read, value=None)
    return tuple(found.values())
