"""Scores and their gradients: against finite differences, one image at a time or many together."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from generator.datasets.images import load_images
from generator.labs.visualising.scores import class_gradients, class_index, class_tensor, pictures
from generator.networks.backbones import load_backbone


@pytest.fixture
def backbone(network, workspace):
    return load_backbone(network, workspace.data)


@pytest.fixture
def photographs(workspace):
    return load_images("embedded_scenes", workspace.data)


def test_the_gradient_is_that_of_each_images_own_score(backbone, photographs):
    module = backbone.module.double()
    rng = torch.Generator().manual_seed(0)
    inputs = backbone.preprocess(photographs.images[:3]).double()
    # Equal pixels next to each other tie in the maximum poolings, where no derivative exists.
    inputs = inputs + 0.1 * torch.randn(inputs.shape, generator=rng, dtype=torch.float64)
    classes = class_tensor(backbone, [0, 4, 9])
    logits, gradients = class_gradients(module, inputs, classes)
    torch.testing.assert_close(logits, module(inputs))
    assert not inputs.requires_grad
    assert not gradients.requires_grad
    direction = torch.randn(inputs.shape, generator=rng, dtype=torch.float64)
    step = 1e-7
    moved = [module(inputs + sign * step * direction).gather(1, classes[:, None])[:, 0] for sign in (1, -1)]
    slope = (gradients * direction).sum((1, 2, 3))
    torch.testing.assert_close((moved[0] - moved[1]) / (2 * step), slope, rtol=1e-4, atol=1e-6)


def test_many_images_together_give_the_gradients_of_each_alone(backbone, photographs):
    inputs = backbone.preprocess(photographs.images[:4])
    classes = class_tensor(backbone, [1, 2, 3, 3])
    together = class_gradients(backbone.module, inputs, classes)[1]
    for number in range(4):
        chosen = slice(number, number + 1)
        alone = class_gradients(backbone.module, inputs[chosen], classes[chosen])[1]
        torch.testing.assert_close(together[chosen], alone, rtol=1e-4, atol=1e-6)


def test_a_class_is_found_by_its_name(backbone):
    assert class_index(backbone, "cat") == backbone.class_names.index("cat")
    with pytest.raises(ValueError, match=r"narrow VGG16 knows no class 'stingray'; it knows astronaut"):
        class_index(backbone, "stingray")


def test_pictures_are_the_photographs_again_and_cut_off_what_no_screen_shows(backbone, photographs):
    small = [np.array(image[:32, :32]) for image in photographs.images[:2]]
    inputs = backbone.preprocess(small)
    for shown, image in zip(pictures(backbone, inputs), small, strict=True):
        np.testing.assert_array_equal(shown, image)
    assert pictures(backbone, torch.full_like(inputs[:1], 99))[0].min() == 255
    assert pictures(backbone, torch.full_like(inputs[:1], -99))[0].max() == 0
