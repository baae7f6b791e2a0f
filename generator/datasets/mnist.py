"""MNIST, handwritten digits, in the layout that torchvision downloads them to."""

from __future__ import annotations

from pathlib import Path

from generator.datasets.images import Part
from generator.datasets.pixels import PixelSet
from generator.datasets.sources import MNIST_FOLDER
from generator.errors import DataMissingError


def load(data: Path, part: Part) -> PixelSet:
    """Read ``<data>/MNIST/raw``: 60,000 training and 10,000 test images, uint8 (n, 28, 28), white on black.

    Source: Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits, 1998.
    """
    import numpy as np
    from torchvision.datasets import MNIST

    try:
        digits = MNIST(str(data), train=part == "train", download=False)
    except (RuntimeError, OSError, ValueError) as error:
        hint = "run `genreport fetch`, or name the folder that holds `MNIST/raw` with `--data DIR`"
        raise DataMissingError(f"MNIST cannot be read from {data / MNIST_FOLDER}: {error}", hint) from error
    return PixelSet(
        images=digits.data.numpy(),
        labels=digits.targets.numpy().astype(np.int64),
        class_names=tuple(str(digit) for digit in range(10)),
        title="MNIST",
        description="Handwritten digits, scaled into a box of 20 × 20 pixels and centred in 28 × 28.",
    )
