"""Activation maps: the right layer, before and after its ReLU, and descriptors that find what was put in.

Covers labs/shared/image_properties.py too.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torchvision
from torch import nn

from generator.labs.pretrained.activation import (
    activation_maps,
    convolution_paths,
    explain,
    image_properties,
    layer_output,
)
from generator.networks.backbones import Backbone, load_backbone


def backbone_of(module):
    return Backbone("own", "own network", module.eval(), 32, ("a", "b"))


@pytest.fixture
def photograph():
    """Smooth random colours, (1, 3, 32, 32) in [0, 1]."""
    coarse = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    return nn.functional.interpolate(coarse, size=(32, 32), mode="bicubic").clamp(0, 1)


def test_the_maps_are_the_rectified_output_of_the_layer(network, workspace):
    result = activation_maps(workspace, network=network, dataset="embedded_scenes", image=3)
    backbone = load_backbone(network, workspace.data)
    image = result.figures["photograph"].images[0]
    expected = backbone.module.features[0](backbone.preprocess([image]))[0].relu().numpy()
    shown = result.figures["maps"].images
    assert (len(shown), shown[0].shape) == (4, (32, 32))
    np.testing.assert_allclose(np.stack(shown), expected, atol=5e-3)
    metrics = result.metrics
    assert (metrics["layer_label"], metrics["maps"], metrics["height"], metrics["width"]) == ("conv1_1", 4, 32, 32)
    assert metrics["zero_share"] == pytest.approx((expected == 0).mean())
    assert metrics["zero_share"] + metrics["positive_share"] == pytest.approx(1)
    assert metrics["true_class"] == "astronaut"


@pytest.mark.parametrize(
    ("layer", "path", "label", "number"),
    [("second", "features.2", "conv1_2", 2), ("last", "features.28", "conv5_3", 13),
     ("conv2_1", "features.5", "conv2_1", 3), ("features.7", "features.7", "conv2_2", 4)],
)  # fmt: skip
def test_layers_by_place_paper_name_and_path(network, workspace, layer, path, label, number):
    metrics = activation_maps(workspace, network=network, dataset="embedded_scenes", image=0, layer=layer).metrics
    assert (metrics["layer"], metrics["layer_label"], metrics["layer_number"]) == (path, label, number)
    assert metrics["conv_layers"] == 13


def test_no_more_than_64_maps_are_shown_and_all_are_measured(workspace, monkeypatch):
    module = nn.Sequential(nn.Conv2d(3, 70, 3), nn.ReLU())
    monkeypatch.setattr("generator.labs.pretrained.activation.load_backbone", lambda *_: backbone_of(module))
    metrics_of = {"network": "own", "dataset": "embedded_scenes", "image": 0, "layer": "0"}
    with pytest.raises(ValueError, match="no second convolution"):
        activation_maps(workspace, **{**metrics_of, "layer": "second"})
    result = activation_maps(workspace, **metrics_of)
    assert (result.metrics["maps"], result.metrics["shown"]) == (70, 64)
    assert [row["map"] for row in result.tables["maps"].records()] == list(range(70))


def test_a_layer_that_is_no_convolution_is_refused(network, workspace):
    with pytest.raises(ValueError, match="'pool1' is no convolution of narrow VGG16"):
        activation_maps(workspace, network=network, dataset="embedded_scenes", image=0, layer="pool1")


def test_the_relu_of_a_residual_block_comes_after_batch_norm_and_shortcut():
    torch.manual_seed(0)
    module = torchvision.models.resnet18(weights=None, num_classes=2).eval()
    inputs = torch.randn(1, 3, 32, 32)
    output = layer_output(backbone_of(module), inputs, "layer1.0.conv2")
    block = module.layer1[0]
    with torch.no_grad():
        stem = module.maxpool(module.relu(module.bn1(module.conv1(inputs))))
        linear = block.conv2(block.relu(block.bn1(block.conv1(stem))))
        expected = block(stem)
    np.testing.assert_allclose(output.linear, linear[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(output.rectified, expected[0].numpy(), atol=1e-5)


def test_hooks_do_not_stay_on_the_network(network, workspace):
    backbone = load_backbone(network, workspace.data)
    layer_output(backbone, torch.zeros(1, 3, 32, 32), "features.0")
    assert not any(module._forward_hooks for module in backbone.module.modules())


def test_the_classes_own_convolution_is_not_the_last_one():
    paths = convolution_paths(backbone_of(torchvision.models.squeezenet1_1(weights=None)))
    assert (paths[0], paths[1], paths[-1]) == ("features.0", "features.3.squeeze", "features.12.expand3x3")


KERNELS = {
    "vertical edges": torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]).expand(3, 3, 3),
    "horizontal edges": torch.tensor([[1.0, 2, 1], [0, 0, 0], [-1, -2, -1]]).expand(3, 3, 3),
    "oblique edges": torch.tensor([[0.0, 1, 2], [-1, 0, 1], [-2, -1, 0]]).expand(3, 3, 3),
    "luminance": torch.full((3, 3, 3), -1.0),
    "colour": torch.tensor([1.0, -1.0, 0.0])[:, None, None].expand(3, 3, 3),
}


def test_known_filters_are_recognised(workspace, monkeypatch):
    module = nn.Sequential(nn.Conv2d(3, len(KERNELS), 3, padding=1, bias=False, padding_mode="replicate"), nn.ReLU())
    # The filters are given on pixels in [0, 1]: the normalisation's standard deviations are put back.
    std = torch.tensor([0.229, 0.224, 0.225])[:, None, None]
    luminance = torch.tensor([0.299, 0.587, 0.114])[:, None, None]
    weights = [kernel * std * (1 if name == "colour" else luminance) for name, kernel in KERNELS.items()]
    module[0].weight = nn.Parameter(torch.stack(weights))
    monkeypatch.setattr("generator.labs.pretrained.activation.load_backbone", lambda *_: backbone_of(module))
    result = activation_maps(workspace, network="own", dataset="embedded_scenes", image=0, layer="0")
    rows = result.tables["maps"].records()
    assert [row["follows"] for row in rows] == list(KERNELS)
    assert rows[0]["correlation"] > 0.99
    metrics = result.metrics
    assert (metrics["edges"], metrics["luminance"], metrics["colour"], metrics["unexplained"]) == (3, 1, 1, 0)
    assert metrics["explained_share"] == 1


def test_noise_and_constants_are_explained_by_nothing(photograph):
    families = image_properties(photograph, (32, 32))
    noise = np.random.default_rng(0).normal(size=(32, 32))
    assert all(explain(noise, family)[0] < 0.2 for family in families.values())
    assert all(explain(np.full((32, 32), 3.7), family)[0] == 0 for family in families.values())
    grey = image_properties(photograph.mean(1, keepdim=True).expand(-1, 3, -1, -1), (32, 32))
    assert explain(noise, grey["colour"])[0] == 0


def test_explain_finds_the_coefficients_and_the_share(photograph):
    family = image_properties(photograph, (32, 32))["directed edges"]
    correlation, coefficients = explain(2 * family[0] - 3 * family[1] + 5, family)
    assert correlation == pytest.approx(1)
    np.testing.assert_allclose(coefficients, [2, -3], atol=1e-9)


def test_silent_maps_are_counted_and_concentration_is_measured(workspace, monkeypatch):
    module = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU())
    module[0].weight = nn.Parameter(torch.zeros(2, 3, 1, 1))
    module[0].bias = nn.Parameter(torch.tensor([-1.0, 1.0]))
    monkeypatch.setattr("generator.labs.pretrained.activation.load_backbone", lambda *_: backbone_of(module))
    metrics = activation_maps(workspace, network="own", dataset="embedded_scenes", image=0, layer="0").metrics
    assert metrics["silent_maps"] == 1
    assert metrics["zero_share"] == 0.5
    assert metrics["occupied_share"] == pytest.approx(1)  # the other map is the same everywhere
