"""Which settings of class visualisation are varied, in groups that change one thing at a time from a common base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from generator.labs.visualising.classes.ascent import Settings

#: The standard deviation of the weaker starting noise; everything else starts at 1.
WEAK_NOISE = 0.1


@dataclass(frozen=True)
class Variation:
    """One set of settings under a name for metrics ("rate_1") and a label for readers ("rate 0.1").

    The name "base" stands for the settings that all others differ from, under a label that fits its group. ``spread``
    is the standard deviation of the starting noise in the network's normalised space.
    """

    name: str
    label: str
    settings: Settings
    spread: float = 1.0


def longer_variations(base: Settings, steps: Sequence[int]) -> list[Variation]:
    """The base and its continuations, from ``longer_1`` on.

    Raises ValueError unless ``steps`` ascends from the base's.
    """
    if list(steps) != sorted(set(steps)) or not steps or steps[0] != base.steps:
        raise ValueError(f"numbers of steps must ascend from {base.steps}, got {list(steps)}")
    names = ["base", *(f"longer_{number}" for number in range(1, len(steps)))]
    return [Variation(n, f"{count} steps", replace(base, steps=count)) for n, count in zip(names, steps, strict=True)]


def rate_variations(base: Settings, rates: Sequence[float]) -> list[Variation]:
    """The base and other learning rates in ascending order; ``rate_1`` is the lowest other one."""
    others = [
        Variation(f"rate_{number}", f"rate {rate:g}", replace(base, rate=rate))
        for number, rate in enumerate(sorted(rates), start=1)
    ]
    return sorted([Variation("base", f"rate {base.rate:g}", base), *others], key=lambda one: one.settings.rate)


def decay_variations(base: Settings, decays: Sequence[float]) -> list[Variation]:
    """The base and other weights λ of ‖x‖² in ascending order; ``decay_1`` is the lowest other one."""
    others = [
        Variation(f"decay_{number}", f"λ = {plain(decay)}", replace(base, decay=decay))
        for number, decay in enumerate(sorted(decays), start=1)
    ]
    return sorted([Variation("base", f"λ = {plain(base.decay)}", base), *others], key=lambda one: one.settings.decay)


def combinations(base: Settings, pairs: Sequence[Sequence[float]]) -> list[Variation]:
    """The base and pairs of a rate and a λ, in the order given; ValueError for anything but pairs."""
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"a combination is a rate and a λ, got {[list(pair) for pair in pairs]}")
    names = ["base", *(f"combination_{number}" for number in range(1, len(pairs) + 1))]
    return [
        Variation(name, f"rate {rate:g}, λ = {plain(decay)}", replace(base, rate=rate, decay=decay))
        for name, (rate, decay) in zip(names, [(base.rate, base.decay), *pairs], strict=True)
    ]


def without_regularisers(base: Settings) -> list[Variation]:
    """The base, then without λ, without blur, without either, and without the shifts, too."""
    neither = replace(base, decay=0.0, blur_every=0)
    return [
        Variation("base", "all of them", base),
        Variation("no_decay", "λ = 0", replace(base, decay=0.0)),
        Variation("no_blur", "no blur", replace(base, blur_every=0)),
        Variation("no_regularisation", "λ = 0, no blur", neither),
        Variation("nothing", "nor shifts", replace(neither, jitter=0)),
    ]


def further_variations(base: Settings) -> list[Variation]:
    """The base and two that the usual list leaves out: a blur of twice the width, and a start from weaker noise."""
    return [
        Variation("base", f"blur σ = {base.blur:g}, noise × 1", base),
        Variation("wider_blur", f"blur σ = {2 * base.blur:g}", replace(base, blur=2 * base.blur)),
        Variation("weaker_noise", f"noise × {WEAK_NOISE:g}", base, WEAK_NOISE),
    ]


def plain(value: float) -> str:
    """0.00001, not 1e-05."""
    return np.format_float_positional(value, trim="-")
