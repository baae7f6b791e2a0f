"""Trainings that differ in one setting: their accuracies, what became of each, their curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from generator.labs.adaptation.runs import column
from generator.labs.adaptation.variants import OUTCOMES, Variant, grouped, judged
from generator.labs.shared.statistics import least_difference, next_value_range
from generator.registry import computation
from generator.results import LineChart, Panels, Result, Table, Value
from generator.workspace import Workspace

#: What the figures show, by the histories' column names, where a run has them: two charts beside each other each.
FIGURES = {
    "curves": {"target_accuracy": "target accuracy", "class_loss": "class loss"},
    "factors": {"factor": "reversal factor λ", "domain_loss": "domain loss"},
}
#: The highest losses that are drawn, well above guessing (ln 10 and ln 2): a run that is being lost leaves any scale.
HIGHEST = {"class_loss": 3.5, "domain_loss": 2.0}
MEANS = ("source_accuracy", "target_accuracy", "source_domain_accuracy", "target_domain_accuracy")


@computation(
    metrics={
        "exact": ["reference_label", "settings"],
        "seeded": [
            "diverged", "higher", "lost_runs", "lower", "reference_target", "seeds", "swing", "tests", "undecided",
            "variant_seeds",
        ],
        "margins": ["detectable", "range_high", "range_low", "source_spread", "target_spread"],
    },
    tables={
        "runs": [
            "label", "runs", "lost", "source_accuracy", "target_accuracy", "source_domain_accuracy",
            "target_domain_accuracy", "difference", "difference_low", "difference_high", "p", "outcome",
        ],
    },
    columns={"exact": ["label"], "seeded": ["lost", "target_accuracy", "source_accuracy"], "margins": ["outcome"]},
    figures=["curves", "factors"],
)  # fmt: skip
def compare_runs(workspace: Workspace, *, runs: list[Result], labels: list[str]) -> Result:
    """Compare settings, each with the runs of one seed or several, with the first of them, the usual training.

    ``labels`` name the runs: the setting, and ", seed 0" where it has several (:func:`variants.grouped`). The table has
    a row for each setting: how many ``runs`` it has and how many of these were ``lost`` (:mod:`outcome`); the means of
    the others after the last epoch, of all where all were lost; and the difference from the first setting in target
    accuracy with its 95 % interval, Holm's adjusted p value and one of :data:`variants.OUTCOMES`, whose other members
    the metrics count. ``seeds`` and ``variant_seeds`` are how many runs of the first and (at least) of the others were
    not lost, ``tests`` how many p values there are; ``range`` is where one more run of the first would fall with 95 %
    probability, and ``detectable`` the smallest difference that these numbers of runs can show. The spreads are over
    the settings that were not lost, as is ``swing``: the largest change of target accuracy from one epoch to the next
    in the second half of a training, without the last epoch, which is measured on more images. Raises ValueError for
    no runs, and for two of one setting and seed.
    """
    if not runs:
        raise ValueError("no runs to compare")
    variants = grouped(runs, labels)
    first, *others = variants
    verdicts = judged(variants, first)
    rows = [_row(variant) | verdict for variant, verdict in zip(variants, verdicts, strict=True)]
    stable = [variant for variant in variants if variant.kept] or variants
    return Result(
        metrics={
            "settings": len(variants),
            "seeds": len(first.kept),
            "lost_runs": sum(len(variant.runs) - len(variant.kept) for variant in variants),
            **{kind: sum(row["outcome"] == kind for row in rows) for kind in OUTCOMES[1:]},
            "reference_label": first.label,
            "reference_target": first.mean("target_accuracy"),
            **_power(first, others),
            **{f"{domain}_spread": _spread(stable, f"{domain}_accuracy") for domain in ("target", "source")},
            "swing": max(_swing(run) for variant in stable for run in variant.shown),
        },
        tables={"runs": Table.of(rows)},
        figures={
            figure: Panels(panels=tuple(_chart(variants, name, title) for name, title in charts.items()), columns=2)
            for figure, charts in FIGURES.items()
        },
    )


def _row(variant: Variant) -> dict[str, Value]:
    return {
        "label": variant.label,
        "runs": len(variant.runs),
        "lost": len(variant.runs) - len(variant.kept),
        **{name: variant.mean(name) for name in MEANS},
    }


def _power(first: Variant, others: Sequence[Variant]) -> dict[str, Value]:
    """Where one more run of the first setting would end, and the smallest difference that could be shown from it."""
    usual = first.values("target_accuracy")
    counts = [len(variant.kept) for variant in others if variant.kept]
    found: dict[str, Value] = {"variant_seeds": min(counts, default=0), "tests": len(counts)}
    if len(usual) < 2 or not counts:
        return found | dict.fromkeys(("range_low", "range_high", "detectable"))
    low, high = next_value_range(usual)
    least = least_difference(float(usual.std(ddof=1)), (len(usual), min(counts)), len(counts))
    return found | {"range_low": low, "range_high": high, "detectable": least}


def _spread(variants: Sequence[Variant], name: str) -> float:
    values = [float(str(variant.mean(name))) for variant in variants]
    return max(values) - min(values)


def _swing(run: Result) -> float:
    accuracies = column(run, "target_accuracy")
    changes = np.abs(np.diff(accuracies[len(accuracies) // 2 : -1]))
    return float(changes.max()) if changes.size else 0.0


def _chart(variants: Sequence[Variant], name: str, y_label: str) -> LineChart:
    series = [curve for variant in variants if (curve := variant.curve(name)) is not None]
    highest = max((float(value) for curve in series for value in curve.y if np.isfinite(value)), default=0.0)
    limits = (0.0, HIGHEST[name]) if highest > HIGHEST.get(name, np.inf) else None
    return LineChart(tuple(series), x_label="epoch", y_label=y_label, y_limits=limits)
