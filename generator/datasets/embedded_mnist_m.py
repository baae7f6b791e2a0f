"""The embedded part of MNIST blended with crops of photographs that travel inside scikit-image and scikit-learn."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from generator.datasets import embedded_mnist
from generator.datasets.blending import blended_set, read_photographs
from generator.datasets.images import Part
from generator.datasets.local_files import embedded_backgrounds
from generator.datasets.pixels import PixelSet
from generator.workspace import stream_seed

SEED = 0
#: As in the course: every grey value above 0 is part of the digit.
THRESHOLD = 0


def load(data: Path, part: Part) -> PixelSet:
    """The digits of ``embedded_mnist`` in their order, each on a crop of its own; ``data`` is not used.

    Uint8 (n, 28, 28, 3); crops are drawn with a fixed seed, from the same photographs for both parts.
    """
    digits = _blended(part)
    return replace(digits, images=digits.images.copy(), labels=digits.labels.copy())


@cache
def _blended(part: Part) -> PixelSet:
    """Blended once in a process: most jobs of a lab ask for them."""
    import numpy as np

    digits = embedded_mnist.load(Path(), part)
    rng = np.random.default_rng(stream_seed(SEED, f"crops/{part}"))
    photographs = read_photographs(embedded_backgrounds())
    return blended_set(digits, photographs, rng, THRESHOLD, "the embedded part of MNIST on photographs")
