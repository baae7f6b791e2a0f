"""Settings of the classifier behind a network: the penalty C, and a principal component analysis before it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from generator.labs.shared.metrics import accuracy_row
from generator.labs.shared.statistics import SIGNIFICANT, detectable_difference, holm_adjusted, paired_p
from generator.labs.transfer.layers import number
from generator.labs.transfer.svm import Split, cross_validated, fit_svm, l2_normalised, split_of
from generator.registry import computation
from generator.results import LineChart, Result, Series, Table, Value
from generator.workspace import Workspace


@computation(
    metrics={
        "exact": ["network", "layer_label", "folds", "smallest_c", "largest_c", "train_images", "default_c"],
        "measured": [
            "chosen_c", "chosen_validation", "chosen_test", "default_test", "best_c", "best_test", "spread",
            "plateau_low", "plateau_high",
        ],
        "margins": ["chosen_low", "chosen_high", "p", "detectable"],
    },
    tables={
        "values": [
            "c", "validation", "validation_low", "validation_high", "train", "test", "low", "high", "p", "detectable",
        ],
    },
    figures=["accuracy"],
)  # fmt: skip
def choose_penalty(
    workspace: Workspace,
    *,
    features: Result,
    layer: str,
    cs: list[float],
    folds: int = 5,
    normalise: bool = True,
    default_c: float = 1.0,
    seed: int = 0,
) -> Result:
    """Choose C by cross-validation on the training images alone, then look at the test images.

    ``chosen_c`` has the highest mean accuracy over the folds (the smallest such C); ``validation_low`` and ``…_high``
    are the lowest and highest fold. ``best_c`` is the one with the highest accuracy on the test images, which is not to
    be chosen by: it shows how much that would flatter. ``p`` are exact paired p values against ``default_c``, which
    has to be among ``cs``, adjusted for the other values (Holm); where that is the chosen one, ``p`` is 1. The test
    would show a difference of ``detectable`` with 80 % probability. ``plateau_low`` to ``plateau_high`` are the values
    of C around the chosen one whose cross-validated accuracy is within one standard error of its.
    """
    split = split_of(features, layer)
    split = split.normalised() if normalise else split
    accuracy = cross_validated(split, cs, folds, seed)
    rows = _tried(workspace, split, cs, accuracy, default_c, seed)
    return Result(
        metrics={
            "network": features.metrics["network"],
            "layer_label": _label(features, layer),
            "folds": folds,
            "train_images": len(split.train),
            "default_c": default_c,
            **_choice(rows, accuracy, cs.index(default_c)),
        },
        tables={"values": Table.of(rows)},
        figures={"accuracy": _penalty_chart(rows)},
    )


def _tried(
    workspace: Workspace, split: Split, cs: list[float], accuracy: NDArray[np.float64], default_c: float, seed: int
) -> list[dict[str, Value]]:
    """A row for each C: its cross-validated accuracies (values of C, folds), and what all training images give."""
    rows: list[dict[str, Value]] = []
    hits: list[NDArray[np.bool_]] = []
    for place, c in enumerate(cs):
        workspace.progress(place, len(cs), f"C = {c:g}")
        fit = fit_svm(split, c, seed)
        hits.append(fit.test_predicted == split.test_labels)
        rows.append({
            "c": c,
            "validation": float(accuracy[place].mean()),
            "validation_low": float(accuracy[place].min()),
            "validation_high": float(accuracy[place].max()),
            "train": float((fit.train_predicted == split.train_labels).mean()),
            **accuracy_row(hits[-1], split.test_groups),
        })  # fmt: skip
    default = cs.index(default_c)
    others = [place for place in range(len(cs)) if place != default]
    found = holm_adjusted([paired_p(hits[place], hits[default], split.test_groups) for place in others])
    level = SIGNIFICANT / max(1, len(others))
    for place, row in enumerate(rows):
        row["p"] = None if place == default else found[others.index(place)]
        row["detectable"] = detectable_difference(hits[place], hits[default], split.test_groups, level)
    return rows


def _choice(rows: list[dict[str, Value]], accuracy: NDArray[np.float64], default: int) -> dict[str, Value]:
    means = accuracy.mean(axis=1)
    chosen = int(means.argmax())
    tests = [float(row["test"] or 0.0) for row in rows]
    best = int(np.argmax(tests))
    error = float(accuracy[chosen].std(ddof=1) / np.sqrt(accuracy.shape[1]))
    low = high = chosen
    while low > 0 and means[low - 1] >= means[chosen] - error:
        low -= 1
    while high < len(means) - 1 and means[high + 1] >= means[chosen] - error:
        high += 1
    return {
        "smallest_c": rows[0]["c"],
        "largest_c": rows[-1]["c"],
        "chosen_c": rows[chosen]["c"],
        **{f"chosen_{name}": rows[chosen][name] for name in ("validation", "test", "low", "high")},
        "default_test": rows[default]["test"],
        "p": 1.0 if chosen == default else rows[chosen]["p"],
        "detectable": rows[chosen]["detectable"],
        "best_c": rows[best]["c"],
        "best_test": rows[best]["test"],
        "spread": max(tests) - min(tests),
        "plateau_low": rows[low]["c"],
        "plateau_high": rows[high]["c"],
    }


def _penalty_chart(rows: list[dict[str, Value]]) -> LineChart:
    def column(name: str) -> NDArray[np.float64]:
        return np.array([float(row[name] or 0.0) for row in rows])

    low, high = column("validation_low"), column("validation_high")
    curves = (
        Series("cross-validation", column("c"), column("validation"), low, high),
        Series("training images", column("c"), column("train")),
        Series("test images", column("c"), column("test"), dashed=True),
    )
    return LineChart(curves, "C", "accuracy", x_log=True)


@computation(
    metrics={
        "exact": ["values", "smallest"],
        "measured": [
            "full_test", "full_fit_seconds", "smallest_test", "smallest_alike", "smallest_alike_test",
            "smallest_alike_variance", "smallest_alike_fit_seconds", "alike", "better", "order_before", "order_after",
        ],
        "margins": ["smallest_p", "smallest_alike_p", "smallest_alike_detectable", "order_p", "order_detectable"],
    },
    tables={
        "dimensions": [
            "dimensions", "order", "variance", "test", "low", "high", "pca_seconds", "fit_seconds", "p", "detectable",
        ],
    },
    figures=["accuracy"],
)  # fmt: skip
def reduce_dimensions(
    workspace: Workspace, *, features: Result, layer: str, dimensions: list[int], c: float = 1.0, seed: int = 0
) -> Result:
    """Put a principal component analysis, fitted to the training rows only, between the features and the SVM.

    Each dimension is tried with the rows L2-normalised before the analysis and with them normalised after it; the
    reference is the SVM on all values, L2-normalised. ``p`` are exact paired p values against it, adjusted for one
    another (Holm), and ``detectable`` the differences that they would show with 80 % probability. ``variance`` is the
    share of the training rows' variance that the components keep. ``alike`` counts the dimensions (normalised before)
    that are not worse than the reference at p < 0.05, ``better`` those that are better; ``smallest_alike`` is the
    smallest of the former, or None. ``order_…`` compare the two orders at the smallest dimension, one test alone.
    Dimensions that the rows do not have are left out.
    """
    split = split_of(features, layer)
    full = fit_svm(split.normalised(), c, seed)
    hits = full.test_predicted == split.test_labels
    possible = [size for size in dimensions if size < min(split.train.shape)]
    if not possible:
        raise ValueError(f"{layer} has {split.train.shape[1]} values: no dimension among {dimensions} is smaller")
    rows, found = _cut_down(workspace, split, possible, hits, c, seed)
    orders = found[possible[0], "before"], found[possible[0], "after"]
    return Result(
        metrics={
            "values": split.train.shape[1],
            "full_test": float(hits.mean()),
            "full_fit_seconds": full.fit_seconds,
            **_reduction(rows, float(hits.mean()), possible),
            "order_p": paired_p(*orders, split.test_groups),
            "order_detectable": detectable_difference(*orders, split.test_groups),
        },
        tables={"dimensions": Table.of(rows)},
        figures={"accuracy": _dimension_chart(rows, float(hits.mean()))},
    )


def _cut_down(
    workspace: Workspace, split: Split, possible: list[int], hits: NDArray[np.bool_], c: float, seed: int
) -> tuple[list[dict[str, Value]], dict[tuple[int, str], NDArray[np.bool_]]]:
    """A row for each order and dimension, and which test images it gets right; ``hits`` are the reference's."""
    rows: list[dict[str, Value]] = []
    found: dict[tuple[int, str], NDArray[np.bool_]] = {}
    for order in ("before", "after"):
        own, pca_seconds, spectrum = principal_components(split, order)
        for size in possible:
            workspace.progress(len(rows), 2 * len(possible), f"{size} dimensions")
            cut = replace(own, train=own.train[:, :size], test=own.test[:, :size])
            fit = fit_svm(cut.normalised() if order == "after" else cut, c, seed)
            found[size, order] = fit.test_predicted == split.test_labels
            rows.append({
                "dimensions": size,
                "order": order,
                "variance": float(spectrum[:size].sum() / spectrum.sum()),
                **accuracy_row(found[size, order], split.test_groups),
                "pca_seconds": pca_seconds,
                "fit_seconds": fit.fit_seconds,
            })  # fmt: skip
    tested = holm_adjusted([paired_p(one, hits, split.test_groups) for one in found.values()])
    for row, one, p in zip(rows, found.values(), tested, strict=True):
        row["p"] = p
        row["detectable"] = detectable_difference(one, hits, split.test_groups, SIGNIFICANT / len(rows))
    return rows, found


