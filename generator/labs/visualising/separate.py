"""Feed a network so that what it says about an image cannot depend on the other images of the batch."""

from __future__ import annotations

from collections.abc import Callable

import torch

from generator.networks.backbones import Backbone, load_backbone
from generator.registry import Network
from generator.workspace import Workspace

#: Images at a time. A convolution sums in another order for each batch size; the last digits then differ, and where two
#: values of a pooling window are nearly equal, so does the gradient. One size for all makes each image's numbers its
#: own. On a processor core one at a time is as fast as many; an accelerator would idle.
CHUNK_ON_PROCESSOR = 1
CHUNK_ON_ACCELERATOR = 16

Tensors = tuple[torch.Tensor, ...]


def attacked_network(workspace: Workspace, network: Network) -> Backbone:
    """The network in eval mode, its convolutions laid out by channels last: a third less time on a processor."""
    backbone = load_backbone(network, workspace.data, workspace.device)
    backbone.module.to(memory_format=torch.channels_last)
    return backbone


def separately(function: Callable[..., Tensors], *tensors: torch.Tensor) -> Tensors:
    """``function`` of all images, computed a fixed number at a time and put together again.

    ``tensors`` have the images along their first dimension, and so have the results. The last chunk is filled up with
    copies of its last image, so that every call has the same shape and an image's result does not depend on how many
    others there are. Raises ValueError without images.
    """
    count = len(tensors[0])
    if count == 0:
        raise ValueError("expected at least one image, got none")
    chunk = CHUNK_ON_PROCESSOR if tensors[0].device.type == "cpu" else CHUNK_ON_ACCELERATOR
    found: list[Tensors] = []
    for start in range(0, count, chunk):
        places = torch.arange(start, start + chunk, device=tensors[0].device).clamp_max(count - 1)
        found.append(function(*(_laid_out(tensor[places]) for tensor in tensors)))
    return tuple(torch.cat(parts)[:count] for parts in zip(*found, strict=True))


def logits_separately(backbone: Backbone, inputs: torch.Tensor) -> torch.Tensor:
    """Logits (n, classes) of normalised inputs (n, 3, size, size), each image on its own terms."""

    def score(some: torch.Tensor) -> Tensors:
        with torch.no_grad():
            return (backbone.module(some),)

    return separately(score, inputs)[0]


def _laid_out(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.contiguous(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor
