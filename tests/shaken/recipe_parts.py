"""What recipes share: intervals, p values and hits, computed as the labs compute them."""

from __future__ import annotations

from typing import Any

from generator.results import Value
from tests.shaken.draws import Drawn, Hits


def interval(name: str, share: float, images: int, ends: tuple[str, str] | None = None) -> dict[str, Value]:
    """A share with its Wilson interval."""
    from generator.labs.shared.statistics import wilson_interval

    low, high = wilson_interval(round(share * images), images)
    first, last = ends or (f"{name}_low", f"{name}_high")
    return {name: share, first: low, last: high}


def hits_of(drawn: Drawn, old: float, images: int) -> Hits:
    """Which of the images a classifier gets right that was right on a share ``old`` of them."""
    return drawn.hits(drawn.share(old), images)


def metrics_of(drawn: Drawn, name: str) -> dict[str, Value]:
    taken: Any = drawn.inputs[name]
    return dict(taken.metrics)


def whole(value: Value) -> int:
    """A count as a number, none for what is missing."""
    return int(str(value or 0))


def part(value: Value) -> float:
    """A share as a number, a half for what is missing."""
    return 0.5 if value is None else float(str(value))


def coin(first: int, second: int) -> float:
    """The exact p value of as many either way."""
    from scipy.stats import binomtest

    return float(binomtest(first, first + second).pvalue) if first + second else 1.0
