"""What can be seen at each place of a photograph: luminance, edges and colour, at the size of a network's maps."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

#: Weights of red, green and blue in luminance (ITU-R BT.601).
LUMINANCE = (0.299, 0.587, 0.114)


def image_properties(pixels: torch.Tensor, shape: tuple[int, ...]) -> dict[str, NDArray[np.float64]]:
    """Families of properties of an image (1, 3, size, size) in [0, 1], each (members, height, width) at ``shape``.

    "luminance"; "directed edges": its horizontal and vertical derivatives (Sobel's); "edge strength": their magnitude;
    "colour": red − green and blue − yellow. All are averaged down to the map's height and width.
    """
    red, green, blue = pixels[0].double().cpu()
    luminance = LUMINANCE[0] * red + LUMINANCE[1] * green + LUMINANCE[2] * blue
    sobel = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]], dtype=torch.float64) / 8
    padded = functional.pad(luminance[None, None], (1, 1, 1, 1), mode="replicate")
    derivatives = functional.conv2d(padded, torch.stack([sobel, sobel.T])[:, None])[0]
    families = {
        "luminance": luminance[None],
        "directed edges": derivatives,
        "edge strength": derivatives.norm(dim=0, keepdim=True),
        "colour": torch.stack([red - green, blue - (red + green) / 2]),
    }
    size = (int(shape[0]), int(shape[1]))
    return {name: functional.adaptive_avg_pool2d(values, size).numpy() for name, values in families.items()}
