"""Running means, grids and frames against arrays that are easy to check.

Covers labs/gan/real_images.py, labs/gan/record.py too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from generator.labs.gan.progress import animation, curves, mosaic, picture, through_training, window_length
from generator.labs.gan.real_images import load_real_images, pixel_variance, to_bytes, to_signed
from generator.labs.gan.record import FIXED, Record, sample_moments


def test_a_curve_is_the_mean_of_windows_with_the_middle_of_its_steps():
    steps = np.zeros((240, 6), dtype=np.float32)
    steps[:, 1] = np.arange(240)
    chart = curves(steps, 40, {"g_loss": "generator"}, "loss", False)
    (series,) = chart.series
    assert window_length(240) == 2
    np.testing.assert_allclose(series.y, np.arange(120) * 2 + 0.5)
    np.testing.assert_allclose(series.x[[0, -1]], [2 / 40, 6.0])
    np.testing.assert_allclose(series.low[3], 6.1)
    np.testing.assert_allclose(series.high[3], 6.9)


def test_a_last_window_that_is_not_full_is_drawn_too():
    chart = curves(np.ones((241, 6), dtype=np.float32), 10, {"d_loss": "discriminator"}, "loss", False)
    assert len(chart.series[0].y) == 81
    assert chart.series[0].x[-1] == pytest.approx(24.1)


@pytest.mark.parametrize("steps", [1, 5, 30, 780, 14_040])
def test_samples_are_kept_from_before_the_first_step_to_after_the_last(steps):
    moments = sample_moments(steps)
    assert (moments[0], moments[-1]) == (0, steps)
    assert list(moments) == sorted(set(moments))
    assert len(moments) <= 15


def test_the_record_stops_at_the_first_step_that_is_not_finite():
    record = Record(4, 1, 32)
    for step in range(4):
        record.keep_step(step, torch.full((6,), float("nan") if step == 2 else float(step)))
    assert record.finite_steps(4).tolist() == [[0.0] * 6, [1.0] * 6]
    assert len(record.finite_steps(1)) == 1
    record.keep_samples(0, torch.full((FIXED, 1, 32, 32), -1.0))
    moments, samples = record.kept_samples(3)
    assert moments == (0,)
    assert samples.shape == (1, FIXED, 1, 32, 32)


def test_a_grid_of_moments_has_first_and_last_and_follows_columns():
    samples = np.zeros((15, 10, 1, 2, 2), dtype=np.uint8)
    samples[:] = (np.arange(15)[:, None] * 10 + np.arange(10))[:, :, None, None, None]
    grid = through_training(samples, tuple(range(0, 150, 10)), [0, 4])
    assert (grid.columns, len(grid.images)) == (2, 16)
    assert grid.row_titles[0] == "0 steps"
    assert grid.row_titles[-1] == "140 steps"
    assert [int(image[0, 0]) for image in (grid.images[0], grid.images[1], grid.images[-1])] == [0, 4, 144]


def test_frames_are_whole_pictures_and_their_keys_exist():
    samples = np.random.default_rng(0).integers(0, 256, (3, 12, 3, 4, 4), dtype=np.uint8)
    frames = animation(samples, (0, 20, 1300))
    assert frames.captions[-1] == "after 1,300 steps"
    assert frames.keys == (0, 1, 2)
    assert frames.images[0].shape == (2 * 4 + 2, 10 * 4 + 9 * 2, 3)
    np.testing.assert_array_equal(mosaic(samples[0])[6:10, 6:10], samples[0, 11].transpose(1, 2, 0))


def test_pictures_are_grey_or_rgb():
    assert picture(np.zeros((1, 4, 5), dtype=np.uint8)).shape == (4, 5)
    assert picture(np.zeros((3, 4, 5), dtype=np.uint8)).shape == (4, 5, 3)


def test_bytes_and_signed_values_are_inverse_to_each_other():
    values = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(to_bytes(to_signed(values)), values)
    assert to_signed(values)[[0, 255]].tolist() == [-1.0, 1.0]
    assert to_bytes(torch.tensor([-2.0, 3.0])).tolist() == [0, 255]


def test_real_images_are_resized_and_counted():
    whole = load_real_images("embedded_mnist", Path("nowhere"), "train", 32)
    few = load_real_images("embedded_mnist", Path("nowhere"), "train", 64, count=5)
    assert whole.pixels.shape == (10_000, 1, 32, 32)
    assert few.pixels.shape == (5, 1, 64, 64)
    assert torch.equal(few.labels, whole.labels[:5])
    # As much ink as before, and a picture of the same thing.
    small = torch.nn.functional.avg_pool2d(few.pixels.float(), 2)
    assert float((small - whole.pixels[:5].float()).abs().mean()) < 3.0
    assert whole.batch(torch.tensor([4, 2])).shape == (2, 1, 32, 32)


def test_equal_images_have_no_variance_and_coin_flips_have_one():
    assert pixel_variance(torch.full((4, 1, 2, 2), 0.3)) == pytest.approx(0.0, abs=1e-12)
    assert pixel_variance(torch.tensor([1.0, -1.0]).view(2, 1, 1, 1)) == 1.0
