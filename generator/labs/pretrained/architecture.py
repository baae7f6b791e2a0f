"""What an architecture consists of: layers, shapes, parameters and multiply-adds, without weights or data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from generator.networks.backbones import LABELS, build_architecture, paper_names
from generator.registry import computation
from generator.results import Bars, BarSeries, Result, Table, Value
from generator.workspace import Workspace


@dataclass(frozen=True)
class Layer:
    """One layer as a forward pass meets it. Shapes leave the batch out."""

    name: str
    path: str
    kind: str
    inputs: int
    outputs: int
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
    formula: str

    @property
    def values(self) -> int:
        """How many numbers the layer puts out for one image."""
        return math.prod(self.output_shape)


@computation(
    metrics={
        "exact": [
            "label", "image_size", "parameters", "conv_layers", "conv_parameters", "linear_layers", "linear_parameters",
            "linear_share", "other_parameters", "largest_layer", "largest_layer_parameters", "largest_layer_share",
            "multiply_adds", "conv_multiply_adds_share", "classes", "output_shape", "megabytes",
        ],
    },
    tables={
        "layers": [
            "name", "path", "kind", "inputs", "outputs", "formula", "output_shape", "parameters", "multiply_adds",
        ],
        "weight_layers": [
            "name", "path", "kind", "inputs", "outputs", "formula", "output_shape", "parameters", "multiply_adds",
        ],
        "shapes": ["stage", "output_shape", "values"],
    },
    figures=["shares"],
)  # fmt: skip
def network_summary(workspace: Workspace, *, architecture: str, image_size: int = 224) -> Result:
    """Count the parameters and multiply-adds of a torchvision architecture for one image of ``image_size`` pixels.

    The network is run on torch's meta device, which follows shapes and computes nothing. A convolution has c_out · (k ·
    k · c_in / groups + 1) parameters and a linear layer out · (in + 1), without the 1 where there is no bias; its
    multiply-adds are its weights times the places at which each is used. Layers without weights count no multiply-adds.
    ``megabytes`` is the size of the parameters in 32-bit floating point, in 10⁶ bytes. Raises ValueError for an
    architecture with parameters outside these kinds of layers (attention), whose count would be wrong.
    """
    module = build_architecture(architecture)
    layers = trace_layers(module, image_size)
    weighted = [layer for layer in layers if layer.parameters]
    missed = sum(parameter.numel() for parameter in module.parameters()) - sum(layer.parameters for layer in weighted)
    if missed:
        raise ValueError(f"{missed:,} parameters of {architecture} are in no layer that can be counted")
    return Result(
        metrics=_totals(architecture, image_size, weighted, layers[-1]),
        tables={
            "layers": _layer_table(layers, total=False),
            "weight_layers": _layer_table(weighted, total=True),
            "shapes": _shape_table(layers, image_size),
        },
        figures={"shares": _shares(weighted)},
    )


def trace_layers(module: nn.Module, image_size: int) -> list[Layer]:
    """The module's layers (modules without children) in the order of a forward pass on one RGB image.

    ``module`` must be on the meta device. A layer that is used several times is listed each time, with its parameters
    only at the first.
    """
    names = paper_names(module)
    layers: list[Layer] = []
    counted: set[nn.Module] = set()

    def record(path: str, layer: nn.Module) -> None:
        def hook(_: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            found = _describe(names.get(path, path), path, layer, given[0], output, layer not in counted)
            counted.add(layer)
            layers.append(found)

        handles.append(layer.register_forward_hook(hook))

    handles: list[torch.utils.hooks.RemovableHandle] = []
    for path, layer in module.named_modules():
        if not list(layer.children()):
            record(path, layer)
    try:
        module.eval()(torch.empty(1, 3, image_size, image_size, device="meta"))
    finally:
        for handle in handles:
            handle.remove()
    return layers


def _describe(
    name: str, path: str, layer: nn.Module, given: torch.Tensor, output: torch.Tensor, first_use: bool
) -> Layer:
    parameters = sum(parameter.numel() for parameter in layer.parameters(recurse=False)) if first_use else 0
    shape = tuple(output.shape[1:])
    multiply_adds, formula = 0, ""
    if isinstance(layer, nn.Conv2d):
        (height, width), per_map = layer.kernel_size, layer.in_channels // layer.groups
        multiply_adds = layer.weight.numel() * math.prod(shape[1:])
        bias = "" if layer.bias is None else " + 1"
        formula = f"{layer.out_channels} × ({height} · {width} · {per_map}{bias})"
    elif isinstance(layer, nn.Linear):
        multiply_adds = layer.weight.numel()
        formula = f"{layer.out_features} × ({layer.in_features}{'' if layer.bias is None else ' + 1'})"
    elif parameters:
        formula = f"2 × {shape[0]}"  # a normalisation layer: one factor and one offset for each channel
    return Layer(name, path, _kind(layer), given.shape[1], shape[0], shape, parameters, multiply_adds, formula)


def _kind(layer: nn.Module) -> str:
    kinds = {
        nn.Conv2d: "convolution", nn.Linear: "fully connected", nn.BatchNorm2d: "batch normalisation",
        nn.ReLU: "ReLU", nn.ReLU6: "ReLU6", nn.MaxPool2d: "max pooling", nn.AdaptiveAvgPool2d: "average pooling",
        nn.AvgPool2d: "average pooling", nn.Dropout: "dropout",
    }  # fmt: skip
    return kinds.get(type(layer), type(layer).__name__)


def _totals(architecture: str, image_size: int, weighted: Sequence[Layer], last: Layer) -> dict[str, Value]:
    parameters = sum(layer.parameters for layer in weighted)
    multiply_adds = sum(layer.multiply_adds for layer in weighted)
    convolutions = [layer for layer in weighted if layer.kind == "convolution"]
    linear = [layer for layer in weighted if layer.kind == "fully connected"]
    conv_parameters = sum(layer.parameters for layer in convolutions)
    linear_parameters = sum(layer.parameters for layer in linear)
    largest = max(weighted, key=lambda layer: layer.parameters)
    return {
        "label": LABELS.get(architecture, architecture),
        "image_size": image_size,
        "parameters": parameters,
        "conv_layers": len(convolutions),
        "conv_parameters": conv_parameters,
        "linear_layers": len(linear),
        "linear_parameters": linear_parameters,
        "linear_share": linear_parameters / parameters,
        "other_parameters": parameters - conv_parameters - linear_parameters,
        "largest_layer": largest.name,
        "largest_layer_parameters": largest.parameters,
        "largest_layer_share": largest.parameters / parameters,
        "multiply_adds": multiply_adds,
        "conv_multiply_adds_share": sum(layer.multiply_adds for layer in convolutions) / multiply_adds,
        "classes": last.outputs,
        "output_shape": _written((1, last.outputs)),
        "megabytes": 4 * parameters / 1e6,
    }


def _layer_table(layers: Sequence[Layer], *, total: bool) -> Table:
    rows: list[dict[str, Value]] = [
        {
            "name": layer.name,
            "path": layer.path,
            "kind": layer.kind,
            "inputs": layer.inputs,
            "outputs": layer.outputs,
            "formula": layer.formula,
            "output_shape": _written(layer.output_shape),
            "parameters": layer.parameters,
            "multiply_adds": layer.multiply_adds,
        }
        for layer in layers
    ]
    if total:
        sums = {name: sum(int(str(row[name])) for row in rows) for name in ("parameters", "multiply_adds")}
        words = dict.fromkeys(("path", "kind", "formula", "output_shape"), "")
        rows.append({"name": "total", "inputs": None, "outputs": None, **words, **sums})
    return Table.of(rows)


def _shape_table(layers: Sequence[Layer], image_size: int) -> Table:
    """The shapes that the image takes on its way: after each pooling and each fully connected layer."""
    stages = [layer for layer in layers if layer.kind in ("max pooling", "average pooling", "fully connected")]
    shapes = [("input", (3, image_size, image_size)), *((layer.name, layer.output_shape) for layer in stages)]
    return Table.of(
        {"stage": name, "output_shape": _written(shape), "values": math.prod(shape)} for name, shape in shapes
    )


def _written(shape: Sequence[int]) -> str:
    return " × ".join(str(side) for side in shape)


def _shares(weighted: Sequence[Layer]) -> Bars:
    parameters = np.array([layer.parameters for layer in weighted], dtype=np.float64)
    multiply_adds = np.array([layer.multiply_adds for layer in weighted], dtype=np.float64)
    return Bars(
        categories=tuple(layer.name for layer in weighted),
        series=(
            BarSeries("parameters", parameters / parameters.sum()),
            BarSeries("multiply-adds", multiply_adds / multiply_adds.sum()),
        ),
        value_label="share of the network",
    )
