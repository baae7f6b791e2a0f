"""Real images as a GAN sees them: of one size, in [-1, 1], resident in memory, a batch being a slice by index."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import functional

from generator.datasets.images import Part
from generator.datasets.pixels import load_pixels

#: Images resized at a time.
BATCH = 1000


@dataclass(frozen=True, eq=False)
class RealImages:
    """``pixels`` uint8 (n, channels, size, size), ``labels`` int64 (n,) indexing ``class_names``, on one device.

    Bytes, since MNIST in 32-bit floating point takes 245 MB; a batch is scaled when it is taken.
    """

    pixels: torch.Tensor
    labels: torch.Tensor
    class_names: tuple[str, ...]
    title: str

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def channels(self) -> int:
        """1 for grey images, 3 for RGB."""
        return self.pixels.shape[1]

    def batch(self, chosen: torch.Tensor) -> torch.Tensor:
        """The images at the indices ``chosen`` (k,) as float32 (k, channels, size, size) in [-1, 1]."""
        return to_signed(self.pixels[chosen])

    def variance(self) -> float:
        """Mean over the pixels of their variance from image to image, on the scale of [-1, 1]."""
        return pixel_variance(to_signed(self.pixels))


def load_real_images(
    name: str, data: Path, part: Part, size: int, count: int | None = None, device: str = "cpu"
) -> RealImages:
    """Read one part of a data set of small images, resized to ``size`` × ``size`` pixels (bilinear, antialiased).

    Takes the first ``count`` images, or all of them.
    """
    found = load_pixels(name, data, part)
    if count is not None:
        found = found.first(count)
    pixels = torch.from_numpy(found.images)
    pixels = pixels[:, None] if pixels.ndim == 3 else pixels.permute(0, 3, 1, 2).contiguous()
    if pixels.shape[2:] != (size, size):
        resized = [
            functional.interpolate(batch, (size, size), mode="bilinear", antialias=True)
            for batch in torch.split(pixels, BATCH)
        ]
        pixels = torch.cat(resized)
    labels = torch.from_numpy(found.labels)
    return RealImages(pixels.to(device), labels.to(device), found.class_names, found.title)


def to_signed(pixels: torch.Tensor) -> torch.Tensor:
    """Bytes 0 to 255 as float32 in [-1, 1]."""
    return pixels.float().div_(127.5).sub_(1.0)


def to_bytes(images: torch.Tensor) -> torch.Tensor:
    """Images in [-1, 1] as bytes 0 to 255, rounded; the inverse of :func:`to_signed`."""
    return images.detach().float().add(1.0).mul_(127.5).round_().clamp_(0.0, 255.0).to(torch.uint8)


def pixel_variance(images: torch.Tensor) -> float:
    """Mean over the pixels of their variance from image to image: 0 where all images (n, channels, h, w) are one."""
    return float(images.var(dim=0, correction=0).mean())
