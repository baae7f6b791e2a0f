"""Throwing a die: plain functions, which are easy to test, and one computation that a question names."""

from __future__ import annotations

import numpy as np

from generator import LineChart, Result, Series, Table, Workspace, computation

FACES = 6


def means_so_far(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean of the first 2, 3, … values, and half the width of its 95 % interval by the normal distribution."""
    counts = np.arange(2, len(values) + 1)
    means = np.cumsum(values)[1:] / counts
    squares = np.cumsum(values.astype(float) ** 2)[1:] / counts
    variances = (squares - means**2) * counts / (counts - 1)
    return means, 1.96 * np.sqrt(np.maximum(variances, 0) / counts)


# The decorator names all that is returned, so that questions and answers are checked before anything is computed.
# Metrics are exact, measured, seeded (others with each seed) or margins (what a claim can rest on: ends of intervals,
# p values).
@computation(
    metrics={"exact": ["throws"], "seeded": ["mean"], "margins": ["mean_low", "mean_high"]},
    tables={"faces": ["face", "times", "share"]},
    columns={"exact": ["face"], "seeded": ["times", "share"]},
    figures=["means"],
)
def throw_dice(workspace: Workspace, *, throws: int, seed: int = 0) -> Result:
    """The mean of the faces of a fair die, with the ends of its 95 % interval, and how often each face came up."""
    draws = workspace.numpy_rng(seed, "throws")  # NumPy's generator, of its own for each purpose; rng(…) is torch's
    faces = draws.integers(1, FACES + 1, size=throws)
    means, halves = means_so_far(faces)
    times = np.bincount(faces, minlength=FACES + 1)
    rows = [{"face": n, "times": int(times[n]), "share": float(times[n] / throws)} for n in range(1, FACES + 1)]
    counts = np.arange(2.0, throws + 1)
    return Result(
        metrics={
            "throws": throws,
            "mean": float(means[-1]),
            "mean_low": float(means[-1] - halves[-1]),
            "mean_high": float(means[-1] + halves[-1]),
        },
        tables={"faces": Table.of(rows)},
        figures={
            "means": LineChart(
                (Series("mean so far", counts, means, means - halves, means + halves),), "throws", "mean", x_log=True
            )
        },
    )
