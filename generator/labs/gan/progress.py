"""The course of an adversarial training as figures: curves of what each step measured, and samples on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from generator.labs.gan.step import STEP_MEASURES
from generator.results import Frames, ImageGrid, LineChart, Series

#: Samples in a row of a grid.
COLUMNS = 10
#: Moments of training in a grid, at most.
ROWS = 8
#: Points of a curve, at most: more would not be told apart on paper.
POINTS = 120
#: Width of the line between the images of a frame, in pixels, and its grey.
LINE, GREY = 2, 128
#: How long each frame of the animation stays.
SECONDS = 0.6

Pixels = NDArray[np.uint8]


def window_length(steps: int) -> int:
    """How many steps each point of the curves is a mean of."""
    return max(1, -(-steps // POINTS))


def curves(steps: NDArray[np.float32], batches: int, names: Mapping[str, str], y_label: str, log: bool) -> LineChart:
    """Running means of the measures in ``names`` (measure to its label), over windows that follow on one another.

    ``steps`` (n, 6) are finite and in the order of STEP_MEASURES; ``batches`` of them make an epoch. The band holds
    the middle 80 % of each window's single steps.
    """
    width = window_length(len(steps))
    windows = [steps[start : start + width] for start in range(0, len(steps), width)]
    ends = np.minimum(np.arange(1, len(windows) + 1) * width, len(steps)) / batches
    series = []
    for name, label in names.items():
        values = [window[:, STEP_MEASURES.index(name)] for window in windows]
        low, high = (np.array([np.quantile(value, share) for value in values]) for share in (0.1, 0.9))
        series.append(Series(label, ends, np.array([value.mean() for value in values]), low, high))
    return LineChart(tuple(series), x_label="epoch", y_label=y_label, y_log=log)


def picture(image: Pixels) -> Pixels:
    """An image (channels, height, width) as (height, width) grey or (height, width, 3) RGB."""
    return image[0] if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))


def sample_grid(samples: Pixels, class_names: Sequence[str]) -> ImageGrid:
    """Samples (n, channels, height, width), ten to a row; rows have the ``class_names`` where there are any."""
    return ImageGrid(tuple(picture(image) for image in samples), columns=COLUMNS, row_titles=tuple(class_names))


def through_training(samples: Pixels, moments: Sequence[int], shown: Sequence[int]) -> ImageGrid:
    """Of samples (moments, n, …), those numbered ``shown``: a column follows one latent through ROWS of the moments."""
    rows = sorted({round(float(row)) for row in np.linspace(0, len(moments) - 1, ROWS)})
    images = tuple(picture(samples[row, number]) for row in rows for number in shown)
    return ImageGrid(images, columns=len(shown), row_titles=tuple(f"{moments[row]:,} steps" for row in rows))


def animation(samples: Pixels, moments: Sequence[int]) -> Frames:
    """All samples (moments, n, …) of each moment as one frame."""
    last = len(moments) - 1
    return Frames(
        images=tuple(mosaic(row) for row in samples),
        captions=tuple(f"after {moment:,} steps" for moment in moments),
        keys=tuple(sorted({0, last // 3, 2 * last // 3, last})),
        seconds=SECONDS,
    )


def mosaic(images: Pixels) -> Pixels:
    """Images (n, channels, height, width), ten to a row, as one RGB picture with lines between them."""
    count, _, height, width = images.shape
    rows = -(-count // COLUMNS)
    whole = np.full((rows * (height + LINE) - LINE, COLUMNS * (width + LINE) - LINE, 3), GREY, dtype=np.uint8)
    for number, image in enumerate(images):
        top, left = number // COLUMNS * (height + LINE), number % COLUMNS * (width + LINE)
        whole[top : top + height, left : left + width] = image.transpose(1, 2, 0)
    return whole
