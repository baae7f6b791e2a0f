"""Finds draws for branches that chance does not reach: the results that their conditions name get telling values."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes

from generator.answers.addresses import Address, AddressError, parse_address, parse_expression
from generator.planning.binding import Bindings
from generator.results import Value
from tests.shaken.snapshot import KeptJob

_PART = re.compile(
    r"\{\{ *(?P<first>\w+(?:\([^{}()]*\))?)\.(?P<part>\w+)[^{}]*\}\} (?:out )?of (?:the |its |their |these )?"
    r"(?:other )?"
    r"\{\{ *(?P=first)\.(?P<all>\w+)"
)
Exact = Callable[[KeptJob, str], bool]
_TELLING = (0.0, 0.001, 0.02, 0.04, 0.06, 0.2, 0.4, 0.6, 0.85, 0.97, 1.0)


@dataclass(frozen=True)
class Aim:
    """The metrics that a condition names, by job, and the literals that it compares them with."""

    metrics: tuple[tuple[int, str], ...]
    literals: tuple[Value, ...]

    def pins(self, rng: random.Random, jobs: list[KeptJob], exact: Exact) -> dict[int, dict[str, Value]]:
        """Values that might make the condition hold."""
        found: dict[int, dict[str, Value]] = {}
        for number in sorted({number for number, _ in self.metrics if jobs[number].derived}):
            if rng.random() < 0.5:
                found |= level(rng, jobs, number, exact)
        olds = {one: jobs[one[0]].result.metrics.get(one[1]) for one in self.metrics}
        words = tuple(old for old in olds.values() if isinstance(old, str))
        for (number, name), old in olds.items():
            if rng.random() < 0.85:
                found.setdefault(number, {})[name] = telling(rng, old, (*self.literals, *words))
        return found


def level(rng: random.Random, jobs: list[KeptJob], number: int, exact: Exact) -> dict[int, dict[str, Value]]:
    """One measure of all the results that a derived one compares, the same for all of them or almost."""
    compared = sources_of(jobs, number)
    measures = [
        {name for name, value in job.result.metrics.items() if isinstance(value, float) and not exact(job, name)}
        for job in compared
    ]
    shared = sorted({name for one in measures for name in one if sum(name in other for other in measures) > 1})
    if not shared:
        return {}
    name = rng.choice(shared)
    those = [job for job in compared if isinstance(job.result.metrics.get(name), float)]
    value = float(str(rng.choice(those).result.metrics[name]))
    apart = rng.choice((0.0, 0.0, 0.005, 0.05) if 0 <= value <= 1 else (0.002, 0.005, 0.05))
    most = 1.0 if 0 <= value <= 1 else math.inf
    return {job.number: {name: min(most, value * (1 + rng.gauss(0, apart)))} for job in those}


def sources_of(jobs: list[KeptJob], number: int) -> list[KeptJob]:
    """The results that are not derived behind one that is."""
    found: dict[int, KeptJob] = {}
    for taken in jobs[number].taken:
        nearer = sources_of(jobs, taken) if jobs[taken].derived else [jobs[taken]]
        found |= {job.number: job for job in nearer}
    return list(found.values())


def aim_of(conditions: Iterable[nodes.Node], home: str, bindings: Bindings, jobs: Mapping[str, int]) -> Aim:
    """What these conditions read, as a text of the question ``home`` means it."""
    metrics: dict[tuple[int, str], None] = {}
    literals: dict[Value, None] = {}
    for condition in conditions:
        for address in reads_of(condition):
            for number in numbers_of(address, home, bindings, jobs):
                metrics[number, address.name] = None
        for node in condition.find_all((nodes.Const, nodes.Test)):
            literals[None if isinstance(node, nodes.Test) else node.value] = None  # the one test is "is none"
    return Aim(tuple(metrics), tuple(literals))


def reads_of(expression: nodes.Node) -> Iterator[Address]:
    """The results that an expression reads, as it spells them."""
    if isinstance(expression, nodes.Getattr | nodes.Getitem):
        try:
            yield parse_expression(expression)
        except AddressError:
            return
    elif isinstance(expression, nodes.Call) and getattr(expression.node, "name", "") == "metric":
        yield parse_address(str(expression.args[0].value), named=True)  # type: ignore[attr-defined]
    else:
        for child in expression.iter_child_nodes():
            yield from reads_of(child)


def numbers_of(address: Address, home: str, bindings: Bindings, jobs: Mapping[str, int]) -> list[int]:
    """The jobs that an address means in a text of ``home``."""
    whole = address.at_home(home)
    points = whole.among(bindings.refs.get(str(whole.whole), ()))
    return [jobs[str(point)] for point in points if str(point) in jobs]


def telling(rng: random.Random, old: Value, literals: tuple[Value, ...]) -> Value:
    """A value on one side or the other of what a condition compares with."""
    if None in literals and old is not None and rng.random() < 0.3:
        return None
    numbers = [value for value in literals if isinstance(value, int | float) and not isinstance(value, bool)]
    match old:
        case bool():
            return rng.random() < 0.5
        case str():
            return rng.choice([old, f"another {old}", *(value for value in literals if isinstance(value, str))])
        case int():
            near = [round(value) + step for value in numbers for step in (0, 1)]
            return max(0, rng.choice([0, 1, old, 2 * old, *near]))
        case float() if 0 <= old <= 1:
            near = [value * scale for value in numbers for scale in (0.5, 0.97, 1.03, 1.5) if 0 <= value * scale <= 1]
            return float(rng.choice([*_TELLING, rng.random(), *near]))
        case float():
            near = [value * scale for value in numbers for scale in (0.5, 0.97, 1.03, 1.5)]
            return float(rng.choice([old * 10 ** rng.uniform(-2, 2), old * rng.uniform(0.5, 2), -old, *near]))
        case _:
            return rng.choice([None, 1, 0.3])


def parts_of(source: str) -> Iterator[tuple[str, str, str]]:
    """The counts that a text prints as parts: result, part and whole of "{{ a.right }} of {{ a.images }}"."""
    for match in _PART.finditer(source):
        yield match["first"], match["part"], match["all"]


def close_together(rng: random.Random, value: Value, other: Value) -> tuple[Any, Any] | None:
    """Two numbers in this order, the first a hair smaller."""
    if not (isinstance(value, float) and isinstance(other, float)):
        return None
    middle = rng.choice((value, other))
    hair = abs(middle) * 2e-5 if abs(middle) > 1 else 2e-5
    return (middle, middle + hair) if 0 <= middle < hair else (middle - hair, middle)
