"""Maps of what a class score depends on: the plain gradient, SmoothGrad and Grad-CAM."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from generator.labs.visualising.scores import class_gradients
from generator.networks.backbones import Backbone

#: Images at a time: the gradient keeps every activation of the network.
BATCH = 25


def saliency_maps(module: nn.Module, inputs: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    """Absolute gradient of the class score, the largest of the three channels: (n, height, width), on the processor.

    ``inputs`` (n, 3, height, width) are normalised, ``classes`` int64 (n,). Simonyan et al. 2014, section 3.1.
    """
    return _largest(_gradients(module, inputs, classes))


def smooth_grad(
    module: nn.Module,
    inputs: torch.Tensor,
    classes: torch.Tensor,
    generators: Sequence[torch.Generator],
    samples: int,
    level: float,
) -> torch.Tensor:
    """The saliency map of the mean gradient over ``samples`` noisy copies of each image, (n, height, width).

    The noise is Gaussian, with a standard deviation of ``level`` times the image's own range of values; each image
    draws from its own generator, so that its map does not depend on the others. Smilkov et al. 2017, section 2:
    signed gradients are averaged, and only then made absolute.
    """
    spread = level * (inputs.amax((1, 2, 3), keepdim=True) - inputs.amin((1, 2, 3), keepdim=True))
    total = torch.zeros_like(inputs, device="cpu")
    for _ in range(samples):
        noise = torch.stack([torch.randn(inputs.shape[1:], generator=generator) for generator in generators])
        total += _gradients(module, inputs + spread * noise.to(inputs), classes)
    return _largest(total / samples)


def grad_cam(module: nn.Module, layer: nn.Module, inputs: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    """Where the maps of ``layer`` speak for the class: (n, rows, columns) ≥ 0, of the layer's own resolution.

    Each of the layer's maps is weighted by the mean gradient of the class score over its positions; negative sums are
    set to zero (Selvaraju et al. 2017, equations 1 and 2). A map is all zero where nothing speaks for the class.
    """
    found = [
        _grad_cam(module, layer, batch, chosen)
        for batch, chosen in zip(torch.split(inputs, BATCH), torch.split(classes, BATCH), strict=True)
    ]
    return torch.cat(found)


def last_maps(backbone: Backbone) -> nn.Module:
    """The layer that Grad-CAM looks at: the last one of the feature extractor that still has maps, before its pooling.

    Raises ValueError for a network without ``features`` (AlexNet, VGG, SqueezeNet, MobileNet …) or ``layer4`` (ResNet).
    """
    features = getattr(backbone.module, "features", getattr(backbone.module, "layer4", None))
    if not isinstance(features, nn.Sequential):
        raise ValueError(f"{backbone.label} has no sequence of layers called features or layer4 for Grad-CAM")
    return next(layer for layer in reversed(features) if not isinstance(layer, nn.MaxPool2d | nn.AvgPool2d))


def enlarged(maps: torch.Tensor, size: Sequence[int]) -> torch.Tensor:
    """Maps (n, rows, columns) at ``size`` (height, width), by bilinear interpolation."""
    shape = (int(size[0]), int(size[1]))
    return functional.interpolate(maps[:, None], size=shape, mode="bilinear", align_corners=False)[:, 0]


def coarse(maps: torch.Tensor, size: Sequence[int]) -> torch.Tensor:
    """Maps (n, height, width) averaged to ``size`` (rows, columns)."""
    return functional.adaptive_avg_pool2d(maps, (int(size[0]), int(size[1])))


def _gradients(module: nn.Module, inputs: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    batches = zip(torch.split(inputs, BATCH), torch.split(classes, BATCH), strict=True)
    return torch.cat([class_gradients(module, batch, chosen)[1].cpu() for batch, chosen in batches])


def _largest(gradients: torch.Tensor) -> torch.Tensor:
    return gradients.abs().amax(1)


def _grad_cam(module: nn.Module, layer: nn.Module, inputs: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    kept: list[torch.Tensor] = []

    def keep(_: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
        # Cut off from what comes before: the gradient is needed down to here only.
        kept.append(output.detach().requires_grad_())
        # The copy is for a ReLU in place that may follow: it must not overwrite what was kept.
        return kept[0].clone()

    handle = layer.register_forward_hook(keep)
    try:
        with torch.enable_grad():
            score = module(inputs).gather(1, classes[:, None]).sum()
            (gradient,) = torch.autograd.grad(score, kept[0])
    finally:
        handle.remove()
    weights = gradient.mean((2, 3), keepdim=True)
    return functional.relu((weights * kept[0].detach()).sum(1)).cpu()
