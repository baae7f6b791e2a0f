"""Features: the layers' own outputs, from one forward pass, averaged as asked for."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from generator.datasets.images import load_images
from generator.labs.transfer.features import extract_features, tap_of
from generator.networks.backbones import load_backbone

LAYERS = ["conv1_1", "relu3_3@2", "relu5_3@1", "relu7", "fc8"]


def extracted(workspace, network, **arguments):
    return extract_features(
        workspace, **{"network": network, "dataset": "embedded_scenes", "layers": LAYERS, "precision": "float32",
                      "batch_size": 7, **arguments}
    )  # fmt: skip


def test_the_features_are_the_layers_outputs(network, workspace):
    result = extracted(workspace, network)
    backbone = load_backbone(network, workspace.data)
    images = load_images("embedded_scenes", workspace.data)
    inputs = backbone.preprocess(images.images)
    with torch.no_grad():
        conv = backbone.module.features[:1](inputs)
        third = functional.adaptive_avg_pool2d(backbone.module.features[:16](inputs), 2)
        fifth = backbone.module.features[:30](inputs).mean((2, 3))
        scores = backbone.module(inputs)
    for name, expected in (("conv1_1", conv), ("relu3_3@2", third), ("relu5_3@1", fifth), ("fc8", scores)):
        np.testing.assert_allclose(result.arrays[f"test/{name}"], expected.flatten(1).numpy(), atol=1e-4)
    np.testing.assert_array_equal(result.arrays["test/labels"], images.labels)
    assert (result.arrays["test/relu7"] >= 0).all()


def test_every_image_passes_once_whatever_the_number_of_layers(network, workspace, monkeypatch):
    passes = []
    original = torch.nn.Module.__call__

    def counting(module, *given, **named):
        if hasattr(module, "features"):
            passes.append(len(given[0]))
        return original(module, *given, **named)

    monkeypatch.setattr(torch.nn.Module, "__call__", counting)
    result = extracted(workspace, network)
    assert sum(passes) == result.metrics["train_images"] + result.metrics["test_images"]


def test_the_table_describes_the_layers(network, workspace):
    rows = extracted(workspace, network).tables["layers"].records()
    assert [row["label"] for row in rows] == ["conv1_1", "relu3_3 (2\u00a0×\u00a02)", "relu5_3 (mean)", "relu7", "fc8"]
    assert [row["values"] for row in rows] == [4 * 32 * 32, 16 * 4, 32, 256, 15]
    assert rows[1]["shape"] == "16 × 8 × 8"
    times = [row["image_seconds"] for row in rows]
    assert times == sorted(times)
    assert all(row["zero_test"] == 0 for row in rows)


def test_bfloat16_is_kept_in_half_the_space_and_close(network, workspace):
    exact = extracted(workspace, network)
    small = extracted(workspace, network, precision="bfloat16")
    assert small.arrays["test/relu7"].dtype == np.float16
    assert exact.arrays["test/relu7"].dtype == np.float32
    first, second = (one.arrays["test/relu7"].astype(np.float64) for one in (exact, small))
    cosine = (first * second).sum(1) / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1)
    assert cosine.min() > 0.99


def test_random_weights_are_others_and_come_from_the_seed(network, workspace):
    trained = extracted(workspace, network)
    first = extracted(workspace, network, weights="random", seed=1)
    again = extracted(workspace, network, weights="random", seed=1)
    np.testing.assert_array_equal(first.arrays["test/fc8"], again.arrays["test/fc8"])
    assert np.abs(first.arrays["test/fc8"] - trained.arrays["test/fc8"]).max() > 0.1


def test_summed_grey_input_gives_the_replicated_features(network, workspace):
    first = extracted(workspace, network, grey="replicated")
    second = extracted(workspace, network, grey="summed")
    coloured = extracted(workspace, network, grey="coloured")
    np.testing.assert_allclose(first.arrays["test/fc8"], second.arrays["test/fc8"], atol=1e-3)
    assert np.abs(first.arrays["test/fc8"] - coloured.arrays["test/fc8"]).max() > 0.01


def test_silent_images_are_counted(network, workspace, monkeypatch):
    monkeypatch.setattr("generator.labs.transfer.features.Tap.take", lambda tap, output: torch.zeros(len(output), 3))
    rows = extracted(workspace, network).tables["layers"].records()
    assert {(row["zero_train"], row["zero_test"]) for row in rows} == {(120, 60)}


def test_wrong_layers_and_sizes_are_refused(network, workspace, monkeypatch):
    with pytest.raises(KeyError, match="has no layer 'relu9'"):
        tap_of(load_backbone(network, workspace.data), "relu9")
    with pytest.raises(ValueError, match="cannot be averaged to side 9"):
        extracted(workspace, network, layers=["relu3_3@9"])
    monkeypatch.setattr("generator.labs.transfer.features.MOST_VALUES", 100)
    with pytest.raises(ValueError, match=r"conv1_1: 4096 values for one image; average them, as in features\.0@2"):
        extracted(workspace, network, layers=["conv1_1"])
