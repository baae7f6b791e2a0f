"""The two networks of a DCGAN and of a conditional DCGAN (Radford et al. 2016; Mirza and Osindero 2014).

Every convolution is 4 × 4 without offsets. All are followed by batch normalisation, but for each network's last one
and the generator's on labels. Labels enter a conditional network as one constant plane for each class, of ones for an
image's own class and zeros for the others. All images of a class get the same maps from them, so the maps are computed
once for each class, and spread.
"""

from __future__ import annotations

import itertools
import math
from typing import Literal

import torch
from torch import nn
from torch.nn import functional

Initialisation = Literal["dcgan", "default"]

#: Side, in pixels, of the maps that a generator begins with and a discriminator ends with.
FIRST_SIDE = 4
#: Slope of the discriminator's rectifiers for negative values (Radford et al. 2016, section 4).
SLOPE = 0.2


class LabelMaps(nn.Module):
    """What a convolution, batch normalisation where ``normalised``, and a rectifier make of each class's label planes.

    ``convolution`` takes ``classes`` channels; the planes have ``side`` × ``side`` pixels.
    """

    ones: torch.Tensor

    def __init__(
        self, convolution: nn.Conv2d | nn.ConvTranspose2d, side: int, rectifier: nn.Module, normalised: bool
    ) -> None:
        super().__init__()
        classes = convolution.in_channels
        self.convolution = convolution
        # Nothing is stored for later: only the discriminator has this layer, and it has no use after training.
        self.norm = nn.BatchNorm2d(convolution.out_channels, track_running_stats=False) if normalised else None
        self.rectifier = rectifier
        planes = torch.eye(classes).view(classes, classes, 1, 1).repeat(1, 1, side, side)
        self.register_buffer("ones", planes, persistent=False)

    def forward(self, chosen: torch.Tensor) -> torch.Tensor:
        """Maps (classes, channels, height, width), normalised as in a batch with the one-hot labels (n, classes)."""
        maps = self.convolution(self.ones).float()
        if self.norm is not None:
            # A class counts as often as it occurs: these are the batch's mean and variance over images and places.
            weights = chosen.mean(0).view(-1, 1, 1, 1) / maps[0, 0].numel()
            centred = maps - (weights * maps).sum((0, 2, 3), keepdim=True)
            variance = (weights * centred.square()).sum((0, 2, 3))
            scale = self.norm.weight / torch.sqrt(variance + self.norm.eps)
            maps = centred * scale.view(1, -1, 1, 1) + self.norm.bias.view(1, -1, 1, 1)
        rectified: torch.Tensor = self.rectifier(maps)
        return rectified


