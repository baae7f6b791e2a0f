"""How large a change to an image is, in numbers that do not depend on a network's normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

#: Levels of an 8-bit image.
LEVELS = 255


@dataclass(frozen=True, eq=False)
class Sizes:
    """Measures of changes to n images, each float64 (n,), in pixel space, where values run from 0 to 1.

    ``l2`` and ``linf`` are norms over all values of an image; ``psnr`` is in decibels, infinite without any change;
    ``outside`` is the share of the changed image's values below 0 or above 1.
    """

    l2: NDArray[np.float64]
    linf: NDArray[np.float64]
    psnr: NDArray[np.float64]
    outside: NDArray[np.float64]


def sizes(originals: torch.Tensor, changed: torch.Tensor) -> Sizes:
    """Measure the changes from ``originals`` to ``changed``, both (n, 3, height, width) in pixel space.

    PSNR = 10 log₁₀(1 / mean squared change), for a peak value of 1.
    """
    before, after = (images.detach().cpu().double().flatten(1).numpy() for images in (originals, changed))
    change = after - before
    with np.errstate(divide="ignore"):
        psnr = -10 * np.log10((change**2).mean(axis=1))
    # The normalisation and its inverse round: a value that was 0 or 1 before may come back a hair outside.
    slack = 1e-6
    return Sizes(
        l2=np.linalg.norm(change, axis=1),
        linf=np.abs(change).max(axis=1),
        psnr=psnr,
        outside=((after < -slack) | (after > 1 + slack)).mean(axis=1),
    )


def as_saved(pixels: torch.Tensor) -> NDArray[np.uint8]:
    """What a file keeps of (n, 3, height, width) pixels: cut to [0, 1], 8 bits, shape (n, height, width, 3)."""
    levels = (pixels.detach().clamp(0, 1) * LEVELS).round().to(torch.uint8)
    images: NDArray[np.uint8] = levels.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return images


def difference_picture(original: torch.Tensor, changed: torch.Tensor, magnification: float) -> NDArray[np.uint8]:
    """The change of one image (3, height, width) times ``magnification``, around middle grey, (height, width, 3)."""
    picture: NDArray[np.uint8] = as_saved((0.5 + magnification * (changed - original))[None])[0]
    return picture


def mean_of(values: NDArray[Any]) -> float | None:
    """The mean (of booleans, the share that is true), or None where there is nothing to average."""
    return float(np.mean(values)) if len(values) else None


def median_of(values: NDArray[Any]) -> float | None:
    """The median, or None where there is no value."""
    return float(np.median(values)) if len(values) else None
