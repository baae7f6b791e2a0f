"""Attacks run on pairs of an image and a target, each image leaving at the smallest change that works; and judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from generator.datasets.images import ImageSet
from generator.labs.visualising.fooling.naive_rule import follow_gradient
from generator.labs.visualising.fooling.one_pixel import one_pixel
from generator.labs.visualising.fooling.pairs import pairs_to_fool
from generator.labs.visualising.fooling.perturbations import Sizes, as_saved, sizes
from generator.labs.visualising.separate import logits_separately
from generator.networks.backbones import Backbone
from generator.networks.preprocessing import denormalised, normalised
from generator.workspace import Workspace

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Attempt:
    """What one attack made of n images: ``changed`` (n, 3, size, size) in pixel space.

    ``passes`` (n,) counts how often the network was run on each, ``seconds`` is the processor time for all. They
    may be only the first of the images that were to be attacked.
    """

    changed: torch.Tensor
    passes: NDArray[np.float64]
    seconds: float


@dataclass(frozen=True, eq=False)
class Judged:
    """An attempt with, for each image, whether it worked, also when saved in 8 bits, and the size of the change."""

    attempt: Attempt
    fooled: NDArray[np.bool_]
    saved: NDArray[np.bool_]
    measures: Sizes


def one_target_each(
    backbone: Backbone, dataset: ImageSet, images: Sequence[int], targets: Sequence[str]
) -> list[tuple[int, int]]:
    """Each image with one target class, the targets taken in turn; one that needs no fooling gets the next target.

    Raises ValueError where no target is left for an image.
    """
    possible = pairs_to_fool(backbone, dataset, images, targets)
    pairs = []
    for place, image in enumerate(images):
        left = [target for number, target in possible if number == image]
        if not left:
            raise ValueError(f"image {image} is all of {', '.join(targets)} already: add a target")
        pairs.append((image, left[place % len(left)]))
    return pairs


def naive(
    backbone: Backbone, pixels: torch.Tensor, targets: torch.Tensor, step: float, most_steps: int, progress: Progress
) -> Attempt:
    """The course's rule, which works in normalised space and does not stay in [0, 1]."""
    before = time.process_time()
    inputs = normalised(pixels, backbone.mean, backbone.std)
    fooling = follow_gradient(backbone, inputs, targets, step, most_steps, progress)
    seconds = time.process_time() - before
    passes = (fooling.steps + 1).cpu().numpy().astype(np.float64)
    return Attempt(denormalised(fooling.inputs, backbone.mean, backbone.std), passes, seconds)


def smallest_that_works(
    backbone: Backbone,
    pixels: torch.Tensor,
    targets: torch.Tensor,
    bounds: Sequence[float],
    passes_each: int,
    attack: Callable[[torch.Tensor, torch.Tensor, float], torch.Tensor],
    progress: Progress,
) -> Attempt:
    """Attack within each of ``bounds``, from small to large; each image leaves at the first one that works.

    ``passes_each`` is how often ``attack`` runs the network on an image; one more tells whether it worked. Images that
    none works for keep the change within the largest.
    """
    before = time.process_time()
    changed = pixels.clone()
    passes = np.zeros(len(pixels))
    active = torch.arange(len(pixels), device=pixels.device)
    for number, bound in enumerate(sorted(bounds), start=1):
        changed[active] = attack(pixels[active], targets[active], bound)
        passes[active.cpu().numpy()] += passes_each + 1
        active = active[~predicted_as(backbone, changed[active], targets[active])]
        progress(number, len(bounds))
        if len(active) == 0:
            break
    return Attempt(changed, passes, time.process_time() - before)


def always(attack: Callable[[], torch.Tensor], images: int, passes: int) -> Attempt:
    """An attack that runs the network equally often on each of the images, whatever it finds."""
    before = time.process_time()
    changed = attack()
    return Attempt(changed, np.full(images, float(passes)), time.process_time() - before)


def with_one_pixel(
    workspace: Workspace,
    backbone: Backbone,
    pixels: torch.Tensor,
    targets: torch.Tensor,
    population: int,
    generations: int,
    seed: int,
    progress: Progress,
) -> Attempt:
    """The one-pixel attack on each image, with a random generator of its own for each."""
    before = time.process_time()
    changed, passes = [], []
    for number, (image, target) in enumerate(zip(pixels, targets.tolist(), strict=True)):
        rng = workspace.numpy_rng(seed, f"one pixel/{number}")
        found, asked = one_pixel(backbone, image, target, population=population, generations=generations, rng=rng)
        changed.append(found)
        passes.append(float(asked))
        progress(number + 1, len(pixels))
    return Attempt(torch.stack(changed), np.array(passes), time.process_time() - before)


def judge(backbone: Backbone, pixels: torch.Tensor, targets: torch.Tensor, attempt: Attempt) -> Judged:
    """Look at an attempt's images, as they are and as files would keep them."""
    count = len(attempt.changed)
    originals, wanted = pixels[:count], targets[:count]
    saved = backbone.preprocess(list(as_saved(attempt.changed)), normalise=False)
    fooled = predicted_as(backbone, attempt.changed, wanted).cpu().numpy()
    return Judged(
        attempt,
        fooled,
        fooled & predicted_as(backbone, saved, wanted).cpu().numpy(),
        sizes(originals, attempt.changed),
    )


def predicted_as(backbone: Backbone, pixels: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Whether each of ``pixels`` (n, 3, size, size) is predicted as its target, bool (n,)."""
    return logits_separately(backbone, normalised(pixels, backbone.mean, backbone.std)).argmax(1) == targets
