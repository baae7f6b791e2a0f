"""What this module computes, in a sentence."""

from __future__ import annotations

import numpy as np

from generator import LineChart, Result, Series, Table, Workspace, computation


def half_width(values: np.ndarray) -> float:
    """Half the width of the 95 % interval of the mean, by the normal distribution. Plain functions are easy to test."""
    return float(1.96 * values.std(ddof=1) / len(values) ** 0.5)


# All that is returned is named here, metrics by how they are known: exact, measured, seeded (others with each seed) or
# margins (what a claim can rest on: ends of intervals, p values). Parameters have types and stand after the star.
@computation(
    metrics={"exact": ["number"], "seeded": ["mean"], "margins": ["mean_low", "mean_high"]},
    tables={"values": ["draw", "value"]},
    columns={"exact": ["draw"], "seeded": ["value"]},
    figures=["means"],
)
def new_name(workspace: Workspace, *, number: int, seed: int = 0) -> Result:
    """The mean of normal deviates; put here what you want to know."""
    values = workspace.numpy_rng(seed, "values").standard_normal(number)
    counts = np.arange(1.0, number + 1)
    mean, half = float(values.mean()), half_width(values)
    return Result(
        metrics={"number": number, "mean": mean, "mean_low": mean - half, "mean_high": mean + half},
        tables={"values": Table.of({"draw": n, "value": float(v)} for n, v in enumerate(values, 1))},
        figures={"means": LineChart((Series("mean so far", counts, np.cumsum(values) / counts),), "draws", "mean")},
    )
