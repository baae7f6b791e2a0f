"""The network's own classes for a scene, beside what an SVM on its features says."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from generator.datasets.images import ImageSet, load_images
from generator.labs.shared.metrics import BATCH, accuracy_metrics
from generator.labs.shared.statistics import detectable_difference, paired_p
from generator.labs.transfer.svm import fit_svm, split_of
from generator.networks.backbones import Backbone, load_backbone
from generator.networks.precision import chosen_precision, running_in
from generator.networks.preprocessing import displayable, scaled
from generator.registry import Dataset, Network, computation
from generator.results import Bars, BarSeries, Figure, ImageGrid, Panels, Result, Table, Value
from generator.workspace import Workspace

SHOWN = 5


@computation(
    metrics={
        "exact": [
            "network", "network_classes", "scene_classes", "shared_classes", "layer_label", "true_class",
            "network_class", "network_probability", "svm_class", "svm_right", "network_right", "images",
        ],
        "measured": ["own", "mapped", "svm", "kinds_median"],
        "margins": ["mapped_low", "mapped_high", "mapped_p", "mapped_detectable"],
    },
    tables={"classes": ["class_name", "most_frequent", "share", "kinds"]},
    figures=["image"],
)  # fmt: skip
def network_on_scenes(
    workspace: Workspace, *, network: Network, dataset: Dataset, features: Result, layer: str, image: int,
    c: float = 1.0, seed: int = 0,
) -> Result:  # fmt: skip
    """Classify the test scenes with the network's own last layer, and with an SVM on L2-normalised features.

    ``own`` is the share of test images whose most probable class has the very name of their scene, which is 0 where the
    two lists share no name (``shared_classes``). ``mapped`` is the best that the network's classes could do if each
    were translated into one scene: every class stands for the scene of the training images that most often get it;
    ``mapped_p`` is its exact paired p value against the SVM, which would show ``mapped_detectable`` with 80 %
    probability. The table says which class each scene's test images get most often, with what share, and how many
    kinds they get.
    """
    backbone = load_backbone(network, workspace.data, workspace.device)
    backbone.module.to(memory_format=torch.channels_last)
    parts = {part: load_images(dataset, workspace.data, part) for part in ("train", "test")}
    predicted = {part: _predicted(workspace, backbone, images) for part, images in parts.items()}
    scenes, test = parts["test"].class_names, parts["test"]
    own = np.array([backbone.class_names[index] for index in predicted["test"]])
    hits = own == np.array([test.true_class(index) for index in range(len(test))])
    mapped = _translated(predicted["train"], parts["train"].labels, predicted["test"], len(scenes)) == test.labels
    split = split_of(features, layer).normalised()
    fit = fit_svm(split, c, seed)
    svm = fit.test_predicted == split.test_labels
    alone = backbone.module(backbone.preprocess(test.select([image]).images))[0].float().softmax(0).cpu().numpy()
    decisions = fit.decisions[image]
    table = _class_table(own, test.labels, scenes)
    return Result(
        metrics={
            "network": backbone.label,
            "network_classes": len(backbone.class_names),
            "scene_classes": len(scenes),
            "shared_classes": len(set(scenes) & set(backbone.class_names)),
            "layer_label": next(r["label"] for r in features.tables["layers"].records() if r["layer"] == layer),
            "images": len(test),
            **_one_image(test.true_class(image), alone, backbone.class_names, decisions, scenes),
            "own": float(hits.mean()),
            **accuracy_metrics("mapped", mapped, split.test_groups),
            "svm": float(svm.mean()),
            "mapped_p": paired_p(mapped, svm, split.test_groups),
            "mapped_detectable": detectable_difference(mapped, svm, split.test_groups),
            "kinds_median": float(np.median([float(row["kinds"] or 0) for row in table.records()])),
        },
        tables={"classes": table},
        figures={"image": _panels(test.select([image]), alone, backbone.class_names, decisions)},
    )


def _one_image(
    true_class: str, probabilities: NDArray[np.float32], classes: tuple[str, ...], decisions: NDArray[np.float64],
    scenes: tuple[str, ...],
) -> dict[str, Value]:  # fmt: skip
    """What both classifiers say about one image."""
    first = int(np.argsort(-decisions, kind="stable")[0])
    answer = classes[int(probabilities.argmax())]
    return {
        "true_class": true_class,
        "network_class": answer,
        "network_probability": float(probabilities.max()),
        "network_right": answer == true_class,
        "svm_class": scenes[first],
        "svm_right": scenes[first] == true_class,
    }


@torch.no_grad()
def _predicted(workspace: Workspace, backbone: Backbone, images: ImageSet) -> NDArray[np.int64]:
    """The number of each image's most probable class."""
    precision = chosen_precision("auto", workspace.device)
    found = []
    for start in range(0, len(images), BATCH):
        inputs = backbone.preprocess(images.images[start : start + BATCH]).contiguous(memory_format=torch.channels_last)
        with running_in(precision, workspace.device):
            found.append(backbone.module(inputs).float().argmax(1).cpu().numpy())
        workspace.progress(start + len(inputs), len(images), f"{start + len(inputs)} of {len(images)} images")
    return np.concatenate(found)


def _translated(
    given: NDArray[np.int64], labels: NDArray[np.int64], asked: NDArray[np.int64], scenes: int
) -> NDArray[np.int64]:
    """The scene that each asked class stands for; a class that no training image got stands for the first scene."""
    counts = np.zeros((int(max(given.max(), asked.max())) + 1, scenes), dtype=np.int64)
    np.add.at(counts, (given, labels), 1)
    found: NDArray[np.int64] = counts.argmax(axis=1)[asked]
    return found


def _class_table(own: NDArray[np.str_], labels: NDArray[np.int64], scenes: tuple[str, ...]) -> Table:
    rows: list[dict[str, Value]] = []
    for number, scene in enumerate(scenes):
        names, counts = np.unique(own[labels == number], return_counts=True)
        top = int(counts.argmax())
        share = float(counts[top] / counts.sum())
        rows.append({"class_name": scene, "most_frequent": str(names[top]), "share": share, "kinds": len(names)})
    return Table.of(rows)


def _panels(
    photograph: ImageSet, probabilities: NDArray[np.float32], classes: tuple[str, ...], decisions: NDArray[np.float64]
) -> Panels:
    scenes, label = photograph.class_names, int(photograph.labels[0])
    top = [int(index) for index in np.argsort(-probabilities, kind="stable")[:SHOWN]]
    first = [int(index) for index in np.argsort(-decisions, kind="stable")[:SHOWN]]
    own = [classes[index] for index in top]
    shown = displayable(scaled([photograph.view(0)], 300)[0])
    panels: list[Figure] = [
        ImageGrid((shown,), 1),
        Bars(tuple(own), (BarSeries("probability", probabilities[top]),), "probability", True, (0.0, 1.0),
             own.index(scenes[label]) if scenes[label] in own else None),
        Bars(tuple(scenes[index] for index in first), (BarSeries("decision value", decisions[first]),),
             "decision value", True, None, first.index(int(label)) if int(label) in first else None),
    ]  # fmt: skip
    return Panels(
        tuple(panels),
        columns=3,
        column_titles=(f"an image: {scenes[label]}", "the network’s own classes", "SVM on its features"),
        widths=(1.3, 1.2, 1.2),
    )
