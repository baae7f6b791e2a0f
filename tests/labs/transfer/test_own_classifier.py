"""The network's own classes against the SVM's."""

from __future__ import annotations

import numpy as np
import pytest

from generator.datasets.images import load_images
from generator.labs.transfer.own_classifier import _translated, network_on_scenes
from generator.networks.backbones import load_backbone


def test_the_networks_own_accuracy_is_its_own(network, workspace, features, transfer):
    result = network_on_scenes(
        workspace, network=network, dataset="embedded_scenes", features=features, layer="relu7", image=21
    )
    metrics = result.metrics
    assert metrics["shared_classes"] == 15  # this network was trained on the training part of the same collection
    images = load_images("embedded_scenes", workspace.data)
    backbone = load_backbone(network, workspace.data)
    hits = backbone.module(backbone.preprocess(images.images)).argmax(1).numpy() == images.labels
    assert metrics["own"] == pytest.approx(hits.mean(), abs=0.04)  # computed in 16 bits where the processor can
    assert metrics["svm"] == transfer.metrics["reference_test"]
    assert 0 <= metrics["mapped_p"] <= 1
    if metrics["mapped"] == metrics["svm"]:
        assert metrics["mapped_p"] == 1
    assert metrics["true_class"] == images.true_class(21)
    assert metrics["svm_right"] == bool(transfer.arrays["hits/relu7"][21])
    assert len(result.figures["image"].panels) == 3


def test_each_class_stands_for_the_scene_that_gets_it_most():
    given, labels = np.array([5, 5, 5, 2, 2]), np.array([1, 1, 0, 2, 2])
    assert _translated(given, labels, np.array([5, 2, 7]), 3).tolist() == [1, 2, 0]
