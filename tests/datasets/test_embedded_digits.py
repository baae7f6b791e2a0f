"""The embedded digits: split once and for all, and the same digits as scikit-learn's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from generator.datasets.embedded_digits import enlarged
from generator.datasets.pixels import load_pixels

NOWHERE = Path("nowhere")


def test_every_digit_is_in_one_part_only():
    parts = [load_pixels("embedded_digits", NOWHERE, part) for part in ("train", "test")]
    assert [part.images.shape for part in parts] == [(1300, 28, 28), (497, 28, 28)]
    whole = np.concatenate([part.images for part in parts]).reshape(1797, -1)
    labels = np.concatenate([part.labels for part in parts])
    source = load_digits()
    expected = enlarged(source.images).reshape(1797, -1)

    def keyed(images, names):
        return sorted((image.tobytes(), int(name)) for image, name in zip(images, names, strict=True))

    assert keyed(whole, labels) == keyed(expected, source.target)


def test_each_class_is_split_in_the_same_proportion():
    whole = np.bincount(load_digits().target)
    for part in ("train", "test"):
        digits = load_pixels("embedded_digits", NOWHERE, part)
        shares = np.bincount(digits.labels) / whole
        np.testing.assert_allclose(shares, len(digits) / 1797, atol=0.005)


def test_a_digit_keeps_its_shape_and_its_brightness():
    source = load_digits().images[:50]
    images = enlarged(source)
    assert images.dtype == np.uint8
    assert images.max() == 255
    # Shrunk again, each is close to what it was; its own 8 × 8 lie inside the margin.
    back = np.stack([np.asarray(Image.fromarray(image).resize((10, 10), Image.Resampling.BOX)) for image in images])
    assert np.abs(back[:, 1:-1, 1:-1] / 255 * 16 - source).mean() < 1.0
    assert images[:, 0].max() < 100
