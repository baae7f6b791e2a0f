"""The conditions of one claim as numbers: what was compared with what, whichever way round it is written.

Nothing here says which side is the larger one by the condition: that is what the words are read for.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import nodes

from generator.answers.claims import Claim, spelling
from generator.answers.prose import reading_environment

_P = re.compile(r"(^|[_.])p(_|$)")
_LOW = re.compile(r"(^|[_.])low$")
_HIGH = re.compile(r"(^|[_.])high$")
_NEXT_TO_NOTHING = 0.1
_ORDERS = ("lt", "gt", "lteq", "gteq")
_SUMS: dict[type[nodes.BinExpr], Callable[[float, float], float]] = {
    nodes.Add: operator.add,
    nodes.Sub: operator.sub,
    nodes.Mul: operator.mul,
    nodes.Div: operator.truediv,
}


@dataclass(frozen=True)
class Side:
    """One side of a comparison: what it comes to, the results in it, and their spelling if it is one alone.

    One that is ``scaled`` is so many times something.
    """

    value: float
    reads: tuple[str, ...]
    alone: str = ""
    scaled: bool = False

    @property
    def metric(self) -> str:
        return self.alone.rpartition(".")[2]


@dataclass(frozen=True)
class Compared:
    """Two sides of which a condition says which is larger (or with ``equal`` that they are the same)."""

    sides: tuple[Side, Side]
    equal: bool = False

    @property
    def reads(self) -> frozenset[str]:
        return frozenset(read for side in self.sides for read in side.reads)

    def ordered(self) -> Iterator[tuple[Side, Side]]:
        """Each side that is one result alone, with the other."""
        one, other = self.sides
        if one.alone:
            yield one, other
        if other.alone:
            yield other, one

    @property
    def evidence(self) -> bool | None:
        """Whether a p value is small, or something beyond the end of an interval; None where neither is compared."""
        for own, other in self.ordered():
            if self.equal:
                continue
            if _P.search(own.metric) and not other.reads:
                return own.value < other.value
            if _LOW.search(own.metric):
                return own.value > other.value
            if _HIGH.search(own.metric):
                return own.value < other.value
        return None


@dataclass(frozen=True)
class Judgement:
    """One condition of a claim: its comparisons, whether all of them have to hold, and whether it asks for more.

    ``differences`` are those of which it only asks whether they are more than nothing.
    """

    compared: tuple[Compared, ...]
    every: bool
    more: bool
    as_seen: bool = False
    differences: tuple[Compared, ...] = ()

    @property
    def evidence(self) -> bool | None:
        """Whether the tests and intervals that it names speak for it."""
        found = [one.evidence for one in self.compared if one.evidence is not None]
        if not found:
            return None
        return all(found) if self.every else any(found)

    @property
    def plain(self) -> list[Compared]:
        """What is compared besides."""
        return [one for one in self.compared if one.evidence is None]

    @property
    def pairs(self) -> list[Compared]:
        """What is compared besides; a difference by the two numbers that it is one of, the later one first."""
        return [*self.plain, *self.differences]


@dataclass(frozen=True)
class Said:
    """What a claim printed, what stands before it in its paragraph, and the conditions that were judged for it.

    ``taken`` says that the last of them held; otherwise none did. One that is ``divided`` has claims of its own.
    """

    words: str
    before: str
    conditions: tuple[Judgement, ...]
    taken: bool
    values: Mapping[str, Any]
    divided: bool = False

    @property
    def last(self) -> Judgement:
        return self.conditions[-1]


Named = tuple[str, float]
#: For a difference as it is spelt, the pairs of numbers that it may be one of: the earlier, which is taken away, first.
Between = Callable[[str], Iterable[tuple[Named, Named]]]


def said(claims: Iterable[Claim], words: Callable[[str], str], between: Between) -> Iterator[Said]:
    """The claims of a rendered text, each with all its conditions; ``words`` makes plain words of Markdown."""
    forks: list[list[Claim]] = []
    for claim in claims:
        if claim.after and forks:
            forks[-1].append(claim)
        else:
            forks.append([claim])
    for fork in forks:
        conditions = tuple(judgement(one, between) for one in fork)
        sentence = fork[-1].sentence
        before = words(getattr(sentence, "before", "").strip())
        values = {name: value for one in fork for name, value in one.values.items()}
        for condition in conditions:
            values |= {side.alone: side.value for one in condition.differences for side in one.sides}
        span = getattr(sentence, "span", (0, 0))
        spans = [getattr(other[-1].sentence, "span", (0, 0)) for other in forks if other is not fork]
        divided = any(span[0] <= start < end <= span[1] for start, end in spans)
        yield Said(words(sentence.strip()), before, conditions, fork[-1].holds, values, divided)


def judgement(claim: Claim, between: Between) -> Judgement:
    """One condition with the values that it was judged by."""
    tree = _parsed(claim.expression)
    compared = tuple(_compared(tree, claim.values))
    asked = [*tree.find_all(nodes.Compare), *[one for one in (tree,) if isinstance(one, nodes.Compare)]]
    more = any(True for _ in tree.find_all((nodes.Not, nodes.Test))) or len(compared) < len(asked) or not asked
    every = not isinstance(tree, nodes.Or) and not any(True for _ in tree.find_all(nodes.Or))
    differences = tuple(
        Compared((Side(after[1], (after[0],), after[0]), Side(before[1], (before[0],), before[0])))
        for one in compared
        for own, other in one.ordered()
        if not other.reads and abs(other.value) < _NEXT_TO_NOTHING
        for before, after in between(own.alone)
    )
    return Judgement(compared, every, more, claim.as_seen, differences)


@lru_cache(maxsize=10_000)
def _parsed(expression: str) -> nodes.Node:
    tree: Any = reading_environment().parse("{{ " + expression + " }}")
    return tree.body[0].nodes[0]  # type: ignore[no-any-return]


def _compared(node: nodes.Node, values: Mapping[str, Any]) -> Iterator[Compared]:
    if isinstance(node, nodes.And | nodes.Or):
        yield from _compared(node.left, values)
        yield from _compared(node.right, values)
    elif isinstance(node, nodes.Compare) and len(node.ops) == 1 and node.ops[0].op in (*_ORDERS, "eq"):
        one, other = _side(node.expr, values), _side(node.ops[0].expr, values)
        if one is not None and other is not None:
            yield Compared((one, other), node.ops[0].op == "eq")


def _side(node: nodes.Node, values: Mapping[str, Any]) -> Side | None:
    reads = tuple(_reads(node, values))
    try:
        value = _value(node, values)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    alone = spelling(node) if reads == (spelling(node),) else ""
    return Side(value, reads, alone, isinstance(node, nodes.Mul | nodes.Div))


def _reads(node: nodes.Node, values: Mapping[str, Any]) -> Iterator[str]:
    if spelling(node) in values:
        yield spelling(node)
    else:
        for child in node.iter_child_nodes():
            yield from _reads(child, values)


def _value(node: nodes.Node, values: Mapping[str, Any]) -> float:
    """What an expression comes to. Raises TypeError for what is no number."""
    if spelling(node) in values:
        return _number(values[spelling(node)])
    match node:
        case nodes.Const():
            return _number(node.value)
        case nodes.BinExpr() if type(node) in _SUMS:
            return _SUMS[type(node)](_value(node.left, values), _value(node.right, values))
        case nodes.Neg():
            return -_value(node.node, values)
        case nodes.Filter() if node.name == "abs" and node.node is not None:
            return abs(_value(node.node, values))
    raise TypeError(node)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    return value
