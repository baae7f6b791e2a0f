"""Several seeds of the source-only, the adversarial and the target-trained network: means, spreads, the gap closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from generator.labs.adaptation.runs import column
from generator.labs.shared.statistics import mean_interval, next_value_range
from generator.registry import computation
from generator.results import LineChart, Result, Series, Table, Value
from generator.workspace import Workspace

METHODS = {"naive": "source only", "dann": "DANN", "target": "target labels"}
Numbers = NDArray[np.float64]


@computation(
    metrics=[
        "seeds", "diverged", "naive_source_mean", "naive_target_mean", "naive_target_std", "dann_source_mean",
        "dann_target_mean", "dann_target_std", "target_source_mean", "target_target_mean", "target_target_std",
        "gain_mean", "gain_low", "gain_high", "gain_least", "gain_wins", "gap_mean", "share_mean",
        "source_change_mean", "source_change_low", "source_change_high", "range_low", "range_high", "range_half",
        "image_half_width",
    ],
    tables={
        "methods": [
            "method", "diverged", "source_mean", "source_std", "target_mean", "target_std", "target_lowest",
            "target_highest",
        ],
        "seeds": ["seed", "naive", "dann", "target", "gain", "share", "source_change", "naive_source", "dann_source"],
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
    with 95 % probability, ``image_half_width`` half the 95 % interval that the number of test images alone gives to the
    first DANN run. The charts have the mean over the seeds by epoch, with a band from the lowest to the highest.
    """
    runs = {"naive": naive, "dann": dann, "target": target}
    seeds = [[run.metrics["seed"] for run in listed] for listed in runs.values()]
    if any(other != seeds[0] for other in seeds):
        raise ValueError(f"the runs are not of the same seeds: {seeds}")
    on_target = {name: column_of(listed, "target_accuracy") for name, listed in runs.items()}
    on_source = {name: column_of(listed, "source_accuracy") for name, listed in runs.items()}
    paired = _paired(on_source, on_target)
    methods = [_method(label, runs[name], on_source[name], on_target[name]) for name, label in METHODS.items()]
    return Result(
        metrics={
            "seeds": len(naive),
            "diverged": sum(int(str(method["diverged"])) for method in methods),
            **{f"{name}_source_mean": float(values.mean()) for name, values in on_source.items()},
            **{f"{name}_target_mean": float(values.mean()) for name, values in on_target.items()},
            **{f"{name}_target_std": float(values.std(ddof=1)) for name, values in on_target.items()},
            **_differences(paired),
            **_ranges(on_target["dann"], dann[0]),
        },
        tables={"methods": Table.of(methods), "seeds": Table.of(_by_seed(seeds[0], on_source, on_target, paired))},
        figures={domain: _chart(runs, domain) for domain in ("target", "source")},
    )


def _paired(on_source: Mapping[str, Numbers], on_target: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """Differences between the methods, seed by seed; ``share`` is NaN where there is no gap."""
    gain, gap = on_target["dann"] - on_target["naive"], on_target["target"] - on_target["naive"]
    share = np.where(gap > 0, gain / np.where(gap > 0, gap, 1.0), np.nan)
    return {"gain": gain, "gap": gap, "share": share, "source_change": on_source["dann"] - on_source["naive"]}


def _differences(paired: Mapping[str, Numbers]) -> dict[str, Value]:
    gain, share = paired["gain"], paired["share"]
    return {
        **_interval("gain", gain),
        "gain_least": float(gain.min()),
        "gain_wins": int((gain > 0).sum()),
        "gap_mean": float(paired["gap"].mean()),
        "share_mean": None if np.isnan(share).any() else float(share.mean()),
        **_interval("source_change", paired["source_change"]),
    }


def _ranges(accuracies: Numbers, first: Result) -> dict[str, Value]:
    """How far one more seed, and how far other test images, could move the target accuracy."""
    low, high = next_value_range(accuracies)
    ends = [float(str(first.metrics[f"target_accuracy_{end}"])) for end in ("low", "high")]
    return {
        "range_low": low,
        "range_high": high,
        "range_half": (high - low) / 2,
        "image_half_width": (ends[1] - ends[0]) / 2,
    }


def _by_seed(
    seeds: Sequence[Value],
    on_source: Mapping[str, Numbers],
    on_target: Mapping[str, Numbers],
    paired: Mapping[str, Numbers],
) -> list[dict[str, Value]]:
    shown = {
        **on_target,
        **{name: values for name, values in paired.items() if name != "gap"},
        **{f"{name}_source": on_source[name] for name in ("naive", "dann")},
    }
    columns = {name: [None if np.isnan(one) else float(one) for one in values] for name, values in shown.items()}
    return [
        {"seed": seed, **{name: values[place] for name, values in columns.items()}} for place, seed in enumerate(seeds)
    ]


def column_of(runs: Sequence[Result], metric: str) -> Numbers:
    """One metric of several runs, shape (runs,)."""
    return np.array([float(str(run.metrics[metric])) for run in runs])


def _interval(name: str, values: Numbers) -> dict[str, Value]:
    low, high = mean_interval(values)
    return {f"{name}_mean": float(values.mean()), f"{name}_low": low, f"{name}_high": high}


def _method(label: str, runs: Sequence[Result], source: Numbers, target: Numbers) -> dict[str, Value]:
    return {
        "method": label,
        "diverged": sum(run.metrics["diverged_epoch"] is not None for run in runs),
        "source_mean": float(source.mean()),
        "source_std": float(source.std(ddof=1)),
        "target_mean": float(target.mean()),
        "target_std": float(target.std(ddof=1)),
        "target_lowest": float(target.min()),
        "target_highest": float(target.max()),
    }


def _chart(runs: Mapping[str, Sequence[Result]], domain: str) -> LineChart:
    series = []
    for name, label in METHODS.items():
        curves = [column(run, f"{domain}_accuracy") for run in runs[name]]
        longest = max(map(len, curves))  # a run that diverged ended early: it stays where it was
        padded = np.stack([np.pad(curve, (0, longest - len(curve)), mode="edge") for curve in curves])
        epochs = np.arange(1, longest + 1)
        series.append(Series(label, epochs, padded.mean(axis=0), padded.min(axis=0), padded.max(axis=0)))
    return LineChart(tuple(series), x_label="epoch", y_label=f"accuracy on the {domain} domain")
