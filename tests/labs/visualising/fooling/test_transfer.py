"""Fooled images before another network: compared with noise of the same length, and saved as files."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from generator.datasets.embedded_scenes import PHOTOGRAPHS
from generator.labs.visualising import separate
from generator.labs.visualising.fooling import transfer as fooling_transfer
from generator.labs.visualising.fooling.every_pair import fool_images
from generator.labs.visualising.fooling.transfer import Answers, transfer_fooling
from generator.networks.preprocessing import normalised
from generator.results import Result
from tests.labs.visualising.linear_for_tests import linear_backbone

GIVEN = {"dataset": "embedded_scenes", "factors": [1, 4]}


@pytest.fixture(autouse=True)
def linear(monkeypatch):
    """Two classifiers, "first" and "second", that are easily fooled, in the place of trained ones."""
    known = {name: linear_backbone(seed, 1.0, 32, tuple(PHOTOGRAPHS)) for seed, name in enumerate(("first", "second"))}
    known["stranger"] = linear_backbone(2, 1.0, 32, tuple(f"class {number}" for number in range(15)))
    monkeypatch.setattr(separate, "load_backbone", lambda name, *_: known[name])
    return known


@pytest.fixture
def fooled(workspace):
    return fool_images(
        workspace, network="first", dataset="embedded_scenes", images=list(range(0, 60, 4)), targets=["cat", "tissue"],
        step=0.2, most_steps=25,
    )  # fmt: skip


def test_the_network_itself_is_fooled_as_often_as_the_saved_images_fooled_it(workspace, fooled, linear):
    metrics = transfer_fooling(workspace, fooled=fooled, network="first", other="first", **GIVEN).metrics
    assert metrics["pairs"] == fooled.metrics["fooled"]
    assert metrics["l2"] == pytest.approx(fooled.metrics["mean_l2"], rel=1e-3)
    assert metrics["largest_l2"] == pytest.approx(4 * metrics["l2"])
    assert metrics["kept_8_bits"] == pytest.approx(fooled.metrics["saved_share"], abs=1.5 / metrics["pairs"])
    # The other network is the same one here, and so says the same.
    assert metrics["other_target"] == metrics["own_target"]
    assert metrics["other_noise"] == metrics["own_noise"]
    assert metrics["other_changed"] >= metrics["other_target"]


def test_another_network_gives_its_own_answers(workspace, fooled):
    result = transfer_fooling(workspace, fooled=fooled, network="first", other="second", **GIVEN)
    rows, targets = result.tables["factors"].records(), result.tables["targets"].records()
    assert [row["factor"] for row in rows] == [1, 4]
    assert sum(row["images"] for row in targets) == result.metrics["pairs"]
    share = sum(row["changed"] * row["images"] for row in targets) / result.metrics["pairs"]
    assert share == pytest.approx(result.metrics["other_changed"])
    for row in targets:
        assert row["changed_low"] <= row["changed"] <= row["changed_high"]
        assert 0 <= row["p"] <= 1
    shown = ("own_target", "own_noise", "other_changed", "other_noise", "other_target")
    assert [series.y[0] for series in result.figures["factors"].series] == [rows[0][name] for name in shown]


def test_whole_images_are_exchanged_and_all_rows_adjusted(workspace, fooled, linear):
    metrics = transfer_fooling(workspace, fooled=fooled, network="first", other="first", **GIVEN).metrics
    # The network itself is fooled almost always and hardly ever moved by noise: each image speaks for the attack.
    assert metrics["other_changed"] > 0.8 > 0.2 > metrics["other_noise"]
    assert metrics["least_p"] == pytest.approx(2 * 2.0 ** (1 - metrics["images"]))
    assert metrics["least_p"] <= metrics["other_p"] < 0.05
    assert 0 <= metrics["own_longer_p"] <= 1
    assert metrics["significant_targets"] == metrics["targets"] == 2


def test_the_noise_is_as_long_as_the_attack_and_drawn_by_the_seed(workspace, fooled, linear):
    backbone = linear["first"]
    pairs, again, reseeded = (
        fooling_transfer._fooled(workspace, backbone, "embedded_scenes", fooled, seed) for seed in (0, 0, 1)
    )
    lengths = [some.flatten(1).norm(dim=1) for some in (pairs.changes, pairs.noise)]
    assert torch.allclose(*lengths, rtol=1e-4)
    assert torch.equal(pairs.noise, again.noise)
    assert not torch.equal(pairs.noise, reseeded.noise)
    cosines = torch.cosine_similarity(pairs.changes.flatten(1), pairs.noise.flatten(1))
    assert cosines.abs().max() < 0.2


def test_what_changes_and_what_is_brought_to_the_target():
    answers = Answers(np.array([0, 0, 2, 1]), np.array([2, 1, 2, 1]), np.array([0, 3, 2, 1]))
    targets = np.array([2, 2, 2, 2])
    assert answers.changed.tolist() == [True, True, False, False]
    assert answers.noise_changed.tolist() == [False, True, False, False]
    assert answers.brought_to(targets).tolist() == [True, False, False, False]  # the third said so before


def test_the_changed_images_are_what_was_fooled_up_to_rounding(workspace, fooled, linear):
    backbone = linear["first"]
    pairs = fooling_transfer._fooled(workspace, backbone, "embedded_scenes", fooled, 0)
    logits = backbone.module(normalised(pairs.originals + pairs.changes, backbone.mean, backbone.std))
    assert (logits.argmax(1).numpy() == pairs.targets).mean() > 0.9  # a difference kept in 16 bits may miss narrowly


def test_compression_is_applied():
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    assert fooling_transfer._kept(picture, None) is picture
    errors = [np.abs(fooling_transfer._kept(picture, quality).astype(int) - picture).mean() for quality in (95, 75)]
    assert 0 < errors[0] < errors[1]


def test_networks_of_different_classes_and_no_fooled_image_are_errors(workspace, fooled, linear):
    without = Result(fooled.metrics, arrays={name: array[:0] for name, array in fooled.arrays.items()})
    with pytest.raises(ValueError, match="not fooled once"):
        transfer_fooling(workspace, fooled=without, network="first", other="first", **GIVEN)
    with pytest.raises(ValueError, match="different classes"):
        transfer_fooling(workspace, fooled=fooled, network="first", other="stranger", **GIVEN)
