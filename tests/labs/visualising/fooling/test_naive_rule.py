"""The course's rule: steps of the stated length along the target's gradient, each image on its own."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from generator.datasets.images import load_images
from generator.labs.visualising.fooling.naive_rule import follow_gradient
from generator.labs.visualising.separate import attacked_network
from generator.networks.backbones import Backbone
from tests.labs.visualising.linear_for_tests import CLASSES, images, linear_backbone, other_classes, weights_of


def test_on_a_linear_model_the_number_of_steps_follows_from_the_margins():
    backbone, pixels = linear_backbone(), images(6)
    targets, weights = other_classes(backbone, pixels), weights_of(backbone)
    found = follow_gradient(backbone, pixels, targets, step=0.05, most_steps=1000)
    for number, target in enumerate(targets.tolist()):
        direction = weights[target] / weights[target].norm()
        scores = backbone.module(pixels[number : number + 1])[0]
        # The rule moves along the target's weights only, and passes each other class after its own number of steps.
        gains = ((weights[target] - weights) * direction).sum((1, 2, 3)) * 0.05
        needed = max(
            math.ceil((scores[other] - scores[target]).item() / gains[other].item())
            for other in range(CLASSES)
            if other != target
        )
        assert found.steps[number] == needed
        assert torch.allclose(found.inputs[number] - pixels[number], needed * 0.05 * direction, atol=1e-5)
    assert found.reached.all()
    assert not found.stuck.any()
    assert (found.logits.argmax(1) == targets).all()


def test_an_image_already_of_the_target_class_takes_no_step():
    backbone, pixels = linear_backbone(), images(3)
    targets = backbone.module(pixels).argmax(1)
    found = follow_gradient(backbone, pixels, targets, 1.0, 10)
    assert found.steps.tolist() == [0, 0, 0]
    assert torch.equal(found.inputs, pixels)


def test_images_that_do_not_flip_stop_at_the_limit_and_are_not_called_fooled():
    backbone, pixels = linear_backbone(), images(4)
    found = follow_gradient(backbone, pixels, other_classes(backbone, pixels), step=1e-4, most_steps=3)
    assert found.steps.tolist() == [3] * 4
    assert not found.reached.any()
    assert torch.allclose((found.inputs - pixels).flatten(1).norm(dim=1), torch.full((4,), 3e-4), rtol=1e-2)


def test_where_the_gradient_vanishes_the_rule_says_that_it_is_stuck():
    module = nn.Sequential(nn.Flatten(), nn.Linear(3 * 64, 2), nn.ReLU()).eval()
    with torch.no_grad():
        module[1].weight.fill_(0.1)
        module[1].bias.copy_(torch.tensor([1.0, -100.0]))  # class 1 is silent whatever the image
    backbone = Backbone("silent", "silent", module.requires_grad_(False), 8, ("a", "b"))
    pixels = images(2)
    found = follow_gradient(backbone, pixels, torch.tensor([1, 1]), 1.0, 5)
    assert found.stuck.tolist() == [True, True]
    assert not found.reached.any()
    assert found.steps.tolist() == [0, 0]
    assert torch.equal(found.inputs, pixels)


def test_each_image_takes_the_same_steps_alone_and_among_many(workspace, network):
    backbone = attacked_network(workspace, network)
    inputs = backbone.preprocess(load_images("embedded_scenes", workspace.data).images[::4])
    targets = (torch.arange(len(inputs)) * 7 + 3) % 15
    together = follow_gradient(backbone, inputs, targets, 1.0, 30)
    assert len(set(together.steps.tolist())) > 2  # they leave at different times
    for number in range(len(inputs)):
        one = slice(number, number + 1)
        alone = follow_gradient(backbone, inputs[one], targets[one], 1.0, 30)
        assert alone.steps[0] == together.steps[number]
        assert torch.equal(alone.inputs[0], together.inputs[number])
        assert torch.equal(alone.logits[0], together.logits[number])


def test_progress_counts_the_images_that_have_left():
    backbone, pixels = linear_backbone(), images(5)
    seen = []
    follow_gradient(
        backbone, pixels, other_classes(backbone, pixels), 0.05, 1000, lambda done, total: seen.append((done, total))
    )
    assert seen[-1] == (5, 5)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


@pytest.mark.parametrize("step", [0.5, 2.0])
def test_the_first_step_has_the_stated_length(workspace, network, step):
    backbone = attacked_network(workspace, network)
    inputs = backbone.preprocess(load_images("embedded_scenes", workspace.data).images[:3])
    targets = (backbone.module(inputs).argmax(1) + 1) % 15
    found = follow_gradient(backbone, inputs, targets, step, most_steps=1)
    assert (found.inputs - inputs).flatten(1).norm(dim=1).tolist() == pytest.approx([step] * 3, rel=1e-4)
