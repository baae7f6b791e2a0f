"""Time one pendulum again and again: what the mean of several readings is worth."""

from __future__ import annotations

import numpy as np

from generator import LineChart, Result, Series, Table, Workspace, computation

from .pendulum import timed_periods


@computation(
    metrics={
        "exact": ["repeats", "swings"],
        "seeded": ["mean", "spread"],
        "margins": ["error", "mean_low", "mean_high"],
    },
    tables={"readings": ["reading", "period", "mean", "error"]},
    figures=["means"],
)
def time_period(
    workspace: Workspace,
    *,
    length: float,
    displacement: float,
    swings: int,
    reaction: float,
    repeats: int,
    seed: int = 0,
) -> Result:
    """The period in seconds from ``repeats`` readings of ``swings`` swings each.

    ``spread`` is the standard deviation of one reading, ``error`` that of the mean, estimated from the readings;
    ``mean_low`` and ``mean_high`` are the ends of its 95 % interval by Student's t. The table and the chart have the
    mean of the readings so far; the first alone has no error.
    """
    from scipy.stats import t

    draws = workspace.numpy_rng(seed, "timing")
    periods = timed_periods(length, displacement, swings, reaction, repeats, draws)
    counts = np.arange(2, repeats + 1)
    means = np.array([periods[:count].mean() for count in counts])
    errors = np.array([periods[:count].std(ddof=1) / count**0.5 for count in counts])
    half = errors * t.ppf(0.975, counts - 1)
    first = {"reading": 1, "period": float(periods[0]), "mean": float(periods[0]), "error": None}
    rows = [first] + [
        {"reading": int(count), "period": float(periods[count - 1]), "mean": float(mean), "error": float(error)}
        for count, mean, error in zip(counts, means, errors, strict=True)
    ]
    return Result(
        metrics={
            "repeats": repeats,
            "swings": swings,
            "mean": float(means[-1]),
            "spread": float(periods.std(ddof=1)),
            "error": float(errors[-1]),
            "mean_low": float(means[-1] - half[-1]),
            "mean_high": float(means[-1] + half[-1]),
        },
        tables={"readings": Table.of(rows)},
        figures={
            "means": LineChart(
                (Series("mean so far", counts.astype(float), means, means - half, means + half),),
                "readings", "period in s",
            )
        },
    )  # fmt: skip
