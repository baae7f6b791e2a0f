"""Several seeds of the source-only, the adversarial and the target-trained network: means, spreads, the gap closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from generator.labs.adaptation.runs import column, lost_epoch
from generator.labs.shared.statistics import mean_interval, next_value_range
from generator.registry import computation
from generator.results import LineChart, Result, Series, Table, Value
from generator.workspace import Workspace

METHODS = {"naive": "source only", "dann": "DANN", "target": "target labels"}
METHOD_COLUMNS = (
    "method", "seeds", "diverged", "source_mean", "source_std", "target_mean", "target_std", "target_lowest",
    "target_highest",
)  # fmt: skip
SEED_COLUMNS = ("seed", "naive", "dann", "target", "gain", "share", "naive_source", "dann_source", "source_change")

Numbers = NDArray[np.float64]


@computation(
    metrics=[
        "seeds", "diverged", "naive_source_mean", "naive_source_std", "naive_target_mean", "naive_target_std",
        "dann_source_mean", "dann_source_std", "dann_target_mean", "dann_target_std", "target_source_mean",
        "target_source_std", "target_target_mean", "target_target_std", "gain_mean", "gain_low", "gain_high",
        "gain_least", "gain_wins", "gap_mean", "share_mean", "share_std", "source_change_mean", "source_change_low",
        "source_change_high", "range_low", "range_high", "range_half", "image_half_width",
    ],
    tables={
        "methods": [
            "method", "seeds", "diverged", "source_mean", "source_std", "target_mean", "target_std", "target_lowest",
            "target_highest",
        ],
        "seeds": [
            "seed", "naive", "dann", "target", "gain", "share", "naive_source", "dann_source", "source_change",
        ],
    },
    figures=["target", "source"],
)  # fmt: skip
def pool_seeds(workspace: Workspace, *, naive: list[Result], dann: list[Result], target: list[Result]) -> Result:
    """Pool runs of ``train_adaptation`` over seeds, paired by seed.

    All three lists must hold the same seeds, at least two. Accuracies are proportions of the test images after the last
    epoch, diverged runs included; standard deviations have n - 1 below. ``gain`` is DANN's target accuracy less that of
    the source-only run of the same seed, ``gap`` that of the target-trained one less the source-only one, ``share``
    gain divided by gap, ``source_change`` the same as ``gain`` on the source domain; the ends of their means' intervals
    are 95 % by Student's t. ``range`` is where the target accuracy of one more DANN run of the same kind would fall
    with 95 % probability, ``image_half_width`` half the 95 % interval that the number of test images alone gives to
    the first DANN run. The charts have the mean over the seeds by epoch, with a band from the lowest to the highest.
    """
    runs = {"naive": naive, "dann": dann, "target": target}
    seeds = [[run.metrics["seed"] for run in listed] for listed in runs.values()]
    if any(other != seeds[0] for other in seeds):
        raise ValueError(f"the runs are not of the same seeds: {seeds}")
    on_target = {name: column_of(listed, "target_accuracy") for name, listed in runs.items()}
    on_source = {name: column_of(listed, "source_accuracy") for name, listed in runs.items()}
    gain, gap = on_target["dann"] - on_target["naive"], on_target["target"] - on_target["naive"]
    share = np.where(gap > 0, gain / np.where(gap > 0, gap, 1.0), np.nan)
    change = on_source["dann"] - on_source["naive"]
    low, high = next_value_range(on_target["dann"])
    first = dann[0].metrics
    rows = zip(seeds[0], on_target["naive"].tolist(), on_target["dann"].tolist(), on_target["target"].tolist(),
               gain.tolist(), [None if np.isnan(one) else float(one) for one in share], on_source["naive"].tolist(),
               on_source["dann"].tolist(), change.tolist(), strict=True)  # fmt: skip
    methods = [_method(label, runs[name], on_source[name], on_target[name]) for name, label in METHODS.items()]
    return Result(
        metrics={
            "seeds": len(naive),
            "diverged": sum(lost_epoch(run) is not None for listed in runs.values() for run in listed),
            **_means("source", on_source),
            **_means("target", on_target),
            **_interval("gain", gain),
            "gain_least": float(gain.min()),
            "gain_wins": int((gain > 0).sum()),
            "gap_mean": float(gap.mean()),
            "share_mean": None if np.isnan(share).any() else float(share.mean()),
            "share_std": None if np.isnan(share).any() else float(share.std(ddof=1)),
            **_interval("source_change", change),
            "range_low": low,
            "range_high": high,
            "range_half": (high - low) / 2,
            "image_half_width": (float(str(first["target_accuracy_high"])) - float(str(first["target_accuracy_low"])))
            / 2,
        },
        tables={"methods": Table(METHOD_COLUMNS, tuple(methods)), "seeds": Table(SEED_COLUMNS, tuple(rows))},
        figures={domain: _chart(runs, domain) for domain in ("target", "source")},
    )


def column_of(runs: Sequence[Result], metric: str) -> Numbers:
    """One metric of several runs, shape (runs,)."""
    return np.array([float(str(run.metrics[metric])) for run in runs])


def _means(domain: str, accuracies: Mapping[str, Numbers]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, values in accuracies.items():
        found[f"{name}_{domain}_mean"] = float(values.mean())
        found[f"{name}_{domain}_std"] = float(values.std(ddof=1))
    return found


def _interval(name: str, values: Numbers) -> dict[str, Value]:
    low, high = mean_interval(values)
    return {f"{name}_mean": float(values.mean()), f"{name}_low": low, f"{name}_high": high}


def _method(label: str, runs: Sequence[Result], source: Numbers, target: Numbers) -> tuple[Value, ...]:
    diverged = sum(lost_epoch(run) is not None for run in runs)
    spread = (float(source.mean()), float(source.std(ddof=1)), float(target.mean()), float(target.std(ddof=1)))
    return (label, len(runs), diverged, *spread, float(target.min()), float(target.max()))


def _chart(runs: Mapping[str, Sequence[Result]], domain: str) -> LineChart:
    series = []
    for name, label in METHODS.items():
        curves = [column(run, f"{domain}_accuracy") for run in runs[name]]
        longest = max(map(len, curves))  # a run that diverged ended early: it stays where it was
        padded = np.stack([np.pad(curve, (0, longest - len(curve)), mode="edge") for curve in curves])
        epochs = np.arange(1, longest + 1)
        series.append(Series(label, epochs, padded.mean(axis=0), padded.min(axis=0), padded.max(axis=0)))
    return LineChart(tuple(series), x_label="epoch", y_label=f"accuracy on the {domain} domain")
