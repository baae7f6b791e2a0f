"""Classifiers of small images: a linear one, for which attacks have a closed form, and a smooth one."""

from __future__ import annotations

import torch
from torch import nn

from generator.networks.backbones import Backbone

SIZE = 8
CLASSES = 4


def linear_backbone(
    seed: int = 0, scale: float = 1.0, size: int = SIZE, names: tuple[str, ...] = tuple("abcd")
) -> Backbone:
    """Scores W·x + b of the pixels themselves: mean 0 and standard deviation 1, so that both spaces are one."""
    torch.manual_seed(seed)
    layer = nn.Linear(3 * size * size, len(names))
    with torch.no_grad():
        layer.weight.mul_(scale)
    module = nn.Sequential(nn.Flatten(), layer).eval().requires_grad_(False)
    return Backbone("linear", f"linear model {seed}", module, size, names, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def smooth_backbone(seed: int = 0) -> Backbone:
    """Convolutions with softplus in 64 bits: without ties in its gradients, so that rounding never decides anything."""
    torch.manual_seed(seed)
    layers = (nn.Conv2d(3, 8, 3), nn.Softplus(), nn.Conv2d(8, 8, 3, stride=2), nn.Softplus(), nn.Flatten())
    module = nn.Sequential(*layers, nn.Linear(8 * 2 * 2, CLASSES)).double().eval().requires_grad_(False)
    return Backbone("smooth", "smooth model", module, SIZE, tuple("abcd"))


def images(count: int, seed: int = 1) -> torch.Tensor:
    """Pixels well inside [0, 1], so that small changes are never cut."""
    return 0.4 + 0.2 * torch.rand(count, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(seed))


def other_classes(backbone: Backbone, pixels: torch.Tensor) -> torch.Tensor:
    """For each image a class that it is not predicted as."""
    return (backbone.module(pixels).argmax(1) + 1) % CLASSES


def weights_of(backbone: Backbone) -> torch.Tensor:
    """W as (classes, 3, SIZE, SIZE)."""
    return backbone.module[1].weight.view(CLASSES, 3, SIZE, SIZE)
