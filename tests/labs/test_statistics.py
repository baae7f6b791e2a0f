"""Intervals and paired tests against values worked out independently."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from generator.labs.statistics import mcnemar_p, wilson_interval


@given(st.integers(1, 400), st.data())
def test_wilson_agrees_with_scipy(trials, data):
    successes = data.draw(st.integers(0, trials))
    low, high = wilson_interval(successes, trials)
    expected = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= low <= successes / trials <= high <= 1


def test_wilson_at_89_percent_of_the_scene_test_split_is_about_one_point_wide():
    low, high = wilson_interval(round(0.89 * 2985), 2985)
    assert (high - low) / 2 == pytest.approx(0.011, abs=0.0005)


@pytest.mark.parametrize(("successes", "trials"), [(1, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_what_is_no_proportion(successes, trials):
    with pytest.raises(ValueError, match="successes in"):
        wilson_interval(successes, trials)


def answers(both, only_first, only_second, neither):
    first = [True] * both + [True] * only_first + [False] * (only_second + neither)
    second = [True] * both + [False] * only_first + [True] * only_second + [False] * neither
    return np.array(first), np.array(second)


@pytest.mark.parametrize(("only_first", "only_second"), [(9, 0), (1, 7), (12, 5), (3, 3)])
def test_mcnemar_sums_the_binomial_tails(only_first, only_second):
    n, k = only_first + only_second, min(only_first, only_second)
    tail = sum(math.comb(n, i) for i in range(k + 1)) / 2**n
    assert mcnemar_p(*answers(4, only_first, only_second, 6)) == pytest.approx(min(1.0, 2 * tail))


def test_mcnemar_is_one_without_disagreement_and_ignores_agreement():
    assert mcnemar_p(*answers(5, 0, 0, 5)) == 1.0
    assert mcnemar_p(*answers(0, 6, 1, 0)) == mcnemar_p(*answers(500, 6, 1, 70))


def test_mcnemar_refuses_different_numbers_of_images():
    with pytest.raises(ValueError, match="not the same images"):
        mcnemar_p(np.array([True]), np.array([True, False]))
