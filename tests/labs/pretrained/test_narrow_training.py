"""Training the stand-ins for pre-trained networks: how well, how repeatably, and after being killed.

Covers labs/shared/classifier_training.py, labs/shared/training.py too.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.datasets import embedded_photograph_crops, embedded_scenes
from generator.datasets.embedded_photographs import SHOWN
from generator.labs.pretrained.narrow_training import train_narrow_network
from generator.networks.backbones import load_backbone
from tests.labs.trainings_for_tests import (
    KilledError,
    MemoryCheckpoints,
    disturbed,
    killed_after,
    same_numbers,
    torchs_own_generator_is_left_alone,
)

SHORT = {"architecture": "narrow_vgg16", "width": 2, "image_size": 32, "epochs": 4, "seed": 3}


@pytest.mark.parametrize("done", [1, 3, 4])
def test_a_killed_training_ends_with_the_numbers_of_an_uninterrupted_one(workspace, done):
    checkpoints = MemoryCheckpoints()
    with pytest.raises(KilledError):
        train_narrow_network(replace(workspace, progress=killed_after(done), checkpoints=checkpoints), **SHORT)
    epochs = []
    after = replace(workspace, progress=lambda done, *_: epochs.append(done), checkpoints=checkpoints)
    resumed = train_narrow_network(after, **SHORT)
    assert epochs == list(range(done + 1, SHORT["epochs"] + 1))
    same_numbers(resumed, train_narrow_network(workspace, **SHORT))


def test_the_seed_and_nothing_else_decides(workspace):
    first = train_narrow_network(workspace, **SHORT)
    disturbed()
    same_numbers(first, train_narrow_network(workspace, **SHORT))
    other = train_narrow_network(workspace, **{**SHORT, "seed": 4})
    assert other.metrics["train_accuracy"] != first.metrics["train_accuracy"] or any(
        not np.array_equal(first.arrays[name], other.arrays[name]) for name in first.arrays
    )


def test_training_leaves_torchs_own_generator_alone(workspace):
    torchs_own_generator_is_left_alone(lambda: train_narrow_network(workspace, **{**SHORT, "epochs": 1}))


def test_progress_comes_epoch_by_epoch_in_words(workspace):
    messages = []
    watched = replace(workspace, progress=lambda done, total, message: messages.append((done, total, message)))
    train_narrow_network(watched, **{**SHORT, "epochs": 2})
    assert [(done, total) for done, total, _ in messages] == [(1, 2), (2, 2)]
    assert messages[0][2].startswith("epoch 1 of 2, loss ")


def test_a_trained_network_comes_back_as_a_backbone(workspace):
    result = train_narrow_network(workspace, **SHORT)
    backbone = load_backbone(result, Path("nowhere"))
    assert backbone.class_names == tuple(embedded_scenes.PHOTOGRAPHS)
    assert (backbone.label, backbone.input_size) == ("narrow VGG16", 32)
    assert not backbone.module.training
    for name, tensor in backbone.module.state_dict().items():
        np.testing.assert_array_equal(tensor.numpy(), result.arrays[name])
    images = embedded_scenes.load(Path("nowhere"))
    hits = backbone.module(backbone.preprocess(images.images)).argmax(1).numpy() == images.labels
    assert hits.mean() == pytest.approx(result.metrics["top1"])
    np.testing.assert_array_equal(result.arrays["test/hits"], hits)


def test_a_short_training_beats_chance(workspace, monkeypatch):
    monkeypatch.setattr(embedded_scenes, "CROPS", {"train": 30, "test": 10})
    result = train_narrow_network(
        workspace, architecture="narrow_squeezenet", width=16, image_size=48, epochs=20, learning_rate=2e-3, seed=0
    )
    assert result.metrics["top1_low"] > 2 / 15
    history = result.tables["history"].records()
    assert history[-1]["loss"] < history[0]["loss"] / 2


def test_a_network_knows_of_which_classes_it_saw_an_image(workspace, monkeypatch):
    monkeypatch.setattr(embedded_photograph_crops, "CROPS", {"train": 3, "test": 2})
    result = train_narrow_network(workspace, **{**SHORT, "epochs": 1}, dataset="embedded_photograph_crops")
    seen = {row["class_name"]: row["training_images"] for row in result.tables["classes"].records()}
    assert len(seen) == 1000
    assert {name: count for name, count in seen.items() if count} == {shown.nearest: 3 for shown in SHOWN}
    backbone = load_backbone(result, workspace.data)
    assert set(backbone.class_names) - backbone.untrained == {shown.nearest for shown in SHOWN}
    assert load_backbone("embedded_squeezenet1_1", workspace.data).class_names == backbone.class_names
    assert load_backbone("embedded_squeezenet1_1", workspace.data).untrained == frozenset()
