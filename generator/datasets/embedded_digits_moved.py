"""The embedded digits, each seen in several places of the image: a source domain large enough for a network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from generator.datasets import embedded_digits
from generator.datasets.images import Part
from generator.datasets.pixels import PixelSet
from generator.workspace import stream_seed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Copies of each training digit.
COPIES = 8
#: The largest move in pixels, in each direction; the digits' margin is as wide.
LARGEST = 3
SEED = 0


def load(data: Path, part: Part) -> PixelSet:
    """Each of the 1,300 training digits eight times, moved by up to 3 pixels; the 497 test digits as they are."""
    import numpy as np

    digits = embedded_digits.load(data, part)
    if part == "test":
        return digits
    rng = np.random.default_rng(stream_seed(SEED, "moves"))
    moves = rng.integers(-LARGEST, LARGEST + 1, size=(COPIES * len(digits), 2))
    return replace(
        digits,
        images=moved(np.tile(digits.images, (COPIES, 1, 1)), moves),
        labels=np.tile(digits.labels, COPIES),
        description=f"{digits.description[:-1]}, each {COPIES} times and moved by up to {LARGEST} pixels.",
    )


def moved(images: NDArray[np.uint8], moves: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Images (n, height, width) moved by ``moves`` (n, 2), pixels down and to the right; what comes in is black."""
    import numpy as np

    height, width = images.shape[1:]
    padded = np.pad(images, ((0, 0), (LARGEST, LARGEST), (LARGEST, LARGEST)))
    rows = LARGEST - moves[:, :1] + np.arange(height)
    columns = LARGEST - moves[:, 1:] + np.arange(width)
    result: NDArray[np.uint8] = padded[np.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]]
    return result
