"""Intervals and tests for accuracies that are measured on few images."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: The standard normal distribution's 97.5 % quantile, for two-sided 95 % intervals.
Z95 = 1.959963984540054


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % score interval of a proportion, both ends in [0, 1] (Wilson 1927).

    Unlike the usual ± 1.96 standard errors it stays inside [0, 1] and holds for a handful of trials. Raises ValueError
    unless 0 ≤ successes ≤ trials and trials > 0.
    """
    if trials <= 0 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes in {trials} trials")
    return _wilson(successes / trials, trials)


def _wilson(share: float, trials: float) -> tuple[float, float]:
    z2 = Z95 * Z95
    centre = share + z2 / (2 * trials)
    half = Z95 * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials))
    low, high = (centre - half) / (1 + z2 / trials), (centre + half) / (1 + z2 / trials)
    return max(0.0, min(low, share)), min(1.0, max(high, share))  # at 0 and 1 rounding would leave share outside


def mcnemar_p(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """The exact two-sided p value that two classifiers are equally often right on the same images (McNemar 1947).

    ``first`` and ``second`` of shape (n,) say which images each got right. Only the images that one got right and the
    other wrong count; under the null hypothesis they fall on either side like a fair coin. 1.0 where there are none.
    """
    from scipy.stats import binomtest  # late: SciPy takes longer to import than most computations need it for

    if first.shape != second.shape:
        raise ValueError(f"{first.shape} and {second.shape} are not the same images")
    only_first, only_second = int(np.sum(first & ~second)), int(np.sum(second & ~first))
    if only_first + only_second == 0:
        return 1.0
    return float(binomtest(only_first, only_first + only_second, 0.5).pvalue)


def grouped_interval(hits: NDArray[np.bool_], groups: NDArray[np.int64] | None) -> tuple[float, float]:
    """The 95 % interval of a share of ``hits`` (n,) whose images come in ``groups`` (n,), None for independent images.

    Wilson's interval for as many images as carry the same information: n divided by the design effect, which is how
    much more the share varies from group to group than that of independent images would (Kish 1965), and at least 1.
    Where all hits are equal, nothing can be measured of it, and each group counts as one image.
    """
    if groups is None or not hits.size:
        return wilson_interval(int(hits.sum()), len(hits))
    share, (sums, sizes) = float(hits.mean()), group_sums(hits.astype(np.float64), groups)
    count = len(sizes)
    if share in (0.0, 1.0):
        effect = len(hits) / count
    else:
        spread = float(((sums - share * sizes) ** 2).sum()) * count / max(1, count - 1)
        effect = max(1.0, spread / (len(hits) * share * (1 - share)))
    return _wilson(share, len(hits) / effect)


def paired_p(first: NDArray[np.bool_], second: NDArray[np.bool_], groups: NDArray[np.int64] | None = None) -> float:
    """The exact two-sided p value that two classifiers are equally often right on the same images, in ``groups``.

    For independent images (``groups`` None) it is McNemar's. Otherwise the signs of the groups' differences in hits are
    exchanged: under the null hypothesis each of them is as likely as its opposite, whatever the images of a group have
    in common. All sign patterns are counted, so that nothing is random. For groups of one image it is McNemar's, too.
    """
    if groups is None:
        return mcnemar_p(first, second)
    if not first.shape == second.shape == groups.shape:
        raise ValueError(f"{first.shape}, {second.shape} and groups of {groups.shape} are not the same images")
    differences, _ = group_sums(first.astype(np.float64) - second.astype(np.float64), groups)
    sizes = np.abs(differences).round().astype(int)
    reach = int(sizes.sum())
    likely = np.zeros(2 * reach + 1)  # the probability of each sum from -reach to reach
    likely[reach] = 1.0
    for size in sizes[sizes > 0]:
        likely = (np.roll(likely, size) + np.roll(likely, -size)) / 2
    seen = abs(round(float(differences.sum())))
    return float(min(1.0, likely[np.abs(np.arange(-reach, reach + 1)) >= seen].sum()))


def holm_adjusted(p_values: Sequence[float]) -> list[float]:
    """The p values of several tests, each adjusted for the others, in the order given (Holm 1979, step-down).

    Whoever rejects every hypothesis whose adjusted value is below 0.05 rejects a true one in 5 % of such families at
    most, whatever the tests have in common. The smallest value is multiplied by the number of tests, the next by one
    less, and so on; none is below the one before it or above 1. Raises ValueError for what is no probability.
    """
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError(f"{list(p_values)} are not all probabilities")
    adjusted, highest = [0.0] * len(p_values), 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def group_sums(values: NDArray[np.float64], groups: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The sum of the values (n,) of each group, and its size, in the order of the groups' numbers."""
    _, places, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    sums: NDArray[np.float64] = np.bincount(places, weights=values).astype(np.float64)
    return sums, sizes.astype(np.int64)


def mean_interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % interval of a mean from a few independent values, shape (n,), by Student's t (1908).

    Raises ValueError for fewer than two values: one says nothing about the spread.
    """
    half = _t_quantile(values) * float(values.std(ddof=1)) / math.sqrt(len(values))
    return float(values.mean()) - half, float(values.mean()) + half


def next_value_range(values: NDArray[np.float64]) -> tuple[float, float]:
    """The range in which one more value of the same kind falls with 95 % probability, from a few values of shape (n,).

    The prediction interval of a normal variable: mean ± t · s · √(1 + 1/n). Raises ValueError for fewer than two.
    """
    half = _t_quantile(values) * float(values.std(ddof=1)) * math.sqrt(1 + 1 / len(values))
    return float(values.mean()) - half, float(values.mean()) + half


def _t_quantile(values: NDArray[np.float64]) -> float:
    from scipy.stats import t  # late: SciPy takes longer to import than most computations need it for

    if len(values) < 2:
        raise ValueError(f"{len(values)} values say nothing about their spread; expected at least 2")
    return float(t.ppf(0.975, len(values) - 1))
