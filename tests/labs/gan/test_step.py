"""One adversarial step against the loop that one writes first, and the two losses against their formulas."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn

from generator.labs.gan.step import Adversaries, Batch, discriminator_loss, generator_loss, train_step
from generator.networks.gan import Discriminator, ImageGenerator, initialise_gan


def rivals(conditional, precision="float32"):
    classes = 10 if conditional else 0
    networks = ImageGenerator(8, 4, 1, 32, classes), Discriminator(4, 1, 32, classes)
    for number, network in enumerate(networks):
        initialise_gan(network, "dcgan", torch.Generator().manual_seed(number))
    generator, discriminator = networks
    return Adversaries(
        generator, discriminator, torch.optim.Adam(generator.parameters(), 5e-4, (0.5, 0.999)),
        torch.optim.Adam(discriminator.parameters(), 2e-4, (0.5, 0.999)), precision,
    )  # fmt: skip


def batches(conditional, count=3, images=16):
    rng = torch.Generator().manual_seed(7)
    for _ in range(count):
        labels = torch.randint(10, (images,), generator=rng) if conditional else None
        yield Batch(torch.rand(images, 1, 32, 32, generator=rng) * 2 - 1, labels, torch.randn(images, 8, generator=rng))


def first_loop(pair, batch, saturating=False):
    """The step as one writes it first: probabilities, ones and zeros, nothing detached, every gradient computed."""
    loss = nn.BCELoss()
    ones, zeros = torch.ones(len(batch.images)), torch.zeros(len(batch.images))
    pair.d_optimiser.zero_grad()
    fake = pair.generator(batch.latent, batch.labels)
    real_score = torch.sigmoid(pair.discriminator(batch.images, batch.labels))
    fake_score = torch.sigmoid(pair.discriminator(fake, batch.labels))
    d_loss = loss(real_score, ones) + loss(fake_score, zeros)
    d_loss.backward(retain_graph=True)
    pair.d_optimiser.step()
    pair.g_optimiser.zero_grad()
    again = torch.sigmoid(pair.discriminator(fake, batch.labels))
    g_loss = torch.log(1 - again).mean() if saturating else loss(again, ones)
    g_loss.backward()
    length = math.sqrt(sum(float(parameter.grad.square().sum()) for parameter in pair.generator.parameters()))
    pair.g_optimiser.step()
    return [value.item() for value in (d_loss, g_loss, real_score.mean(), fake_score.mean())] + [length]


@pytest.mark.parametrize("loss", ["usual", "saturating"])
@pytest.mark.parametrize("conditional", [False, True])
def test_the_step_changes_both_networks_as_the_first_loop_does(conditional, loss):
    ours = rivals(conditional)
    theirs = rivals(conditional)
    for batch in batches(conditional):
        found = train_step(ours, batch, loss).tolist()
        expected = first_loop(theirs, batch, saturating=loss == "saturating")
        assert [*found[:4], found[5]] == pytest.approx(expected, rel=1e-3, abs=1e-5)
    for network, other in ((ours.generator, theirs.generator), (ours.discriminator, theirs.discriminator)):
        for name, value in other.state_dict().items():
            # Adam divides by the gradient's size, so that rounding shows where a gradient is next to zero.
            torch.testing.assert_close(network.state_dict()[name], value, rtol=1e-3, atol=2e-4, msg=name)


def test_the_discriminators_step_leaves_the_generator_alone():
    pair = rivals(False)
    before = copy.deepcopy(pair.generator.state_dict())
    seen = []
    # Stopped after the discriminator's update: the generator has no gradient, and its weights are as they were.
    pair.d_optimiser.register_step_post_hook(
        lambda *_: seen.append(
            (
                all(parameter.grad is None for parameter in pair.generator.parameters()),
                all(torch.equal(parameter, before[name]) for name, parameter in pair.generator.named_parameters()),
            )
        )
    )
    train_step(pair, next(batches(False)), "usual")
    assert seen == [(True, True)]


def test_the_generators_step_leaves_no_gradient_of_its_loss_in_the_discriminator():
    pair = rivals(False)
    batch = next(batches(False))
    own = []
    pair.d_optimiser.register_step_pre_hook(
        lambda *_: own.extend(parameter.grad.clone() for parameter in pair.discriminator.parameters())
    )
    train_step(pair, batch, "usual")
    after = [parameter.grad for parameter in pair.discriminator.parameters()]
    assert all(torch.equal(first, second) for first, second in zip(own, after, strict=True))


def test_the_losses_are_their_formulas_on_probabilities():
    real = torch.tensor([-3.0, 0.5, 4.0], dtype=torch.float64)
    fake = torch.tensor([-2.0, 1.5, 0.0], dtype=torch.float64)
    p, q = torch.sigmoid(real), torch.sigmoid(fake)
    assert float(discriminator_loss(real, fake)) == pytest.approx(float(-p.log().mean() - (1 - q).log().mean()))
    assert float(generator_loss(fake, "usual")) == pytest.approx(float(-q.log().mean()))
    assert float(generator_loss(fake, "saturating")) == pytest.approx(float((1 - q).log().mean()))


def test_the_losses_stay_finite_where_a_probability_would_round_to_zero_or_one():
    far = torch.tensor([200.0])
    assert float(discriminator_loss(-far, far)) == pytest.approx(400.0)
    assert float(generator_loss(-far, "usual")) == pytest.approx(200.0)
    assert float(generator_loss(far, "saturating")) == pytest.approx(-200.0)


def test_only_the_saturating_loss_gives_no_gradient_to_a_generator_that_is_seen_through():
    slopes = {}
    for kind in ("usual", "saturating"):
        logits = torch.tensor([-12.0], requires_grad=True)
        generator_loss(logits, kind).backward()
        slopes[kind] = float(logits.grad)
    # Of log(1 − D) it is −D, of −log D it is −(1 − D), with D = 6e-6.
    assert slopes == {"usual": pytest.approx(-1.0, abs=1e-5), "saturating": pytest.approx(-6.14e-6, rel=1e-2)}


def test_bfloat16_changes_a_step_by_little():
    found = [train_step(rivals(True, precision), next(batches(True)), "usual") for precision in ("float32", "bfloat16")]
    torch.testing.assert_close(found[1], found[0], rtol=0.05, atol=0.02)
