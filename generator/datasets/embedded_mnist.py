"""The part of MNIST that travels with this package: 10,000 digits for training and 2,000 for testing."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from generator.datasets.images import Part
from generator.datasets.pixels import PixelSet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Made by scripts/embed_digits.py, which states the rule by which the digits were drawn; its licence lies beside it.
FILE = Path(__file__).parent / "embedded" / "mnist.npy.xz"
#: Images in each part, a tenth of them of each class.
PARTS: dict[Part, int] = {"train": 10_000, "test": 2_000}


def load(data: Path, part: Part) -> PixelSet:
    """Unpack the digits: uint8 (n, 28, 28), white on black, as MNIST has them. ``data`` is not used.

    Source: Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits, 1998.
    """
    images, labels = _unpacked()[part]
    return PixelSet(
        images=images.copy(),
        labels=labels.copy(),
        class_names=tuple(str(digit) for digit in range(10)),
        title="the embedded part of MNIST",
        description=(
            f"{PARTS['train']:,} training and {PARTS['test']:,} test digits of MNIST, the same number of each class, "
            "that come with this program."
        ),
    )


@cache
def _unpacked() -> dict[Part, tuple[NDArray[np.uint8], NDArray[np.int64]]]:
    """Images and labels of each part: unpacked once in a process, as every job of two labs asks for them."""
    import lzma

    import numpy as np

    parts = {}
    with lzma.open(FILE) as stream:
        for part in PARTS:
            images, labels = (np.lib.format.read_array(stream, allow_pickle=False) for _ in range(2))
            parts[part] = images, labels.astype(np.int64)
    return parts
