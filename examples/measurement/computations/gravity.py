"""Fit T² against the length of the pendulum, for g and for a test of the law."""

from __future__ import annotations

import math

import numpy as np

from generator import Cloud, LineChart, Panels, Result, Scatter, Series, Table, Workspace, computation

from .fits import Line, fit_line
from .pendulum import timed_periods


@computation(
    metrics={
        "exact": ["points", "freedom", "displacement"],
        "seeded": ["slope", "intercept", "g", "chi_squared", "largest_residual"],
        "margins": ["slope_error", "intercept_error", "g_error", "g_low", "g_high", "p"],
    },
    tables={"points": ["length", "period", "square", "square_error", "residual"]},
    figures=["line"],
)
def fit_gravity(
    workspace: Workspace,
    *,
    lengths: list[float],
    displacement: float,
    swings: int,
    reaction: float,
    repeats: int,
    seed: int = 0,
) -> Result:
    """Fit T² = a + (4π²/g) L to one timed period for each length, in metres; g in m/s².

    The error of a period is ``reaction`` divided by the swings and the root of the repeats: it is known beforehand, as
    for a watch that was tested. Errors of T² and of g follow to first order; ``g_low`` and ``g_high`` are 1.96 errors
    apart from g. ``residual`` is in errors.
    """
    x = np.array(lengths)
    means = np.array(
        [
            timed_periods(
                length, displacement, swings, reaction, repeats, workspace.numpy_rng(seed, f"{length}")
            ).mean()
            for length in lengths
        ]
    )
    errors = 2 * means * reaction / swings / math.sqrt(repeats)
    line = fit_line(x, means**2, errors)
    residuals = (means**2 - line.at(x)) / errors
    g = 4 * math.pi**2 / line.slope
    g_error = g * line.slope_error / line.slope
    columns = ("length", "period", "square", "square_error", "residual")
    rows = zip(x.tolist(), means.tolist(), (means**2).tolist(), errors.tolist(), residuals.tolist(), strict=True)
    return Result(
        metrics={
            "points": len(lengths),
            "freedom": line.freedom,
            "displacement": displacement,
            "slope": line.slope,
            "intercept": line.intercept,
            "slope_error": line.slope_error,
            "intercept_error": line.intercept_error,
            "g": g,
            "g_error": g_error,
            "g_low": g - 1.96 * g_error,
            "g_high": g + 1.96 * g_error,
            "chi_squared": line.chi_squared,
            "largest_residual": float(np.abs(residuals).max()),
            "p": line.p,
        },
        tables={"points": Table(columns, tuple(rows))},
        figures={"line": _chart(x, means**2, errors, line)},
    )


def _chart(x: np.ndarray, squares: np.ndarray, errors: np.ndarray, line: Line) -> Panels:
    """The points and the line, and beside them what is left of the points in errors."""
    fitted = LineChart(
        (Series("measured", x, squares), Series("fitted", x, line.at(x), dashed=True)), "length in m", "T² in s²"
    )
    left = Scatter((Cloud("residual", x, (squares - line.at(x)) / errors),), "length in m", "residual in errors")
    return Panels((fitted, left), columns=2)
