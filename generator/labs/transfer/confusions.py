"""Where a classifier on transferred features goes wrong: classes, pairs of classes, single images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.datasets.images import ImageSet, load_images
from generator.labs.shared.statistics import grouped_interval
from generator.labs.transfer.svm import Fit, Split, fit_svm, split_of
from generator.networks.preprocessing import scaled
from generator.registry import Dataset, computation
from generator.results import Heatmap, ImageGrid, Result, Table, Value
from generator.workspace import Workspace

#: How often groups are dealt to the classes at random.
DEALS = 2000
#: Wrongly classified images that are shown, and their side in pixels.
SHOWN, SIDE = 10, 240


@computation(
    metrics={
        "exact": ["network", "layer_label", "classes", "shown", "class_images", "pairs"],
        "measured": [
            "test", "errors", "worst_class", "worst_accuracy", "best_class", "best_accuracy", "pair_true",
            "pair_predicted", "pair_count", "both_ways", "errors_in_pairs",
        ],
        "margins": ["worst_low", "worst_high", "best_low", "best_high", "spread_p"],
    },
    tables={
        "classes": ["class_name", "images", "right", "accuracy", "low", "high", "taken_for", "taken_for_count"],
        "pairs": ["true_class", "predicted_class", "count"],
    },
    columns={"measured": ["count"]},
    figures=["confusion", "worst"],
)  # fmt: skip
def svm_confusions(
    workspace: Workspace, *, features: Result, dataset: Dataset, layer: str, c: float = 1.0, seed: int = 0
) -> Result:
    """The confusion matrix of the SVM on L2-normalised features, and the test images it is most sure and wrong about.

    ``dataset`` has to be the one that the features are from. Accuracies of classes are proportions with 95 %
    intervals; ``spread_p`` is how often they lie as far apart when the images, in groups, are dealt to the classes
    at random. The pairs are the five most frequent (true class, predicted class). The images are those wrong ones whose
    decision value for the predicted class is furthest above that of the true one.
    """
    split = split_of(features, layer).normalised()
    fit = fit_svm(split, c, seed)
    images = load_images(dataset, workspace.data)
    if not np.array_equal(images.labels, split.test_labels):
        raise ValueError(f"the features are not those of {dataset}")
    names = images.class_names
    matrix = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(matrix, (split.test_labels, fit.test_predicted), 1)
    classes, pairs = _class_table(matrix, names, split, fit), _pair_table(matrix, names)
    label = next(row["label"] for row in features.tables["layers"].records() if row["layer"] == layer)
    errors = int(matrix.sum() - np.trace(matrix))
    return Result(
        metrics={
            "network": features.metrics["network"],
            "layer_label": label,
            "test": float(np.trace(matrix) / matrix.sum()),
            "errors": errors,
            "classes": len(names),
            "class_images": int(matrix.sum(axis=1).min()),
            "shown": min(SHOWN, errors),
            "spread_p": spread_p(fit.test_predicted == split.test_labels, split, workspace.numpy_rng(seed, "deals")),
            **_extremes(classes, pairs, matrix, names),
        },
        tables={"classes": classes, "pairs": pairs},
        figures={
            "confusion": _confusion(matrix, names),
            "worst": _worst(images, fit, names),
        },
    )


def _confusion(matrix: NDArray[np.int64], names: tuple[str, ...]) -> Heatmap:
    return Heatmap(
        values=100 * (matrix / matrix.sum(axis=1, keepdims=True)),
        row_labels=names,
        column_labels=names,
        colour_label="share of the class, %",
        row_title="true class",
        column_title="predicted class",
        value_range=(0.0, 100.0),
        annotate=False,
    )


def _class_table(matrix: NDArray[np.int64], names: tuple[str, ...], split: Split, fit: Fit) -> Table:
    """One row for each class, the worst first."""
    rows: list[dict[str, Value]] = []
    for index, name in enumerate(names):
        right, total = int(matrix[index, index]), int(matrix[index].sum())
        wrong = matrix[index].copy()
        wrong[index] = 0
        count = int(wrong.max())
        own = split.test_labels == index
        groups = None if split.test_groups is None else split.test_groups[own]
        low, high = grouped_interval(fit.test_predicted[own] == index, groups)
        rows.append({
            "class_name": name,
            "images": total,
            "right": right,
            "accuracy": right / total,
            "low": low,
            "high": high,
            "taken_for": names[int(wrong.argmax())] if count else "",
            "taken_for_count": count,
        })  # fmt: skip
    return Table.of(sorted(rows, key=lambda row: float(row["accuracy"] or 0.0)))


def spread_p(hits: NDArray[np.bool_], split: Split, rng: np.random.Generator) -> float:
    """The p value that all classes are equally often right, by dealing the groups of images to the classes at random.

    What is compared is the variance of the classes' accuracies, weighted by their images. The arrangement that was seen
    counts as one of the ``DEALS`` (Phipson and Smyth 2010), so that p is never 0.
    """
    labels = split.test_labels
    single = np.arange(len(labels)) if split.test_groups is None else split.test_groups
    _, first, groups = np.unique(single * (labels.max() + 1) + labels, return_index=True, return_inverse=True)
    right, sizes = np.bincount(groups, weights=hits), np.bincount(groups)

    def apart(classes: NDArray[np.int64]) -> float:
        images = np.bincount(classes, weights=sizes)
        accuracies = np.bincount(classes, weights=right) / images
        return float(images @ (accuracies - hits.mean()) ** 2)

    seen = apart(labels[first])
    dealt = sum(apart(rng.permutation(labels[first])) >= seen - 1e-9 for _ in range(DEALS - 1))
    return (dealt + 1) / DEALS


def _pair_table(matrix: NDArray[np.int64], names: tuple[str, ...]) -> Table:
    wrong = matrix - np.diag(np.diag(matrix))
    order = np.argsort(-wrong, axis=None, kind="stable")[:5]
    places = [divmod(int(place), len(names)) for place in order]
    return Table.of(
        {"true_class": names[true], "predicted_class": names[taken], "count": int(wrong[true, taken])}
        for true, taken in places
    )


def _extremes(classes: Table, pairs: Table, matrix: NDArray[np.int64], names: tuple[str, ...]) -> dict[str, Value]:
    rows, found = classes.records(), pairs.records()
    worst, best, first = rows[0], rows[-1], found[0]
    true, taken = names.index(str(first["true_class"])), names.index(str(first["predicted_class"]))
    return {
        "worst_class": worst["class_name"],
        **{f"worst_{name}": worst[name] for name in ("accuracy", "low", "high")},
        "best_class": best["class_name"],
        **{f"best_{name}": best[name] for name in ("accuracy", "low", "high")},
        "pair_true": first["true_class"],
        "pair_predicted": first["predicted_class"],
        "pair_count": first["count"],
        "both_ways": int(matrix[taken, true]),
        "pairs": len(found),
        "errors_in_pairs": sum(int(str(row["count"])) for row in found),
    }


def _worst(images: ImageSet, fit: Fit, names: tuple[str, ...]) -> ImageGrid:
    labels = images.labels
    rows = np.arange(len(labels))
    margin = fit.decisions[rows, fit.test_predicted] - fit.decisions[rows, labels]
    wrong = np.flatnonzero(fit.test_predicted != labels)
    order = wrong[np.argsort(-margin[wrong], kind="stable")][:SHOWN]
    if not len(order):  # nothing is wrong: show the least certain of the right ones
        order = np.argsort(np.sort(fit.decisions, axis=1)[:, -1], kind="stable")[:SHOWN]
    pictures = (
        (scaled([images.view(int(index)) for index in order], SIDE) * 255).round().byte().permute(0, 2, 3, 1).numpy()
    )
    titles = tuple(f"{names[labels[index]]} → {names[fit.test_predicted[index]]}" for index in order)
    tones = tuple("good" if labels[index] == fit.test_predicted[index] else "bad" for index in order)
    return ImageGrid(tuple(pictures), 5, titles=titles, tones=tones)
