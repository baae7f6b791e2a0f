"""The one-pixel attack changes one pixel, finds the one that matters, and only then stops early."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from generator.labs.visualising.fooling.one_pixel import one_pixel, with_pixels
from generator.networks.backbones import Backbone
from tests.labs.visualising.linear_for_tests import SIZE, images, linear_backbone


def sensitive_backbone():
    """Class 1 wins as soon as the pixels of the upper left quarter hold enough red."""
    layer = nn.Linear(3 * SIZE * SIZE, 2)
    weights = torch.zeros(2, 3, SIZE, SIZE)
    weights[1, 0, : SIZE // 2, : SIZE // 2] = 10.0
    with torch.no_grad():
        layer.weight.copy_(weights.flatten(1))
        layer.bias.copy_(torch.tensor([0.0, -7.0]))
    module = nn.Sequential(nn.Flatten(), layer).eval().requires_grad_(False)
    return Backbone("sensitive", "sensitive", module, SIZE, ("no", "yes"), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def attack(backbone, image, target, seed=0, generations=20):
    rng = np.random.default_rng(seed)
    return one_pixel(backbone, image, target, population=40, generations=generations, rng=rng)


def test_it_finds_the_pixel_that_flips_the_prediction():
    black = torch.zeros(3, SIZE, SIZE)
    changed, asked = attack(sensitive_backbone(), black, 1)
    places = (changed != black).any(0).nonzero()
    assert len(places) == 1
    assert places.max() < SIZE // 2
    assert changed[0][tuple(places[0])] > 0.7
    assert sensitive_backbone().module(changed[None]).argmax() == 1
    assert asked < 40 * 21  # stopped as soon as it had flipped


def test_where_one_pixel_is_not_enough_it_spends_its_budget_and_raises_the_probability():
    backbone, image = linear_backbone(scale=0.1), images(1)[0]
    target = int(backbone.module(image[None]).argmin())
    changed, asked = attack(backbone, image, target, generations=4)
    assert asked == 40 * 5
    assert (changed != image).any(0).sum() == 1
    before, after = (backbone.module(some[None]).softmax(1)[0, target] for some in (image, changed))
    assert after > before


def test_the_generator_decides():
    backbone, image = linear_backbone(scale=0.1), images(1)[0]
    first, again, other = (attack(backbone, image, 0, seed, 2)[0] for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_candidates_are_row_column_and_colour():
    image = torch.zeros(3, SIZE, SIZE)
    changed = with_pixels(image, np.array([[2.9, 5.1, 0.1, 0.2, 0.3], [0.0, 7.999, 1.0, 0.0, 0.0]]))
    assert changed.shape == (2, 3, SIZE, SIZE)
    assert torch.allclose(changed[0, :, 2, 5], torch.tensor([0.1, 0.2, 0.3]))
    assert changed[1, 0, 0, 7] == 1
    assert (changed != 0).sum() == 4
    assert not image.any()
