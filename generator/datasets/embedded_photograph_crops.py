"""Crops of the whole photographs inside other packages, each with the ImageNet class nearest to its photograph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from generator.datasets.crops import random_crops
from generator.datasets.embedded_photographs import SHOWN, class_names, files
from generator.datasets.images import ImageSet, Part
from generator.workspace import stream_seed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Crops of each photograph in each part.
CROPS = {"train": 60, "test": 20}
#: Side of the returned images, in pixels.
SIDE = 96
#: Shortest side of a crop, as a share of its quadrant's shorter side: varied for training, recognisable for the test.
SMALLEST = {"train": 0.4, "test": 0.7}
SEED = 0


def load(data: Path, part: Part = "test") -> ImageSet:
    """Cut seeded random square crops, photograph by photograph, resized to ``SIDE`` × ``SIDE`` pixels.

    The class names are ImageNet's thousand, of which the labels use as many as there are photographs. Training and test
    crops share no pixel, see :func:`quadrants`; but both are of the same photographs. ``data`` is not used.
    """
    import numpy as np
    from PIL import Image

    names = class_names()
    images: list[NDArray[np.uint8]] = []
    for shown, path in zip(SHOWN, files(), strict=True):
        rng = np.random.default_rng(stream_seed(SEED, f"{part}/{shown.file}"))
        with Image.open(path) as photograph:
            square = random_crops(photograph.convert("RGB"), part, CROPS[part], SMALLEST[part], SIDE, rng)
        images.extend(square)
    return ImageSet(
        images=tuple(images),
        labels=np.repeat([names.index(shown.nearest) for shown in SHOWN], CROPS[part]),
        class_names=names,
        title="crops of the embedded photographs",
        description=(
            f"Crops of {len(SHOWN)} photographs that come with scikit-image, scikit-learn and Matplotlib, with the "
            "nearest of ImageNet’s classes; training and test crops share no pixel."
        ),
    )
