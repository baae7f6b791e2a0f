"""A pendulum and a hand that stops its watch: what there would be to read off in the laboratory."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

GRAVITY = 9.81  # m/s², of the simulated place


def true_period(length: float, displacement: float) -> float:
    """The period in seconds of a pendulum of ``length`` metres that is let go ``displacement`` metres from the middle.

    Exact for a point on a thread: 2π √(L/g) divided by the arithmetic-geometric mean of 1 and cos(θ/2), where θ is the
    largest angle (Nelson and Olsson 1986). Raises ValueError unless 0 ≤ displacement < length.
    """
    if not 0 <= displacement < length:
        raise ValueError(f"cannot pull a pendulum of {length} m {displacement} m aside")
    first, second = 1.0, math.cos(math.asin(displacement / length) / 2)
    while abs(first - second) > 1e-15:
        first, second = (first + second) / 2, math.sqrt(first * second)
    return 2 * math.pi * math.sqrt(length / GRAVITY) / first


def timed_periods(
    length: float, displacement: float, swings: int, reaction: float, repeats: int, draws: np.random.Generator
) -> NDArray[np.float64]:
    """The periods in seconds, shape (repeats,), from timing ``swings`` swings at once.

    The hand is off by a normal deviate of ``reaction`` seconds in each timing, at the start and the stop together.
    """
    times = swings * true_period(length, displacement) + reaction * draws.standard_normal(repeats)
    return times / swings
