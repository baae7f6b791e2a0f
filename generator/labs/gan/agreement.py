"""Whether one conditional generator heeds its labels more than another, over the same latent vectors and labels."""

from __future__ import annotations

import numpy as np

from generator.labs.gan.comparison import SIGNIFICANT
from generator.labs.shared.statistics import mcnemar_p
from generator.registry import computation
from generator.results import Result
from generator.workspace import Workspace


@computation(
    metrics={
        "seeded": ["difference"],
        "margins": ["p", "higher", "lower"],
    },
)
def compare_agreement(workspace: Workspace, *, measure: Result, other: Result) -> Result:
    """How much more often ``other`` draws the class asked for than ``measure``, both ``measure_gan`` results.

    Both were asked for the same classes with the same latent vectors, so their samples are pairs: ``p`` is the exact
    McNemar p value, two-sided. It is about these two generators; another training with the same settings is another
    generator. ``difference`` is of shares; ``higher`` and ``lower`` say which way, with p < 0.05. Raises ValueError for
    generators without labels, and where the latent vectors are not the same.
    """
    pair = measure, other
    if any("hits" not in one.arrays for one in pair):
        raise ValueError("expected two conditional generators")
    drawn = [tuple(one.metrics[name] for name in ("samples", "nz", "seed")) for one in pair]
    if drawn[0] != drawn[1]:
        raise ValueError(f"expected the same latent vectors, got (samples, nz, seed) = {drawn[0]} and {drawn[1]}")
    first, second = (np.asarray(one.arrays["hits"], dtype=np.bool_) for one in pair)
    p, difference = mcnemar_p(second, first), float(second.mean() - first.mean())
    return Result(
        metrics={
            "difference": difference,
            "p": p,
            "higher": p < SIGNIFICANT and difference > 0,
            "lower": p < SIGNIFICANT and difference < 0,
        }
    )
