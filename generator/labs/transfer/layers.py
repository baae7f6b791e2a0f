"""A linear classifier on the features of each layer of a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.labs.shared.metrics import accuracy_row
from generator.labs.shared.statistics import SIGNIFICANT, detectable_difference, holm_adjusted, paired_p
from generator.labs.transfer.svm import Fit, Labels, Split, cross_validated, fit_svm, groups_of, split_of
from generator.registry import computation
from generator.results import Bars, BarSeries, Result, Table, Value
from generator.workspace import Workspace


@dataclass(frozen=True, eq=False)
class LayerFit:
    """One layer's machines, on the features as they are and on rows of length 1, and the latter's validation score."""

    layer: str
    split: Split
    raw: Fit
    unit: Fit
    validation: float

    @property
    def hits(self) -> NDArray[np.bool_]:
        """Which test images the machine on normalised features gets right."""
        found: NDArray[np.bool_] = self.unit.test_predicted == self.split.test_labels
        return found

    @property
    def raw_hits(self) -> NDArray[np.bool_]:
        """The same on the features as they are."""
        found: NDArray[np.bool_] = self.raw.test_predicted == self.split.test_labels
        return found


@computation(
    metrics={
        "exact": [
            "network", "layers", "c", "folds", "chance", "train_images", "test_images", "reference_label",
            "first_label", "chosen", "chosen_label", "chosen_values", "best_label", "others", "zero_rows",
        ],
        "measured": [
            "reference_test", "reference_raw_test", "reference_validation", "reference_fit_seconds",
            "reference_image_seconds", "chosen_test", "chosen_validation", "first_test", "last_test", "best_test",
            "undecided", "worse", "better", "normalised_better", "normalised_worse", "lowest_train", "unconverged",
        ],
        "margins": [
            "half_width", "reference_low", "reference_high", "first_p", "first_detectable", "last_p", "last_detectable",
        ],
    },
    tables={
        "layers": [
            "layer", "label", "shape", "values", "raw_train", "raw_test", "raw_low", "raw_high", "train", "test", "low",
            "high", "validation", "fit_seconds", "raw_fit_seconds", "image_seconds", "zero_rows", "p", "detectable",
            "normal_p",
        ],
    },
    figures=["layers"], columns={"measured": ["raw_test", "raw_train", "test", "train", "validation"]},
)  # fmt: skip
def svm_by_layer(
    workspace: Workspace, *, features: Result, reference: str, c: float = 1.0, folds: int = 3, seed: int = 0
) -> Result:
    """Fit a linear SVM on each layer of ``extract_features``, on its features as they are and L2-normalised.

    Accuracies are proportions of all test images, with 95 % intervals; ``raw_…`` are without normalisation.
    ``validation`` is the mean accuracy of ``folds``-fold cross-validation on the training images; the layer where it is
    highest is the ``chosen`` one, without a look at the test images. ``best_…`` is the highest test accuracy, which is
    an optimistic number. ``p`` is the exact paired p value against the layer called ``reference``, ``normal_p`` that
    of normalised against raw; each is adjusted for the other layers (Holm). ``detectable`` is the difference from the
    reference that such a test would show with 80 % probability. ``first`` and ``last`` are in the order of
    ``extract_features``. Times are in seconds: ``fit_seconds`` for all training images, ``image_seconds`` from pixels
    to features for one. ``zero_rows`` counts test images whose features are all zero: the machine's offsets alone
    classify them, and they count as any other.
    """
    described = {str(row["layer"]): row for row in features.tables["layers"].records()}
    if reference not in described:
        raise KeyError(f"there are no features of {reference!r}; there are {', '.join(described)}")
    fits: dict[str, LayerFit] = {}
    for place, layer in enumerate(described):
        workspace.progress(place, len(described), f"layer {described[layer]['label']}")
        fits[layer] = _fitted(layer, split_of(features, layer), c, folds, seed)
    rows = _with_tests([_row(described[layer], fits[layer]) for layer in described], fits, reference)
    return Result(
        metrics={
            **{name: features.metrics[name] for name in ("network", "train_images", "test_images")},
            "layers": len(rows),
            "c": c,
            "folds": folds,
            "chance": 1 / int(str(features.metrics["classes"])),
            **_summary(rows, fits, reference),
        },
        tables={"layers": Table.of(rows)},
        figures={"layers": _bars(rows)},
        arrays=_kept(fits, groups_of(features, "test")),
    )


def _fitted(layer: str, split: Split, c: float, folds: int, seed: int) -> LayerFit:
    unit = split.normalised()
    validation = float(cross_validated(unit, [c], folds, seed).mean())
    return LayerFit(layer, split, fit_svm(split, c, seed), fit_svm(unit, c, seed), validation)


def _row(described: Mapping[str, Value], fit: LayerFit) -> dict[str, Value]:
    return {
        "layer": fit.layer,
        "label": described["label"],
        "shape": described["shape"],
        "values": described["values"],
        "raw_train": float((fit.raw.train_predicted == fit.split.train_labels).mean()),
        **{f"raw_{name}": value for name, value in accuracy_row(fit.raw_hits, fit.split.test_groups).items()},
        "train": float((fit.unit.train_predicted == fit.split.train_labels).mean()),
        **accuracy_row(fit.hits, fit.split.test_groups),
        "validation": fit.validation,
        "fit_seconds": fit.unit.fit_seconds,
        "raw_fit_seconds": fit.raw.fit_seconds,
        "image_seconds": described["image_seconds"],
        "zero_rows": described["zero_test"],
    }


def _kept(fits: Mapping[str, LayerFit], groups: Labels | None) -> dict[str, NDArray[Any]]:
    """Each layer's hits on the test images and the groups of these, for paired tests to come."""
    return {f"hits/{layer}": fit.hits for layer, fit in fits.items()} | (
        {} if groups is None else {"test/groups": groups}
    )


