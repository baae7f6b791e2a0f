"""Classifiers compared on the same test images: two sweeps over layers, several at once, an SVM and trainings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from generator.labs.shared.metrics import accuracy_row
from generator.labs.shared.statistics import SIGNIFICANT, detectable_difference, holm_adjusted, paired_p
from generator.labs.transfer.layers import number
from generator.labs.transfer.svm import groups_of
from generator.registry import computation
from generator.results import Bars, BarSeries, Result, Table, Value
from generator.workspace import Workspace


@computation(
    metrics={
        "exact": ["network", "layer", "values", "layers", "test_images"],
        "measured": [
            "train", "test", "fit_seconds", "image_seconds", "reference_test", "difference", "gained", "lost",
            "layers_apart", "layers_better",
        ],
        "margins": ["low", "high", "p", "pair_p", "detectable"],
    },
    tables={
        "layers": ["layer", "label", "reference_test", "reference_low", "reference_high", "test", "low", "high", "p"],
    },
    columns={"exact": ["label"]},
    figures=["layers"],
)  # fmt: skip
def compare_transfers(
    workspace: Workspace, *, reference: Result, other: Result, layer: str = "", reference_name: str = "reference",
    other_name: str = "other",
) -> Result:  # fmt: skip
    """Compare two results of ``svm_by_layer`` on the same test images, L2-normalised.

    Compared is ``layer``, or where that is empty the layer that cross-validation chose in each. ``gained`` and ``lost``
    count the test images that only ``other``, and only ``reference`` got right; ``pair_p`` is the exact paired p value.
    The table and the figure have the layers that both have, with p values that are adjusted for one another (Holm);
    ``p`` is that of ``layer``. ``layers_apart`` counts the layers with p < 0.05, ``layers_better`` those among them
    where ``other`` is better. ``detectable`` is the difference that the test behind ``p`` would show with 80 %
    probability. The names are for the figure.
    """
    layers = [layer or str(result.metrics["chosen"]) for result in (reference, other)]
    rows = [{str(row["layer"]): row for row in result.tables["layers"].records()} for result in (reference, other)]
    before, after = (_hits(result, name) for result, name in zip((reference, other), layers, strict=True))
    own, theirs = rows[1][layers[1]], rows[0][layers[0]]
    common = [name for name in rows[0] if name in rows[1]]
    groups = groups_of(reference, "test")
    found = holm_adjusted([paired_p(_hits(reference, name), _hits(other, name), groups) for name in common])
    table = [_pair(rows[0][name], rows[1][name], p) for name, p in zip(common, found, strict=True)]
    pair_p, listed = paired_p(before, after, groups), layers[0] == layers[1]
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
            "p": found[common.index(layers[0])] if listed else pair_p,
            "pair_p": pair_p,
            "detectable": detectable_difference(before, after, groups, SIGNIFICANT / (len(common) if listed else 1)),
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


def _pair(before: Mapping[str, Value], after: Mapping[str, Value], p: float) -> dict[str, Value]:
    return {
        "layer": after["layer"],
        "label": after["label"],
        **{f"reference_{name}": before[name] for name in ("test", "low", "high")},
        **{name: after[name] for name in ("test", "low", "high")},
        "p": p,
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


@computation(
    metrics={
        "exact": ["tests"],
        "measured": ["apart", "better"],
        "margins": ["last_p"],
    },
    tables={
        "transfers": [
            "label", "network", "layer", "values", "train", "test", "low", "high", "fit_seconds", "image_seconds", "p",
            "gained", "lost",
        ],
    },
)  # fmt: skip
def pool_transfers(workspace: Workspace, *, runs: list[Result], labels: list[str]) -> Result:
    """One table of several results of ``compare_transfers`` with the same reference, which is the first of them.

    ``p`` are the p values of the others against it, adjusted for one another (Holm); ``apart`` of these ``tests`` have
    p < 0.05, and ``better`` counts those among them that are better than the reference. ``last_p`` is the last run's.
    """
    first, *others = runs
    found = holm_adjusted([number(run.metrics["pair_p"]) for run in others])
    copied = ("network", "layer", "values", "train", "test", "low", "high", "fit_seconds", "image_seconds")
    rows: list[dict[str, Value]] = []
    for run, label, p in zip(runs, labels, [None, *found], strict=True):
        counts = {name: None if p is None else run.metrics[name] for name in ("gained", "lost")}
        rows.append({"label": label, **{name: run.metrics[name] for name in copied}, "p": p, **counts})
    apart = [run for run, p in zip(others, found, strict=True) if p < SIGNIFICANT]
    return Result(
        metrics={
            "last_p": found[-1],
            "tests": len(found),
            "apart": len(apart),
            "better": sum(number(run.metrics["test"]) > number(first.metrics["test"]) for run in apart),
        },
        tables={"transfers": Table.of(rows)},
    )


@computation(
    metrics={
        "margins": ["p", "detectable"],
    }
)
def compare_training(workspace: Workspace, *, svm: Result, layer: str, training: Result) -> Result:
    """The paired test of a training that kept its hits on the test images against the SVM of ``svm_by_layer``.

    ``detectable`` is the difference that it would show with 80 % probability.
    """
    reference, hits, groups = _hits(svm, layer), _kept(training), groups_of(svm, "test")
    return Result(metrics={
        "p": paired_p(hits, reference, groups), "detectable": detectable_difference(hits, reference, groups)
    })  # fmt: skip


@computation(
    metrics={
        "exact": ["svm_label"],
        "measured": ["svm_test"],
        "margins": ["frozen_p", "frozen_detectable", "tuned_p", "tuned_detectable", "between_p", "between_detectable"],
    },
    tables={
        "heads": ["label", "parameters", "epochs_run", "best_epoch", "train", "validation", "test", "low", "high", "p"],
    },
)  # fmt: skip
def compare_heads(workspace: Workspace, *, svm: Result, layer: str, runs: list[Result], labels: list[str]) -> Result:
    """Two results of ``train_head``, with all below frozen and fine-tuned, and the SVM of ``svm_by_layer``, in pairs.

    ``frozen_p`` and ``tuned_p`` are exact paired p values against the SVM, ``between_p`` that of the two; all three are
    adjusted for one another (Holm). ``…_detectable`` are the differences that they would show with 80 % probability.
    """
    frozen, tuned = (_kept(run) for run in runs)
    reference, groups = _hits(svm, layer), groups_of(svm, "test")
    pairs = {"frozen": (frozen, reference), "tuned": (tuned, reference), "between": (tuned, frozen)}
    found = holm_adjusted([paired_p(first, second, groups) for first, second in pairs.values()])
    level = SIGNIFICANT / len(pairs)
    copied = ("parameters", "epochs_run", "best_epoch", "train", "validation")
    rows = [
        {"label": label, **{name: run.metrics[name] for name in copied}, **accuracy_row(hits, groups), "p": p}
        for run, label, hits, p in zip(runs, labels, (frozen, tuned), found[:2], strict=True)
    ]
    return Result(
        metrics={
            "svm_test": float(reference.mean()),
            "svm_label": next(row["label"] for row in svm.tables["layers"].records() if row["layer"] == layer),
            **{f"{name}_p": p for name, p in zip(pairs, found, strict=True)},
            **{f"{name}_detectable": detectable_difference(*pair, groups, level) for name, pair in pairs.items()},
        },
        tables={"heads": Table.of(rows)},
    )


def _kept(training: Result) -> NDArray[np.bool_]:
    """Which test images a training gets right."""
    return np.asarray(training.arrays["test/hits"], dtype=np.bool_)
