"""The GAN's networks: every layer as the lab describes it, and label maps that equal those of each image."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from generator.networks.gan import (
    Discriminator,
    ImageGenerator,
    discriminator_widths,
    generator_widths,
    initialise_gan,
    one_hot,
    parameter_count,
    spread,
)


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def shapes_of(network, *inputs):
    """Layer by layer, the kind and the shape of what it returns, without the batch."""
    seen = []
    kept = [
        module.register_forward_hook(lambda layer, _, out: seen.append((type(layer).__name__, *out.shape[1:])))
        for module in network.modules()
        if not list(module.children())
    ]
    network(*inputs)
    for handle in kept:
        handle.remove()
    return seen


def test_every_layer_of_the_dcgan():
    up = shapes_of(ImageGenerator(100, 32, 1, 32), torch.randn(2, 100, generator=rng()))
    assert up == [
        ("ConvTranspose2d", 128, 4, 4), ("BatchNorm2d", 128, 4, 4), ("ReLU", 128, 4, 4),
        ("ConvTranspose2d", 64, 8, 8), ("BatchNorm2d", 64, 8, 8), ("ReLU", 64, 8, 8),
        ("ConvTranspose2d", 32, 16, 16), ("BatchNorm2d", 32, 16, 16), ("ReLU", 32, 16, 16),
        ("ConvTranspose2d", 1, 32, 32), ("Tanh", 1, 32, 32),
    ]  # fmt: skip
    down = shapes_of(Discriminator(32, 1, 32), torch.randn(2, 1, 32, 32, generator=rng()))
    assert down == [
        ("Conv2d", 32, 16, 16), ("BatchNorm2d", 32, 16, 16), ("LeakyReLU", 32, 16, 16),
        ("Conv2d", 64, 8, 8), ("BatchNorm2d", 64, 8, 8), ("LeakyReLU", 64, 8, 8),
        ("Conv2d", 128, 4, 4), ("BatchNorm2d", 128, 4, 4), ("LeakyReLU", 128, 4, 4),
        ("Conv2d", 1, 1, 1), ("Flatten",),
    ]  # fmt: skip


def test_every_layer_of_the_conditional_dcgan():
    labels = torch.tensor([3, 7, 3])
    generator, discriminator = ImageGenerator(100, 32, 1, 32, 10), Discriminator(32, 1, 32, 10)
    up = shapes_of(generator, torch.randn(3, 100, generator=rng()), labels)
    down = shapes_of(discriminator, torch.randn(3, 1, 32, 32, generator=rng()), labels)
    # Latent or image first, then the label; what is joined goes on. The joining convolution runs in two halves.
    assert [row for row in up if row[0] == "ConvTranspose2d"] == [
        ("ConvTranspose2d", 256, 4, 4), ("ConvTranspose2d", 256, 4, 4), ("ConvTranspose2d", 128, 16, 16),
        ("ConvTranspose2d", 1, 32, 32),
    ]  # fmt: skip
    assert [row for row in down if row[0] == "Conv2d"] == [
        ("Conv2d", 64, 16, 16), ("Conv2d", 64, 16, 16), ("Conv2d", 512, 4, 4), ("Conv2d", 1, 1, 1),
    ]  # fmt: skip
    assert (generator.join.in_channels, generator.join.out_channels) == (512, 256)
    assert (discriminator.join.in_channels, discriminator.join.out_channels) == (128, 256)
    assert [row[1] for row in down if row[0] == "LeakyReLU"] == [64, 64, 256, 512]
    assert [row[1] for row in up if row[0] == "ReLU"] == [256, 256, 256, 128]
    assert [row[1] for row in up if row[0] == "BatchNorm2d"] == [256, 256, 128]  # none on the labels


@pytest.mark.parametrize(
    ("network", "convolutions", "normalised"),
    [
        (ImageGenerator(100, 32, 1, 32), [100 * 128, 128 * 64, 64 * 32, 32], [128, 64, 32]),
        (Discriminator(32, 1, 32), [32, 32 * 64, 64 * 128, 128], [32, 64, 128]),
        (Discriminator(32, 3, 32), [3 * 32, 32 * 64, 64 * 128, 128], [32, 64, 128]),
        (ImageGenerator(10, 64, 1, 32), [10 * 256, 256 * 128, 128 * 64, 64], [256, 128, 64]),
        (ImageGenerator(100, 32, 1, 64), [100 * 256, 256 * 128, 128 * 64, 64 * 32, 32], [256, 128, 64, 32]),
        (Discriminator(32, 1, 64), [32, 32 * 64, 64 * 128, 128 * 256, 256], [32, 64, 128, 256]),
        (
            ImageGenerator(100, 32, 1, 32, 10),
            [100 * 256, 10 * 256, 512 * 256, 256 * 128, 128],
            [256, 256, 128],
        ),
        (Discriminator(32, 1, 32, 10), [64, 10 * 64, 128 * 256, 256 * 512, 512], [64, 64, 256, 512]),
        (Discriminator(32, 1, 32, 10, sees_labels=False), [64, 64 * 256, 256 * 512, 512], [64, 256, 512]),
    ],
)
def test_parameter_counts_are_those_of_the_layers(network, convolutions, normalised):
    # 4 × 4 weights for each pair of maps and no offsets; a scale and an offset for each normalised map.
    assert parameter_count(network) == 16 * sum(convolutions) + 2 * sum(normalised)


def test_larger_images_add_a_block_of_twice_the_width():
    assert [generator_widths(size, False) for size in (32, 64)] == [(4, 2, 1), (8, 4, 2, 1)]
    assert [generator_widths(size, True) for size in (32, 64)] == [(8, 8, 4), (16, 16, 8, 4)]
    assert [discriminator_widths(size, False) for size in (32, 64)] == [(1, 2, 4), (1, 2, 4, 8)]
    assert [discriminator_widths(size, True) for size in (32, 64)] == [(2, 8, 16), (2, 8, 16, 32)]
    labels = torch.tensor([0, 1])
    images = ImageGenerator(5, 2, 3, 64, 10)(torch.randn(2, 5, generator=rng()), labels)
    assert images.shape == (2, 3, 64, 64)
    assert Discriminator(2, 3, 64, 10)(images, labels).shape == (2,)
    for size in (0, 16, 28, 48):
        with pytest.raises(ValueError, match=f"not {size}"):
            ImageGenerator(5, 2, 1, size)


def plain_features(branch, maps):
    """A label branch on the label maps of each image: the version that ours saves."""
    features = branch.convolution(maps)
    return branch.rectifier(features if branch.norm is None else branch.norm(features))


def plain_maps(labels, side):
    return nn.functional.one_hot(labels, 10).float().view(-1, 10, 1, 1).expand(-1, 10, side, side)


def plain_generator(network, latent, labels):
    features = network.latent(latent.view(*latent.shape, 1, 1))
    return network.blocks(network.join(torch.cat([features, plain_features(network.label, plain_maps(labels, 1))], 1)))


def plain_discriminator(network, images, labels):
    features = plain_features(network.label, plain_maps(labels, images.shape[-1]))
    return network.blocks(network.join(torch.cat([network.image(images), features], 1)))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("kind", ["generator", "discriminator"])
def test_label_maps_computed_once_for_each_class_equal_those_of_each_image(kind, training):
    labels = torch.tensor([3, 3, 3, 7, 0, 9, 9, 1])  # unevenly, and not every class
    network, plain, inputs = (
        (ImageGenerator(6, 4, 1, 32, 10), plain_generator, torch.randn(8, 6, generator=rng(1)))
        if kind == "generator"
        else (Discriminator(4, 1, 32, 10), plain_discriminator, torch.randn(8, 1, 32, 32, generator=rng(1)))
    )
    found = []
    for forward in (lambda: network(inputs, labels), lambda: plain(network, inputs, labels)):
        initialise_gan(network, "dcgan", rng(2))
        network.train()
        network(inputs, labels)  # so that the stored statistics are no longer those of a new layer
        network.train(training)
        network.zero_grad()
        outputs = forward()
        outputs.square().sum().backward()
        gradients = {name: parameter.grad.clone() for name, parameter in network.named_parameters()}
        found.append((outputs.detach(), gradients, {name: value.clone() for name, value in network.named_buffers()}))
    (ours, our_gradients, our_state), (theirs, their_gradients, their_state) = found
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(our_state, their_state, rtol=1e-5, atol=1e-5)
    for name, gradient in their_gradients.items():
        torch.testing.assert_close(our_gradients[name], gradient, rtol=1e-3, atol=1e-5 * float(gradient.abs().max()))


def test_maps_are_spread_by_class():
    maps = torch.randn(3, 2, 4, 4, generator=rng())
    labels = torch.tensor([2, 0, 2])
    assert torch.equal(spread(maps, nn.functional.one_hot(labels, 3).float()), maps[labels])


def test_a_conditional_network_without_labels_is_refused():
    with pytest.raises(ValueError, match="needs labels"):
        ImageGenerator(4, 2, 1, 32, 10)(torch.zeros(2, 4))
    discriminator = Discriminator(2, 1, 32, 10)
    with pytest.raises(ValueError, match="needs labels"):
        one_hot(None, discriminator.label)


def test_a_discriminator_that_sees_no_labels_answers_the_same_whatever_they_are():
    network = Discriminator(2, 1, 32, 10, sees_labels=False)
    images = torch.randn(4, 1, 32, 32, generator=rng())
    network.eval()
    assert torch.equal(network(images, torch.tensor([0, 1, 2, 3])), network(images, torch.tensor([9, 8, 7, 6])))
    seeing = Discriminator(2, 1, 32, 10).eval()
    assert not torch.equal(seeing(images, torch.tensor([0, 1, 2, 3])), seeing(images, torch.tensor([9, 8, 7, 6])))


@pytest.mark.parametrize("initialisation", ["dcgan", "default"])
def test_initial_weights_follow_the_rule_and_the_generator(initialisation):
    networks = [Discriminator(32, 1, 32, 10) for _ in range(2)]
    for network in networks:
        initialise_gan(network, initialisation, rng(5))
    states = [network.state_dict() for network in networks]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    weight = networks[0].join.weight
    scale = networks[0].blocks[0].weight
    if initialisation == "dcgan":
        assert weight.std().item() == pytest.approx(0.02, rel=0.01)
        assert scale.mean().item() == pytest.approx(1.0, abs=0.01)
        assert scale.std().item() == pytest.approx(0.02, rel=0.2)
    else:
        bound = 1 / math.sqrt(128 * 16)
        assert weight.abs().max().item() == pytest.approx(bound, rel=0.01)
        assert weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.01)
        assert torch.equal(scale, torch.ones_like(scale))
