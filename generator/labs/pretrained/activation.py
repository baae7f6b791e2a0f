"""The activation maps of one layer for one photograph, with measures of what each map responds to."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from generator.datasets.images import load_images
from generator.labs.shared.image_properties import image_properties
from generator.networks.backbones import Backbone, load_backbone
from generator.networks.preprocessing import scaled
from generator.registry import Dataset, Network, computation
from generator.results import ImageGrid, Result, Table, Value
from generator.workspace import Workspace

MOST_SHOWN = 64
#: Up to this many maps are drawn larger, four in a row instead of eight.
FEW = 16
#: A map is said to follow a property of the image that explains more than half of its variance: R > √½.
FOLLOWS = math.sqrt(0.5)
ROUNDING = 1e-6
RECTIFIERS = (nn.ReLU, nn.ReLU6)


@dataclass(frozen=True, eq=False)
class LayerOutput:
    """What a convolution put out, and the rectification that follows it, each float64 (maps, height, width)."""

    linear: NDArray[np.float64]
    rectified: NDArray[np.float64]


@computation(
    metrics={
        "exact": [
            "label", "layer", "layer_label", "layer_number", "conv_layers", "image", "true_class", "input_size", "maps",
            "shown", "height", "width", "values", "zero_share", "silent_maps", "positive_share", "occupied_share",
            "vertical_edges", "horizontal_edges", "oblique_edges", "edges", "edge_strength", "luminance", "colour",
            "unexplained", "explained_share",
        ],
    },
    tables={"maps": ["map", "zero_share", "occupied_share", "follows", "correlation"]},
    figures=["maps", "photograph"],
)  # fmt: skip
def activation_maps(
    workspace: Workspace, *, network: Network, dataset: Dataset, image: int, layer: str = "first"
) -> Result:
    """Show the maps of a convolution, after its ReLU, for one test image, and measure what they respond to.

    ``layer`` is "first", "second" or "last" (convolution of the feature extractor), a torchvision path, or a VGG
    layer's paper name. Shown are at most 64 maps, the first ones. Shares are in [0, 1]: ``zero_share`` of activations
    that are exactly zero, ``silent_maps`` counts maps without any other, ``occupied_share`` is the median over the
    other maps of (Σa)² / (n·Σa²), 1 where a map is active everywhere alike and 1/n where it is at one place. Each map's
    linear response, before the ReLU, is explained by least squares from each family of :func:`image_properties` in
    turn. It follows the family with the largest multiple correlation R, if that explains more than half of its
    variance; directed edges count as vertical, horizontal or oblique. On maps of a few dozen places a large R comes by
    chance.
    """
    backbone = load_backbone(network, workspace.data, workspace.device)
    images = load_images(dataset, workspace.data).select([image])
    paths = convolution_paths(backbone)
    path = _resolve(backbone, paths, layer)
    output = layer_output(backbone, backbone.preprocess(images.images), path)
    maps = _map_table(output, image_properties(scaled(images.images, backbone.input_size), output.linear.shape[1:]))
    count, height, width = output.rectified.shape
    shown = tuple(one.astype(np.float16) for one in output.rectified[:MOST_SHOWN])
    return Result(
        metrics={
            "label": backbone.label,
            "layer": path,
            "layer_label": backbone.layer_label(path),
            "layer_number": paths.index(path) + 1,
            "conv_layers": len(paths),
            "image": image,
            "true_class": images.true_class(0),
            "input_size": backbone.input_size,
            "maps": count,
            "shown": len(shown),
            "height": height,
            "width": width,
            "values": int(output.rectified.size),
            **_summary(output, maps),
        },
        tables={"maps": maps},
        figures={
            "maps": ImageGrid(shown, 4 if len(shown) <= FEW else 8, colormap="viridis"),
            "photograph": ImageGrid(images.images, 1),
        },
    )


def convolution_paths(backbone: Backbone) -> list[str]:
    """Torchvision paths of the feature extractor's convolutions, in order; one that gives class scores is left out."""
    return [
        path
        for path, module in backbone.module.named_modules()
        if isinstance(module, nn.Conv2d) and not path.startswith("classifier")
    ]


def _resolve(backbone: Backbone, paths: list[str], layer: str) -> str:
    places = {"first": 0, "second": 1, "last": -1}
    if layer == "second" and len(paths) < 2:
        raise ValueError(f"{backbone.label} has no second convolution")
    module = backbone.layer(paths[places[layer]] if layer in places else layer)
    path: str = next(path for path, found in backbone.module.named_modules() if found is module)
    if path not in paths:
        raise ValueError(f"{layer!r} is no convolution of {backbone.label}; it has {', '.join(paths)}")
    return path


