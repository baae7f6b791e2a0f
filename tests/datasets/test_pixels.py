"""Small images in one array: checked, cut, seen as RGB and fingerprinted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.datasets.pixels import PixelSet, load_pixels


def pixel_set(images, labels=None):
    labels = np.zeros(len(images), np.int64) if labels is None else np.array(labels)
    return PixelSet(images, labels, ("zero", "one"), "a set", "A set.")


GREY = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


def test_labels_and_images_must_match():
    with pytest.raises(ValueError, match="2 images but 3 labels"):
        pixel_set(GREY, [0, 1, 1])


@pytest.mark.parametrize("shape", [(2, 9), (2, 3, 3, 1), (2, 3, 3, 4)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="expected"):
        pixel_set(np.zeros(shape, np.uint8))


def test_grey_images_are_seen_three_times_and_colour_is_left_alone():
    seen = pixel_set(GREY).rgb()
    assert seen.shape == (2, 3, 3, 3)
    for channel in range(3):
        np.testing.assert_array_equal(seen[..., channel], GREY)
    colour = np.zeros((2, 3, 3, 3), np.uint8)
    assert pixel_set(colour).rgb() is colour


def test_the_first_images_keep_their_labels():
    first = pixel_set(GREY, [1, 0]).first(1)
    assert (len(first), first.labels.tolist()) == (1, [1])
    assert len(pixel_set(GREY).first(9)) == 2
    with pytest.raises(ValueError, match="at least 1"):
        pixel_set(GREY).first(0)


def test_the_digest_answers_to_pixels_labels_order_and_shape():
    sets = [
        pixel_set(GREY),
        pixel_set(GREY, [0, 1]),
        pixel_set(GREY[::-1]),
        pixel_set(GREY + 1),
        pixel_set(GREY.reshape(2, 1, 9)),
    ]
    assert len({one.digest() for one in sets}) == len(sets)
    assert pixel_set(np.asfortranarray(GREY)).digest() == sets[0].digest()


def test_an_unknown_data_set_is_named():
    with pytest.raises(ValueError, match="no_such_digits"):
        load_pixels("no_such_digits", Path("nowhere"), "train")
