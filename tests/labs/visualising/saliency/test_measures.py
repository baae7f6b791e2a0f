"""Measures of maps against SciPy and against maps whose measures are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from generator.labs.visualising.saliency.measures import (
    correlations_across,
    highest_region,
    rank_correlations,
    shares_inside,
)


def some_maps(seed):
    maps = torch.rand(4, 9, 11, generator=torch.Generator().manual_seed(seed))
    maps[1, :, :4] = 0  # ties, as in Grad-CAM
    return maps


def test_rank_correlations_are_scipys():
    first, second = some_maps(0), some_maps(1)
    expected = np.array([[spearmanr(a.ravel(), b.ravel()).statistic for b in second] for a in first])
    np.testing.assert_allclose(correlations_across(first, second), expected, atol=1e-12)
    np.testing.assert_allclose(rank_correlations(first, second), np.diag(expected), atol=1e-12)


def test_a_map_agrees_with_any_rising_function_of_itself():
    maps = some_maps(0)
    np.testing.assert_allclose(rank_correlations(maps, maps**3), 1)
    np.testing.assert_allclose(rank_correlations(maps, -maps), -1)


def test_a_constant_map_has_no_correlation():
    maps = some_maps(0)
    maps[2] = 0.5
    correlations = rank_correlations(maps, some_maps(1))
    assert np.isnan(correlations).tolist() == [False, False, True, False]


def test_a_region_has_the_same_size_for_each_map_and_holds_its_highest_values():
    maps = some_maps(0)
    maps[3] = 0
    region = highest_region(maps, 0.2)
    assert region.sum((1, 2)).tolist() == [20, 20, 20, 0]
    for values, chosen in zip(maps.numpy()[:3], region[:3], strict=True):
        assert values[chosen].min() >= values[~chosen].max()


def test_ties_in_a_region_go_to_what_is_read_first():
    maps = torch.zeros(1, 2, 5)
    maps[0, 1, 4] = 1
    assert highest_region(maps, 0.3)[0].astype(int).tolist() == [[1, 1, 0, 0, 0], [0, 0, 0, 0, 1]]


def test_shares_inside_regions():
    maps = torch.tensor([[[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]])
    regions = np.array([[[True, False], [False, True]], [[False, False], [False, False]]])
    shares = shares_inside(maps, regions)
    assert shares[0, 0] == pytest.approx(0.5)
    assert np.isnan(shares[0, 1])
    assert np.isnan(shares[1]).all()


def test_a_flat_map_has_the_regions_own_share_in_every_region():
    region = highest_region(some_maps(0), 0.2)
    np.testing.assert_allclose(shares_inside(torch.ones(4, 9, 11), region), 20 / 99)