def _with_tests(
    rows: list[dict[str, Value]], fits: Mapping[str, LayerFit], reference: str
) -> list[dict[str, Value]]:  # fmt: skip
    """The rows with their p values, each kind adjusted within its column, and what the tests can detect."""
    hits, groups = fits[reference].hits, fits[reference].split.test_groups
    others = [layer for layer in fits if layer != reference]
    p = dict(zip(others, holm_adjusted([paired_p(fits[one].hits, hits, groups) for one in others]), strict=True))
    normal_p = holm_adjusted([paired_p(fit.hits, fit.raw_hits, groups) for fit in fits.values()])
    level = SIGNIFICANT / max(1, len(others))
    detectable = {one: detectable_difference(fits[one].hits, hits, groups, level) for one in others}
    return [
        {**row, "p": p.get(layer), "detectable": detectable.get(layer), "normal_p": own}
        for row, layer, own in zip(rows, fits, normal_p, strict=True)
    ]


def _summary(rows: list[dict[str, Value]], fits: Mapping[str, LayerFit], reference: str) -> dict[str, Value]:
    by_layer = {str(row["layer"]): row for row in rows}
    own = by_layer[reference]
    chosen = max(rows, key=lambda row: number(row["validation"]))
    best = max(rows, key=lambda row: number(row["test"]))
    others = [row for row in rows if row is not own]
    apart = [row for row in others if number(row["p"]) < SIGNIFICANT]
    helped = [row for row in rows if number(row["normal_p"]) < SIGNIFICANT]
    return {
        "half_width": (number(own["high"]) - number(own["low"])) / 2,
        "zero_rows": sum(int(number(row["zero_rows"])) for row in rows),
        **{f"reference_{name}": own[name] for name in ("label", "test", "low", "high", "raw_test", "validation",
                                                       "fit_seconds", "image_seconds")},
        "chosen": chosen["layer"],
        **{f"chosen_{name}": chosen[name] for name in ("label", "values", "test", "validation")},
        **{f"first_{name}": rows[0][name] for name in ("label", "test", "p", "detectable")},
        **{f"last_{name}": rows[-1][name] for name in ("test", "p", "detectable")},
        "best_label": best["label"],
        "best_test": best["test"],
        "others": len(others),
        "undecided": len(others) - len(apart),
        "worse": sum(number(row["test"]) < number(own["test"]) for row in apart),
        "better": sum(number(row["test"]) > number(own["test"]) for row in apart),
        "normalised_better": sum(number(row["test"]) > number(row["raw_test"]) for row in helped),
        "normalised_worse": sum(number(row["test"]) < number(row["raw_test"]) for row in helped),
        "lowest_train": min(number(row["train"]) for row in rows),
        "unconverged": sum(not fit.converged for one in fits.values() for fit in (one.raw, one.unit)),
    }  # fmt: skip


def number(value: Value) -> float:
    """A table's value as a float; ``None`` counts as nothing to see, 1 for a p value of a row with itself."""
    return 1.0 if value is None else float(value)


def _bars(rows: Sequence[Mapping[str, Value]]) -> Bars:
    def series(name: str, prefix: str) -> BarSeries:
        columns = ([number(row[f"{prefix}{end}"]) for row in rows] for end in ("test", "low", "high"))
        return BarSeries(name, *(np.array(column) for column in columns))

    return Bars(
        categories=tuple(str(row["label"]) for row in rows),
        series=(series("as they are", "raw_"), series("L2-normalised", "")),
        value_label="test accuracy",
        value_limits=(0.0, 1.0),
    )
