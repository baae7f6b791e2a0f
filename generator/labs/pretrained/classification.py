"""What a pre-trained classifier says about photographs, and what becomes of it without the normalisation."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from generator.datasets.images import ImageSet, load_images
from generator.labs.shared.metrics import accuracy_metrics, hits_within, logits_of, true_ranks
from generator.labs.shared.statistics import SIGNIFICANT, detectable_difference, holm_adjusted, paired_p
from generator.networks.backbones import Backbone, load_backbone
from generator.networks.preprocessing import displayable
from generator.registry import Dataset, Network, computation
from generator.results import Bars, BarSeries, Figure, ImageGrid, Panels, Result, Table, Value
from generator.workspace import Workspace

#: How many of the most probable classes are shown and counted, as in the ImageNet challenge.
SHOWN = 5


@computation(
    metrics={
        "exact": [
            "label", "classes", "chance", "lowest_logit", "highest_logit", "logit_sum", "negative_logits",
            "probability_sum", "true_class", "predicted_class", "probability",
        ],
    },
    tables={"scores": ["rank", "class_name", "logit", "probability"]},
)  # fmt: skip
def output_scores(workspace: Workspace, *, network: Network, dataset: Dataset, image: int) -> Result:
    """Describe the raw output of the last layer for one test image, and the same scores after softmax.

    Logits are any real numbers; probabilities are softmax's, over all classes. ``chance`` is 1 / classes.
    """
    backbone = load_backbone(network, workspace.data, workspace.device)
    images = load_images(dataset, workspace.data).select([image])
    logits = logits_of(backbone, backbone.preprocess(images.images))[0].double()
    probabilities = logits.softmax(0)
    order = logits.argsort(descending=True)[:SHOWN].tolist()
    rows: list[dict[str, Value]] = [
        {
            "rank": rank,
            "class_name": backbone.class_names[index],
            "logit": float(logits[index]),
            "probability": float(probabilities[index]),
        }
        for rank, index in enumerate(order, start=1)
    ]
    return Result(
        metrics={
            "label": backbone.label,
            "classes": len(logits),
            "chance": 1 / len(logits),
            "lowest_logit": float(logits.min()),
            "highest_logit": float(logits.max()),
            "logit_sum": float(logits.sum()),
            "negative_logits": int((logits < 0).sum()),
            "probability_sum": float(probabilities.sum()),
            "true_class": images.true_class(0),
            "predicted_class": rows[0]["class_name"],
            "probability": rows[0]["probability"],
        },
        tables={"scores": Table.of(rows)},
    )


@computation(
    metrics={
        "exact": [
            "label", "images", "classes", "examples", "examples_right", "examples_in_five", "input_low", "input_high",
        ],
        "measured": ["top1", "top5", "top1_hits", "top5_hits"],
        "margins": ["top1_low", "top1_high", "top5_low", "top5_high"],
    },
    tables={"predictions": ["image", "true_class", "predicted_class", "probability", "true_probability", "true_rank"]},
    columns={"measured": ["probability", "true_probability", "true_rank"]},
    figures=["predictions"],
)  # fmt: skip
def classify_images(workspace: Workspace, *, network: Network, dataset: Dataset, examples: list[int]) -> Result:
    """Classify the whole test part, and show the images numbered ``examples`` one by one.

    Accuracies are proportions of all test images, with 95 % intervals. ``input_low`` and ``input_high`` are the
    smallest and largest value of the examples after preprocessing.
    """
    backbone = load_backbone(network, workspace.data, workspace.device)
    images = load_images(dataset, workspace.data)
    logits = logits_of(backbone, backbone.preprocess(images.images))
    probabilities = logits.softmax(1).numpy()
    first, five = hits_within(logits, images.labels, 1), hits_within(logits, images.labels, SHOWN)
    inputs = backbone.preprocess(images.select(examples).images)
    return Result(
        metrics={
            "label": backbone.label,
            "images": len(images),
            "classes": len(backbone.class_names),
            **accuracy_metrics("top1", first, images.groups),
            **accuracy_metrics("top5", five, images.groups),
            "top1_hits": int(first.sum()),
            "top5_hits": int(five.sum()),
            "examples": len(examples),
            "examples_right": int(first[examples].sum()),
            "examples_in_five": int(five[examples].sum()),
            "input_low": float(inputs.min()),
            "input_high": float(inputs.max()),
        },
        tables={"predictions": _prediction_table(backbone, images, logits, examples)},
        figures={"predictions": _prediction_panels(backbone, images, probabilities, examples)},
    )


def _prediction_table(backbone: Backbone, images: ImageSet, logits: torch.Tensor, examples: list[int]) -> Table:
    probabilities, ranks = logits.softmax(1), true_ranks(logits, images.labels)
    return Table.of(
        {
            "image": index,
            "true_class": images.true_class(index),
            "predicted_class": backbone.class_names[int(probabilities[index].argmax())],
            "probability": float(probabilities[index].max()),
            "true_probability": float(probabilities[index, int(images.labels[index])]),
            "true_rank": int(ranks[index]),
        }
        for index in examples
    )


def _prediction_panels(
    backbone: Backbone, images: ImageSet, probabilities: NDArray[np.float32], examples: list[int]
) -> Panels:
    """One row for each example: the photograph, the network's input made visible, the most probable classes."""
    panels: list[Figure] = []
    for index in examples:
        photograph = images.images[index]
        transformed = displayable(backbone.preprocess([photograph])[0])
        bars = _bars(backbone, probabilities[index], int(images.labels[index]))
        panels += [ImageGrid((photograph,), 1), ImageGrid((transformed,), 1), bars]
    return Panels(
        tuple(panels),
        columns=3,
        row_titles=tuple(images.true_class(index) for index in examples),
        column_titles=("photograph", "as the network gets it", "five most probable classes"),
        widths=(0.8, 0.8, 1.5),
    )


