"""Weighted least squares for a straight line, and the χ² test of it (Taylor 1997, chapters 8 and 12)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """A fitted line y = intercept + slope · x, with the standard errors of both, χ² and its degrees of freedom."""

    intercept: float
    slope: float
    intercept_error: float
    slope_error: float
    chi_squared: float
    freedom: int

    @property
    def p(self) -> float:
        """How often χ² would be as large or larger if the line were true and the errors as stated."""
        from scipy.stats import chi2

        return float(chi2.sf(self.chi_squared, self.freedom))

    def at(self, x: Numbers) -> Numbers:
        """The line's values."""
        return self.intercept + self.slope * x


def fit_line(x: Numbers, y: Numbers, errors: Numbers) -> Line:
    """Fit a line to points (n,), n ≥ 3, whose y have the standard errors ``errors``, all positive."""
    if not len(x) == len(y) == len(errors) >= 3 or errors.min() <= 0:
        raise ValueError("a line with a test needs three points, each with a positive error")
    weights = errors**-2.0
    total, mean = weights.sum(), (weights * x).sum() / weights.sum()
    spread = (weights * (x - mean) ** 2).sum()
    slope = float((weights * (x - mean) * y).sum() / spread)
    intercept = float((weights * y).sum() / total - slope * mean)
    residuals = (y - intercept - slope * x) / errors
    return Line(
        intercept=intercept,
        slope=slope,
        intercept_error=float(np.sqrt(1 / total + mean**2 / spread)),
        slope_error=float(spread**-0.5),
        chi_squared=float((residuals**2).sum()),
        freedom=len(x) - 2,
    )
