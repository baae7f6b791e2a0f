"""Random square crops of photographs: from a box, or each part's from disjoint quadrants of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.datasets.images import Part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

#: (left, upper, right, lower) in pixels, right and lower excluded.
Box = tuple[int, int, int, int]


def random_crops(
    photograph: Image, part: Part, count: int, smallest: float, side: int, rng: np.random.Generator
) -> list[NDArray[np.uint8]]:
    """``count`` square crops of an RGB photograph, from the part's two quadrants in turn, each (side, side, 3).

    ``smallest`` is the shortest side of a crop as a share of its quadrant's shorter side.
    """
    boxes = quadrants(*photograph.size, part)
    squares = (random_square(boxes[number % len(boxes)], smallest, rng) for number in range(count))
    return [cut(photograph, square, side) for square in squares]


def random_square(box: Box, smallest: float, rng: np.random.Generator) -> Box:
    """A square inside ``box`` whose side is at least ``smallest`` of the box's shorter side."""
    left, upper, right, lower = box
    longest = min(right - left, lower - upper)
    size = int(rng.integers(round(smallest * longest), longest + 1))
    x, y = int(rng.integers(left, right - size + 1)), int(rng.integers(upper, lower - size + 1))
    return x, y, x + size, y + size


def cut(photograph: Image, square: Box, side: int) -> NDArray[np.uint8]:
    """That square of an RGB photograph, resized to (side, side, 3)."""
    import numpy as np
    from PIL import Image

    # Cropped before resizing: resizing with a box would let the filter read pixels outside the box.
    crop = photograph.crop(square).resize((side, side), Image.Resampling.LANCZOS)
    return np.asarray(crop, dtype=np.uint8)


def quadrants(width: int, height: int, part: Part) -> tuple[tuple[int, int, int, int], ...]:
    """The two quadrants that ``part`` may use, as (left, upper, right, lower) in pixels, right and lower excluded.

    Test crops come from the upper left and the lower right one, training crops from the other two, so that no pixel is
    in both parts while both see all sides of the photograph.
    """
    x, y = width // 2, height // 2
    if part == "test":
        return (0, 0, x, y), (x, y, width, height)
    return (x, 0, width, y), (0, y, x, height)