def _bars(backbone: Backbone, probabilities: NDArray[np.float32], label: int) -> Bars:
    """The most probable classes, the true one stressed where it is among them."""
    order = [int(index) for index in np.argsort(-probabilities, kind="stable")[:SHOWN]]
    return Bars(
        categories=tuple(backbone.class_names[index] for index in order),
        series=(BarSeries("probability", probabilities[order]),),
        value_label="probability",
        horizontal=True,
        value_limits=(0.0, 1.0),
        highlight=order.index(label) if label in order else None,
    )


@computation(
    metrics={
        "exact": ["label", "input_mean", "input_std", "raw_input_mean", "raw_input_std"],
        "measured": [
            "top1", "top5", "raw_top1", "raw_top5", "top1_lost", "top1_gained", "changed_share", "raw_confidence",
        ],
        "margins": ["top1_low", "top1_high", "raw_top1_low", "raw_top1_high"],
    },
)  # fmt: skip
def normalisation_effect(workspace: Workspace, *, network: Network, dataset: Dataset) -> Result:
    """Classify the same test images with and without the normalisation of their channels (``raw_…``: without).

    Accuracies are proportions, of the highest class with 95 % intervals.
    ``top1_lost`` and ``top1_gained`` count the images that only the normalised, and only the raw input got right;
    ``changed_share`` is of those whose predicted class differs. ``…input_mean`` and ``…input_std`` are over all values
    of all inputs; ``raw_confidence`` is the mean probability of the predicted class.
    """
    backbone = load_backbone(network, workspace.data, workspace.device)
    images = load_images(dataset, workspace.data)
    metrics: dict[str, Value] = {"label": backbone.label}
    found: dict[str, torch.Tensor] = {}
    for prefix in ("", "raw_"):
        inputs = backbone.preprocess(images.images, normalise=not prefix)
        found[prefix] = logits_of(backbone, inputs)
        metrics |= accuracy_metrics(f"{prefix}top1", hits_within(found[prefix], images.labels, 1), images.groups)
        metrics[f"{prefix}top5"] = float(hits_within(found[prefix], images.labels, SHOWN).mean())
        metrics[f"{prefix}input_mean"], metrics[f"{prefix}input_std"] = float(inputs.mean()), float(inputs.std())
    normalised, raw = (hits_within(logits, images.labels, 1) for logits in found.values())
    metrics |= {
        "top1_lost": int((normalised & ~raw).sum()),
        "top1_gained": int((raw & ~normalised).sum()),
        "changed_share": int((found[""].argmax(1) != found["raw_"].argmax(1)).sum()) / len(images),
        "raw_confidence": float(found["raw_"].softmax(1).max(1).values.mean()),
    }
    groups = {} if images.groups is None else {"test/groups": images.groups}
    return Result(metrics=metrics, arrays={"test/hits": normalised, "test/raw_hits": raw, **groups})


@computation(
    metrics={
        "margins": ["first_p", "first_detectable"],
    },
    tables={
        "networks": [
            "label", "top1", "top1_low", "top1_high", "raw_top1", "raw_top1_low", "raw_top1_high", "top5", "raw_top5",
            "top1_p",
        ],
    },
)  # fmt: skip
def pool_normalisations(workspace: Workspace, *, runs: list[Result]) -> Result:
    """One table of several networks' ``normalisation_effect`` on the same images.

    ``top1_p`` are exact paired p values of a network's top-1 with and without the normalisation, adjusted for one
    another (Holm); ``first_p`` is the first network's. Its test would show a difference of ``first_detectable`` with
    80 % probability.
    """
    pairs = [(_kept(run, "test/hits"), _kept(run, "test/raw_hits")) for run in runs]
    found = holm_adjusted([paired_p(first, second, _groups(runs[0])) for first, second in pairs])
    first, second = pairs[0]
    columns = (
        "label", "top1", "top1_low", "top1_high", "raw_top1", "raw_top1_low", "raw_top1_high", "top5", "raw_top5"
    )  # fmt: skip
    return Result(
        metrics={
            "first_p": found[0],
            "first_detectable": detectable_difference(first, second, _groups(runs[0]), SIGNIFICANT / len(pairs)),
        },
        tables={
            "networks": Table.of(
                {**{name: run.metrics[name] for name in columns}, "top1_p": p}
                for run, p in zip(runs, found, strict=True)
            ),
        },
    )


def _kept(run: Result, name: str) -> NDArray[np.bool_]:
    return np.asarray(run.arrays[name], dtype=np.bool_)


def _groups(run: Result) -> NDArray[np.int64] | None:
    found = run.arrays.get("test/groups")
    return None if found is None else np.asarray(found, dtype=np.int64)
