"""15-Scene: the folder's own split or a seeded one, never an image in both parts."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator.datasets.images import load_images
from generator.datasets.local_files import data_files
from generator.datasets.scenes15 import read_split
from generator.errors import DataMissingError

DATA = Path(os.environ.get("GENREPORT_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
real = pytest.mark.skipif(not (DATA / "15-Scene").is_dir(), reason="the real data is not here")


def lay_out(data, classes=("coast", "street"), images=5):
    for number, name in enumerate(classes):
        (data / "15-Scene" / name).mkdir(parents=True)
        for index in range(images):
            picture = Image.fromarray(np.full((8, 12), 40 * number + index, np.uint8))
            picture.save(data / "15-Scene" / name / f"image_{index:04}.jpg", quality=100)


@real
def test_the_real_collection_has_its_own_split():
    train, test = (load_images("scenes15", DATA, part) for part in ("train", "test"))
    assert (len(train), len(test), len(train.class_names)) == (1500, 810, 15)
    assert train.class_names == test.class_names
    assert np.bincount(train.labels).tolist() == [100] * 15
    assert all(image.ndim == 3 and image.shape[2] == 3 and image.strides[2] == 0 for image in test.images)


def test_a_split_file_decides(tmp_path):
    lay_out(tmp_path)
    split = {"street": {"train": ["image_0003.jpg"], "test": ["image_0000.jpg"]},
             "coast": {"train": ["image_0001.jpg"], "test": ["image_0002.jpg", "image_0004.jpg"]}}  # fmt: skip
    (tmp_path / "15-Scene" / "split.json").write_text(json.dumps(split))
    test = load_images("scenes15", tmp_path)
    assert test.class_names == ("coast", "street")
    assert test.labels.tolist() == [0, 0, 1]
    assert [int(image[0, 0, 0]) for image in test.images] == [2, 4, 40]
    assert {image.shape for image in test.images} == {(8, 12, 3)}


def test_without_a_split_file_the_parts_are_drawn_once_and_for_all(tmp_path, monkeypatch):
    monkeypatch.setattr("generator.datasets.scenes15.TRAIN_IMAGES", 3)
    lay_out(tmp_path)
    parts = read_split(tmp_path / "15-Scene")
    assert parts == read_split(tmp_path / "15-Scene")
    for name in ("coast", "street"):
        assert (len(parts["train"][name]), len(parts["test"][name])) == (3, 2)
        assert not set(parts["train"][name]) & set(parts["test"][name])


def test_an_image_in_both_parts_is_refused(tmp_path):
    lay_out(tmp_path, classes=("coast",))
    split = {"coast": {"train": ["image_0001.jpg"], "test": ["image_0001.jpg"]}}
    (tmp_path / "15-Scene" / "split.json").write_text(json.dumps(split))
    with pytest.raises(DataMissingError, match=r"coast/image_0001\.jpg is in both parts"):
        load_images("scenes15", tmp_path)


def test_a_missing_collection_is_named_with_the_way_to_get_it(tmp_path):
    with pytest.raises(DataMissingError) as error:
        load_images("scenes15", tmp_path)
    assert "Lazebnik" in error.value.hint
    assert data_files("scenes15", tmp_path) == (tmp_path / "15-Scene",)


def test_the_images_and_the_split_stand_for_the_collection(tmp_path):
    lay_out(tmp_path, classes=("coast",), images=2)
    (tmp_path / "15-Scene" / "split.json").write_text("{}")
    names = [path.name for path in data_files("scenes15", tmp_path)]
    assert names == ["split.json", "image_0000.jpg", "image_0001.jpg"]
