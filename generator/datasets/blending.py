"""Make a second domain of digits: each is blended with a crop of a photograph, as MNIST-M is made from MNIST."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from generator.datasets.pixels import PixelSet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WHITE = 255


def blended(
    digits: PixelSet, photographs: Sequence[NDArray[np.uint8]], rng: np.random.Generator, threshold: int | None
) -> NDArray[np.uint8]:
    """Blend each grey digit with a crop of its own: |crop - digit| in each channel, uint8 (n, height, width, 3).

    Source: Ganin and Lempitsky 2015, section 4.1. Photographs are RGB, (height, width, 3), at least as large as a
    digit; the photograph and the crop's place in it are drawn uniformly from ``rng``. With a ``threshold`` the digit is
    made black and white first, white where it is above the threshold; with None it keeps its grey values.
    """
    import numpy as np

    count, height, width = digits.images.shape
    chosen = rng.integers(0, len(photographs), size=(count,))
    places = rng.random((count, 2))
    crops = np.empty((count, height, width, 3), np.uint8)
    for index in range(count):
        photograph = photographs[chosen[index]]
        top = int(places[index, 0] * (photograph.shape[0] - height + 1))
        left = int(places[index, 1] * (photograph.shape[1] - width + 1))
        crops[index] = photograph[top : top + height, left : left + width]
    strokes = digits.images if threshold is None else np.where(digits.images > threshold, np.uint8(WHITE), np.uint8(0))
    # The difference of unsigned numbers, without a wider type for sixty thousand images.
    return np.maximum(crops, strokes[..., None]) - np.minimum(crops, strokes[..., None])


def blended_set(
    digits: PixelSet,
    photographs: Sequence[NDArray[np.uint8]],
    rng: np.random.Generator,
    threshold: int | None,
    title: str,
) -> PixelSet:
    """The digits' set with blended images under a title of its own; see :func:`blended`."""
    strokes = "as they are" if threshold is None else "made black and white"
    return replace(
        digits,
        images=blended(digits, photographs, rng, threshold),
        title=title,
        description=f"Handwritten digits, {strokes}, each blended with a random crop of a photograph.",
    )


def read_photographs(files: Sequence[Path]) -> tuple[NDArray[np.uint8], ...]:
    """The photographs in these files as RGB arrays; an OSError where one is missing or no image."""
    import numpy as np
    from PIL import Image

    photographs = []
    for file in files:
        with Image.open(file) as photograph:
            photographs.append(np.asarray(photograph.convert("RGB"), dtype=np.uint8))
    return tuple(photographs)
