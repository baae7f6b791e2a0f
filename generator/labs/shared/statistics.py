"""Intervals and tests for accuracies that are measured on few images."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: The standard normal distribution's 97.5 % quantile, for two-sided 95 % intervals.
Z95 = 1.959963984540054
#: Differences with a smaller p value are called more than chance.
SIGNIFICANT = 0.05
#: The probability with which a detectable difference is shown, and how finely it is looked for.
POWER, DETECTABLE_STEP = 0.8, 1e-4


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
    return _wilson(float(hits.mean()), len(hits) / _design_effect(hits.astype(np.float64), groups))


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


def detectable_difference(
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    groups: NDArray[np.int64] | None = None,
    level: float = SIGNIFICANT,
) -> float:
    """The smallest true difference of two accuracies that the paired test would show with 80 % probability.

    What a pair of classifiers settles is only on how many images they disagree: the power is that of the exact McNemar
    test at ``level``, summed over the number of images on which they do (Duffy 1984), for the share of disagreement
    that is seen, or as large a one as the difference needs. Images in ``groups`` count for as many as carry the same
    information about the difference (Kish 1965). 1.0 where not even certain disagreement would be shown.
    """
    from scipy.special import bdtr, gammaln, xlog1py, xlogy  # late: SciPy takes longer to import than most need it for

    differences = first.astype(np.float64) - second.astype(np.float64)
    count = max(1, round(len(first) / _design_effect(differences, groups)))
    disagreeing = np.arange(count + 1)
    limit = _last_rejected(disagreeing, level / 2)
    ways = gammaln(count + 1) - gammaln(disagreeing + 1) - gammaln(count - disagreeing + 1)
    seen = float(np.abs(differences).mean())

    def power(difference: float) -> float:
        share = max(seen, difference)
        weights = np.exp(ways + xlogy(disagreeing, share) + xlog1py(count - disagreeing, -share))
        fewer = (1 - difference / share) / 2
        rejected = [np.where(limit < 0, 0.0, bdtr(limit, disagreeing, one)) for one in (fewer, 1 - fewer)]
        return float(weights @ np.sum(rejected, axis=0))

    low, high = 0.0, 1.0
    while high - low > DETECTABLE_STEP:
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle) >= POWER else (middle, high)
    return high


def _last_rejected(counts: NDArray[np.int64], tail: float) -> NDArray[np.int64]:
    """For each count of fair coins, the most heads whose lower tail has a probability below ``tail``; -1 for none."""
    from scipy.special import bdtr, bdtrik

    guess = np.ceil(bdtrik(tail, np.maximum(counts, 1), 0.5)).clip(min=0)
    found: NDArray[np.int64] = (guess - np.where(bdtr(guess, counts, 0.5) >= tail, 1, 0)).astype(np.int64)
    return found


def _design_effect(values: NDArray[np.float64], groups: NDArray[np.int64] | None) -> float:
    """How many times as much as for independent images the mean of values (n,) varies from draw to draw; at least 1."""
    if groups is None:
        return 1.0
    sums, sizes = group_sums(values, groups)
    variance, count = float(values.var()), len(sizes)
    if not variance:
        return len(values) / count
    spread = float(((sums - values.mean() * sizes) ** 2).sum()) * count / max(1, count - 1)
    return max(1.0, spread / (len(values) * variance))


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


def difference_interval(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[float, float, float]:
    """The 95 % interval of mean(first) - mean(second), both ends, and the two-sided p value that the means are equal.

    Student's t (1908) for two independent samples with one common variance, of n and m values; either may be a single
    value, which is then held against the spread of the others. Raises ValueError for fewer than three values in all.
    """
    from scipy.stats import t  # late: SciPy takes longer to import than most computations need it for

    sizes = (len(first), len(second))
    freedom = sum(sizes) - 2
    if freedom < 1 or 0 in sizes:
        raise ValueError(f"{sizes[0]} and {sizes[1]} values say nothing about their spread; expected 3 in all")
    squares = sum(float(((values - values.mean()) ** 2).sum()) for values in (first, second))
    error = math.sqrt(squares / freedom * (1 / sizes[0] + 1 / sizes[1]))
    difference = float(first.mean() - second.mean())
    half = float(t.ppf(0.975, freedom)) * error
    if error == 0:
        return difference, difference, float(difference == 0)
    return difference - half, difference + half, float(2 * t.sf(abs(difference) / error, freedom))


def least_difference(spread: float, sizes: tuple[int, int], tests: int) -> float:
    """The smallest difference of two means that such samples could show: the power of a design.

    ``spread`` is the standard deviation of single values, ``sizes`` how many values there are on either side, and
    ``tests`` how many such tests share an error of 5 % by Holm's rule, of which this is the first: the largest of the
    differences must be so large. A true difference of just this size is found in about half of all cases.
    """
    from scipy.stats import t  # late: SciPy takes longer to import than most computations need it for

    quantile = float(t.ppf(1 - 0.025 / tests, sum(sizes) - 2))
    return quantile * spread * math.sqrt(1 / sizes[0] + 1 / sizes[1])
