"""Parameters, multiply-adds and activations of whole networks, attention included, without weights or data."""

from __future__ import annotations

import torch
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from generator.networks.backbones import LABELS, build_architecture
from generator.registry import computation
from generator.results import Result, Table, Value
from generator.workspace import Workspace


@computation(
    metrics={
        "exact": ["networks", "most_parameters"],
    },
    tables={"networks": ["network", "image_size", "parameters", "multiply_adds", "activations"]},
)  # fmt: skip
def network_costs(workspace: Workspace, *, architectures: list[str], image_size: int = 0) -> Result:
    """Count what torchvision's classifiers cost for one image of ``image_size`` pixels (0: each network's own).

    Multiply-adds are those of convolutions and matrix products, attention's included, counted on the meta device as
    torch dispatches them. Activations are the values that convolutions and fully connected layers put out; the inside
    of an attention layer is not among them. Auxiliary classifiers, which only help to train, are left out.
    """
    rows: list[dict[str, Value]] = []
    for number, architecture in enumerate(architectures):
        workspace.progress(number, len(architectures), architecture)
        module, size = without_auxiliaries(build_architecture(architecture)), image_size or own_size(architecture)
        parameters = sum(parameter.numel() for parameter in module.parameters())
        work, activations = multiply_adds(module, size)
        rows.append({
            "network": LABELS.get(architecture, architecture),
            "image_size": size,
            "parameters": parameters,
            "multiply_adds": work,
            "activations": activations,
        })  # fmt: skip
    largest = max(rows, key=lambda row: float(row["parameters"] or 0))
    return Result(
        metrics={
            "networks": len(rows),
            "most_parameters": largest["network"],
        },
        tables={"networks": Table.of(rows)},
    )


def own_size(architecture: str) -> int:
    """The side in pixels of the images that torchvision's weights for this network were scored on, the smallest one.

    Weights that were tuned for larger images come with another architecture of the same name.
    """
    weights = torchvision.models.get_model_weights(architecture)
    return min(int(one.transforms().crop_size[0]) for one in weights)


def without_auxiliaries(module: nn.Module) -> nn.Module:
    """The network without the side branches that GoogLeNet and Inception v3 have for training only."""
    for name in ("aux1", "aux2", "AuxLogits"):
        if hasattr(module, name):
            setattr(module, name, None)
    return module


def multiply_adds(module: nn.Module, image_size: int) -> tuple[int, int]:
    """Multiply-adds and activations of one forward pass of a module on the meta device for one RGB image."""
    activations = 0

    def add(layer: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        nonlocal activations
        activations += output.numel()

    kinds = (nn.Conv2d, nn.Linear)
    handles = [layer.register_forward_hook(add) for layer in module.modules() if isinstance(layer, kinds)]
    try:
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            module.eval()(torch.empty(1, 3, image_size, image_size, device="meta"))
    finally:
        for handle in handles:
            handle.remove()
    return counter.get_total_flops() // 2, activations
