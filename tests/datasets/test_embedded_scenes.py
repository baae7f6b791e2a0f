"""The embedded photographs: fifteen classes, the same every time, no pixel in both parts.

Covers datasets/images.py too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage
from PIL import Image

from generator.datasets import embedded_scenes
from generator.datasets.images import ImageSet, load_images

NOWHERE = Path("nowhere")


def test_fifteen_classes_of_equal_size_from_no_data_folder():
    for part, count in embedded_scenes.CROPS.items():
        images = load_images("embedded_scenes", NOWHERE, part)
        assert len(images.class_names) == 15
        assert np.bincount(images.labels).tolist() == [count] * 15
        assert {image.shape for image in images.images} == {(96, 96, 3)}
        assert all(image.dtype == np.uint8 for image in images.images)
        assert images.true_class(0) == "astronaut"
        assert images.true_class(len(images) - 1) == "tissue"


def test_the_same_crops_every_time_and_others_in_the_other_part():
    first, again = (embedded_scenes.load(NOWHERE, "test") for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first.images, again.images, strict=True))
    train = embedded_scenes.load(NOWHERE, "train")
    assert not np.array_equal(train.images[0], first.images[0])
    assert not np.array_equal(first.images[0], first.images[2])


@pytest.mark.parametrize("size", [(451, 300), (384, 191), (9, 9)])
def test_the_cells_of_a_photograph_share_no_pixel_and_leave_none(size):
    width, height = size
    counts = np.zeros((height, width), int)
    for part in ("train", "test"):
        for _, (left, upper, right, lower) in embedded_scenes.cells(width, height, part):
            counts[upper:lower, left:right] += 1
    assert (counts == 1).all()


def test_each_cell_gives_one_crop_so_that_no_two_images_overlap():
    for part, crops in embedded_scenes.CROPS.items():
        assert len(embedded_scenes.cells(600, 600, part)) == crops


def test_the_groups_are_the_four_quadrants_of_each_photograph():
    for part in ("train", "test"):
        images = embedded_scenes.load(NOWHERE, part)
        assert images.groups is not None
        assert np.unique(images.groups).tolist() == list(range(60))
        assert set(np.bincount(images.groups)) == {4, 5}
        assert np.array_equal(images.groups // 4, images.labels)
    boxes = dict(embedded_scenes.cells(600, 400, "train"))
    assert [(box[0] >= 300, box[1] >= 200) for _, box in sorted(boxes.items())] == [
        (False, False), (True, False), (False, True), (True, True),
    ]  # fmt: skip


def test_crops_hold_pixels_of_their_own_part_only(monkeypatch, tmp_path):
    """A photograph that is black where the test part is, and white elsewhere, gives black test crops."""
    width, height = 200, 150
    pixels = np.full((height, width, 3), 255, np.uint8)
    for left, upper, right, lower in [box for _, box in embedded_scenes.cells(width, height, "test")]:
        pixels[upper:lower, left:right] = 0
    (tmp_path / "data").mkdir()
    Image.fromarray(pixels).save(tmp_path / "data" / "halves.png")
    monkeypatch.setattr(skimage, "__file__", str(tmp_path / "__init__.py"))
    monkeypatch.setattr(embedded_scenes, "PHOTOGRAPHS", {"halves": "halves.png"})
    assert all((image == 0).all() for image in embedded_scenes.load(NOWHERE, "test").images)
    assert all((image == 255).all() for image in embedded_scenes.load(NOWHERE, "train").images)


def test_every_photograph_is_in_the_package_itself():
    folder = Path(skimage.__file__).parent / "data"
    assert [name for name in embedded_scenes.PHOTOGRAPHS.values() if not (folder / name).is_file()] == []


def test_select_keeps_the_order_and_names_a_wrong_index():
    images = embedded_scenes.load(NOWHERE)
    chosen = images.select([56, 2])
    assert [chosen.true_class(place) for place in (0, 1)] == ["cat", "astronaut"]
    assert np.array_equal(chosen.images[0], images.images[56])
    assert chosen.groups is not None
    assert chosen.groups.tolist() == images.groups[[56, 2]].tolist()
    with pytest.raises(IndexError, match="no image 270, they are numbered 0 to 269"):
        images.select([270])


def test_a_crop_is_shown_as_a_frame_in_its_whole_photograph():
    images = embedded_scenes.load(NOWHERE)
    view = images.view(56)
    assert view.shape == (embedded_scenes.VIEW, embedded_scenes.VIEW, 3)
    assert (view == (255, 255, 0)).all(axis=2).sum() > 100
    assert np.array_equal(images.select([2, 56]).view(1), view)
    assert not np.array_equal(images.view(57), view)
    plain = ImageSet(images.images[:1], images.labels[:1], images.class_names, "", "")
    assert plain.view(0) is plain.images[0]


def test_an_image_set_needs_a_label_for_each_image():
    with pytest.raises(ValueError, match="1 images but 2 labels"):
        ImageSet((np.zeros((2, 2, 3), np.uint8),), np.array([0, 1]), ("a", "b"), "", "")
    with pytest.raises(ValueError, match="1 images but groups of 2"):
        ImageSet((np.zeros((2, 2, 3), np.uint8),), np.array([0]), ("a",), "", "", np.array([0, 1]))


def test_an_unknown_data_set_is_named():
    with pytest.raises(ValueError, match="no data set called 'cats'"):
        load_images("cats", NOWHERE)
