"""A linear classifier on the features of each layer of a network, and the comparison of two such experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.labs.shared.metrics import accuracy_row
from generator.labs.shared.statistics import paired_p
from generator.labs.transfer.svm import Fit, Split, cross_validated, fit_svm, groups_of, split_of
from generator.registry import computation
from generator.results import Bars, BarSeries, Result, Table, Value
from generator.workspace import Workspace

#: Differences with a smaller p value are called more than chance.
SIGNIFICANT = 0.05


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
    metrics=[
        "network", "layers", "c", "folds", "chance", "train_images", "test_images", "half_width", "zero_rows",
        "reference_label", "reference_test", "reference_low", "reference_high", "reference_raw_test",
        "reference_validation", "chosen_validation",
        "reference_fit_seconds", "reference_image_seconds", "chosen", "chosen_label", "chosen_values", "chosen_test",
        "first_label", "first_test", "first_p", "last_test", "last_p", "best_label", "best_test", "others",
        "like_reference", "worse", "better", "normalised_better", "normalised_worse", "lowest_train", "unconverged",
    ],
    tables={
        "layers": [
            "layer", "label", "shape", "values", "raw_train", "raw_test", "raw_low", "raw_high", "train", "test", "low",
            "high", "validation", "p", "normal_p", "fit_seconds", "raw_fit_seconds", "image_seconds", "zero_rows",
        ],
    },
    figures=["layers"],
)  # fmt: skip
def svm_by_layer(
    workspace: Workspace, *, features: Result, reference: str, c: float = 1.0, folds: int = 3, seed: int = 0
) -> Result:
    """Fit a linear SVM on each layer of ``extract_features``, on its features as they are and L2-normalised.

    Accuracies are proportions of all test images, with 95 % intervals; ``raw_…`` are without normalisation.
    ``validation`` is the mean accuracy of ``folds``-fold cross-validation on the training images; the layer where it is
    highest is the ``chosen`` one, without a look at the test images. ``best_…`` is the highest test accuracy, which is
    an optimistic number. ``p`` is the exact paired p value against the layer called ``reference``, ``normal_p`` that
    of normalised against raw. ``first`` and ``last`` are in the order of ``extract_features``. Times are in seconds:
    ``fit_seconds`` for all training images, ``image_seconds`` from pixels to features for one. ``zero_rows`` counts
    test images whose features are all zero: they are classified by the machine's offsets alone, and count as any other.
    """
    described = {str(row["layer"]): row for row in features.tables["layers"].records()}
    if reference not in described:
        raise KeyError(f"there are no features of {reference!r}; there are {', '.join(described)}")
    fits: dict[str, LayerFit] = {}
    for number, layer in enumerate(described):
        workspace.progress(number, len(described), f"layer {described[layer]['label']}")
        split = split_of(features, layer)
        unit = split.normalised()
        validation = float(cross_validated(unit, [c], folds, seed).mean())
        fits[layer] = LayerFit(layer, split, fit_svm(split, c, seed), fit_svm(unit, c, seed), validation)
    rows = [_row(described[layer], fits[layer], fits[reference]) for layer in described]
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
        arrays={
            **{f"hits/{layer}": fit.hits for layer, fit in fits.items()},
            **({} if (groups := groups_of(features, "test")) is None else {"test/groups": groups}),
        },
    )


def _row(described: Mapping[str, Value], fit: LayerFit, reference: LayerFit) -> dict[str, Value]:
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
        "p": None if fit is reference else paired_p(fit.hits, reference.hits, fit.split.test_groups),
        "normal_p": paired_p(fit.hits, fit.raw_hits, fit.split.test_groups),
        "fit_seconds": fit.unit.fit_seconds,
        "raw_fit_seconds": fit.raw.fit_seconds,
        "image_seconds": described["image_seconds"],
        "zero_rows": described["zero_test"],
    }


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
        **{f"first_{name}": rows[0][name] for name in ("label", "test", "p")},
        **{f"last_{name}": rows[-1][name] for name in ("test", "p")},
        "best_label": best["label"],
        "best_test": best["test"],
        "others": len(others),
        "like_reference": len(others) - len(apart),
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


@computation(
    metrics=[
        "network", "layer", "values", "train", "test", "low", "high", "fit_seconds", "image_seconds", "reference_test",
        "difference", "gained", "lost", "p", "layers", "layers_apart", "layers_better", "test_images",
    ],
    tables={
        "layers": ["layer", "label", "reference_test", "reference_low", "reference_high", "test", "low", "high", "p"],
    },
    figures=["layers"],
)  # fmt: skip
def compare_transfers(
    workspace: Workspace,
    *,
    reference: Result,
    other: Result,
    layer: str = "",
    reference_name: str = "reference",
    other_name: str = "other",
) -> Result:
    """Compare two results of ``svm_by_layer`` on the same test images, L2-normalised.

    Compared is ``layer``, or where that is empty the layer that cross-validation chose in each. ``gained`` and ``lost``
    count the test images that only ``other``, and only ``reference`` got right, ``p`` is their exact paired p value.
    The table and the figure have the layers that both have; ``layers_apart`` counts those with p < 0.05, and
    ``layers_better`` those among them where ``other`` is better. The names are for the figure.
    """
    layers = [layer or str(result.metrics["chosen"]) for result in (reference, other)]
    rows = [{str(row["layer"]): row for row in result.tables["layers"].records()} for result in (reference, other)]
    before, after = (_hits(result, name) for result, name in zip((reference, other), layers, strict=True))
    own, theirs = rows[1][layers[1]], rows[0][layers[0]]
    common = [name for name in rows[0] if name in rows[1]]
    groups = groups_of(reference, "test")
    table = [_pair(rows[0][name], rows[1][name], _hits(reference, name), _hits(other, name), groups) for name in common]
    apart = [row for row in table if number(row["p"]) < SIGNIFICANT]
    return Result(
        metrics={
            **{name: other.metrics[name] for name in ("network", "test_images")},
            "layer": own["label"],
            **{name: own[name] for name in ("values", "train", "test", "low", "high", "fit_seconds", "image_seconds")},
            "reference_test": theirs["test"],
            "difference": number(own["test"]) - number(theirs["test"]),
            "gained": int((after & ~before).sum()),
            "lost": int((before & ~after).sum()),
            "p": paired_p(before, after, groups),
            "layers": len(table),
            "layers_apart": len(apart),
            "layers_better": sum(number(row["test"]) > number(row["reference_test"]) for row in apart),
        },
        tables={"layers": Table.of(table)},
        figures={"layers": _pair_bars(table, reference_name, other_name)},
    )


def _hits(result: Result, layer: str) -> NDArray[np.bool_]:
    if f"hits/{layer}" not in result.arrays:
        raise KeyError(f"{result.metrics['network']} was not tried on layer {layer!r}")
    return np.asarray(result.arrays[f"hits/{layer}"], dtype=np.bool_)


def _pair(
    before: Mapping[str, Value], after: Mapping[str, Value], hits: NDArray[np.bool_], new_hits: NDArray[np.bool_],
    groups: NDArray[np.int64] | None,
) -> dict[str, Value]:  # fmt: skip
    return {
        "layer": after["layer"],
        "label": after["label"],
        **{f"reference_{name}": before[name] for name in ("test", "low", "high")},
        **{name: after[name] for name in ("test", "low", "high")},
        "p": paired_p(hits, new_hits, groups),
    }


def _pair_bars(table: Sequence[Mapping[str, Value]], reference_name: str, other_name: str) -> Bars:
    def series(name: str, prefix: str) -> BarSeries:
        columns = ([number(row[f"{prefix}{end}"]) for row in table] for end in ("test", "low", "high"))
        return BarSeries(name, *(np.array(column) for column in columns))

    return Bars(
        categories=tuple(str(row["label"]) for row in table),
        series=(series(reference_name, "reference_"), series(other_name, "")),
        value_label="test accuracy",
        value_limits=(0.0, 1.0),
    )
