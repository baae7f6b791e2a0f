"""Crops of a photograph: square, of the sizes asked for, and each part from its own quadrants."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from generator.datasets.crops import quadrants, random_crops


@pytest.mark.parametrize("size", [(451, 300), (384, 191), (9, 9)])
def test_the_parts_of_a_photograph_share_no_pixel_and_leave_none(size: tuple[int, int]) -> None:
    width, height = size
    counts = np.zeros((height, width), int)
    for part in ("train", "test"):
        for left, upper, right, lower in quadrants(width, height, part):
            counts[upper:lower, left:right] += 1
    assert (counts == 1).all()


def test_crops_come_from_the_parts_two_quadrants_in_turn() -> None:
    pixels = np.zeros((60, 80, 3), np.uint8)
    for number, (left, upper, right, lower) in enumerate(quadrants(80, 60, "train"), start=1):
        pixels[upper:lower, left:right] = number
    crops = random_crops(Image.fromarray(pixels), "train", 6, 0.5, 16, np.random.default_rng(0))
    assert [np.unique(crop).tolist() for crop in crops] == [[1], [2], [1], [2], [1], [2]]
    assert {crop.shape for crop in crops} == {(16, 16, 3)}


def test_no_crop_is_smaller_than_asked() -> None:
    """Where a pixel's colour is its column, a crop's range of colours is its width before it was resized."""
    columns = np.broadcast_to(np.arange(200, dtype=np.uint8)[None, :, None], (200, 200, 3))
    crops = random_crops(Image.fromarray(columns.copy()), "test", 200, 0.7, 100, np.random.default_rng(0))
    widths = [int(np.ptp(crop)) + 1 for crop in crops]
    assert min(widths) >= 68  # 70 but for what the filter takes from the edges
    assert max(widths) <= 100
    assert len(set(widths)) > 20
