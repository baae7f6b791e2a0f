"""Targeted attacks that follow the gradient of the cross-entropy within a bound: FGSM and PGD."""

from __future__ import annotations

import torch
from torch.nn import functional

from generator.labs.visualising.separate import Tensors, separately
from generator.networks.backbones import Backbone
from generator.networks.preprocessing import normalised

#: Lengths below this are no direction to go in.
TINY = 1e-10


def loss_gradients(backbone: Backbone, pixels: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Gradients with respect to ``pixels`` (n, 3, size, size) in [0, 1] of each image's cross-entropy to its target."""

    def differentiate(some: torch.Tensor, wanted: torch.Tensor) -> Tensors:
        some = some.detach().requires_grad_()
        with torch.enable_grad():
            logits = backbone.module(normalised(some, backbone.mean, backbone.std))
            return torch.autograd.grad(functional.cross_entropy(logits, wanted, reduction="sum"), some)

    return separately(differentiate, pixels, targets)[0]


def fgsm(backbone: Backbone, pixels: torch.Tensor, targets: torch.Tensor, epsilon: float) -> torch.Tensor:
    """One step x − ε · sign(∇ loss(x, target)), cut to [0, 1]; ``pixels`` (n, 3, size, size), ``targets`` int64 (n,).

    The targeted form of Goodfellow et al. 2015, section 4: they step up the true class's loss, here the target's falls.
    """
    return (pixels - epsilon * loss_gradients(backbone, pixels, targets).sign()).clamp(0, 1)


def pgd_l2(
    backbone: Backbone, pixels: torch.Tensor, targets: torch.Tensor, epsilon: float, step: float, steps: int
) -> torch.Tensor:
    """Projected gradient descent on the target's loss in the L2 ball of radius ``epsilon`` around each image.

    Each of ``steps`` goes ``step`` along the normalised negative gradient, back to the ball where it has left it, and
    is cut to [0, 1]. Lengths are in pixel space. Starts at the image itself. Madry et al. 2018, section 2.1, with the
    L2 ball and a target; the order of the two projections is that of published implementations.
    """
    current = pixels
    for _ in range(steps):
        gradients = loss_gradients(backbone, current, targets)
        current = current - step * gradients / lengths(gradients).clamp_min(TINY)
        change = current - pixels
        current = (pixels + change * (epsilon / lengths(change).clamp_min(TINY)).clamp_max(1)).clamp(0, 1)
    return current


def lengths(values: torch.Tensor) -> torch.Tensor:
    """L2 norm of each image's values (n, 3, height, width), as (n, 1, 1, 1), the same whatever the batch."""
    return separately(lambda some: (some.flatten(1).norm(dim=1),), values)[0][:, None, None, None]
