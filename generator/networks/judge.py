"""A small classifier of small images, whose features and logits judge what a GAN generates."""

from __future__ import annotations

import torch
from torch import nn

#: Side of the images that the classifier takes, in pixels.
JUDGE_SIDE = 32
#: Length of its feature vectors. Few, so that their covariance is known well from some thousand images.
FEATURES = 64


class JudgeNetwork(nn.Module):
    """Images (n, channels, 32, 32) in [-1, 1] to logits (n, classes): three convolutions, and two linear layers.

    After each 3 × 3 convolution, to 16, 32 and 64 maps, come batch normalisation, a rectifier and max-pooling.
    """

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, width in ((channels, 16), (16, 32), (32, 64)):
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
            layers += [nn.MaxPool2d(2)]
        side = JUDGE_SIDE // 8
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * side * side, FEATURES), nn.ReLU())
        self.head = nn.Linear(FEATURES, classes)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Features (n, 64) of images (n, channels, 32, 32): the values that the last layer takes."""
        found: torch.Tensor = self.body(images)
        return found

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (n, classes) for images (n, channels, 32, 32) in [-1, 1]."""
        logits: torch.Tensor = self.head(self.features(images))
        return logits
