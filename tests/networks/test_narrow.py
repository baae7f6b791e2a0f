"""The narrow networks: shapes, names, initial weights."""

from __future__ import annotations

import math

import pytest
import torch
import torchvision

from generator.networks.narrow import NARROW_ARCHITECTURES, NarrowSqueezeNet, build_narrow, initialise


@pytest.mark.parametrize("architecture", sorted(NARROW_ARCHITECTURES))
def test_one_logit_for_each_class(architecture):
    network = build_narrow(architecture, 8, 64, 15)
    initialise(network, torch.Generator().manual_seed(0))
    logits = network.eval()(torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1)))
    assert logits.shape == (2, 15)
    assert torch.isfinite(logits).all()


def test_the_narrow_squeezenet_of_full_width_is_squeezenet_but_for_its_last_relu():
    ours = NarrowSqueezeNet(64, 1000)
    theirs = torchvision.models.squeezenet1_1(weights=None)
    ours.load_state_dict(theirs.state_dict(), strict=True)
    images = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        features = ours.eval().features(images)
        torch.testing.assert_close(features, theirs.eval().features(images))
        expected = theirs.classifier[1](features).mean((2, 3))  # without the ReLU between
        torch.testing.assert_close(ours(images), expected)


def test_the_narrow_vgg_of_full_width_is_vgg16():
    ours = build_narrow("narrow_vgg16", 64, 224, 1000).state_dict()
    with torch.device("meta"):
        theirs = torchvision.models.vgg16(weights=None).state_dict()
    assert {name: tensor.shape for name, tensor in ours.items()} == {n: t.shape for n, t in theirs.items()}


def test_initial_weights_come_from_the_generator_with_hes_variance():
    draws = []
    for _ in range(2):
        network = build_narrow("narrow_vgg16", 16, 32, 15)
        initialise(network, torch.Generator().manual_seed(7))
        draws.append(network.state_dict())
    assert all(torch.equal(draws[0][name], draws[1][name]) for name in draws[0])
    weight = draws[0]["features.28.weight"]
    assert weight.std().item() == pytest.approx(math.sqrt(2 / (9 * 128)), rel=0.02)
    assert not draws[0]["features.28.bias"].any()


def test_building_draws_nothing_from_torchs_own_generator():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    build_narrow("narrow_squeezenet", 16, 64, 15)
    assert torch.equal(torch.rand(2), expected)


def test_wrong_sizes_and_names_are_refused():
    with pytest.raises(ValueError, match="multiple of 32, got 60"):
        build_narrow("narrow_vgg16", 8, 60, 15)
    with pytest.raises(ValueError, match="unknown narrow network 'narrow_lenet'"):
        build_narrow("narrow_lenet", 8, 64, 15)
