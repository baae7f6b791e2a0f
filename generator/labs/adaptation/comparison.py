"""Runs of ``train_adaptation`` that differ in one setting: their accuracies, what became of each, their curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from generator.labs.adaptation.runs import column
from generator.registry import computation
from generator.results import LineChart, Panels, Result, Series, Table, Value
from generator.workspace import Workspace

#: What became of a run: a run is higher or lower when its target accuracy is outside the range of the seeds and on the
#: same side of the reference, alike otherwise: then the difference may be no more than the seed's. One that diverged is
#: none of these; its accuracy is that at the point where it ended.
OUTCOMES = ("reference", "higher", "lower", "alike", "diverged")
#: What the figures show, by the histories' column names, where a run has them: two charts beside each other each.
FIGURES = {
    "curves": {"target_accuracy": "target accuracy", "class_loss": "class loss"},
    "factors": {"factor": "reversal factor λ", "domain_loss": "domain loss"},
}

#: The highest losses that are drawn, well above guessing (ln 10 and ln 2): a run that is being lost leaves any scale.
HIGHEST = {"class_loss": 3.5, "domain_loss": 2.0}


@computation(
    metrics=[
        "runs", "diverged", "higher", "lower", "alike", "reference_label", "reference_target", "range_low",
        "range_high", "highest_label", "highest_target", "target_spread", "source_spread", "swing",
    ],
    tables={
        "runs": [
            "label", "source_accuracy", "source_accuracy_low", "source_accuracy_high", "target_accuracy",
            "target_accuracy_low", "target_accuracy_high", "source_domain_accuracy", "target_domain_accuracy",
            "difference", "outcome", "diverged_epoch",
        ],
    },
    figures=["curves", "factors"],
)  # fmt: skip
def compare_runs(
    workspace: Workspace, *, runs: list[Result], labels: list[str], seeds: Result, reference: int = 0
) -> Result:
    """Compare runs that differ in one setting with the one at place ``reference``, a default DANN run of one seed.

    ``seeds`` is a result of ``pool_seeds``; its range is where one more default run would fall with 95 % probability.
    ``outcome`` is one of :data:`OUTCOMES`, whose other members the metrics count. ``labels`` name the runs in table and
    curves. Accuracies are proportions after the last epoch with 95 % Wilson intervals, ``difference`` is in target
    accuracy. ``highest`` and the spreads are over the runs that did not diverge (over all where all did), as is
    ``swing``: the largest change of target accuracy from one epoch to the next in the second half of a training. Raises
    ValueError where there are not as many labels as runs, or no run at ``reference``.
    """
    if len(labels) != len(runs) or not 0 <= reference < len(runs):
        raise ValueError(f"{len(labels)} labels and reference {reference} for {len(runs)} runs")
    bounds = (_number(seeds.metrics["range_low"]), _number(seeds.metrics["range_high"]))
    rows = [_row(run, label, runs[reference], bounds) for run, label in zip(runs, labels, strict=True)]
    named = dict(zip(labels, runs, strict=True))
    stable = [row for row in rows if row["diverged_epoch"] is None] or rows
    highest = max(stable, key=lambda row: _number(row["target_accuracy"]))
    return Result(
        metrics={
            "runs": len(runs),
            **{kind: sum(row["outcome"] == kind for row in rows) for kind in OUTCOMES[1:]},
            "reference_label": labels[reference],
            "reference_target": runs[reference].metrics["target_accuracy"],
            "range_low": bounds[0],
            "range_high": bounds[1],
            "highest_label": highest["label"],
            "highest_target": highest["target_accuracy"],
            **{f"{domain}_spread": _spread(stable, f"{domain}_accuracy") for domain in ("target", "source")},
            "swing": max(_swing(named[str(row["label"])]) for row in stable),
        },
        tables={"runs": Table.of(rows)},
        figures={
            figure: Panels(panels=tuple(_chart(named, name, title) for name, title in charts.items()), columns=2)
            for figure, charts in FIGURES.items()
        },
    )


def _row(run: Result, label: str, reference: Result, bounds: tuple[float, float]) -> dict[str, Value]:
    accuracies = [f"{domain}_accuracy{end}" for domain in ("source", "target") for end in ("", "_low", "_high")]
    shown = [*accuracies, "source_domain_accuracy", "target_domain_accuracy"]
    difference = _number(run.metrics["target_accuracy"]) - _number(reference.metrics["target_accuracy"])
    lost = run.metrics["diverged_epoch"]
    outcome = "reference" if run is reference else _outcome(_number(run.metrics["target_accuracy"]), difference, bounds)
    return {
        "label": label,
        **{name: run.metrics[name] for name in shown},
        "difference": None if run is reference else difference,
        "outcome": outcome if lost is None else "diverged",
        "diverged_epoch": lost,
    }


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
