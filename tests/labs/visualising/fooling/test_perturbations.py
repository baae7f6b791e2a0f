"""Measures of changes against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from generator.labs.visualising.fooling.perturbations import as_saved, difference_picture, mean_of, median_of, sizes


def test_norms_and_psnr_of_known_changes():
    before = torch.full((2, 3, 4, 4), 0.5)
    after = before.clone()
    after[0, 0, 0, 0] += 0.3
    after[0, 1, 2, 2] -= 0.4
    after[1] += 0.1
    found = sizes(before, after)
    assert found.l2 == pytest.approx([0.5, 0.1 * math.sqrt(48)], rel=1e-5)
    assert found.linf == pytest.approx([0.4, 0.1], rel=1e-5)
    assert found.psnr == pytest.approx([10 * math.log10(48 / 0.25), 20], rel=1e-5)
    assert found.outside.tolist() == [0, 0]


def test_psnr_agrees_with_scikit_image():
    from skimage.metrics import peak_signal_noise_ratio

    rng = torch.Generator().manual_seed(0)
    before, after = (torch.rand(1, 3, 9, 9, generator=rng) for _ in range(2))
    expected = peak_signal_noise_ratio(before.double().numpy(), after.double().numpy(), data_range=1)
    assert sizes(before, after).psnr[0] == pytest.approx(expected)


def test_values_outside_the_range_are_counted_and_rounding_is_forgiven():
    before = torch.zeros(1, 3, 2, 2)
    after = before.clone()
    after[0, 0, 0] = torch.tensor([-0.2, 1.2])
    after[0, 1, 0] = torch.tensor([-1e-8, 1 + 1e-8])
    assert sizes(before, after).outside[0] == pytest.approx(2 / 12)


def test_a_file_keeps_eight_bits_within_the_range():
    pixels = torch.tensor([-1.0, 0.0, 0.4 / 255, 0.6 / 255, 1.0, 2.0]).expand(3, 6).reshape(1, 3, 1, 6)
    saved = as_saved(pixels)
    assert saved.shape == (1, 1, 6, 3)
    assert saved.dtype == np.uint8
    assert saved[0, 0, :, 0].tolist() == [0, 0, 0, 1, 255, 255]


def test_differences_are_drawn_around_grey():
    original = torch.full((3, 1, 2), 0.3)
    changed = original.clone()
    changed[:, 0, 1] += 0.03
    assert difference_picture(original, changed, 1)[0, :, 0].tolist() == [128, 135]
    assert difference_picture(original, changed, 10)[0, :, 0].tolist() == [128, 204]


def test_averages_of_nothing_are_none():
    assert mean_of(np.array([])) is median_of(np.array([])) is None
    assert mean_of(np.array([True, False, False, False])) == 0.25
    assert median_of(np.array([1, 2, 9])) == 2
