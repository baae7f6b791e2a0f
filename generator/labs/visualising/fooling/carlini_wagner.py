"""The attack of Carlini and Wagner: the smallest change in the L2 norm that an optimiser can find."""

from __future__ import annotations

from collections.abc import Callable

import torch

from generator.labs.visualising.fooling.gradient_attacks import lengths
from generator.labs.visualising.separate import Tensors, separately
from generator.networks.backbones import Backbone
from generator.networks.preprocessing import normalised

#: Keeps the inverse of tanh finite at black and at white.
INSIDE = 1 - 1e-6
#: Too small for most images, so that the search comes from short changes.
FIRST_CONSTANT = 0.1
#: How much the constant grows as long as no change has worked.
GROWTH = 10.0


def carlini_wagner(
    backbone: Backbone,
    pixels: torch.Tensor,
    targets: torch.Tensor,
    *,
    rounds: int,
    steps: int,
    learning_rate: float,
    first_constant: float = FIRST_CONSTANT,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The closest image found for each of ``pixels`` (n, 3, size, size) that is predicted as its target, and success.

    Minimises ‖x′ − x‖₂² + c · max(max_{i ≠ t} Z_i − Z_t, 0) over w, with x′ = (tanh w + 1) / 2 in [0, 1] and logits Z,
    by Adam (Carlini and Wagner 2017, section VI.A, confidence 0). c is searched for by image in ``rounds`` of
    ``steps``: it grows tenfold until a change works, then the interval is halved. Returns the images, unchanged where
    none worked, and a bool (n,). ``progress`` gets the number of steps done and that of all.
    """
    start = torch.atanh((2 * pixels - 1) * INSIDE)
    constant = pixels.new_full((len(pixels),), first_constant)
    low, high = torch.zeros_like(constant), torch.full_like(constant, torch.inf)
    best, shortest = pixels.clone(), torch.full_like(constant, torch.inf)
    for number in range(rounds):
        w = start.clone().requires_grad_()
        optimiser = torch.optim.Adam([w], lr=learning_rate)
        worked = torch.zeros_like(targets, dtype=torch.bool)
        for done in range(steps):
            changed, hits, gradients = _evaluate(backbone, w.detach(), pixels, targets, constant)
            distance = lengths(changed - pixels)[:, 0, 0, 0]
            worked |= hits
            closer = hits & (distance < shortest)
            best[closer], shortest[closer] = changed[closer], distance[closer]
            w.grad = gradients
            optimiser.step()
            progress(number * steps + done + 1, rounds * steps)
        low, high = torch.where(worked, low, constant), torch.where(worked, constant, high)
        constant = torch.where(high.isinf(), GROWTH * constant, (low + high) / 2)
    return best, shortest.isfinite()


def _evaluate(
    backbone: Backbone, w: torch.Tensor, pixels: torch.Tensor, targets: torch.Tensor, constant: torch.Tensor
) -> Tensors:
    """The images that ``w`` stands for, whether they are predicted as their targets, and the objective's gradient."""

    def differentiate(
        some: torch.Tensor, originals: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor
    ) -> Tensors:
        some = some.detach().requires_grad_()
        with torch.enable_grad():
            changed = (some.tanh() + 1) / 2
            logits = backbone.module(normalised(changed, backbone.mean, backbone.std))
            own = logits.gather(1, wanted[:, None])[:, 0]
            others = logits.scatter(1, wanted[:, None], -torch.inf).amax(1)
            objective = ((changed - originals) ** 2).sum() + (weight * (others - own).clamp_min(0)).sum()
            (gradient,) = torch.autograd.grad(objective, some)
        return changed.detach(), logits.argmax(1) == wanted, gradient

    return separately(differentiate, w, pixels, targets, constant)
