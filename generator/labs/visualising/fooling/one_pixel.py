"""The one-pixel attack: differential evolution over the place and the colour of a single pixel."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from generator.labs.shared.metrics import BATCH
from generator.networks.backbones import Backbone
from generator.networks.preprocessing import normalised

#: Place (row, column) and colour (red, green, blue) of a pixel.
GENES = 5


def one_pixel(
    backbone: Backbone,
    pixels: torch.Tensor,
    target: int,
    *,
    population: int,
    generations: int,
    rng: np.random.Generator,
) -> tuple[torch.Tensor, int]:
    """The image (3, size, size) in [0, 1] with the one pixel changed that makes ``target`` most probable.

    Differential evolution with ``population`` candidates, mutation factor 0.5 and no crossover, which stops as soon as
    the target is predicted (Su et al. 2019, section III). Needs scores only, no gradients. Returns the changed image
    and how many images the network was asked about. ``population`` must be a multiple of five.
    """
    from scipy.optimize import differential_evolution  # late: SciPy takes long to import

    size = pixels.shape[-1]
    asked = 0
    reached = False

    def target_probability(candidates: NDArray[np.float64]) -> NDArray[np.float64]:
        nonlocal asked, reached
        changed = with_pixels(pixels, candidates.T)
        with torch.no_grad():
            logits = torch.cat(
                [backbone.module(normalised(some, backbone.mean, backbone.std)) for some in torch.split(changed, BATCH)]
            )
        asked += len(changed)
        reached = reached or bool((logits.argmax(1) == target).any())
        probabilities: NDArray[np.float64] = logits.double().softmax(1)[:, target].cpu().numpy()
        return -probabilities

    found = differential_evolution(
        target_probability,
        bounds=[(0, size - 1e-6)] * 2 + [(0, 1)] * 3,
        strategy="rand1bin",
        popsize=population // GENES,
        maxiter=generations,
        mutation=0.5,
        recombination=1.0,
        tol=0,
        rng=rng,
        callback=lambda intermediate_result: reached,
        polish=False,
        vectorized=True,
        updating="deferred",
        init="random",
    )
    return with_pixels(pixels, found.x[None])[0], asked


def with_pixels(pixels: torch.Tensor, candidates: NDArray[np.float64]) -> torch.Tensor:
    """Copies (n, 3, size, size) of one image, each with the pixel of a candidate (n, 5: row, column, RGB) set."""
    changed = pixels.expand(len(candidates), -1, -1, -1).clone()
    places = torch.from_numpy(candidates[:, :2].astype(np.int64)).to(pixels.device)
    colours = torch.from_numpy(candidates[:, 2:]).to(pixels)
    changed[torch.arange(len(candidates)), :, places[:, 0], places[:, 1]] = colours
    return changed.contiguous(memory_format=torch.channels_last)
