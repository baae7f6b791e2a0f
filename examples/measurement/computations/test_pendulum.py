"""The period against its series for small angles."""

import math

import pytest

from .pendulum import GRAVITY, true_period


def test_the_period_is_that_of_the_series_for_the_angle() -> None:
    angle = math.asin(0.2)
    series = 1 + angle**2 / 16 + 11 * angle**4 / 3072
    assert true_period(1.0, 0.2) == pytest.approx(2 * math.pi / math.sqrt(GRAVITY) * series, rel=1e-6)
