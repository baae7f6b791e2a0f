"""Paired tests: against the definition, by counting, and against SciPy's tests of other kinds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import rankdata, ttest_rel

from generator.labs.shared.statistics import holm_adjusted
from generator.labs.visualising.paired import least_p, mean_difference_p, signed_rank_p

RNG = np.random.default_rng(0)
FIRST, SECOND = RNG.random(9), RNG.random(9) + 0.2


def counted(differences: np.ndarray) -> float:
    """The share of all patterns of signs whose rank sum is as far from the middle, or further."""
    ranks = rankdata(np.abs(differences))
    sums = [float(np.dot(signs, ranks)) for signs in itertools.product((-1, 1), repeat=len(ranks))]
    seen = abs(float(np.dot(np.sign(differences), ranks)))
    return float(np.mean([abs(one) >= seen - 1e-9 for one in sums]))


def test_the_signed_rank_test_counts_all_patterns_of_signs():
    assert signed_rank_p(FIRST, SECOND) == pytest.approx(counted(FIRST - SECOND))
    assert signed_rank_p(SECOND, FIRST) == pytest.approx(signed_rank_p(FIRST, SECOND))


def test_pairs_without_a_value_or_a_difference_are_left_out():
    first = np.append(FIRST, [np.nan, 0.3, 0.5])
    second = np.append(SECOND, [0.1, np.nan, 0.5])
    assert signed_rank_p(first, second) == pytest.approx(counted(FIRST - SECOND))
    assert signed_rank_p(first, first) == signed_rank_p(first, first + 1e-15) == 1
    assert signed_rank_p(np.array([]), np.array([])) == 1


def test_the_test_of_the_mean_is_students():
    assert mean_difference_p(FIRST, SECOND) == pytest.approx(ttest_rel(FIRST, SECOND).pvalue)
    assert mean_difference_p(FIRST, FIRST) == 1
    assert mean_difference_p(FIRST[:1], SECOND[:1]) == 1
    assert mean_difference_p(np.array([2.0, 3.0]), np.array([1.0, 2.0])) == 0


@pytest.mark.parametrize("pairs", [1, 2, 5, 9])
def test_no_test_of_so_many_pairs_can_give_less(pairs):
    all_of_one_sign = np.arange(1.0, pairs + 1)
    p = signed_rank_p(all_of_one_sign, np.zeros(pairs))
    assert least_p(pairs) == pytest.approx(p)
    assert least_p(pairs, 3) == pytest.approx(min(holm_adjusted([p, p, p])))


def test_without_pairs_nothing_can_be_shown():
    assert least_p(0) == least_p(0, 4) == 1
