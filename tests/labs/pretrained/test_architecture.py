"""Counts of parameters and multiply-adds against the published ones and against torchvision's own."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torchvision

from generator.labs.pretrained.architecture import network_summary, trace_layers
from generator.networks.narrow import build_narrow
from generator.workspace import Workspace

WORKSPACE = Workspace("cpu", Path("nowhere"))


@pytest.fixture(scope="module")
def vgg16():
    return network_summary(WORKSPACE, architecture="vgg16")


def test_vgg16_has_the_published_numbers(vgg16):
    metrics = vgg16.metrics
    assert (metrics["conv_layers"], metrics["conv_parameters"]) == (13, 14_714_688)
    assert (metrics["linear_layers"], metrics["linear_parameters"]) == (3, 123_642_856)
    assert metrics["parameters"] == 138_357_544
    assert metrics["other_parameters"] == 0
    assert metrics["linear_share"] == pytest.approx(0.894, abs=5e-4)
    assert (metrics["largest_layer"], metrics["largest_layer_parameters"]) == ("fc6", 102_764_544)
    assert (metrics["output_shape"], metrics["classes"]) == ("1 × 1000", 1000)


def test_vgg16s_layers_are_named_as_in_the_paper_and_add_up(vgg16):
    rows = vgg16.tables["weight_layers"].records()
    blocks = [f"conv{block}_{number}" for block, size in enumerate((2, 2, 3, 3, 3), start=1)
              for number in range(1, size + 1)]  # fmt: skip
    assert [row["name"] for row in rows] == [*blocks, "fc6", "fc7", "fc8", "total"]
    assert sum(row["parameters"] for row in rows[:-1]) == rows[-1]["parameters"] == vgg16.metrics["parameters"]
    assert rows[0]["formula"] == "64 × (3 · 3 · 3 + 1)"
    assert (rows[0]["inputs"], rows[0]["outputs"], rows[0]["parameters"]) == (3, 64, 1792)
    assert (rows[13]["inputs"], rows[13]["outputs"]) == (25088, 4096)
    assert (rows[14]["parameters"], rows[15]["parameters"]) == (16_781_312, 4_097_000)


def test_every_formula_gives_the_parameters_beside_it():
    for architecture in ("vgg16", "mobilenet_v2", "resnet50"):
        for row in network_summary(WORKSPACE, architecture=architecture).tables["weight_layers"].records()[:-1]:
            written = str(row["formula"]).replace("×", "*").replace("·", "*")
            assert eval(written) == row["parameters"], row["name"]


def test_the_shapes_of_vgg16_halve_at_each_pooling(vgg16):
    shapes = [(row["stage"], row["output_shape"]) for row in vgg16.tables["shapes"].records()]
    assert shapes == [
        ("input", "3 × 224 × 224"), ("pool1", "64 × 112 × 112"), ("pool2", "128 × 56 × 56"),
        ("pool3", "256 × 28 × 28"), ("pool4", "512 × 14 × 14"), ("pool5", "512 × 7 × 7"),
        ("avgpool", "512 × 7 × 7"), ("fc6", "4096"), ("fc7", "4096"), ("fc8", "1000"),
    ]  # fmt: skip


@pytest.mark.parametrize("architecture", ["vgg16", "alexnet", "resnet50", "squeezenet1_1", "mobilenet_v2"])
def test_totals_agree_with_torchvisions_own(architecture):
    metrics = network_summary(WORKSPACE, architecture=architecture).metrics
    published = torchvision.models.get_model_weights(architecture)["IMAGENET1K_V1"].meta
    assert metrics["parameters"] == published["num_params"]
    assert metrics["multiply_adds"] / 1e9 == pytest.approx(published["_ops"], abs=6e-4 * max(1, published["_ops"]))
    parts = metrics["conv_parameters"] + metrics["linear_parameters"] + metrics["other_parameters"]
    assert parts == metrics["parameters"]


def test_the_shares_of_the_figure_add_up_to_one(vgg16):
    for series in vgg16.figures["shares"].series:
        assert series.values.sum() == pytest.approx(1)
        assert len(series.values) == len(vgg16.figures["shares"].categories) == 16


def test_an_architecture_that_cannot_be_counted_is_refused():
    with pytest.raises(ValueError, match="in no layer that can be counted"):
        network_summary(WORKSPACE, architecture="vit_b_16")


def test_an_unknown_architecture_is_named():
    with pytest.raises(ValueError, match="no classifier 'vgg17'"):
        network_summary(WORKSPACE, architecture="vgg17")


def test_a_layer_that_is_used_twice_is_counted_once():
    shared = torch.nn.Conv2d(3, 3, 3, padding=1, device="meta")
    layers = trace_layers(torch.nn.Sequential(shared, torch.nn.ReLU(), shared), 8)
    assert [layer.parameters for layer in layers] == [84, 0, 0]
    assert [layer.multiply_adds for layer in layers] == [81 * 64, 0, 81 * 64]


def test_the_narrow_vgg_has_vgg16s_layers_in_vgg16s_order(vgg16):
    narrow = trace_layers(build_narrow("narrow_vgg16", 8, 64, 15).to("meta"), 64)
    expected = vgg16.tables["layers"].records()
    assert [(layer.name, layer.path, layer.kind) for layer in narrow] == [
        (row["name"], row["path"], row["kind"]) for row in expected
    ]
