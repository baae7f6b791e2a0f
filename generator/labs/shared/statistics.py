"""Intervals and tests for accuracies that are measured on few images."""

from __future__ import annotations

import math

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
    share, z2 = successes / trials, Z95 * Z95
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
