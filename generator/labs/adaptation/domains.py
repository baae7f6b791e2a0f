"""A domain's images on the device that trains, and how pixels become a network's input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from generator.datasets.images import Part
from generator.datasets.pixels import PixelSet, load_pixels
from generator.networks.preprocessing import IMAGENET_MEAN, IMAGENET_STD
from generator.workspace import Workspace

Scale = Literal["mnist", "half", "imagenet", "random"]

#: Mean and standard deviation of MNIST's training pixels on the scale [0, 1].
MNIST_MEAN, MNIST_STD = 0.1307, 0.3081
#: The range that "random" draws standard deviations from; its means are drawn from [0, 1].
RANDOM_STD = (0.1, 1.0)


@dataclass(frozen=True, eq=False)
class Domain:
    """Images and their classes: ``images`` uint8 (n, 28, 28, 3), ``labels`` int64 (n,), both on one device.

    Resident as a whole, so that a batch is an index slice; as uint8, because a quarter of the memory is read for it.
    """

    images: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def every(self, step: int) -> Domain:
        """Each ``step``-th image, from the first: a part that is as mixed as the whole."""
        return Domain(self.images[::step], self.labels[::step])


@dataclass(frozen=True)
class Normalisation:
    """Mean and standard deviation to normalise with, per channel (red, green, blue), on the scale [0, 1]."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def on(self, device: torch.device) -> Scaling:
        """The same as numbers on the device, where a step of training finds them: each copy makes a card wait."""
        scale = torch.tensor([1 / (255 * std) for std in self.std], device=device)
        shift = torch.tensor([-mean / std for mean, std in zip(self.mean, self.std, strict=True)], device=device)
        return Scaling(scale, shift)


@dataclass(frozen=True, eq=False)
class Scaling:
    """Pixels times ``scale`` plus ``shift``, one number (3,) for each channel, on the device of the pixels."""

    scale: torch.Tensor
    shift: torch.Tensor

    def apply(self, pixels: torch.Tensor) -> torch.Tensor:
        """Pixels uint8 (n, height, width, 3) as a network's input, float32 (n, 3, height, width), channels_last."""
        # The permuted tensor is laid out as channels_last already, which is what convolutions are fastest in.
        return pixels.to(torch.float32).mul_(self.scale).add_(self.shift).permute(0, 3, 1, 2)


def chosen_normalisation(scale: Scale, rng: np.random.Generator) -> Normalisation:
    """The normalisation of that name; "random" draws each channel's mean and standard deviation from ``rng``."""
    if scale == "mnist":
        return Normalisation((MNIST_MEAN,) * 3, (MNIST_STD,) * 3)
    if scale == "half":
        return Normalisation((0.5,) * 3, (0.5,) * 3)
    if scale == "imagenet":
        return Normalisation(IMAGENET_MEAN, IMAGENET_STD)
    return Normalisation(tuple(rng.uniform(size=3).tolist()), tuple(rng.uniform(*RANDOM_STD, size=3).tolist()))


def load_domain(workspace: Workspace, name: str, part: Part, limit: int = 0) -> tuple[PixelSet, Domain]:
    """Read the data set called ``name``, its first ``limit`` images (all for 0), and put them on the device."""
    pixels = load_pixels(name, workspace.data, part)
    if limit:
        pixels = pixels.first(limit)
    images = torch.from_numpy(np.ascontiguousarray(pixels.rgb())).to(workspace.device)
    return pixels, Domain(images, torch.from_numpy(pixels.labels).to(workspace.device))
