"""The reversal factor and the learning rate, against the formulas in the course and in the papers."""

from __future__ import annotations

import math

import pytest

from generator.labs.adaptation.schedules import annealed_rate, reversal_factor

SHARES = [0, 0.1, 0.25, 0.5, 0.9, 1]
SHAPES = ["exponential", "linear", "cosine"]


@pytest.mark.parametrize("done", SHARES)
def test_the_courses_factor_is_a_hyperbolic_tangent(done):
    assert reversal_factor(done, "exponential", "increasing", 2.0) == pytest.approx(math.tanh(done))


def test_known_ends():
    assert reversal_factor(1, "exponential", "increasing", 2.0) == pytest.approx(0.7616, abs=1e-4)
    assert reversal_factor(1, "exponential", "increasing", 10.0) == pytest.approx(0.9999, abs=1e-4)
    assert reversal_factor(1, "linear", "increasing", 2.0) == reversal_factor(1, "cosine", "increasing", 2.0) == 1


@pytest.mark.parametrize("done", SHARES)
def test_the_reports_decreasing_forms(done):
    assert reversal_factor(done, "linear", "decreasing", 2.0) == pytest.approx(1 - done)
    cosine = reversal_factor(done, "cosine", "decreasing", 2.0)
    assert cosine == pytest.approx((1 + math.cos(math.pi * done)) / 2)


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_rises_from_zero_or_falls_to_it(shape):
    rising, falling = (
        [reversal_factor(done, shape, direction, 4.0) for done in SHARES] for direction in ("increasing", "decreasing")
    )
    assert rising == sorted(rising)
    assert falling == sorted(falling, reverse=True)
    assert rising[0] == falling[-1] == 0
    assert rising[-1] == falling[0] > 0.9


def test_the_learning_rate_of_the_paper():
    assert annealed_rate(0, 0.01) == 0.01
    assert annealed_rate(1, 0.01) == pytest.approx(0.01 / 11**0.75)
    assert annealed_rate(0.5, 0.02) == pytest.approx(0.02 / 6**0.75)
