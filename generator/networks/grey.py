"""Ways to show a grey image to a network that was trained on colour photographs."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Literal

import torch
from torch import nn
from torch.nn import functional

#: "stored": the image as it is; "replicated": its grey value in all three channels; "summed": one channel, into a first
#: layer whose weights are summed over the colours; "coloured": each grey value turned into a colour of a scale.
GreyInput = Literal["stored", "replicated", "summed", "coloured"]
#: Weights of red, green and blue in luminance (ITU-R BT.601).
LUMINANCE = (0.299, 0.587, 0.114)


def grey_of(pixels: torch.Tensor) -> torch.Tensor:
    """Luminance (n, 1, height, width) of pixels (n, 3, height, width); a grey image keeps its exact values."""
    red, green, blue = pixels[:, :1], pixels[:, 1:2], pixels[:, 2:]
    if torch.equal(red, green) and torch.equal(green, blue):
        return red
    luminance: torch.Tensor = LUMINANCE[0] * red + LUMINANCE[1] * green + LUMINANCE[2] * blue
    return luminance


def colour_scale(grey: torch.Tensor) -> torch.Tensor:
    """Grey values (n, 1, height, width) in [0, 1] as colours (n, 3, height, width) from blue over green to red.

    The classical "jet" scale: each colour is a trapezium over the grey values, with its middle at ¾, ½ and ¼.
    """
    return torch.cat([(1.5 - (4 * grey - middle).abs()).clamp(0, 1) for middle in (3, 2, 1)], dim=1)


class GreyConvolution(nn.Module):
    """A colour network's first convolution and the normalisation before it, rewritten for one grey channel.

    Takes (n, 1, height, width) in [0, 1]. With the same value x in every channel the convolution of (x − μ_c) / σ_c
    sums w_c / σ_c · x over the colours c and subtracts w_c μ_c / σ_c. The first is one convolution with summed weights.
    The second does not depend on the image, but it does on the place: where a filter reaches over the border, the
    padding there is a zero of the normalised image. It is therefore kept as a map, the convolution of an image of ones.
    """

    def __init__(self, colour: nn.Conv2d, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        shape = (1, 3, 1, 1)
        scaled = colour.weight.detach() / colour.weight.new_tensor(std).view(shape)
        self.weight = nn.Parameter(scaled.sum(1, keepdim=True), requires_grad=False)
        self.offset = (scaled * scaled.new_tensor(mean).view(shape)).sum(1, keepdim=True)
        self.bias = None if colour.bias is None else colour.bias.detach()
        self.stride, self.padding, self.dilation = colour.stride, colour.padding, colour.dilation
        self.maps: torch.Tensor | None = None

    def forward(self, grey: torch.Tensor) -> torch.Tensor:
        """The maps that the colour convolution gives for the same image in three normalised channels."""
        if self.maps is None or self.maps.dtype != grey.dtype:
            ones = torch.ones_like(grey[:1])
            self.maps = self._convolved(ones, self.offset.to(grey.dtype), None)
        return self._convolved(grey, self.weight, self.bias) - self.maps

    def _convolved(self, images: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        if isinstance(self.padding, str):
            return functional.conv2d(images, weight, bias, self.stride, self.padding, self.dilation)
        return functional.conv2d(images, weight, bias, self.stride, self.padding, self.dilation)


def with_grey_input(module: nn.Module, mean: Sequence[float], std: Sequence[float]) -> nn.Module:
    """A copy of the network that takes grey images (n, 1, height, width) in [0, 1], not normalised."""
    grey = copy.deepcopy(module)
    path = next(path for path, layer in grey.named_modules() if isinstance(layer, nn.Conv2d))
    parent, _, name = path.rpartition(".")
    first = grey.get_submodule(path)
    if not isinstance(first, nn.Conv2d) or first.in_channels != 3:
        raise ValueError("the first convolution does not take three channels")
    setattr(grey.get_submodule(parent), name, GreyConvolution(first, mean, std))
    return grey
