"""Fifteen classes of crops from fifteen photographs that travel inside scikit-image: real images without a download."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from generator.datasets.crops import Box, cut, random_square
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
#: Each photograph is cut like a chessboard into this many rows and columns; training and test have a colour each.
CELLS = 6
#: Crops of each class in each part: one from each cell of its colour.
CROPS = {"train": 18, "test": 18}
#: Side of the returned images, in pixels.
SIDE = 96
#: Shortest side of a crop, as a share of its cell's shorter side.
SMALLEST = 0.7
SEED = 0
#: Side of a whole photograph that is shown, in pixels.
VIEW = 300
#: Images of one quadrant of a photograph are a group.
QUADRANTS = 4


def load(data: Path, part: Part = "test") -> ImageSet:
    """Cut seeded random square crops, class by class, each resized to ``SIDE`` × ``SIDE`` pixels.

    Each photograph is cut into cells like a chessboard. Test crops come from the dark cells and training crops from the
    light ones, one from each, so that no pixel is in two images while both parts see all sides of the photograph. The
    groups are the quadrants of the photographs: what lies side by side looks alike. ``data`` is not used: everything is
    in the scikit-image package.
    """
    import numpy as np
    import skimage
    from PIL import Image

    folder = Path(skimage.__file__).parent / "data"
    images: list[NDArray[np.uint8]] = []
    groups: list[int] = []
    places: list[tuple[Path, Box]] = []
    for number, (name, file) in enumerate(PHOTOGRAPHS.items()):
        rng = np.random.default_rng(stream_seed(SEED, f"{part}/{name}"))
        with Image.open(folder / file) as photograph:
            pixels = photograph.convert("RGB")
            for quadrant, cell in _cells_of(*pixels.size, part, rng):
                square = random_square(cell, SMALLEST, rng)
                images.append(cut(pixels, square, SIDE))
                groups.append(QUADRANTS * number + quadrant)
                places.append((folder / file, square))
    return ImageSet(
        images=tuple(images),
        labels=np.repeat(np.arange(len(PHOTOGRAPHS)), CROPS[part]),
        class_names=tuple(PHOTOGRAPHS),
        title="the embedded photographs",
        description=(
            f"Crops of {len(PHOTOGRAPHS)} photographs that come with scikit-image, one class each; "
            "no two crops share a pixel."
        ),
        groups=np.array(groups, dtype=np.int64),
        views=lambda index: _framed(*places[index]),
    )


def cells(width: int, height: int, part: Part) -> tuple[tuple[int, Box], ...]:
    """The cells that ``part`` may use, each with the number of its quadrant."""
    columns, rows = ([size * number // CELLS for number in range(CELLS + 1)] for size in (width, height))
    half = CELLS // 2
    return tuple(
        (2 * (row // half) + column // half, (columns[column], rows[row], columns[column + 1], rows[row + 1]))
        for row in range(CELLS)
        for column in range(CELLS)
        if (row + column) % 2 == (0 if part == "test" else 1)
    )


def _cells_of(width: int, height: int, part: Part, rng: np.random.Generator) -> list[tuple[int, Box]]:
    """A cell for each crop of one photograph, in random order, so that a few crops are from all sides of it."""
    own = cells(width, height, part)
    order = rng.permutation(len(own))
    return [own[order[number % len(own)]] for number in range(CROPS[part])]


def _framed(file: Path, square: Box) -> NDArray[np.uint8]:
    """The whole photograph, ``VIEW`` pixels on its longer side, with a frame where the crop is, on a white square."""
    import numpy as np
    from PIL import Image, ImageDraw

    with Image.open(file) as photograph:
        whole = photograph.convert("RGB")
    scale = VIEW / max(whole.size)
    small = whole.resize((round(scale * whole.width), round(scale * whole.height)), Image.Resampling.LANCZOS)
    frame = [scale * end for end in square]
    pen = ImageDraw.Draw(small)
    pen.rectangle(frame, outline="black", width=5)
    pen.rectangle([frame[0] + 1, frame[1] + 1, frame[2] - 1, frame[3] - 1], outline="yellow", width=3)
    page = Image.new("RGB", (VIEW, VIEW), "white")
    page.paste(small, ((VIEW - small.width) // 2, (VIEW - small.height) // 2))
    return np.asarray(page, dtype=np.uint8)
