"""Fool a network by the course's rule: every image for every target, and some pairs to look at."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from generator.datasets.images import load_images
from generator.labs.shared.statistics import wilson_interval
from generator.labs.visualising.fooling.pairs import FooledPairs, fool_pairs, pair_table, pairs_to_fool, summary
from generator.labs.visualising.fooling.perturbations import LEVELS, as_saved, difference_picture, mean_of
from generator.labs.visualising.scores import class_index
from generator.labs.visualising.separate import attacked_network
from generator.networks.backbones import Backbone
from generator.registry import Dataset, Network, computation
from generator.results import ImageGrid, LineChart, Result, Series, Table
from generator.workspace import Workspace

#: How much the difference is magnified in figures, as in the course.
MAGNIFICATION = 10


@computation(
    metrics={
        "exact": ["label", "input_size", "images", "targets", "left_out", "step", "most_steps", "pairs"],
        "measured": ["fooled", "fooled_share", "fewest_share", "stuck", "mean_steps", "median_steps", "last_steps",
                     "straightness", "failed_straightness", "mean_l2", "mean_linf_levels", "mean_psnr", "lowest_psnr",
                     "confidence_before", "confidence", "outside_share", "outside_pairs", "saved_fooled",
                     "saved_share"],
    },
    tables={
        "pairs": ["image", "true_class", "predicted_class", "target", "fooled", "steps", "l2", "linf_levels", "psnr",
                  "confidence_before", "confidence", "saved_fooled"],
        "targets": ["target", "pairs", "fooled", "share", "low", "high", "mean_steps", "l2", "linf_levels", "psnr",
                    "confidence", "saved_share", "saved_low", "saved_high"],
    },
    columns={"measured": ["share", "steps", "l2", "linf_levels", "psnr"]},
    figures=["steps"],
)  # fmt: skip
def fool_images(
    workspace: Workspace, *, network: Network, dataset: Dataset, images: list[int], targets: list[str],
    step: float = 1.0, most_steps: int = 100,
) -> Result:  # fmt: skip
    """Fool the network on each of ``images`` into each of ``targets`` (class names) by the course's rule.

    ``step`` is a length in the network's normalised space; everything that is reported is in pixel space: ``l2``,
    ``psnr`` in decibels, ``linf_levels`` in levels of 255. Means are over the fooled pairs, None where there is none.
    ``straightness`` is the distance from the original as a share of the path's length, ``failed_straightness`` that of
    the pairs that were not fooled. ``confidence`` is the target's softmax probability. ``outside_share`` is the share
    of values outside [0, 1], which the rule allows; ``saved_…`` tells whether an image still fools once cut to that
    range and rounded to 8 bits. Pairs that need no fooling are left out and counted. Shares have 95 % Wilson intervals,
    by target, where each image counts once. The arrays hold the fooled pairs' differences in pixel space, float16, with
    their images and targets.
    """
    backbone = attacked_network(workspace, network)
    photographs = load_images(dataset, workspace.data)
    asked = pairs_to_fool(backbone, photographs, images, targets)
    pairs = fool_pairs(workspace, backbone, photographs, asked, step, most_steps)
    by_target = [_of_target(pairs, class_index(backbone, target), target) for target in targets]
    return Result(
        metrics={
            "label": backbone.label,
            "input_size": backbone.input_size,
            "images": len(images),
            "targets": len(targets),
            "left_out": len(images) * len(targets) - len(asked),
            "step": step,
            "most_steps": most_steps,
            **summary(pairs),
            "fooled_share": float(pairs.fooled.mean()),
            "fewest_share": min(row["share"] for row in by_target),
        },
        tables={"pairs": pair_table(backbone, photographs, pairs), "targets": Table.of(by_target)},
        figures={"steps": _steps_chart(backbone, pairs, targets, most_steps)},
        arrays={
            "differences": (pairs.changed - pairs.originals)[pairs.fooled].to(torch.float16).cpu().numpy(),
            "images": pairs.images[pairs.fooled],
            "targets": pairs.targets[pairs.fooled],
        },
    )


@computation(
    metrics={
        "exact": ["label", "pairs", "magnification"],
        "measured": ["fooled", "lowest_psnr"],
    },
    tables={
        "pairs": ["image", "true_class", "predicted_class", "target", "fooled", "steps", "l2", "linf_levels", "psnr",
                  "confidence_before", "confidence", "saved_fooled"],
    },
    columns={"measured": ["steps", "l2", "linf_levels", "psnr", "confidence_before", "confidence", "saved_fooled"]},
    figures=["pairs"],
)  # fmt: skip
def show_fooling(
    workspace: Workspace, *, network: Network, dataset: Dataset, images: list[int], targets: list[str],
    step: float = 1.0, most_steps: int = 100,
) -> Result:  # fmt: skip
    """Fool the network on the first of ``images`` into the first of ``targets``, and so on, and show the pictures.

    One row for each pair: original, fooled image, their difference and the difference times ten, both around middle
    grey; values that a screen cannot show are cut off. Measures as in :func:`fool_images`. Raises ValueError unless
    there are as many images as targets.
    """
    backbone = attacked_network(workspace, network)
    photographs = load_images(dataset, workspace.data)
    asked = [(image, class_index(backbone, target)) for image, target in zip(images, targets, strict=True)]
    pairs = fool_pairs(workspace, backbone, photographs, asked, step, most_steps)
    return Result(
        metrics={
            "label": backbone.label,
            "pairs": len(pairs.fooled),
            "fooled": int(pairs.fooled.sum()),
            "lowest_psnr": float(pairs.measures.psnr[pairs.fooled].min()) if pairs.fooled.any() else None,
            "magnification": MAGNIFICATION,
        },
        tables={"pairs": pair_table(backbone, photographs, pairs)},
        figures={"pairs": _pictures(backbone, pairs)},
    )


def _of_target(pairs: FooledPairs, target: int, name: str) -> dict[str, Any]:
    """What became of the pairs with one target; ValueError where no image could be fooled into it."""
    own = pairs.targets == target
    if not own.any():
        raise ValueError(f"every image is a {name!r} already: choose another target")
    fooled = own & pairs.fooled
    tried, count, saved = int(own.sum()), int(fooled.sum()), int((fooled & pairs.saved_fooled).sum())
    low, high = wilson_interval(count, tried)
    saved_low, saved_high = wilson_interval(saved, count) if count else (None, None)
    return {
        "target": name,
        "pairs": tried,
        "fooled": count,
        "share": count / tried,
        "low": low,
        "high": high,
        "mean_steps": mean_of(pairs.steps[fooled]),
        "l2": mean_of(pairs.measures.l2[fooled]),
        "linf_levels": mean_of(pairs.measures.linf[fooled] * LEVELS),
        "psnr": mean_of(pairs.measures.psnr[fooled]),
        "confidence": mean_of(pairs.confidence[fooled]),
        "saved_share": saved / count if count else None,
        "saved_low": saved_low,
        "saved_high": saved_high,
    }


def _steps_chart(backbone: Backbone, pairs: FooledPairs, targets: list[str], most_steps: int) -> LineChart:
    """For each target the share of its images that are fooled after so many steps, up to a little past the last."""
    last = int(pairs.steps[pairs.fooled].max()) if pairs.fooled.any() else most_steps
    numbers = np.arange(min(most_steps, last + 2) + 1)
    curves = []
    for target in targets:
        own = pairs.targets == class_index(backbone, target)
        needed = pairs.steps[own & pairs.fooled]
        curves.append(Series(target, numbers, (needed[None] <= numbers[:, None]).sum(1) / own.sum()))
    return LineChart(tuple(curves), "steps", "share of images fooled", y_limits=(0.0, 1.05))


def _pictures(backbone: Backbone, pairs: FooledPairs) -> ImageGrid:
    """Four pictures for each pair; the titles say what the network takes the first two for, and how surely."""
    images, titles = [], []
    shown = zip(as_saved(pairs.originals), as_saved(pairs.changed), pairs.originals, pairs.changed, strict=True)
    for number, (original, fooled, before, after) in enumerate(shown):
        images += [original, fooled, *(difference_picture(before, after, times) for times in (1, MAGNIFICATION))]
        was = f"{backbone.class_names[pairs.predicted[number]]}, {100 * pairs.confidence_before[number]:.0f} %"
        now = f"{backbone.class_names[pairs.targets[number]]}, {100 * pairs.confidence[number]:.0f} %"
        titles += [was, now if pairs.fooled[number] else f"not fooled: {now}", "", ""]
    heads = ("original", "fooled", "difference", f"difference × {MAGNIFICATION}")
    return ImageGrid(tuple(images), 4, titles=tuple(titles), column_titles=heads)
