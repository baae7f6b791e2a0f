"""What a pre-trained classifier says about photographs, and what becomes of it without the normalisation."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from generator.datasets.images import ImageSet, load_images
from generator.labs.shared.metrics import accuracy_metrics, hits_within, logits_of, true_ranks
from generator.labs.shared.statistics import mcnemar_p
from generator.networks.backbones import Backbone, load_backbone
from generator.networks.preprocessing import displayable
from generator.registry import Dataset, Network, computation
from generator.results import Bars, BarSeries, Figure, ImageGrid, Panels, Result, Table, Value
from generator.workspace import Workspace

#: How many of the most probable classes are shown and counted, as in the ImageNet challenge.
SHOWN = 5

PREDICTION_COLUMNS = ("image", "true_class", "predicted_class", "probability", "true_probability", "true_rank")


@computation(
    metrics=[
        "label", "classes", "chance", "lowest_logit", "highest_logit", "logit_sum", "negative_logits",
        "probability_sum", "true_class", "predicted_class", "probability", "second_class", "second_probability",
    ],
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
    rows = tuple(
        (rank, backbone.class_names[index], float(logits[index]), float(probabilities[index]))
        for rank, index in enumerate(order, start=1)
    )
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
            "predicted_class": rows[0][1],
            "probability": rows[0][3],
            "second_class": rows[1][1],
            "second_probability": rows[1][3],
        },
        tables={"scores": Table(("rank", "class_name", "logit", "probability"), rows)},
    )


@computation(
    metrics=[
        "label", "input_size", "images", "classes", "top1", "top1_hits", "top1_low", "top1_high", "top5", "top5_hits",
        "top5_low", "top5_high", "examples", "examples_right", "examples_in_five", "input_low", "input_high",
        "confidence_right", "confidence_wrong",
    ],
    tables={"predictions": ["image", "true_class", "predicted_class", "probability", "true_probability", "true_rank"]},
    figures=["predictions"],
)  # fmt: skip
def classify_images(workspace: Workspace, *, network: Network, dataset: Dataset, examples: list[int]) -> Result:
    """Classify the whole test part, and show the images numbered ``examples`` one by one.

    Accuracies are proportions of all test images, with 95 % Wilson intervals. ``input_low`` and ``input_high`` are the
    smallest and largest value of the examples after preprocessing. ``confidence_right`` and ``confidence_wrong`` are
    the mean probability of the predicted class where it is and is not the true one (None where there is no such image).
    """
    backbone = load_backbone(network, workspace.data, workspace.device)
    images = load_images(dataset, workspace.data)
    logits = logits_of(backbone, backbone.preprocess(images.images))
    probabilities = logits.softmax(1).numpy()
    first, five = hits_within(logits, images.labels, 1), hits_within(logits, images.labels, SHOWN)
    inputs = backbone.preprocess(images.select(examples).images)
    confidence = probabilities.max(axis=1)
    return Result(
        metrics={
            "label": backbone.label,
            "input_size": backbone.input_size,
            "images": len(images),
            "classes": len(backbone.class_names),
            **accuracy_metrics("top1", first),
            **accuracy_metrics("top5", five),
            "examples": len(examples),
            "examples_right": int(first[examples].sum()),
            "examples_in_five": int(five[examples].sum()),
            "input_low": float(inputs.min()),
            "input_high": float(inputs.max()),
            "confidence_right": float(confidence[first].mean()) if first.any() else None,
            "confidence_wrong": float(confidence[~first].mean()) if (~first).any() else None,
        },
        tables={"predictions": _prediction_table(backbone, images, logits, examples)},
        figures={"predictions": _prediction_panels(backbone, images, probabilities, examples)},
    )


def _prediction_table(backbone: Backbone, images: ImageSet, logits: torch.Tensor, examples: list[int]) -> Table:
    probabilities, ranks = logits.softmax(1), true_ranks(logits, images.labels)
    rows = []
    for index in examples:
        own = probabilities[index]
        predicted = backbone.class_names[int(own.argmax())]
        in_truth = float(own[int(images.labels[index])])
        rows.append((index, images.true_class(index), predicted, float(own.max()), in_truth, int(ranks[index])))
    return Table(PREDICTION_COLUMNS, tuple(rows))


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
        widths=(1.0, 1.0, 1.5),
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
    metrics=[
        "label", "images", "top1", "top1_hits", "top1_low", "top1_high", "top5", "top5_hits", "top5_low", "top5_high",
        "raw_top1", "raw_top1_hits", "raw_top1_low", "raw_top1_high", "raw_top5", "raw_top5_hits", "raw_top5_low",
        "raw_top5_high", "top1_p", "top5_p", "top1_lost", "top1_gained", "changed", "changed_share", "input_mean",
        "input_std", "raw_input_mean", "raw_input_std", "confidence", "raw_confidence",
    ],
    tables={"conditions": ["preprocessing", "input_mean", "input_std", "top1", "top1_low", "top1_high", "top5",
                           "top5_low", "top5_high", "confidence"]},
)  # fmt: skip
def normalisation_effect(workspace: Workspace, *, network: Network, dataset: Dataset) -> Result:
    """Classify the same test images with and without the normalisation of their channels (``raw_…``: without).

    Accuracies are proportions with 95 % Wilson intervals; ``…_p`` are exact McNemar p values. ``top1_lost`` and
    ``top1_gained`` count the images that only the normalised, and only the raw input got right; ``changed`` those whose
    predicted class differs. ``…input_mean`` and ``…input_std`` are over all values of all inputs; ``…confidence`` is
    the mean probability of the predicted class.
    """
    backbone = load_backbone(network, workspace.data, workspace.device)
    images = load_images(dataset, workspace.data)
    metrics: dict[str, Value] = {"label": backbone.label, "images": len(images)}
    hits: dict[tuple[str, str], NDArray[np.bool_]] = {}
    predicted: dict[str, torch.Tensor] = {}
    for prefix in ("", "raw_"):
        inputs = backbone.preprocess(images.images, normalise=not prefix)
        logits = logits_of(backbone, inputs)
        predicted[prefix] = logits.argmax(1)
        for name, k in (("top1", 1), ("top5", SHOWN)):
            hits[prefix, name] = hits_within(logits, images.labels, k)
            metrics |= accuracy_metrics(f"{prefix}{name}", hits[prefix, name])
        metrics[f"{prefix}input_mean"], metrics[f"{prefix}input_std"] = float(inputs.mean()), float(inputs.std())
        metrics[f"{prefix}confidence"] = float(logits.softmax(1).max(1).values.mean())
    changed = int((predicted[""] != predicted["raw_"]).sum())
    metrics |= {f"{name}_p": mcnemar_p(hits["", name], hits["raw_", name]) for name in ("top1", "top5")}
    metrics |= {
        "top1_lost": int((hits["", "top1"] & ~hits["raw_", "top1"]).sum()),
        "top1_gained": int((hits["raw_", "top1"] & ~hits["", "top1"]).sum()),
        "changed": changed,
        "changed_share": changed / len(images),
    }
    columns = ("input_mean", "input_std", "top1", "top1_low", "top1_high", "top5", "top5_low", "top5_high",
               "confidence")  # fmt: skip
    rows = tuple(
        (words, *(metrics[f"{prefix}{column}"] for column in columns))
        for prefix, words in (("", "scaled to [0, 1] and normalised"), ("raw_", "scaled to [0, 1] only"))
    )
    return Result(metrics=metrics, tables={"conditions": Table(("preprocessing", *columns), rows)})
