"""Runs of ``train_adaptation`` that differ in one setting: their accuracies, what became of each, their curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from generator.labs.adaptation.runs import column, lost_epoch
from generator.registry import computation
from generator.results import LineChart, Panels, Result, Series, Table, Value
from generator.workspace import Workspace

COLUMNS = (
    "label", "epochs_run", "source_accuracy", "source_accuracy_low", "source_accuracy_high", "target_accuracy",
    "target_accuracy_low", "target_accuracy_high", "source_domain_accuracy", "target_domain_accuracy", "difference",
    "outcome",
)  # fmt: skip
#: What the curves show, by the histories' column names, where a run has them.
CURVES = {
    "target_accuracy": "target accuracy",
    "source_accuracy": "source accuracy",
    "class_loss": "class loss",
    "domain_loss": "domain loss",
}

#: The highest losses that are drawn, well above guessing (ln 10 and ln 2): a run that is being lost leaves any scale.
HIGHEST = {"class_loss": 3.5, "domain_loss": 2.0}


@computation(
    metrics=[
        "runs", "diverged", "higher", "lower", "alike", "reference_label", "reference_target", "reference_source",
        "range_low", "range_high", "diverged_labels", "higher_labels", "lower_labels", "alike_labels",
        "highest_label", "highest_target", "lowest_label", "lowest_target", "target_spread", "source_spread", "swing",
        "chance",
    ],
    tables={
        "runs": [
            "label", "epochs_run", "source_accuracy", "source_accuracy_low", "source_accuracy_high", "target_accuracy",
            "target_accuracy_low", "target_accuracy_high", "source_domain_accuracy", "target_domain_accuracy",
            "difference", "outcome",
        ],
    },
    figures=["curves", "factors", "rates"],
)  # fmt: skip
def compare_runs(
    workspace: Workspace, *, runs: list[Result], labels: list[str], seeds: Result, reference: int = 0
) -> Result:
    """Compare runs that differ in one setting with the one at place ``reference``, a default DANN run of one seed.

    ``seeds`` is a result of ``pool_seeds``; its range is where one more default run would fall with 95 % probability. A
    run is "higher" or "lower" when its target accuracy is outside that range and on the same side of the reference,
    "alike" otherwise: then the difference may be no more than the seed's. A run that diverged, or guessed in its last
    epoch (:func:`runs.lost_epoch`), is neither; its accuracy is that at the point where it ended. ``labels`` name the
    runs in table and curves. Accuracies are proportions after the last epoch with 95 % Wilson intervals, ``difference``
    is in target accuracy. ``highest``, ``lowest`` and the spreads between them are over the runs that did not diverge
    (over all where all did), as is ``swing``: the largest change of target accuracy from one epoch to the next in the
    second half of a training. Raises ValueError where there are not as many labels as runs, or no run at ``reference``.
    """
    if len(labels) != len(runs) or not 0 <= reference < len(runs):
        raise ValueError(f"{len(labels)} labels and reference {reference} for {len(runs)} runs")
    bounds = (_number(seeds.metrics["range_low"]), _number(seeds.metrics["range_high"]))
    rows = [_row(run, label, runs[reference], bounds) for run, label in zip(runs, labels, strict=True)]
    named = dict(zip(labels, runs, strict=True))
    kinds = {
        kind: [str(row["label"]) for row in rows if row["outcome"] == kind] for kind in ("higher", "lower", "alike")
    }
    kinds["diverged"] = [label for label, run in named.items() if lost_epoch(run) is not None]
    stable = [row for row in rows if row["label"] not in kinds["diverged"]] or rows
    highest = max(stable, key=lambda row: _number(row["target_accuracy"]))
    lowest = min(stable, key=lambda row: _number(row["target_accuracy"]))
    return Result(
        metrics={
            "runs": len(runs),
            **{kind: len(found) for kind, found in kinds.items()},
            **{f"{kind}_labels": in_words(found) for kind, found in kinds.items()},
            "reference_label": labels[reference],
            "reference_target": runs[reference].metrics["target_accuracy"],
            "reference_source": runs[reference].metrics["source_accuracy"],
            "range_low": bounds[0],
            "range_high": bounds[1],
            "highest_label": highest["label"],
            "highest_target": highest["target_accuracy"],
            "lowest_label": lowest["label"],
            "lowest_target": lowest["target_accuracy"],
            **{f"{domain}_spread": _spread(stable, f"{domain}_accuracy") for domain in ("target", "source")},
            "swing": max(_swing(named[str(row["label"])]) for row in stable),
            "chance": 1 / _number(runs[reference].metrics["classes"]),
        },
        tables={"runs": Table(COLUMNS, tuple(tuple(row[name] for name in COLUMNS) for row in rows))},
        figures={
            "curves": Panels(panels=tuple(_chart(named, name, title) for name, title in CURVES.items()), columns=2),
            "factors": _chart(named, "factor", "reversal factor λ"),
            "rates": _chart(named, "learning_rate", "learning rate"),
        },
    )


def in_words(names: Sequence[str]) -> str:
    """Names as they stand in a sentence: "", "a", "a and b", "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _row(run: Result, label: str, reference: Result, bounds: tuple[float, float]) -> dict[str, Value]:
    shown = {name: run.metrics[name] for name in COLUMNS if name in run.metrics}
    difference = _number(run.metrics["target_accuracy"]) - _number(reference.metrics["target_accuracy"])
    outcome = "reference" if run is reference else _outcome(_number(run.metrics["target_accuracy"]), difference, bounds)
    if (lost := lost_epoch(run)) is not None:
        outcome = f"diverged in epoch {lost}"
    return {**shown, "label": label, "difference": None if run is reference else difference, "outcome": outcome}


def _outcome(accuracy: float, difference: float, bounds: tuple[float, float]) -> str:
    low, high = bounds
    if accuracy > high and difference > 0:
        return "higher"
    if accuracy < low and difference < 0:
        return "lower"
    return "alike"


def _spread(rows: Sequence[Mapping[str, Value]], name: str) -> float:
    values = [_number(row[name]) for row in rows]
    return max(values) - min(values)


def _swing(run: Result) -> float:
    accuracies = column(run, "target_accuracy")
    changes = np.abs(np.diff(accuracies[len(accuracies) // 2 :]))
    return float(changes.max()) if changes.size else 0.0


def _chart(runs: Mapping[str, Result], name: str, y_label: str) -> LineChart:
    series, highest = [], 0.0
    for label, run in runs.items():
        values = column(run, name)
        if np.isfinite(values).any():
            series.append(Series(label, np.arange(1, len(values) + 1), values))
            highest = max(highest, float(np.nanmax(values)))
    limits = (0.0, HIGHEST[name]) if highest > HIGHEST.get(name, np.inf) else None
    return LineChart(tuple(series), x_label="epoch", y_label=y_label, y_limits=limits)


def _number(value: Value) -> float:
    return float(str(value))
