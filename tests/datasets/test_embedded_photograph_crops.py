"""Crops of the whole photographs: ImageNet's classes, the same every time, others in the other part."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from generator.datasets import embedded_photograph_crops
from generator.datasets.embedded_photographs import SHOWN, files
from generator.datasets.images import load_images
from generator.datasets.local_files import data_files

NOWHERE = Path("nowhere")


def test_each_photograph_gives_its_nearest_class_equally_often() -> None:
    for part, count in embedded_photograph_crops.CROPS.items():
        images = load_images("embedded_photograph_crops", NOWHERE, part)
        expected = [shown.nearest for shown in SHOWN for _ in range(count)]
        assert [images.true_class(number) for number in range(len(images))] == expected
        assert {image.shape for image in images.images} == {(96, 96, 3)}


def test_its_classes_are_those_of_the_whole_photographs_in_their_order() -> None:
    whole, crops = (load_images(name, NOWHERE) for name in ("embedded_photographs", "embedded_photograph_crops"))
    assert crops.class_names == whole.class_names
    assert len(crops.class_names) == 1000
    assert set(crops.labels.tolist()) == set(whole.labels.tolist())


def test_the_same_crops_every_time_and_others_in_the_other_part() -> None:
    first, again = (embedded_photograph_crops.load(NOWHERE, "test") for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first.images, again.images, strict=True))
    train = embedded_photograph_crops.load(NOWHERE, "train")
    assert not any(np.array_equal(a, b) for a, b in zip(first.images, train.images, strict=False))


def test_the_photographs_stand_for_the_data_set() -> None:
    assert data_files("embedded_photograph_crops", NOWHERE) == files()
