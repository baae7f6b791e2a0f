"""The fit against a line that is known, and against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from .fits import fit_line


def test_points_on_a_line_give_that_line() -> None:
    x = np.array([1.0, 2.0, 4.0])
    line = fit_line(x, 3 - 2 * x, np.array([0.1, 0.2, 0.1]))
    assert (line.intercept, line.slope, line.chi_squared) == pytest.approx((3, -2, 0), abs=1e-12)
    assert line.p == pytest.approx(1)


def test_errors_are_numpys() -> None:
    x, y, errors = np.array([0.3, 0.5, 0.8, 1.1]), np.array([1.2, 2.1, 3.1, 4.6]), np.array([0.1, 0.05, 0.2, 0.1])
    line = fit_line(x, y, errors)
    (slope, intercept), covariance = np.polyfit(x, y, 1, w=1 / errors, cov="unscaled")
    assert (line.slope, line.intercept) == pytest.approx((slope, intercept))
    assert (line.slope_error, line.intercept_error) == pytest.approx(tuple(np.sqrt(np.diag(covariance))))


def test_two_points_are_no_test() -> None:
    with pytest.raises(ValueError, match="three points"):
        fit_line(np.array([1.0, 2.0]), np.array([1.0, 2.0]), np.array([0.1, 0.1]))
