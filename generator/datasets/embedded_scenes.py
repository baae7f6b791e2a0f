"""Fifteen classes of crops from fifteen photographs that travel inside scikit-image: real images without a download."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from generator.datasets.crops import random_crops
from generator.datasets.images import ImageSet, Part
from generator.workspace import stream_seed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Class name and file in skimage/data; each file is in the wheel itself, so nothing is fetched.
PHOTOGRAPHS = {
    "astronaut": "astronaut.png",
    "bricks": "brick.png",
    "cameraman": "camera.png",
    "cat": "chelsea.png",
    "coffee": "coffee.png",
    "coins": "coins.png",
    "galaxies": "hubble_deep_field.jpg",
    "grass": "grass.png",
    "gravel": "gravel.png",
    "moon": "moon.png",
    "motorcycle": "motorcycle_left.png",
    "printed page": "page.png",
    "retina": "retina.jpg",
    "rocket": "rocket.jpg",
    "tissue": "ihc.png",
}
#: Crops of each class in each part.
CROPS = {"train": 60, "test": 20}
#: Side of the returned images, in pixels.
SIDE = 96
#: Shortest side of a crop, as a share of its quadrant's shorter side: varied for training, recognisable for the test.
SMALLEST = {"train": 0.4, "test": 0.7}
SEED = 0


def load(data: Path, part: Part = "test") -> ImageSet:
    """Cut seeded random square crops, class by class, each resized to ``SIDE`` × ``SIDE`` pixels.

    Training and test crops share no pixel, see :func:`quadrants`. ``data`` is not used: everything is in the
    scikit-image package.
    """
    import numpy as np
    import skimage
    from PIL import Image

    folder = Path(skimage.__file__).parent / "data"
    images: list[NDArray[np.uint8]] = []
    for name, file in PHOTOGRAPHS.items():
        rng = np.random.default_rng(stream_seed(SEED, f"{part}/{name}"))
        with Image.open(folder / file) as photograph:
            square = random_crops(photograph.convert("RGB"), part, CROPS[part], SMALLEST[part], SIDE, rng)
        images.extend(square)
    return ImageSet(
        images=tuple(images),
        labels=np.repeat(np.arange(len(PHOTOGRAPHS)), CROPS[part]),
        class_names=tuple(PHOTOGRAPHS),
        title="the embedded photographs",
        description=(
            f"Crops of {len(PHOTOGRAPHS)} photographs that come with scikit-image, one class each; "
            "training and test crops share no pixel."
        ),
    )
