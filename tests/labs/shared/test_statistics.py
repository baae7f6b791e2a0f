"""Intervals and paired tests against values worked out independently."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, ttest_1samp, ttest_ind

from generator.labs.shared.statistics import (
    POWER,
    detectable_difference,
    difference_interval,
    group_sums,
    grouped_interval,
    holm_adjusted,
    least_difference,
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


def drawn_in_groups(rng, mean, groups, correlation):
    """Hits whose chance varies from group to group, so that two of a group have this (intraclass) correlation."""
    spread = 1 / correlation - 1
    return rng.random(len(groups)) < rng.beta(mean * spread, (1 - mean) * spread, groups.max() + 1)[groups]


@pytest.mark.parametrize("mean", [0.7, 0.9])
def test_intervals_of_thirty_alike_groups_hold_no_worse_than_those_of_a_cluster_bootstrap(mean):
    """30 groups of ten, intraclass correlation 0.7; the bootstrap draws whole groups (Davison and Hinkley 1997)."""
    rng, groups, draws = np.random.default_rng(5), np.repeat(np.arange(30), 10), 400
    held, bootstrap_held, lengths = 0, 0, []
    for _ in range(draws):
        hits = drawn_in_groups(rng, mean, groups, 0.7)
        low, high = grouped_interval(hits, groups)
        sums, _ = group_sums(hits.astype(float), groups)
        ends = np.quantile(sums[rng.integers(0, 30, (300, 30))].mean(axis=1) / 10, [0.025, 0.975])
        held += low <= mean <= high
        bootstrap_held += ends[0] <= mean <= ends[1]
        lengths.append((high - low, ends[1] - ends[0]))
    assert 0.9 <= held / draws <= 0.98
    assert held >= bootstrap_held
    ours, theirs = np.mean(lengths, axis=0)
    assert ours == pytest.approx(theirs, rel=0.15)


def test_paired_tests_of_groups_alarm_falsely_in_five_percent_at_most_and_those_of_images_far_more_often():
    """Two classifiers equally good on average, each at home in groups of its own; half of them alike to both."""
    rng, groups, draws = np.random.default_rng(6), np.repeat(np.arange(30), 10), 600
    alarms = np.zeros(2)
    for _ in range(draws):
        first, second, both = (drawn_in_groups(rng, 0.7, groups, 0.7) for _ in range(3))
        alike = (rng.random(30) < 0.5)[groups]
        first, second = np.where(alike, both, first), np.where(alike, both, second)
        alarms += [paired_p(first, second, groups) < 0.05, mcnemar_p(first, second) < 0.05]
    grouped, single = alarms / draws
    assert grouped <= 0.065
    assert single > 0.25


def disagreeing(count, only_first, only_second):
    return answers(0, only_first, only_second, count - only_first - only_second)


@pytest.mark.parametrize(("count", "seen"), [(270, 0), (270, 22), (900, 90)])
def test_a_detectable_difference_is_found_as_often_as_it_says(count, seen):
    """Pairs drawn with that difference; where few images are seen to disagree, with as many as it needs."""
    rng = np.random.default_rng(7)
    difference = detectable_difference(*disagreeing(count, seen // 2, seen - seen // 2), None)
    share = max(seen / count, difference)
    found = 0
    for _ in range(400):
        drawn = rng.random(count)
        first, second = drawn >= (share - difference) / 2, drawn <= 1 - (share + difference) / 2
        found += mcnemar_p(first, second) < 0.05
    assert found / 400 == pytest.approx(POWER, abs=0.06)


def test_a_detectable_difference_of_images_in_groups_is_that_of_fewer_images():
    first, second = disagreeing(60, 4, 4)
    groups = np.repeat(np.arange(60), 5)
    copied = detectable_difference(np.repeat(first, 5), np.repeat(second, 5), groups)
    assert copied == pytest.approx(detectable_difference(first, second, None), rel=0.05)
    assert copied > 1.5 * detectable_difference(np.repeat(first, 5), np.repeat(second, 5), None)
    assert detectable_difference(first, second, None, 0.01) > detectable_difference(first, second, None)


def test_five_images_cannot_show_any_difference():
    """All five on one side have p = 0.0625."""
    assert detectable_difference(*disagreeing(5, 1, 1), None) == 1.0
    assert detectable_difference(*disagreeing(6, 0, 0), None) < 1.0


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


def test_two_samples_differ_as_scipy_has_it():
    rng = np.random.default_rng(5)
    first, second = rng.normal(0.3, 1, 3), rng.normal(0, 1, 5)
    low, high, p = difference_interval(first, second)
    expected = ttest_ind(first, second)
    assert p == pytest.approx(expected.pvalue)
    assert (low, high) == pytest.approx(tuple(expected.confidence_interval(0.95)))


def test_a_single_value_is_held_against_the_range_of_the_next_one():
    values = np.array([0.52, 0.60, 0.55, 0.63])
    edge = next_value_range(values)[1]
    low, high, p = difference_interval(np.array([edge]), values)
    assert p == pytest.approx(0.05)
    assert low == pytest.approx(0, abs=1e-12)
    assert high == pytest.approx(2 * (edge - values.mean()))


def test_samples_without_any_spread_differ_or_do_not():
    same = np.array([0.5, 0.5])
    assert difference_interval(same, same) == (0, 0, 1)
    assert difference_interval(same + 0.25, same) == (0.25, 0.25, 0)
    for few in ((same[:1], same[:1]), (same[:0], same)):
        with pytest.raises(ValueError, match="say nothing about their spread"):
            difference_interval(*few)


def test_the_least_difference_is_found_in_half_of_all_cases():
    """Drawn 4,000 times with a true difference of just that size; for several tests it is larger."""
    rng, least = np.random.default_rng(6), least_difference(1.0, (5, 3), 1)
    found = [difference_interval(least + rng.normal(size=3), rng.normal(size=5))[2] < 0.05 for _ in range(4000)]
    assert 0.45 <= np.mean(found) <= 0.60
    assert least_difference(1.0, (5, 3), 4) > least
