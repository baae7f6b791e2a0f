"""Measures of saliency maps: rank correlation, and how much of a map lies where another one is highest."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def rank_rows(maps: torch.Tensor) -> Floats:
    """The ranks of each map's values, ties averaged, brought to mean 0 and length 1: (n, values), float64.

    The product of two such rows is Spearman's rank correlation. A constant map has no ranks; its row is NaN.
    """
    from scipy.stats import rankdata

    ranks = rankdata(maps.flatten(1).numpy(), axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(ranks, axis=1, keepdims=True)
    rows: Floats = np.divide(ranks, lengths, out=np.full_like(ranks, np.nan), where=lengths > 0)
    return rows


def rank_correlations(first: torch.Tensor, second: torch.Tensor) -> Floats:
    """Spearman's ρ in [−1, 1] of each map in ``first`` with the one in ``second`` at its place, both (n, …).

    NaN where one of the two is constant. Ranks rather than values, because a few extreme values rule a gradient map.
    """
    correlations: Floats = (rank_rows(first) * rank_rows(second)).sum(axis=1)
    return correlations


def correlations_across(first: torch.Tensor, second: torch.Tensor) -> Floats:
    """Spearman's ρ of each map in ``first`` with each in ``second``: (n, n), the pairs of one image on the diagonal."""
    correlations: Floats = rank_rows(first) @ rank_rows(second).T
    return correlations


def highest_region(maps: torch.Tensor, share: float) -> NDArray[np.bool_]:
    """The ``share`` of positions with the highest values of each map, (n, height, width).

    Every region has the same size, whatever the map; ties go to the position that comes first in reading order. The
    region of a map that is zero everywhere is empty.
    """
    values = maps.flatten(1).numpy()
    count = round(share * values.shape[1])
    order = np.argsort(-values, axis=1, kind="stable")[:, :count]
    region = np.zeros(values.shape, dtype=bool)
    np.put_along_axis(region, order, values=True, axis=1)
    region[values.max(axis=1) <= 0] = False
    return region.reshape(maps.shape)


def shares_inside(maps: torch.Tensor, regions: NDArray[np.bool_]) -> Floats:
    """The share in [0, 1] of each map's sum that lies in each region: (maps, regions); NaN for an empty region."""
    values = maps.flatten(1).double().numpy()
    inside = regions.reshape(len(regions), -1)
    totals = values.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(values @ inside.T, totals, out=np.full((len(values), len(inside)), np.nan),
                               where=totals > 0)  # fmt: skip
    shares[:, ~inside.any(axis=1)] = np.nan
    return shares