@torch.no_grad()
def layer_output(backbone: Backbone, inputs: torch.Tensor, path: str) -> LayerOutput:
    """The output of the convolution at ``path`` for one input (1, 3, size, size), before and after rectification.

    The rectified maps are those of the first ReLU that runs after the convolution. Between the two there may be a batch
    normalisation, and in residual networks the sum with the shortcut. Where no ReLU follows, both are the same.
    """
    kept: dict[str, torch.Tensor] = {}

    def keep_linear(module: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        kept["linear"] = output.clone()  # an in-place ReLU is about to overwrite it

    def keep_rectified(module: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        if "linear" in kept and "rectified" not in kept and output.shape == kept["linear"].shape:
            kept["rectified"] = output.clone()

    handles = [backbone.layer(path).register_forward_hook(keep_linear)]
    rectifiers = [module for module in backbone.module.modules() if isinstance(module, RECTIFIERS)]
    handles += [module.register_forward_hook(keep_rectified) for module in rectifiers]
    try:
        backbone.module(inputs)
    finally:
        for handle in handles:
            handle.remove()
    linear = kept["linear"]
    rectified = kept.get("rectified", linear)
    return LayerOutput(linear[0].double().cpu().numpy(), rectified[0].double().cpu().numpy())


def explain(response: NDArray[np.float64], family: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Multiple correlation R in [0, 1] of a map (height, width) with a family, and the least-squares coefficients.

    Properties that are constant over the image (the colour of a grey photograph) explain nothing.
    """
    target = (response - response.mean()).ravel()
    members = (family - family.mean(axis=(1, 2), keepdims=True)).reshape(len(family), -1)
    # Only rounding errors are left of a constant map or member, and any correlation with those is meaningless.
    members[np.abs(members).max(axis=1) < ROUNDING] = 0.0
    if np.abs(target).max() < ROUNDING or not members.any():
        return 0.0, np.zeros(len(family))
    coefficients = np.linalg.lstsq(members.T, target, rcond=None)[0]
    explained = float(((coefficients @ members) ** 2).sum() / (target**2).sum())
    return float(np.sqrt(min(1.0, explained))), coefficients


def _direction(coefficients: NDArray[np.float64]) -> str:
    """What edges a combination of horizontal and vertical derivative answers to most."""
    angle = np.degrees(np.arctan2(abs(coefficients[1]), abs(coefficients[0])))
    # The gradient of a vertical edge is horizontal. Each axis gets the 22.5° on both sides of it.
    return "vertical edges" if angle < 22.5 else "horizontal edges" if angle > 67.5 else "oblique edges"


def _map_table(output: LayerOutput, families: dict[str, NDArray[np.float64]]) -> Table:
    rows: list[dict[str, Value]] = []
    for number, (linear, rectified) in enumerate(zip(output.linear, output.rectified, strict=True)):
        found = {name: explain(linear, family) for name, family in families.items()}
        best = max(found, key=lambda name: found[name][0])
        correlation, coefficients = found[best]
        follows = "" if correlation < FOLLOWS else _direction(coefficients) if best == "directed edges" else best
        total, squares = float(rectified.sum()), float((rectified**2).sum())
        rows.append({
            "map": number,
            "zero_share": float((rectified == 0).mean()),
            "occupied_share": total * total / (rectified.size * squares) if squares else None,
            "follows": follows,
            "correlation": correlation,
        })  # fmt: skip
    return Table.of(rows)


def _summary(output: LayerOutput, maps: Table) -> dict[str, Value]:
    records = maps.records()
    followed = [str(record["follows"]) for record in records]
    active = [float(record["occupied_share"]) for record in records if record["occupied_share"] is not None]
    explained = sum(name != "" for name in followed)
    return {
        "zero_share": float((output.rectified == 0).mean()),
        "positive_share": float((output.rectified > 0).mean()),
        "silent_maps": len(records) - len(active),
        "occupied_share": float(np.median(active)) if active else 0.0,
        "vertical_edges": followed.count("vertical edges"),
        "horizontal_edges": followed.count("horizontal edges"),
        "oblique_edges": followed.count("oblique edges"),
        "edges": sum(name.endswith(" edges") for name in followed),
        "edge_strength": followed.count("edge strength"),
        "luminance": followed.count("luminance"),
        "colour": followed.count("colour"),
        "unexplained": len(records) - explained,
        "explained_share": explained / len(records),
    }