class ImageGenerator(nn.Module):
    """Latent vectors (n, nz) to images (n, channels, size, size) in [-1, 1].

    Without ``classes``: nz → 4·ngf maps of 4 × 4, then transposed convolutions of stride 2 to 2·ngf, ngf and the image.
    With them: latent vector and label to 8·ngf maps each, together to 8·ngf, 4·ngf and the image. Each doubling of the
    size beyond 32 adds a block in front, of twice the width.
    """

    def __init__(self, nz: int, ngf: int, channels: int, size: int, classes: int = 0) -> None:
        super().__init__()
        widths = [ngf * multiple for multiple in generator_widths(size, bool(classes))]
        self.nz, self.classes = nz, classes
        self.latent = nn.Sequential(
            nn.ConvTranspose2d(nz, widths[0], FIRST_SIDE, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True)
        )
        self.label: LabelMaps | None = None
        inputs = widths[0]
        if classes:
            enlarging = nn.ConvTranspose2d(classes, widths[0], FIRST_SIDE, bias=False)
            # Without batch normalisation: ten fixed vectors, as large as the latent ones, would drown these out, and
            # each class would be one image.
            self.label = LabelMaps(enlarging, 1, nn.ReLU(inplace=True), normalised=False)
            inputs *= 2
        self.join = nn.ConvTranspose2d(inputs, widths[1], 4, stride=2, padding=1, bias=False)
        layers: list[nn.Module] = []
        for before, width in zip(widths[1:], [*widths[2:], channels], strict=True):
            layers += [nn.BatchNorm2d(before), nn.ReLU(inplace=True)]
            layers += [nn.ConvTranspose2d(before, width, 4, stride=2, padding=1, bias=False)]
        self.blocks = nn.Sequential(*layers, nn.Tanh())

    def forward(self, latent: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        """Images (n, channels, size, size) for ``latent`` (n, nz) and, where conditional, ``labels`` (n,), int64."""
        maps = self.latent(latent.view(*latent.shape, 1, 1))
        weight = self.join.weight
        if self.label is None:
            maps = self.join(maps)
        else:
            # A convolution of concatenated maps is the sum of the convolutions of either half.
            chosen = one_hot(labels, self.label)
            half = maps.shape[1]
            from_labels = functional.conv_transpose2d(self.label(chosen), weight[half:], stride=2, padding=1)
            maps = functional.conv_transpose2d(maps, weight[:half], stride=2, padding=1)
            maps = maps + spread(from_labels, chosen)
        images: torch.Tensor = self.blocks(maps)
        return images


class Discriminator(nn.Module):
    """Images (n, channels, size, size) to logits (n,): high where the image looks real.

    Without ``classes``: convolutions of stride 2 to ndf, 2·ndf and 4·ndf maps, then one logit. With them: image and
    label to 2·ndf maps each, together to 8·ndf, 16·ndf and one logit; the same without its label branch where not
    ``sees_labels``. Each doubling of the size beyond 32 adds a block at the end, of twice the width.
    """

    def __init__(self, ndf: int, channels: int, size: int, classes: int = 0, sees_labels: bool = True) -> None:
        super().__init__()
        widths = [ndf * multiple for multiple in discriminator_widths(size, bool(classes))]
        self.image = nn.Sequential(
            nn.Conv2d(channels, widths[0], 4, stride=2, padding=1, bias=False), nn.BatchNorm2d(widths[0]),
            nn.LeakyReLU(SLOPE, inplace=True),
        )  # fmt: skip
        self.label: LabelMaps | None = None
        inputs = widths[0]
        if classes and sees_labels:
            halving = nn.Conv2d(classes, widths[0], 4, stride=2, padding=1, bias=False)
            self.label = LabelMaps(halving, size, nn.LeakyReLU(SLOPE, inplace=True), normalised=True)
            inputs *= 2
        self.join = nn.Conv2d(inputs, widths[1], 4, stride=2, padding=1, bias=False)
        layers: list[nn.Module] = []
        for before, width in itertools.pairwise(widths[1:]):
            layers += [nn.BatchNorm2d(before), nn.LeakyReLU(SLOPE, inplace=True)]
            layers += [nn.Conv2d(before, width, 4, stride=2, padding=1, bias=False)]
        self.blocks = nn.Sequential(
            *layers, nn.BatchNorm2d(widths[-1]), nn.LeakyReLU(SLOPE, inplace=True),
            nn.Conv2d(widths[-1], 1, FIRST_SIDE, bias=False), nn.Flatten(0),
        )  # fmt: skip

    def forward(self, images: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        """Logits (n,) for ``images`` in [-1, 1] and, where it sees labels, ``labels`` (n,), int64."""
        maps = self.image(images)
        weight = self.join.weight
        if self.label is None:
            maps = self.join(maps)
        else:
            chosen = one_hot(labels, self.label)
            half = maps.shape[1]
            from_labels = functional.conv2d(self.label(chosen), weight[:, half:], stride=2, padding=1)
            maps = functional.conv2d(maps, weight[:, :half], stride=2, padding=1) + spread(from_labels, chosen)
        logits: torch.Tensor = self.blocks(maps)
        return logits


def generator_widths(size: int, conditional: bool) -> tuple[int, ...]:
    """Multiples of ngf before each transposed convolution of stride 2: (4, 2, 1) or (8, 8, 4) for 32 × 32 images."""
    blocks = _blocks(size)
    if conditional:
        return (2**blocks, *(2**n for n in range(blocks, 1, -1)))
    return tuple(2**n for n in range(blocks - 1, -1, -1))


def discriminator_widths(size: int, conditional: bool) -> tuple[int, ...]:
    """Multiples of ndf after each convolution of stride 2: (1, 2, 4) or (2, 8, 16) for 32 × 32 images."""
    blocks = _blocks(size)
    return (2, *(2**n for n in range(3, blocks + 2))) if conditional else tuple(2**n for n in range(blocks))


def _blocks(size: int) -> int:
    """How many halvings lead from ``size`` to 4; ValueError unless it is 32 or a doubling of it."""
    blocks = (size // FIRST_SIDE).bit_length() - 1
    if blocks < 3 or FIRST_SIDE * 2**blocks != size:
        raise ValueError(f"images must be 32, 64, 128 … pixels wide, not {size}")
    return blocks


def one_hot(labels: torch.Tensor | None, branch: LabelMaps) -> torch.Tensor:
    """Labels (n,) as float rows (n, classes) of zeros and a one; ValueError where there are none."""
    if labels is None:
        raise ValueError("a conditional network needs labels")
    return functional.one_hot(labels, len(branch.ones)).float()


def spread(maps: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """Of maps (classes, channels, height, width), those of each image's class: (n, channels, height, width).

    A product with the one-hot rows (n, classes): its backward pass is another, where an indexed one adds row by row.
    """
    _, channels, height, width = maps.shape
    rows = chosen.to(maps.dtype) @ maps.permute(0, 2, 3, 1).flatten(1)
    return rows.view(-1, height, width, channels).permute(0, 3, 1, 2)


def initialise_gan(network: nn.Module, initialisation: Initialisation, rng: torch.Generator) -> None:
    """Draw fresh weights from ``rng``.

    "dcgan" is Radford et al. 2016, section 4, as in the authors' code: convolutions N(0, 0.02²), scales of batch
    normalisation N(1, 0.02²). "default" is PyTorch's own: uniform within ±1/√fan-in, and scales of one.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            if initialisation == "dcgan":
                nn.init.normal_(module.weight, 0.0, 0.02, generator=rng)
            else:
                nn.init.kaiming_uniform_(module.weight, a=math.sqrt(5), generator=rng)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
            if initialisation == "dcgan":
                nn.init.normal_(module.weight, 1.0, 0.02, generator=rng)


def parameter_count(network: nn.Module) -> int:
    """How many numbers training changes."""
    return sum(parameter.numel() for parameter in network.parameters())
