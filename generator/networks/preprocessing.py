"""From uint8 photographs to a network's input: resize, scale to [0, 1], normalise each channel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

#: Mean and standard deviation of ImageNet's training images, per channel (red, green, blue), on the scale [0, 1].
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def scaled(images: Sequence[NDArray[np.uint8]], size: int) -> torch.Tensor:
    """Images of any size, uint8 (height, width, 3), as float32 (n, 3, size, size) in [0, 1].

    The whole image is resized, without a crop, by antialiased bilinear interpolation; an image that already has the
    right size keeps its exact values.
    """
    return torch.cat([_resized(image, size) for image in images])


def _resized(image: NDArray[np.uint8], size: int) -> torch.Tensor:
    pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1).unsqueeze(0).to(torch.float32) / 255
    if pixels.shape[-2:] == (size, size):
        return pixels
    # Bilinear interpolation cannot leave [0, 1] but for rounding, which the clamp takes back.
    resized = functional.interpolate(pixels, size=(size, size), mode="bilinear", antialias=True)
    return resized.clamp(0, 1)


def normalised(pixels: torch.Tensor, mean: Sequence[float], std: Sequence[float]) -> torch.Tensor:
    """Pixels (n, 3, height, width) in [0, 1], less ``mean`` and divided by ``std`` channel by channel."""
    shape = (1, 3, 1, 1)
    return (pixels - pixels.new_tensor(mean).view(shape)) / pixels.new_tensor(std).view(shape)


def denormalised(inputs: torch.Tensor, mean: Sequence[float], std: Sequence[float]) -> torch.Tensor:
    """The inverse of :func:`normalised`: inputs (n, 3, height, width) as pixels, in [0, 1] if they were photographs."""
    shape = (1, 3, 1, 1)
    return inputs * inputs.new_tensor(std).view(shape) + inputs.new_tensor(mean).view(shape)


def displayable(values: torch.Tensor) -> NDArray[np.uint8]:
    """One network input (3, height, width) as a uint8 (height, width, 3) picture: its own range stretched to 0…255."""
    low, high = values.min(), values.max()
    stretched = (values - low) / (high - low).clamp_min(1e-12) * 255
    picture: NDArray[np.uint8] = stretched.round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    return picture
