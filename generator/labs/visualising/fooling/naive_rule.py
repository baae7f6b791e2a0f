"""The course's rule for fooling images: follow the target score's gradient until the prediction flips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from generator.labs.visualising.scores import class_gradients
from generator.labs.visualising.separate import Tensors, separately
from generator.networks.backbones import Backbone


@dataclass(frozen=True, eq=False)
class Fooling:
    """What became of n images: normalised ``inputs`` (n, 3, size, size) after ``steps`` (n,), with their ``logits``.

    ``reached`` (n,) says which are predicted as their target. Where the target score's gradient vanished, the rule has
    nowhere to go: ``stuck`` (n,).
    """

    inputs: torch.Tensor
    steps: torch.Tensor
    reached: torch.Tensor
    stuck: torch.Tensor
    logits: torch.Tensor


def follow_gradient(
    backbone: Backbone,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    step: float,
    most_steps: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Fooling:
    """Repeat x ← x + ``step`` · g / ‖g‖₂, g the gradient of the target's logit, until the target is predicted.

    ``inputs`` (n, 3, size, size) are normalised, and so ``step`` is a length in normalised space; nothing is clipped.
    ``targets`` int64 (n,). Each image leaves the batch when its prediction flips, when its gradient vanishes, or after
    ``most_steps``. ``progress`` gets the number of images that have left and that of all. Simonyan et al. 2014 take
    this gradient for saliency; Szegedy et al. 2014 found that following it fools networks.
    """

    def advance(some: torch.Tensor, wanted: torch.Tensor) -> Tensors:
        logits, gradients = class_gradients(backbone.module, some, wanted)
        length = gradients.flatten(1).norm(dim=1)
        moved = some + step * gradients / length.clamp_min(1e-30)[:, None, None, None]
        return logits, moved, length == 0

    current = inputs.clone()
    steps = torch.zeros_like(targets)
    reached, stuck = (torch.zeros_like(targets, dtype=torch.bool) for _ in range(2))
    active = torch.arange(len(inputs), device=inputs.device)
    logits = inputs.new_empty(len(inputs), len(backbone.class_names))
    for number in range(most_steps + 1):
        scores, moved, flat = separately(advance, current[active], targets[active])
        logits[active], steps[active] = scores, number
        flipped = scores.argmax(1) == targets[active]
        reached[active], stuck[active] = flipped, flat & ~flipped
        going = ~flipped & ~flat
        active = active[going]
        progress(len(inputs) - len(active), len(inputs))
        if len(active) == 0 or number == most_steps:
            break
        current[active] = moved[going]
    return Fooling(current, steps, reached, stuck, logits)
