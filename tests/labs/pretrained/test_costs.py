"""Counts of every classification network that torchvision has, against torchvision's own metadata."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torchvision
from torch import nn

from generator.labs.pretrained.costs import multiply_adds, network_costs, own_size, without_auxiliaries
from generator.networks.backbones import build_architecture
from generator.workspace import Workspace

EVERY = torchvision.models.list_models(module=torchvision.models)


@pytest.mark.parametrize("architecture", EVERY)
def test_parameters_and_multiply_adds_are_torchvisions_own(architecture):
    size = own_size(architecture)
    weights = torchvision.models.get_model_weights(architecture)
    meta = next(one.meta for one in weights if one.transforms().crop_size[0] == size)
    module = build_architecture(architecture)
    if architecture != "inception_v3":  # its published number, unlike GoogLeNet's, includes the auxiliary classifier
        module = without_auxiliaries(module)
    assert sum(parameter.numel() for parameter in module.parameters()) == meta["num_params"]
    found, _ = multiply_adds(without_auxiliaries(module), size)
    assert found / 1e9 == pytest.approx(meta["_ops"], abs=6e-4)


def test_activations_are_the_values_that_layers_put_out():
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 5)).to("meta")
    work, activations = multiply_adds(module, 8)
    assert activations == 4 * 36 + 5
    assert work == 4 * 36 * 27 + 4 * 36 * 5


def test_the_table_has_a_row_for_each_network():
    result = network_costs(Workspace("cpu", Path("nowhere")), architectures=["vit_b_16", "vgg16"])
    rows = result.tables["networks"].records()
    assert [(row["network"], row["parameters"]) for row in rows] == [("ViT-B/16", 86_567_656), ("VGG16", 138_357_544)]
    assert result.metrics["most_parameters"] == "VGG16"
    smaller = network_costs(Workspace("cpu", Path("nowhere")), architectures=["vgg16"], image_size=112)
    assert smaller.tables["networks"].records()[0]["multiply_adds"] < rows[1]["multiply_adds"] / 3


def test_building_on_the_meta_device_leaves_torch_as_it_was():
    build_architecture("regnet_x_400mf")
    assert nn.Linear(2, 2).weight.device == torch.device("cpu")
