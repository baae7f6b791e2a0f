"""How the reversal factor and the learning rate change while a network is trained."""

from __future__ import annotations

import math
from typing import Literal

Shape = Literal["exponential", "linear", "cosine"]
Direction = Literal["increasing", "decreasing"]


def reversal_factor(done: float, shape: Shape, direction: Direction, slope: float) -> float:
    """The factor of the gradient reversal layer when the share ``done`` in [0, 1] of the training is over.

    Increasing from 0: exponential 2/(1 + e^(-slope·p)) - 1, which ends below 1 (Ganin et al. 2016, section 5.2.2, with
    slope 10); linear p; cosine (1 - cos πp)/2. Decreasing is the same curve run backwards, from its end to 0. ``slope``
    matters for the exponential only.
    """
    p = done if direction == "increasing" else 1 - done
    if shape == "linear":
        return p
    if shape == "cosine":
        return (1 - math.cos(math.pi * p)) / 2
    return 2 / (1 + math.exp(-slope * p)) - 1


def annealed_rate(done: float, first: float) -> float:
    """The learning rate first/(1 + 10p)^0.75 at the share p = ``done`` of the training (Ganin et al. 2016, 5.2.2)."""
    return first / math.pow(1 + 10 * done, 0.75)
