"""The digits that travel with the package are MNIST's own, drawn by the stated rule.

Covers datasets/embedded_mnist_m.py too.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from generator.datasets.embedded_mnist import FILE, PARTS
from generator.datasets.images import Part
from generator.datasets.pixels import load_pixels
from generator.workspace import stream_seed

NOWHERE = Path("nowhere")
DATA = Path(os.environ.get("GENREPORT_DATA") or Path(__file__).resolve().parents[3] / "shared/data")


@pytest.mark.parametrize("part", PARTS)
def test_each_class_has_a_tenth_of_each_part(part: Part) -> None:
    digits = load_pixels("embedded_mnist", NOWHERE, part)
    assert digits.images.shape == (PARTS[part], 28, 28)
    assert digits.images.dtype == np.uint8
    assert np.bincount(digits.labels).tolist() == [PARTS[part] // 10] * 10


def test_no_image_is_in_both_parts() -> None:
    train, test = ({image.tobytes() for image in load_pixels("embedded_mnist", NOWHERE, part).images} for part in PARTS)
    assert not train & test


@pytest.mark.skipif(not (DATA / "MNIST/raw").is_dir(), reason="MNIST is not in the data folder")
@pytest.mark.parametrize("part", PARTS)
def test_they_are_the_images_that_the_rule_draws_from_mnist(part: Part) -> None:
    whole, ours = load_pixels("mnist", DATA, part), load_pixels("embedded_mnist", NOWHERE, part)
    drawn = [
        np.random.default_rng(stream_seed(0, f"{part}/{label}")).choice(
            np.flatnonzero(whole.labels == label), PARTS[part] // 10, replace=False
        )
        for label in range(10)
    ]
    order = np.random.default_rng(stream_seed(0, f"{part}/order")).permutation(np.concatenate(drawn))
    assert np.array_equal(whole.images[order], ours.images)
    assert np.array_equal(whole.labels[order], ours.labels)


def test_the_second_domain_holds_the_same_digits_on_photographs() -> None:
    digits, blended = (load_pixels(name, NOWHERE, "test") for name in ("embedded_mnist", "embedded_mnist_m"))
    assert np.array_equal(digits.labels, blended.labels)
    assert blended.images.shape == (*digits.images.shape, 3)
    background, stroke = digits.images == 0, digits.images > 0
    assert blended.images[background].std() > 40
    # |crop - 255| and the crop itself are the same picture only where it is mid-grey.
    assert abs(float(blended.images[background].mean()) + float(blended.images[stroke].mean()) - 255) < 20


def test_its_licence_names_authors_and_terms() -> None:
    licence = (FILE.parent / "LICENSE.txt").read_text(encoding="utf-8")
    assert all(word in licence for word in ("LeCun", "Cortes", "Burges", "Share Alike 3.0"))
