"""FGSM against its closed form, PGD against its constraints and a published implementation."""

from __future__ import annotations

import pytest
import torch

from generator.labs.visualising.fooling.gradient_attacks import fgsm, lengths, loss_gradients, pgd_l2
from generator.networks.preprocessing import normalised
from tests.labs.visualising.linear_for_tests import (
    CLASSES,
    images,
    linear_backbone,
    other_classes,
    smooth_backbone,
    weights_of,
)


@pytest.fixture
def smooth():
    """A smooth network, images in [0, 1] that reach both ends, and targets that they are not predicted as."""
    backbone, pixels = smooth_backbone(), images(5).double().sub(0.4).mul(5)
    targets = (backbone.module(normalised(pixels, backbone.mean, backbone.std)).argmax(1) + 1) % CLASSES
    return backbone, pixels, targets


def test_fgsm_on_a_linear_model_is_the_sign_of_the_weights():
    """∇ loss = Σᵢ softmaxᵢ wᵢ − w_t, so that every value moves by ε against its sign."""
    backbone, pixels = linear_backbone(), images(5)
    targets, weights = other_classes(backbone, pixels), weights_of(backbone)
    probabilities = backbone.module(pixels).softmax(1)
    gradient = torch.einsum("nk,kchw->nchw", probabilities, weights) - weights[targets]
    assert torch.allclose(loss_gradients(backbone, pixels, targets), gradient, atol=1e-6)
    assert torch.allclose(fgsm(backbone, pixels, targets, 0.03), pixels - 0.03 * gradient.sign(), atol=1e-6)


def test_fgsm_with_two_classes_is_the_best_change_within_its_bound():
    """The margin grows by ε · ‖w_t − w_o‖₁, the most that any change of that L∞ norm can do (Hölder)."""
    backbone, pixels = linear_backbone(), images(1)
    layer = backbone.module[1]
    layer.weight = torch.nn.Parameter(layer.weight[:2], requires_grad=False)
    layer.bias = torch.nn.Parameter(layer.bias[:2], requires_grad=False)
    changed = fgsm(backbone, pixels, torch.tensor([1]), 0.02)
    before, after = backbone.module(pixels)[0], backbone.module(changed)[0]
    gained = (after[1] - after[0]) - (before[1] - before[0])
    assert gained.item() == pytest.approx(0.02 * (layer.weight[1] - layer.weight[0]).abs().sum().item(), rel=1e-4)


def test_fgsm_stays_among_the_pixels(smooth):
    backbone, pixels, targets = smooth
    changed = fgsm(backbone, pixels, targets, 0.3)
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert (changed - pixels).abs().max() <= 0.3 + 1e-6


@pytest.mark.parametrize("epsilon", [0.1, 1.0])
def test_pgd_stays_within_the_ball_and_the_range(smooth, epsilon):
    backbone, pixels, targets = smooth
    changed = pgd_l2(backbone, pixels, targets, epsilon, step=0.3 * epsilon, steps=8)
    assert lengths(changed - pixels).max() <= epsilon * (1 + 1e-5)
    assert changed.min() >= 0
    assert changed.max() <= 1
    loss = torch.nn.functional.cross_entropy
    before, after = (backbone.module(normalised(some, backbone.mean, backbone.std)) for some in (pixels, changed))
    assert (loss(after, targets, reduction="none") < loss(before, targets, reduction="none")).all()


@pytest.mark.parametrize("epsilon", [0.3, 1.5])
def test_pgd_agrees_with_foolbox(smooth, epsilon):
    foolbox = pytest.importorskip("foolbox", reason="foolbox is not installed")
    backbone, pixels, targets = smooth
    model = foolbox.PyTorchModel(
        backbone.module, bounds=(0, 1), device="cpu",
        preprocessing={"mean": list(backbone.mean), "std": list(backbone.std), "axis": -3},
    )  # fmt: skip
    attack = foolbox.attacks.L2ProjectedGradientDescentAttack(abs_stepsize=epsilon / 4, steps=10, random_start=False)
    theirs, _, _ = attack(model, pixels, foolbox.criteria.TargetedMisclassification(targets), epsilons=epsilon)
    ours = pgd_l2(backbone, pixels, targets, epsilon, epsilon / 4, 10)
    assert torch.allclose(ours, theirs, atol=1e-8)
    assert lengths(ours - pixels).min() > 0.5 * epsilon  # not two attacks that did nothing


def test_an_image_is_attacked_alike_alone_and_among_others(smooth):
    backbone, pixels, targets = smooth
    together = pgd_l2(backbone, pixels, targets, 0.5, 0.1, 5)
    for number in range(len(pixels)):
        one = slice(number, number + 1)
        assert torch.equal(pgd_l2(backbone, pixels[one], targets[one], 0.5, 0.1, 5)[0], together[number])
