"""Digits in several places: exactly moved, and never out of the picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import ndimage

from generator.datasets.embedded_digits_moved import COPIES, LARGEST, moved
from generator.datasets.pixels import load_pixels


def test_a_move_is_scipys_shift():
    images = np.random.default_rng(0).integers(0, 256, size=(5, 7, 9), dtype=np.uint8)
    moves = np.array([[0, 0], [1, 0], [0, -2], [3, 3], [-3, 1]])
    expected = [ndimage.shift(image, move, order=0) for image, move in zip(images, moves, strict=True)]
    np.testing.assert_array_equal(moved(images, moves), expected)


def test_training_copies_are_the_digits_in_other_places():
    still, copies = (load_pixels(name, Path(), "train") for name in ("embedded_digits", "embedded_digits_moved"))
    assert len(copies) == COPIES * len(still)
    np.testing.assert_array_equal(copies.labels, np.tile(still.labels, COPIES))
    ink = copies.images.reshape(COPIES, len(still), -1).sum(2, dtype=int) / still.images.reshape(len(still), -1).sum(1)
    assert ink.min() > 0.93  # the margin is nearly as wide as the largest move
    places = {tuple(np.argwhere(copy).min(0)) for copy in copies.images[:: len(still)]}
    assert len(places) > COPIES / 2
    assert max(np.ptp(list(places), axis=0)) <= 2 * LARGEST


def test_test_digits_stay_where_they_are():
    still, copies = (load_pixels(name, Path(), "test") for name in ("embedded_digits", "embedded_digits_moved"))
    np.testing.assert_array_equal(still.images, copies.images)
