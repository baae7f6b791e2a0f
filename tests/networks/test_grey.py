"""Grey input: summed first-layer weights are exactly the replicated channels, also at the border."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import nn

from generator.networks.grey import colour_scale, grey_of, with_grey_input
from generator.networks.preprocessing import IMAGENET_MEAN, IMAGENET_STD, normalised


@pytest.mark.parametrize(("padding", "bias"), [(0, True), (1, True), (2, False)])
def test_summed_weights_give_the_same_maps(padding, bias):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 5, 3, stride=2, padding=padding, bias=bias), nn.ReLU()).double()
    grey = torch.rand(2, 1, 11, 9, dtype=torch.float64)
    expected = module(normalised(grey.expand(-1, 3, -1, -1), IMAGENET_MEAN, IMAGENET_STD))
    torch.testing.assert_close(with_grey_input(module, IMAGENET_MEAN, IMAGENET_STD)(grey), expected)


def test_a_nested_first_layer_is_found_and_the_network_itself_stays():
    module = torchvision.models.mobilenet_v2(weights=None, num_classes=4).eval().double()
    grey = torch.rand(1, 1, 64, 64, dtype=torch.float64)
    with torch.no_grad():
        expected = module(normalised(grey.expand(-1, 3, -1, -1), IMAGENET_MEAN, IMAGENET_STD))
        found = with_grey_input(module, IMAGENET_MEAN, IMAGENET_STD)(grey)
    torch.testing.assert_close(found, expected)
    assert isinstance(module.features[0][0], nn.Conv2d)


def test_a_grey_image_keeps_its_values_and_a_colour_image_its_luminance():
    grey = torch.rand(1, 1, 4, 4)
    assert torch.equal(grey_of(grey.expand(-1, 3, -1, -1)), grey)
    red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
    assert float(grey_of(red)) == pytest.approx(0.299)


def test_the_colour_scale_goes_from_blue_over_green_to_red():
    colours = colour_scale(torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]).view(1, 1, 1, 5))[0, :, 0].T
    assert colours.argmax(1).tolist() == [2, 2, 1, 0, 0]
    assert float(colours.min()) >= 0
    assert float(colours.max()) <= 1
