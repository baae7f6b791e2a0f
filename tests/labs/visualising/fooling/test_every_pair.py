"""Fooling images: which pairs are tried, what is counted, and what is shown and kept of them.

Covers labs/visualising/fooling/pairs.py too.
"""

from __future__ import annotations

import numpy as np
import pytest

from generator.datasets.embedded_scenes import PHOTOGRAPHS
from generator.datasets.images import load_images
from generator.labs.visualising import separate
from generator.labs.visualising.fooling.every_pair import fool_images, show_fooling
from generator.labs.visualising.fooling.pairs import pairs_to_fool
from generator.labs.visualising.separate import attacked_network, logits_separately
from tests.labs.visualising.linear_for_tests import linear_backbone

IMAGES = [0, 9, 21, 34, 47]
TARGETS = ["cat", "moon"]


GIVEN = {"network": "linear", "dataset": "embedded_scenes", "step": 0.1, "most_steps": 4}


@pytest.fixture(autouse=True)
def linear(monkeypatch):
    """Classifiers that are easily fooled, in the place of trained ones."""
    backbone = linear_backbone(size=32, names=tuple(PHOTOGRAPHS))
    monkeypatch.setattr(separate, "load_backbone", lambda *_: backbone)


@pytest.fixture
def fooled(workspace):
    return fool_images(workspace, images=IMAGES, targets=TARGETS, **GIVEN)


def test_each_image_is_tried_with_each_target_but_where_it_needs_no_fooling(workspace):
    backbone, images = attacked_network(workspace, "linear"), load_images("embedded_scenes", workspace.data)
    inputs = backbone.preprocess(images.images)
    predicted = logits_separately(backbone, inputs).argmax(1).tolist()
    everything = list(range(len(images)))
    taken_for = backbone.class_names[predicted[0]]
    pairs = pairs_to_fool(backbone, images, everything, [taken_for, "cat"])
    for target in (taken_for, "cat"):
        number = backbone.class_names.index(target)
        expected = [i for i in everything if predicted[i] != number and images.labels[i] != number]
        assert [image for image, wanted in pairs if wanted == number] == expected
    assert len(pairs) < 2 * len(images)


def test_the_summary_agrees_with_the_table_of_pairs(fooled):
    pairs, metrics = fooled.tables["pairs"].records(), fooled.metrics
    successes = [pair for pair in pairs if pair["fooled"]]
    assert len(successes) > 0
    assert metrics["pairs"] + metrics["left_out"] == len(IMAGES) * len(TARGETS)
    assert (len(pairs), len(successes)) == (metrics["pairs"], metrics["fooled"])
    assert metrics["mean_steps"] == pytest.approx(np.mean([pair["steps"] for pair in successes]))
    assert metrics["mean_l2"] == pytest.approx(np.mean([pair["l2"] for pair in successes]))
    assert metrics["lowest_psnr"] == pytest.approx(min(pair["psnr"] for pair in successes))
    # On a linear model the gradient is the same everywhere, and so the path is straight.
    assert metrics["straightness"] == pytest.approx(1, rel=1e-4)
    assert metrics["failed_straightness"] == pytest.approx(1, rel=1e-4)
    assert metrics["saved_fooled"] == sum(pair["saved_fooled"] for pair in pairs)
    assert all(pair["steps"] == 4 for pair in pairs if not pair["fooled"])


def test_each_target_has_its_row(fooled):
    pairs, rows = fooled.tables["pairs"].records(), fooled.tables["targets"].records()
    assert [row["target"] for row in rows] == TARGETS
    for row in rows:
        own = [pair for pair in pairs if pair["target"] == row["target"]]
        assert row["pairs"] == len(own)
        assert row["fooled"] == sum(pair["fooled"] for pair in own)
        assert row["low"] <= row["share"] <= row["high"]
    assert fooled.metrics["fewest_share"] == min(row["share"] for row in rows)


def test_what_is_kept_are_the_differences_of_the_fooled_pairs(fooled):
    successes = [pair for pair in fooled.tables["pairs"].records() if pair["fooled"]]
    differences = fooled.arrays["differences"].astype(np.float64)
    assert fooled.arrays["images"].tolist() == [pair["image"] for pair in successes]
    lengths = np.linalg.norm(differences.reshape(len(successes), -1), axis=1)
    assert lengths == pytest.approx([pair["l2"] for pair in successes], rel=1e-3)


def test_the_chart_ends_at_the_shares_of_the_table(fooled):
    for curve, row in zip(fooled.figures["steps"].series, fooled.tables["targets"].records(), strict=True):
        assert curve.name == row["target"]
        assert curve.y[-1] == pytest.approx(row["share"])
        assert (np.diff(curve.y) >= 0).all()


def test_a_target_that_every_image_is_already_is_an_error(workspace):
    with pytest.raises(ValueError, match="choose another target"):
        fool_images(workspace, images=[0], targets=["cat", "astronaut"], **GIVEN)


def test_shown_pairs_are_the_numbers_of_the_same_attack(workspace, fooled):
    first = fooled.tables["pairs"].records()[0]
    shown = show_fooling(workspace, images=[first["image"]], targets=[first["target"]], **GIVEN)
    assert shown.tables["pairs"].records() == [first]
    grid = shown.figures["pairs"]
    original, result, difference, magnified = (picture.astype(int) for picture in grid.images)
    assert original.shape == (32, 32, 3)
    spread = [np.abs(picture - 127.5).mean() for picture in (difference, magnified)]
    assert spread[1] > 5 * spread[0]
    shown_whole = (result > 0) & (result < 255)  # what left the range is cut off in the picture
    error = np.abs((result - original) - (difference - 127.5))[shown_whole]
    assert error.max() <= 2  # all three are rounded to 8 bits
    assert first["predicted_class"] in grid.titles[0]
    assert first["target"] in grid.titles[1]


def test_images_and_targets_must_be_as_many(workspace):
    with pytest.raises(ValueError, match="zip"):
        show_fooling(workspace, images=[0, 1], targets=["cat"], **GIVEN)
