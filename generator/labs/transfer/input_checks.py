"""Two checks of how features are computed: grey input in one channel, and 16-bit arithmetic."""

from __future__ import annotations

import copy
import statistics

import torch

from generator.datasets.images import load_images
from generator.labs.transfer.features import Feeder, Taken, tap_of
from generator.networks.backbones import load_backbone
from generator.networks.grey import grey_of, with_grey_input
from generator.networks.precision import chosen_precision
from generator.networks.preprocessing import normalised, scaled
from generator.registry import Dataset, Network, computation
from generator.results import Result, Table
from generator.workspace import Workspace


@computation(
    metrics={
        "exact": [
            "images", "largest_score", "largest_difference", "relative_difference", "weights_before", "weights_after",
            "classes",
        ],
    },
)  # fmt: skip
def grey_equivalence(workspace: Workspace, *, network: Network, dataset: Dataset, images: int = 8) -> Result:
    """Compare replicated grey channels with summed first-layer weights, in 64-bit arithmetic, on the first test images.

    ``largest_difference`` is the largest absolute difference of any class score of any image; ``relative_difference``
    is that over the largest score. ``weights_before`` and ``weights_after`` count the first layer's weights.
    """
    backbone = load_backbone(network, workspace.data, "cpu")  # some accelerators have no 64-bit arithmetic
    chosen = load_images(dataset, workspace.data).select(range(images))
    pixels = scaled(chosen.images, backbone.input_size).double()
    module = copy.deepcopy(backbone.module).double()
    grey = grey_of(pixels)
    with torch.no_grad():
        colour_scores = module(normalised(grey.expand(-1, 3, -1, -1), backbone.mean, backbone.std))
        grey_scores = with_grey_input(module, backbone.mean, backbone.std)(grey)
    first = next(layer for layer in module.modules() if isinstance(layer, torch.nn.Conv2d))
    difference, largest = float((colour_scores - grey_scores).abs().max()), float(colour_scores.abs().max())
    return Result(
        metrics={
            "images": images,
            "classes": colour_scores.shape[1],
            "largest_score": largest,
            "largest_difference": difference,
            "relative_difference": difference / largest,
            "weights_before": first.weight.numel(),
            "weights_after": first.weight.numel() // 3,
        }
    )


@computation(
    metrics={
        "exact": ["images", "precision"],
        "measured": ["float32_seconds", "seconds", "lowest_cosine"],
    },
    tables={"layers": ["layer", "lowest_cosine"]},
)  # fmt: skip
def precision_effect(
    workspace: Workspace, *, network: Network, dataset: Dataset, layers: list[str], images: int = 64
) -> Result:
    """Compare features in the format that "auto" chooses here with the same in float32, on the first test images.

    The cosine is that of an image's two feature vectors, 1 where they point the same way. Seconds are for one image,
    without reading and resizing; the first batch of each is not counted.
    """
    backbone = load_backbone(network, workspace.data, workspace.device)
    chosen = load_images(dataset, workspace.data).select(range(images))
    pixels = scaled(chosen.images, backbone.input_size)
    taps = [tap_of(backbone, layer) for layer in layers]
    formats = ("float32", chosen_precision("auto", workspace.device))
    features: list[dict[str, torch.Tensor]] = []
    seconds: list[float] = []
    for precision in formats:
        feeder, taken, times = Feeder(backbone, "stored", precision, workspace.device), Taken(), []
        for batch in torch.split(pixels, max(1, images // 4)):
            before = taken.total_seconds
            feeder.run(batch, taps, taken)
            times.append((taken.total_seconds - before) / len(batch))
        features.append({name: torch.cat(values) for name, values in taken.features.items()})
        seconds.append(statistics.median(times[1:] or times))
    cosines = {
        tap.name: float(torch.cosine_similarity(features[0][tap.name].double(), features[1][tap.name].double()).min())
        for tap in taps
    }
    return Result(
        metrics={
            "images": images,
            "precision": formats[1],
            "float32_seconds": seconds[0],
            "seconds": seconds[1],
            "lowest_cosine": min(cosines.values()),
        },
        tables={"layers": Table.of({"layer": name, "lowest_cosine": cosine} for name, cosine in cosines.items())},
    )
