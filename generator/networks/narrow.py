"""Narrow networks of known families, small enough to be trained in seconds on a processor core."""

from __future__ import annotations

import math

import torch
from torch import nn
from torchvision.models.squeezenet import Fire

#: VGG16's five blocks as multiples of the first block's width (Simonyan and Zisserman 2015, table 1, column D).
VGG16_BLOCKS = ((1, 1), (2, 2), (4, 4, 4), (8, 8, 8), (8, 8, 8))
#: VGG16's fully connected width, 4096, as a multiple of the last block's 512.
FULLY_CONNECTED = 8

NARROW_ARCHITECTURES = {"narrow_vgg16": "narrow VGG16", "narrow_squeezenet": "narrow SqueezeNet"}


class NarrowVGG16(nn.Module):
    """VGG16 with ``width`` maps in its first block instead of 64: same layers, same order, same module names.

    Takes (n, 3, image_size, image_size) with ``image_size`` a multiple of 32 and returns logits (n, classes).
    """

    def __init__(self, width: int, image_size: int, classes: int) -> None:
        super().__init__()
        if image_size % 32:
            raise ValueError(f"five poolings need an image size that is a multiple of 32, got {image_size}")
        layers: list[nn.Module] = []
        channels = 3
        for block in VGG16_BLOCKS:
            for multiple in block:
                layers += [nn.Conv2d(channels, width * multiple, 3, padding=1), nn.ReLU(inplace=True)]
                channels = width * multiple
            layers.append(nn.MaxPool2d(2))
        side = image_size // 32
        hidden = FULLY_CONNECTED * channels
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(side)
        self.classifier = nn.Sequential(
            nn.Linear(channels * side * side, hidden), nn.ReLU(inplace=True), nn.Dropout(),
            nn.Linear(hidden, hidden), nn.ReLU(inplace=True), nn.Dropout(),
            nn.Linear(hidden, classes),
        )  # fmt: skip

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits of shape (n, classes) for images of shape (n, 3, image_size, image_size)."""
        features: torch.Tensor = self.avgpool(self.features(images))
        logits: torch.Tensor = self.classifier(features.flatten(1))
        return logits


class NarrowSqueezeNet(nn.Module):
    """SqueezeNet 1.1 with ``width`` maps after its first convolution instead of 64, same layers and module names.

    Takes (n, 3, height, width) images of at least 32 pixels a side and returns logits (n, classes).
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        w = width / 64  # every channel count of SqueezeNet 1.1 shrinks by the same factor

        def fire(inputs: int, squeeze: int, expand: int) -> Fire:
            return Fire(round(inputs * w), max(1, round(squeeze * w)), round(expand * w), round(expand * w))

        def pool() -> nn.MaxPool2d:
            return nn.MaxPool2d(3, stride=2, ceil_mode=True)

        self.features = nn.Sequential(
            nn.Conv2d(3, width, 3, stride=2), nn.ReLU(inplace=True), pool(),
            fire(64, 16, 64), fire(128, 16, 64), pool(),
            fire(128, 32, 128), fire(256, 32, 128), pool(),
            fire(256, 48, 192), fire(384, 48, 192), fire(384, 64, 256), fire(512, 64, 256),
        )  # fmt: skip
        self.classifier = nn.Sequential(
            # Without SqueezeNet's last ReLU: in a short training it silences whole classes for good.
            nn.Dropout(), nn.Conv2d(round(512 * w), classes, 1), nn.AdaptiveAvgPool2d(1),
        )  # fmt: skip

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits of shape (n, classes) for images of shape (n, 3, height, width)."""
        scores: torch.Tensor = self.classifier(self.features(images))
        return scores.flatten(1)


def build_narrow(architecture: str, width: int, image_size: int, classes: int) -> nn.Module:
    """The narrow network called ``architecture``, its weights still to be set; ValueError for an unknown name.

    Call :func:`initialise` or ``load_state_dict`` before use.
    """
    # On the meta device, so that PyTorch's own initial weights draw nothing from its global generator.
    with torch.device("meta"):
        if architecture == "narrow_vgg16":
            return NarrowVGG16(width, image_size, classes).to_empty(device="cpu")
        if architecture == "narrow_squeezenet":
            return NarrowSqueezeNet(width, classes).to_empty(device="cpu")
    raise ValueError(f"unknown narrow network {architecture!r}; known: {', '.join(NARROW_ARCHITECTURES)}")


def initialise(network: nn.Module, rng: torch.Generator) -> None:
    """Draw fresh weights from ``rng``, after He et al. 2015 (eq. 10): without it thirteen layers in a row don't train.

    Convolutions and linear layers get N(0, 2 / fan-in), biases zero.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            fan_in = module.weight[0].numel()
            with torch.no_grad():
                module.weight.normal_(0.0, math.sqrt(2.0 / fan_in), generator=rng)
                if module.bias is not None:
                    module.bias.zero_()
