"""A new last layer: what is trained, when it stops, and that a killed training goes on to the same end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import torchvision

from generator.datasets.images import ImageSet
from generator.labs.shared.statistics import wilson_interval
from generator.labs.transfer.heads import _held_out, parts_of, train_head
from generator.networks.backbones import Backbone, load_backbone
from tests.labs.trainings_for_tests import KilledError, MemoryCheckpoints, killed_after


@pytest.fixture
def arguments(network):
    return {"network": network, "dataset": "embedded_scenes"}


def test_only_the_last_layer_is_trained_on_frozen_features(workspace, arguments):
    result = train_head(workspace, **arguments, epochs=3)
    metrics = result.metrics
    assert metrics["parameters"] == metrics["head_parameters"] == 256 * 15 + 15
    assert metrics["fitted_images"] + metrics["validation_images"] == 120
    assert 15 <= metrics["validation_images"] < 60  # a quadrant of each photograph: a group or more
    assert metrics["epochs_run"] == 3
    losses = [row["validation_loss"] for row in result.tables["history"].records()]
    assert metrics["best_epoch"] == losses.index(min(losses)) + 1
    assert metrics["test"] == result.arrays["test/hits"].mean()
    single = wilson_interval(round(metrics["validation"] * metrics["validation_images"]), metrics["validation_images"])
    assert metrics["validation_high"] - metrics["validation_low"] >= single[1] - single[0] - 1e-9  # groups count once


def test_fine_tuning_trains_more(heads):
    frozen, tuned = (head.metrics for head in heads)
    assert tuned["head_parameters"] == frozen["head_parameters"] == frozen["parameters"] < tuned["parameters"]


def test_training_stops_when_the_held_out_loss_no_longer_falls(workspace, arguments):
    result = train_head(workspace, **arguments, epochs=60, patience=2, head_rate=0.3)
    losses = [row["validation_loss"] for row in result.tables["history"].records()]
    assert result.metrics["epochs_run"] < 60
    assert len(losses) - 1 - int(np.argmin(losses)) == 2
    assert result.metrics["best_epoch"] == int(np.argmin(losses)) + 1


@pytest.mark.parametrize("done", [1, 2])
def test_a_killed_training_ends_alike(workspace, arguments, done):
    settings = {"epochs": 3, "tuned_from": "features.26"}
    checkpoints = MemoryCheckpoints()
    with pytest.raises(KilledError):
        train_head(replace(workspace, progress=killed_after(done), checkpoints=checkpoints), **arguments, **settings)
    resumed = train_head(replace(workspace, checkpoints=checkpoints), **arguments, **settings)
    straight = train_head(workspace, **arguments, **settings)
    assert resumed.tables == straight.tables
    np.testing.assert_array_equal(resumed.arrays["test/hits"], straight.arrays["test/hits"])


def test_held_out_images_are_a_share_of_each_class():
    labels = np.repeat([0, 1, 2], [20, 10, 3])
    held = _held_out(labelled(labels), 0.1, np.random.default_rng(0))
    assert np.bincount(labels[held]).tolist() == [2, 1, 1]


def test_whole_groups_are_held_out():
    labels = np.repeat([0, 1, 2], 18)
    groups = np.arange(54) // 3
    held = _held_out(labelled(labels, groups), 0.34, np.random.default_rng(0))
    assert set(groups[held]).isdisjoint(groups[~held])
    assert np.bincount(labels[held]).tolist() == [6, 6, 6]


def labelled(labels, groups=None):
    pixel = np.zeros((1, 1, 3), np.uint8)
    return ImageSet((pixel,) * len(labels), labels, ("a", "b", "c"), "", "", groups)


@pytest.mark.parametrize(
    ("name", "block", "width"),
    [("vgg16", "features.24", 4096), ("alexnet", "", 4096), ("squeezenet1_1", "features.9", 512),
     ("mobilenet_v2", "features.15", 1280)],
)  # fmt: skip
def test_the_two_parts_in_a_row_are_the_network_without_its_last_layer(name, block, width):
    module = torchvision.models.get_model(name, weights=None).eval()
    front, body, found = parts_of(Backbone(name, name, module, 64, ("a",)), block)
    inputs = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        features = body.eval()(front(inputs))
        if name in ("vgg16", "alexnet", "mobilenet_v2"):
            torch.testing.assert_close(module.classifier[-1](features), module(inputs))
    assert features.shape == (1, width)
    assert found == width


def test_unknown_blocks_and_networks_are_refused(network, workspace):
    with pytest.raises(ValueError, match=r"no block 'features\.99'"):
        parts_of(load_backbone(network, workspace.data), "features.99")
    with pytest.raises(ValueError, match="is not a row of features and a classifier"):
        parts_of(Backbone("r", "ResNet", torchvision.models.resnet18(weights=None), 64, ("a",)), "")
