"""How long a job should take, judged by earlier ones of the same computation: by their parameters, never pooled.

Each earlier duration is carried over to the job's own parameters: twice the epochs take twice as long. Which numbers
count, and how much, is learnt from the earlier jobs themselves, beginning with what their names say. The more alike an
earlier job is, the more it counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from generator.jobs import Input

#: Whole numbers of things to do, to which time is proportional until earlier jobs say otherwise.
_AMOUNTS = re.compile(
    r"(^|_)(epochs|steps|images|samples|classes|folds|rounds|repeats|draws|points|iterations|seeds)$|^[^.]*\.count$"
)
_IGNORED = ("seed",)
_ALIKE = 0.05  # the weight of an earlier job for each parameter that differs otherwise than in an amount
_FAR = 0.25  # for each factor of e between amounts
_PRIOR = 2.0  # how many pairs of earlier jobs what the names say is worth
_FURTHEST = math.log(100)  # how much longer or shorter a job may be judged to be than an earlier one
_SHORTEST = 0.02  # seconds; below, durations are chance


@dataclass(frozen=True)
class Past:
    """An earlier job: its parameters, those of its inputs among them, and how many seconds it took."""

    parameters: Mapping[str, Any]
    seconds: float


def with_inputs(
    parameters: Mapping[str, Any], inputs: Mapping[str, Input], parameters_of: Callable[[str], Mapping[str, Any]]
) -> dict[str, Any]:
    """The parameters of a job, and those of what it takes: measuring a large network takes longer than a small one."""
    found = dict(parameters)
    for name, taken in inputs.items():
        every = (taken,) if isinstance(taken, str) else taken
        found |= {} if isinstance(taken, str) else {f"{name}.count": len(every)}
        found |= {f"{name}.{key}": value for one in every[:1] for key, value in parameters_of(one).items()}
    return found


class Durations:
    """The earlier jobs of one computation."""

    def __init__(self, past: Iterable[Past]) -> None:
        self._past = [(_plain(one.parameters), math.log(max(one.seconds, _SHORTEST))) for one in past]
        self._exponents = _exponents(self._past)

    def estimate(self, parameters: Mapping[str, Any]) -> float | None:
        """The seconds that a job with these parameters should take; None where there is nothing to judge by."""
        job = _plain(parameters)
        weights, total = 0.0, 0.0
        for other, known in self._past:
            amounts, differing = _compare(job, other)
            times = sum(self._exponents.get(name, 0.0) * ratio for name, ratio in amounts.items())
            carried = known + max(-_FURTHEST, min(_FURTHEST, times))
            weight = _weight(amounts, differing)
            weights += weight
            total += weight * carried
        return math.exp(total / weights) if weights else None


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What may matter of parameters: of a list, also how long it is."""
    found: dict[str, Any] = {}
    for name, value in parameters.items():
        if name.rpartition(".")[2] not in _IGNORED:
            found[name] = value
            if isinstance(value, list | tuple):
                found[f"{name}.count"] = len(value)  # so many things to do
    return found


def _compare(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[dict[str, float], int]:
    """The logarithms of how many times larger the numbers of one are, and how many other parameters differ."""
    ratios: dict[str, float] = {}
    differing = 0
    for name in one.keys() | other.keys():
        first, second = one.get(name), other.get(name)
        if first == second:
            continue
        if first is not None and second is not None and _is_amount(first) and _is_amount(second):
            ratios[name] = math.log(first / second)
        elif not isinstance(first, list | tuple) or not isinstance(second, list | tuple):
            differing += 1
    return ratios, differing


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _weight(ratios: Mapping[str, float], differing: int) -> float:
    far = sum(map(abs, ratios.values()))
    return float(_ALIKE**differing * _FAR**far) + 1e-12


def _exponents(past: Sequence[tuple[Mapping[str, Any], float]]) -> dict[str, float]:
    """How time grows with each number: what its name says, corrected by pairs of earlier jobs that differ in it."""
    rows = []
    for (one, seconds), (other, others) in combinations(past, 2):
        ratios, differing = _compare(one, other)
        if ratios:
            rows.append((ratios, seconds - others, float(_ALIKE**differing)))
    names = sorted({name for ratios, _, _ in rows for name in ratios} | _numbers(past))
    said = {name: float(bool(_AMOUNTS.search(name))) for name in names}
    matrix = [[_PRIOR * (row == column) for column in range(len(names))] for row in range(len(names))]
    right = [0.0] * len(names)
    for ratios, difference, weight in rows:
        rest = difference - sum(said[name] * ratio for name, ratio in ratios.items())
        for row, name in enumerate(names):
            if name in ratios:
                right[row] += weight * ratios[name] * rest
                for column, second in enumerate(names):
                    matrix[row][column] += weight * ratios[name] * ratios.get(second, 0.0)
    corrections = _solved(matrix, right)
    return {name: said[name] + correction for name, correction in zip(names, corrections, strict=True)}


def _numbers(past: Sequence[tuple[Mapping[str, Any], float]]) -> set[str]:
    return {name for one, _ in past for name, value in one.items() if _is_amount(value)}


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of a system that is symmetric and positive definite: Gauss needs no pivots."""
    size = len(right)
    for row in range(size):
        for below in range(row + 1, size):
            factor = matrix[below][row] / matrix[row][row]
            if factor:
                right[below] -= factor * right[row]
                for column in range(row, size):
                    matrix[below][column] -= factor * matrix[row][column]
    for row in reversed(range(size)):
        later = sum(matrix[row][column] * right[column] for column in range(row + 1, size))
        right[row] = (right[row] - later) / matrix[row][row]
    return right
