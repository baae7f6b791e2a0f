"""The 1,797 handwritten digits of 8 × 8 pixels that travel inside scikit-learn, enlarged to MNIST's size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from generator.datasets.images import Part
from generator.datasets.pixels import PixelSet
from generator.workspace import stream_seed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Of the 1,797 images; the others are for testing.
TRAIN_IMAGES = 1_300
#: Side of the images in pixels, as in MNIST.
SIDE = 28
#: Empty pixels put around the 8 × 8 before they are enlarged: many digits touch the edge, and would end in a hard line.
MARGIN = 1
#: The collection's brightest value; its darkest is 0.
BRIGHTEST = 16
SEED = 0


def load(data: Path, part: Part) -> PixelSet:
    """Enlarge the digits smoothly, shuffle them with a fixed seed and split them, each class in the same proportion.

    Images are uint8 (n, 28, 28), white on black: 1,300 for training, 497 for testing. ``data`` is not used: everything
    is in the scikit-learn package. Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI
    Machine Learning Repository, 1998; scikit-learn carries its test part, by other writers than its training part.
    """
    import numpy as np
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    train, test = train_test_split(
        np.arange(len(digits.target)),
        train_size=TRAIN_IMAGES,
        stratify=digits.target,
        random_state=stream_seed(SEED, "split") % 2**32,  # scikit-learn takes 32 bits
    )
    chosen = train if part == "train" else test
    return PixelSet(
        images=enlarged(digits.images[chosen]),
        labels=digits.target[chosen].astype(np.int64),
        class_names=tuple(str(digit) for digit in range(10)),
        title="the embedded digits",
        description=(
            f"Handwritten digits of 8 × 8 pixels that come with scikit-learn, enlarged smoothly to {SIDE} × {SIDE} "
            "with a margin."
        ),
    )


def enlarged(digits: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Digits (n, 8, 8) with values 0 to 16 as uint8 (n, 28, 28), by bicubic interpolation."""
    import numpy as np
    from PIL import Image

    framed = np.pad(np.round(digits * (255 / BRIGHTEST)).astype(np.uint8), ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
    size = (SIDE, SIDE)
    # Pillow rounds, and clips what bicubic interpolation overshoots.
    return np.stack([np.asarray(Image.fromarray(digit).resize(size, Image.Resampling.BICUBIC)) for digit in framed])
