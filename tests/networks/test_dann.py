"""The lab's network: its size, its gradient reversal layer and its initial weights."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from generator.networks.dann import FEATURES, ReverseGradient, build_domain_network


@pytest.fixture
def network():
    return build_domain_network(10, torch.Generator().manual_seed(0))


def test_the_parts_have_the_sizes_of_the_lab(network):
    images = torch.rand(2, 3, 28, 28)
    features = network.features(images)
    assert features.shape == (2, FEATURES) == (2, 2352)
    assert network(images).shape == (2, 10)
    assert network.domain_logits(features, torch.tensor(1.0)).shape == (2,)

    def size(module):
        return sum(parameter.numel() for parameter in module.parameters())

    # (inputs × outputs + biases) by hand, layer after layer
    assert size(network.features) == (3 * 25 * 32 + 32) + (32 * 25 * 48 + 48)
    assert size(network.classifier) == (2352 * 100 + 100) + (100 * 100 + 100) + (100 * 10 + 10)
    assert size(network.domain) == (2352 * 100 + 100) + (100 + 1)


@pytest.mark.parametrize("factor", [0.0, 0.3, 4.0, -1.0])
def test_the_reversal_layer_passes_values_on_and_multiplies_gradients_by_minus_lambda(factor):
    values = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
    output = ReverseGradient.apply(values, torch.tensor(factor))
    assert torch.equal(output, values)
    (output * torch.tensor([1.0, 10.0, -5.0])).sum().backward()
    torch.testing.assert_close(values.grad, -factor * torch.tensor([1.0, 10.0, -5.0]))


def test_the_domain_classifier_itself_is_not_reversed(network):
    features = torch.rand(4, FEATURES)
    gradients = []
    for factor in (1.0, -1.0):
        network.zero_grad()
        network.domain_logits(features, torch.tensor(factor)).sum().backward()
        gradients.append(network.domain[0].weight.grad.clone())
    assert torch.equal(*gradients)


def test_pooling_before_the_relu_gives_the_courses_values_and_gradients(network):
    course = nn.Sequential(*(network.features[index] for index in (0, 2, 1, 3, 5, 4, 6)))
    assert [type(layer).__name__ for layer in course][:3] == ["Conv2d", "ReLU", "MaxPool2d"]
    images = torch.rand(5, 3, 28, 28, generator=torch.Generator().manual_seed(1))
    found = []
    for layers in (network.features, course):
        network.zero_grad()
        output = layers(images)
        output.square().sum().backward()
        found.append((output.detach(), *(parameter.grad.clone() for parameter in network.features.parameters())))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_weights_follow_pytorchs_default_scheme(network):
    for module in (layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)):
        bound = 1 / math.sqrt(module.weight[0].numel())
        fresh = type(module)(*shape_of(module))
        for ours, theirs in ((module.weight, fresh.weight), (module.bias, fresh.bias)):
            assert ours.abs().max() <= bound
            if ours.numel() > 300:
                assert ours.std().item() == pytest.approx(theirs.std().item(), rel=0.1)
                assert ours.abs().max() > 0.98 * bound


def shape_of(module):
    if isinstance(module, nn.Linear):
        return module.in_features, module.out_features
    return module.in_channels, module.out_channels, module.kernel_size


def test_building_draws_from_the_given_generator_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    first, again, other = (build_domain_network(10, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(torch.rand(3), expected)
    assert torch.equal(first.domain[2].weight, again.domain[2].weight)
    assert not torch.equal(first.domain[2].weight, other.domain[2].weight)
