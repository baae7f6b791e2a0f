"""Tests of measures that come in pairs, of one photograph or of one class, and what so few pairs could show at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Differences of measures of order one that are no more than this are rounding: no sign may come of them.
ROUNDING = 1e-12


def signed_rank_p(first: Floats, second: Floats) -> float:
    """Wilcoxon's exact two-sided signed-rank probability for the pairs (n,) of which both values are finite.

    Pairs that are equal, but for rounding, say nothing and are left out; 1 where no other is left.
    """
    from scipy.stats import wilcoxon  # late: SciPy takes longer to import than most computations need it for

    differences = (first - second)[np.isfinite(first) & np.isfinite(second)]
    differences = differences[np.abs(differences) > ROUNDING]
    return float(wilcoxon(differences, method="exact").pvalue) if len(differences) else 1.0


def mean_difference_p(first: Floats, second: Floats) -> float:
    """Student's two-sided probability that the mean difference of the pairs (n,) is zero; 1 for fewer than two pairs.

    It takes the differences for normal, which lets a few pairs say more than an exact test of signs or ranks can. Where
    all differences are the same, it is 1 if that is zero, and 0 otherwise.
    """
    from scipy.stats import ttest_1samp  # late: SciPy takes longer to import than most computations need it for

    differences = first - second
    if len(differences) < 2 or not differences.any():
        return 1.0
    if np.ptp(differences) == 0:
        return 0.0
    return float(ttest_1samp(differences, 0.0).pvalue)


def least_p(pairs: int, tests: int = 1) -> float:
    """The smallest probability that an exact two-sided test of signs or ranks can give for so many ``pairs``.

    That of all differences having one sign, 2 · 2⁻ⁿ, times the number of ``tests`` among which it is the smallest by
    Holm's adjustment; at most 1.
    """
    return min(1.0, tests * 2.0 ** (1 - pairs))
