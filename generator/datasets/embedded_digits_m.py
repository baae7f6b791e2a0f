"""The embedded digits blended with crops of photographs that travel inside scikit-image and scikit-learn."""

from __future__ import annotations

from pathlib import Path

from generator.datasets import embedded_digits_moved
from generator.datasets.blending import WHITE, blended_set, read_photographs
from generator.datasets.images import Part
from generator.datasets.local_files import embedded_backgrounds
from generator.datasets.pixels import PixelSet
from generator.workspace import stream_seed

SEED = 0
#: Half of white: enlarging left a seam of dark grey around each stroke, which is no part of it.
THRESHOLD = WHITE // 2


def load(data: Path, part: Part) -> PixelSet:
    """The digits of ``embedded_digits_moved`` in their order, each copy on a crop of its own; ``data`` is not used.

    Uint8 (n, 28, 28, 3); crops are drawn with a fixed seed, from the same photographs for both parts.
    """
    import numpy as np

    digits = embedded_digits_moved.load(data, part)
    rng = np.random.default_rng(stream_seed(SEED, f"crops/{part}"))
    photographs = read_photographs(embedded_backgrounds())
    return blended_set(digits, photographs, rng, THRESHOLD, "the embedded digits on photographs")
