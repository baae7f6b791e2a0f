"""Class scores and their gradients with respect to the image: what every method of this lab is built on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

from generator.networks.backbones import Backbone
from generator.networks.preprocessing import denormalised

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def class_gradients(
    module: nn.Module, inputs: torch.Tensor, classes: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits (n, classes) and the gradient of each image's own class score, of the shape of ``inputs``.

    ``inputs`` (n, 3, height, width) are normalised as the network expects them, ``classes`` int64 (n,) index its
    outputs. The score is the logit, before softmax (Simonyan et al. 2014, section 3). Nothing returned requires grad.
    """
    inputs = inputs.detach().requires_grad_()
    with torch.enable_grad():
        logits = module(inputs)
        # In eval mode no image's score depends on another image, so that the sum's gradient holds each one's own.
        total = logits.gather(1, classes[:, None]).sum()
        (gradients,) = torch.autograd.grad(total, inputs)
    return logits.detach(), gradients


def class_index(backbone: Backbone, name: str) -> int:
    """The output that stands for the class called ``name``; ValueError with some of the known names."""
    try:
        return backbone.class_names.index(name)
    except ValueError:
        known = ", ".join(backbone.class_names[:20])
        raise ValueError(f"{backbone.label} knows no class {name!r}; it knows {known} …") from None


def pictures(backbone: Backbone, inputs: torch.Tensor) -> tuple[NDArray[np.uint8], ...]:
    """Normalised inputs (n, 3, height, width) as uint8 (height, width, 3) images, values outside [0, 1] cut off."""
    pixels = denormalised(inputs.detach(), backbone.mean, backbone.std).clamp(0, 1)
    stacked = (pixels * 255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().contiguous().numpy()
    return tuple(stacked)


def class_tensor(backbone: Backbone, classes: Sequence[int]) -> torch.Tensor:
    """Class indices as int64 on the network's device."""
    device = next(backbone.module.parameters()).device
    return torch.as_tensor(list(classes), dtype=torch.int64, device=device)
