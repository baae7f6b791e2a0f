"""The ImageNet sample: read without its pickled entry, and missed with a useful message."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from generator.datasets.images import load_images
from generator.errors import DataMissingError

DATA = Path(os.environ.get("GENREPORT_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
real = pytest.mark.skipif(not (DATA / "imagenet_val_25.npz").is_file(), reason="the real data is not here")


@real
def test_the_real_sample_has_25_photographs_with_their_classes():
    images = load_images("imagenet_sample", DATA)
    assert len(images) == 25
    assert {image.shape for image in images.images} == {(224, 224, 3)}
    assert [images.true_class(index) for index in (0, 13, 3)] == ["hay", "bee eater", "Border terrier"]
    assert len(images.class_names) == 1000


def test_a_missing_file_is_named_with_the_remedy(tmp_path):
    with pytest.raises(DataMissingError) as error:
        load_images("imagenet_sample", tmp_path)
    assert str(tmp_path / "imagenet_val_25.npz") in str(error.value)
    assert "genreport fetch --profile light" in error.value.hint
    assert "--data DIR" in error.value.hint


def test_a_pickled_entry_is_never_opened(tmp_path):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "exploded"),)

    pixels = np.zeros((1, 4, 4, 3), np.uint8)
    np.savez(tmp_path / "imagenet_val_25.npz", X=pixels, y=np.array([7]), label_map=np.array(Bomb(), dtype=object))
    images = load_images("imagenet_sample", tmp_path)
    assert images.labels.tolist() == [7]
    assert not (tmp_path / "exploded").exists()


def test_there_is_no_training_part(tmp_path):
    with pytest.raises(ValueError, match="no training part"):
        load_images("imagenet_sample", tmp_path, "train")