def principal_components(
    split: Split, order: Literal["before", "after"] | str
) -> tuple[Split, float, NDArray[np.float64]]:
    """The rows in the principal axes of the training rows, by falling variance; seconds taken; variances.

    ``order`` "before" puts rows on the unit sphere first. Test rows are only projected.
    """
    began = time.process_time()
    train, test = (l2_normalised(one) if order == "before" else one for one in (split.train, split.test))
    centre = train.mean(axis=0)
    inside, beside = (train - centre).astype(np.float64), (test - centre).astype(np.float64)
    wide = inside.shape[1] > inside.shape[0]
    # The smaller of the two products has the same eigenvalues, and its decomposition is the cheaper one.
    values, vectors = np.linalg.eigh(inside @ inside.T if wide else inside.T @ inside)
    order_down = np.argsort(-values)[: min(inside.shape[0] - 1, inside.shape[1])]
    variances: NDArray[np.float64] = values[order_down].clip(min=1e-12)
    axes = vectors[:, order_down]
    if wide:
        axes = inside.T @ axes / np.sqrt(variances)
    turned = replace(split, train=(inside @ axes).astype(np.float32), test=(beside @ axes).astype(np.float32))
    return turned, time.process_time() - began, variances


def _reduction(rows: list[dict[str, Value]], full: float, possible: list[int]) -> dict[str, Value]:
    before = [row for row in rows if row["order"] == "before"]
    apart = [row for row in before if number(row["p"]) < SIGNIFICANT]
    worse = [row for row in apart if number(row["test"]) < full]
    alike = [row for row in before if row not in worse]
    least = alike[0] if alike else dict.fromkeys(before[0])
    after = next(row for row in rows if row["order"] == "after")
    names = ("test", "p", "detectable", "variance", "fit_seconds")
    return {
        "smallest": possible[0],
        "smallest_test": before[0]["test"],
        "smallest_p": before[0]["p"],
        "smallest_alike": least["dimensions"],
        **{f"smallest_alike_{name}": least[name] for name in names},
        "alike": len(alike),
        "better": len(apart) - len(worse),
        "order_before": before[0]["test"],
        "order_after": after["test"],
    }


def _dimension_chart(rows: list[dict[str, Value]], full: float) -> LineChart:
    curves = []
    for order in ("before", "after"):
        own = [row for row in rows if row["order"] == order]
        names = ("dimensions", "test", "low", "high")
        sizes, test, low, high = (np.array([float(row[name] or 0.0) for row in own]) for name in names)
        curves.append(Series(f"L2 {order} PCA", sizes, test, low, high))
    curves.append(Series("all values", sizes, np.full(len(sizes), full), dashed=True))
    return LineChart(tuple(curves), "dimensions", "test accuracy", x_log=True)


def _label(features: Result, layer: str) -> Value:
    return next(row["label"] for row in features.tables["layers"].records() if row["layer"] == layer)
