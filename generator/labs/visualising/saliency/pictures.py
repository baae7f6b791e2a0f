"""Saliency maps and boxes made ready to be shown beside their photographs."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from generator.labs.visualising.saliency.explained import Explained
from generator.labs.visualising.scores import pictures

#: A map is drawn from 0 to this quantile of its values: a few pixels are far above all others.
BRIGHTEST = 0.995
COLOURS = "magma"
#: A box is seen on every photograph, by everyone: a light line between dark ones.
LINE, EDGE = (255, 230, 0), (0, 0, 0)


def shown_map(values: torch.Tensor) -> NDArray[np.float16]:
    """One map (height, width) ≥ 0 on the scale [0, 1], cut off at its quantile :data:`BRIGHTEST`; zeros stay zero."""
    top = float(torch.quantile(values.float(), BRIGHTEST)) or float(values.max()) or 1.0
    shown: NDArray[np.float16] = (values / top).clamp(0, 1).half().numpy()
    return shown


def photographs(explained: Explained) -> tuple[NDArray[np.uint8], ...]:
    """The images as the network gets them, resized but in their own colours."""
    return pictures(explained.backbone, explained.inputs)


def framed(photograph: NDArray[np.uint8], box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """A copy of the photograph with a box (top, left, bottom, right; the last two excluded) drawn inside its edges."""
    top, left, bottom, right = box
    width = max(1, photograph.shape[0] // 75)
    drawn = photograph.copy()
    for inset, colour in ((0, EDGE), (1, LINE), (1 + width, EDGE)):
        drawn[top + inset : bottom - inset, left + inset : right - inset] = colour
    inside = slice(top + width + 2, bottom - width - 2), slice(left + width + 2, right - width - 2)
    drawn[inside] = photograph[inside]
    return drawn
