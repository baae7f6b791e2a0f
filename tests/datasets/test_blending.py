"""The blend of a digit and a photograph, against its formula, and the sets that are made by it.

Covers datasets/embedded_mnist_m.py, datasets/mnist_m.py, datasets/mnist_m_plain.py too.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from generator.datasets.blending import blended, read_photographs
from generator.datasets.local_files import embedded_backgrounds
from generator.datasets.pixels import PixelSet, load_pixels
from generator.datasets.sources import bsds500_files
from generator.errors import DataMissingError

DATA = Path(os.environ.get("GENREPORT_DATA") or Path(__file__).resolve().parents[3] / "shared/data")
NOWHERE = Path("nowhere")


def digit_set(images):
    return PixelSet(images, np.zeros(len(images), np.int64), ("zero",), "digits", "Digits.")


def random_images(shape, seed):
    return np.random.default_rng(seed).integers(0, 256, size=shape, dtype=np.uint8)


@pytest.fixture
def real_data():
    if not (DATA / "BSDS500/train").is_dir() or not (DATA / "MNIST/raw").is_dir():
        pytest.skip("MNIST or BSDS500 is not in the data folder")
    return DATA


@pytest.mark.parametrize("threshold", [None, 0, 127])
def test_each_pixel_is_the_absolute_difference_of_crop_and_digit(threshold):
    digits = digit_set(random_images((6, 5, 5), 1))
    photograph = random_images((5, 5, 3), 2)  # as large as a digit, so that only one crop is possible
    images = blended(digits, [photograph], np.random.default_rng(0), threshold)
    strokes = digits.images.astype(int)
    if threshold is not None:
        strokes = 255 * (strokes > threshold)
    np.testing.assert_array_equal(images, np.abs(photograph[None].astype(int) - strokes[..., None]))
    assert images.dtype == np.uint8


def test_crops_come_from_every_photograph_and_reach_every_edge():
    blank = digit_set(np.zeros((400, 2, 2), np.uint8))
    numbered = [np.arange(3 * 4 * 3, dtype=np.uint8).reshape(3, 4, 3) + 100 * number for number in range(2)]
    crops = blended(blank, numbered, np.random.default_rng(0), None)
    corners = {int(crop[0, 0, 0]) for crop in crops}
    expected = {int(one[top, left, 0]) for one in numbered for top in range(2) for left in range(3)}
    assert corners == expected


def test_the_generator_alone_decides():
    digits, photographs = digit_set(random_images((20, 4, 4), 1)), [random_images((30, 30, 3), 2)]
    first, again, other = (blended(digits, photographs, np.random.default_rng(seed), 0) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_the_embedded_blend_has_the_digits_labels_and_crops_of_its_own():
    for part, count in (("train", 10_000), ("test", 2_000)):
        grey, blend = (load_pixels(name, NOWHERE, part) for name in ("embedded_mnist", "embedded_mnist_m"))
        assert blend.images.shape == (count, 28, 28, 3)
        np.testing.assert_array_equal(blend.labels, grey.labels)
        strokes = np.where(grey.images > 0, 255, 0)
        backgrounds = np.abs(blend.images.astype(int) - strokes[..., None])
        # Taking the digit away again leaves photographs: smoother than the blend, and different for each copy.
        assert (
            np.abs(np.diff(backgrounds, axis=2)).mean() < 0.7 * np.abs(np.diff(blend.images.astype(int), axis=2)).mean()
        )
        assert len({image.tobytes() for image in backgrounds}) > 0.99 * count


def test_the_embedded_backgrounds_are_colour_photographs():
    for photograph in read_photographs(embedded_backgrounds()):
        assert min(photograph.shape[:2]) > 200
        assert (photograph[..., 0] != photograph[..., 2]).mean() > 0.5


def test_the_real_blend_is_made_in_seconds_and_always_the_same(real_data):
    began = time.process_time()
    train = load_pixels("mnist_m", real_data, "train")
    assert time.process_time() - began < 30
    assert train.images.shape == (60_000, 28, 28, 3)
    np.testing.assert_array_equal(train.labels, load_pixels("mnist", real_data, "train").labels)
    test, again = (load_pixels("mnist_m", real_data, "test") for _ in range(2))
    assert test.digest() == again.digest() != train.digest()


def test_both_blends_put_the_same_digits_on_the_same_crops(real_data):
    digits = load_pixels("mnist", real_data, "test").images
    sharp, soft = (load_pixels(name, real_data, "test").images.astype(int) for name in ("mnist_m", "mnist_m_plain"))
    outside = digits == 0
    np.testing.assert_array_equal(sharp[outside], soft[outside])
    np.testing.assert_array_equal(sharp[digits == 255], soft[digits == 255])
    # On a grey pixel one is |crop - 255|, the other |crop - grey|.
    grey = (digits > 0) & (digits < 255)
    np.testing.assert_array_equal(np.abs(255 - sharp[grey] - digits[grey][:, None]), soft[grey])


def test_missing_photographs_are_an_error_that_says_how_to_get_them(real_data, tmp_path):
    (tmp_path / "MNIST").symlink_to(real_data / "MNIST")
    with pytest.raises(DataMissingError, match="BSDS500") as raised:
        load_pixels("mnist_m", tmp_path, "test")
    assert "genreport fetch" in raised.value.hint


def test_the_list_of_photographs_is_complete_and_pinned():
    files = bsds500_files()
    assert len({file.path for file in files}) == 200
    assert all(file.url.endswith(f"/{Path(file.path).name}") for file in files)
