"""Intervals and paired tests against values worked out independently."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, ttest_1samp

from generator.labs.shared.statistics import (
    grouped_interval,
    holm_adjusted,
    mcnemar_p,
    mean_interval,
    next_value_range,
    paired_p,
    wilson_interval,
)


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


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=9))
def test_the_interval_of_a_mean_is_that_of_the_t_test(values):
    low, high = mean_interval(np.array(values))
    if high - low < 1e-9:
        return  # SciPy has no interval for values that are all the same
    expected = ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_the_range_of_one_more_value_holds_it_as_often_as_it_says():
    rng = np.random.default_rng(0)
    drawn = rng.normal(0.6, 0.05, size=(4000, 4))
    inside = [low <= row[3] <= high for row in drawn for low, high in [next_value_range(row[:3])]]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.012)


@pytest.mark.parametrize("function", [mean_interval, next_value_range])
def test_one_value_has_no_spread(function):
    with pytest.raises(ValueError, match="1 values say nothing"):
        function(np.array([0.5]))


def test_groups_of_one_image_are_independent_images():
    rng = np.random.default_rng(0)
    first, second = (rng.random(60) < share for share in (0.7, 0.5))
    assert paired_p(first, second, np.arange(60)) == pytest.approx(mcnemar_p(first, second))
    assert paired_p(first, second) == mcnemar_p(first, second)
    assert grouped_interval(first, None) == wilson_interval(int(first.sum()), 60)
    single = grouped_interval(first, np.arange(60))
    assert single == pytest.approx(wilson_interval(int(first.sum()), 60), abs=0.003)


def test_copies_of_an_image_are_no_further_evidence():
    """Each of 40 images ten times: the interval and the p value are those of 40 images, not of 400."""
    rng = np.random.default_rng(1)
    first, second = (rng.random(40) < share for share in (0.8, 0.55))
    groups = np.repeat(np.arange(40), 10)
    copied = np.repeat(first, 10)
    assert grouped_interval(copied, groups) == pytest.approx(wilson_interval(int(first.sum()), 40), abs=0.01)
    assert paired_p(copied, np.repeat(second, 10), groups) == pytest.approx(mcnemar_p(first, second))


@pytest.mark.parametrize("right", [True, False])
def test_where_all_hits_are_equal_each_group_counts_once(right):
    expected = wilson_interval(5 * right, 5)
    assert grouped_interval(np.full(50, right), np.arange(50) // 10) == pytest.approx(expected)


def test_intervals_hold_for_images_that_come_in_groups():
    """Of 400 drawn sets, about 95 % of the intervals hold the true share; of those for single images, far fewer."""
    rng, held, wilson_held = np.random.default_rng(2), 0, 0
    groups = np.repeat(np.arange(60), 5)
    for _ in range(400):
        chances = rng.beta(1.4, 0.6, 60)  # mean 0.7, and much the same for all five images of a group
        hits = rng.random(300) < chances[groups]
        low, high = grouped_interval(hits, groups)
        held += low <= 0.7 <= high
        low, high = wilson_interval(int(hits.sum()), 300)
        wilson_held += low <= 0.7 <= high
    assert 0.92 <= held / 400 <= 0.98
    assert wilson_held / 400 < 0.88


def test_the_sign_exchange_agrees_with_all_patterns_counted_one_by_one():
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(8), 3)
    first, second = (rng.random(24) < share for share in (0.8, 0.5))
    sums = np.array([(first.astype(int) - second)[groups == group].sum() for group in range(8)])
    signs = np.array(np.meshgrid(*[[-1, 1]] * 8)).reshape(8, -1)
    expected = (np.abs(sums @ signs) >= abs(sums.sum())).mean()
    assert paired_p(first, second, groups) == pytest.approx(expected)
    with pytest.raises(ValueError, match="are not the same images"):
        paired_p(first, second, groups[:5])


def test_holm_by_hand():
    """Four tests: 4 × 0.01, 3 × 0.013 is below that, 2 × 0.03, and 0.04 is below that."""
    assert holm_adjusted([0.03, 0.01, 0.04, 0.013]) == pytest.approx([0.06, 0.04, 0.06, 0.04])
    assert holm_adjusted([0.3, 0.6]) == pytest.approx([0.6, 0.6])
    assert holm_adjusted([0.9, 0.8, 1.0]) == [1.0, 1.0, 1.0]
    assert holm_adjusted([0.2]) == [0.2]
    assert holm_adjusted([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0.001, 0.2))
def test_holm_rejects_what_the_step_down_procedure_rejects(p_values, level):
    adjusted = holm_adjusted(p_values)
    assert all(
        own <= found <= min(1, len(p_values) * own + 1e-12) for own, found in zip(p_values, adjusted, strict=True)
    )
    order, rejected = sorted(range(len(p_values)), key=lambda index: p_values[index]), set()
    for place, index in enumerate(order):
        if (len(p_values) - place) * p_values[index] > level:
            break
        rejected.add(index)
    assert {index for index, found in enumerate(adjusted) if found <= level} == rejected


def test_holm_keeps_false_alarms_in_a_whole_family_below_five_percent():
    rng = np.random.default_rng(4)
    alarms = [min(holm_adjusted(list(rng.random(6)))) < 0.05 for _ in range(2000)]
    assert 0.035 <= np.mean(alarms) <= 0.06
    assert np.mean([rng.random(6).min() < 0.05 for _ in range(2000)]) > 0.2


@pytest.mark.parametrize("p_values", [[0.1, float("nan")], [1.2], [-0.1]])
def test_holm_refuses_what_is_no_probability(p_values):
    with pytest.raises(ValueError, match="are not all probabilities"):
        holm_adjusted(p_values)
