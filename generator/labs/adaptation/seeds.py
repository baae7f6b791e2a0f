"""Several seeds of the source-only, the adversarial and the target-trained network: means, spreads, the gap closed.

Runs that diverged are counted and left out: means and differences are over the seeds of which no run diverged,
``kept`` in number. ``gain`` is DANN's accuracy on the target less that of the source-only run of the same seed,
``source_change`` the same on the source; the gap is that between the target-trained and the source-only one, and
``share`` gain divided by gap for the seeds (``shares`` in number) whose gap is at least :data:`LEAST_GAP`.
``image_p`` is McNemar's p value of the two networks of a seed, adjusted by Holm's rule over the seeds; ``image_wins``
and ``image_losses`` count where it is below 0.05. ``range`` is where the target accuracy of one more DANN run of the
same kind would fall with 95 % probability, ``image_half_width`` half the 95 % interval that the number of test images
alone gives to the first DANN run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from generator.labs.adaptation.pairs import image_p
from generator.labs.adaptation.runs import hits_of, lost
from generator.labs.adaptation.variants import SIGNIFICANT, Variant
from generator.labs.shared.statistics import holm_adjusted, mean_interval, next_value_range
from generator.registry import computation
from generator.results import LineChart, Result, Table, Value
from generator.workspace import Workspace

METHODS = {"naive": "source only", "dann": "DANN", "target": "target labels"}
Numbers = NDArray[np.float64]
#: The smallest gap of which a share is taken: that of a smaller one would be noise.
LEAST_GAP = 0.025


@computation(
    metrics={
        "exact": ["seeds"],
        "seeded": [
            "dann_target_mean", "diverged", "gain_mean",
            "image_losses", "image_wins", "kept", "naive_target_mean", "share_mean", "shares",
            "source_change_mean", "target_target_mean",
        ],
        "margins": [
            "dann_target_std", "gain_high", "gain_low", "image_half_width", "naive_target_std", "range_half",
            "range_high", "range_low", "share_high", "share_low", "source_change_high", "source_change_low",
            "target_target_std",
        ],
    },
    tables={
        "methods": ["method", "diverged", "source_mean", "source_std", "target_mean", "target_std", "target_lowest",
                    "target_highest"],
        "seeds": ["seed", "naive", "dann", "target", "gain", "image_p", "share", "source_change", "naive_source",
                  "dann_source"],
    },
    figures=["target", "source"],
)  # fmt: skip
def pool_seeds(workspace: Workspace, *, naive: list[Result], dann: list[Result], target: list[Result]) -> Result:
    """Pool runs of ``train_adaptation`` over seeds, paired by seed; all lists must hold the same seeds, at least two.

    The ends of intervals are those of 95 % by Student's t, standard deviations have n - 1 below; what too few runs say
    nothing about is None. The charts have the mean of the runs that did not diverge, with a band from the lowest to the
    highest.
    """
    runs = {"naive": naive, "dann": dann, "target": target}
    seeds = [[run.metrics["seed"] for run in listed] for listed in runs.values()]
    if any(other != seeds[0] for other in seeds):
        raise ValueError(f"the runs are not of the same seeds: {seeds}")
    on_target = {name: accuracies(listed, "target") for name, listed in runs.items()}
    on_source = {name: accuracies(listed, "source") for name, listed in runs.items()}
    paired = _paired(on_source, on_target)
    whole = np.isfinite(paired["gain"])
    by_images = _by_images(naive, dann)
    shown = {"image_wins": (by_images < SIGNIFICANT) & (paired["gain"] > 0)}
    shown["image_losses"] = (by_images < SIGNIFICANT) & (paired["gain"] < 0)
    methods = [
        _method(label, runs[name], on_source[name][whole], on_target[name][whole]) for name, label in METHODS.items()
    ]
    return Result(
        metrics={
            "seeds": len(naive),
            "diverged": sum(lost(run) for listed in runs.values() for run in listed),
            **{f"{name}_target_mean": _mean(values[whole]) for name, values in on_target.items()},
            **{f"{name}_target_std": _deviation(values[whole]) for name, values in on_target.items()},
            **_differences(paired),
            **_ranges(on_target["dann"], dann[0]),
            **{name: int(found.sum()) for name, found in shown.items()},
        },
        tables={
            "methods": Table.of(methods),
            "seeds": Table.of(_by_seed(seeds[0], on_source, on_target, paired | {"image_p": by_images})),
        },
        figures={domain: _chart(runs, domain) for domain in ("target", "source")},
    )


def accuracies(runs: Sequence[Result], domain: str) -> Numbers:
    """Each run's accuracy on a domain, shape (runs,), NaN where it diverged."""
    return np.array([np.nan if lost(run) else float(str(run.metrics[f"{domain}_accuracy"])) for run in runs])


def _paired(on_source: Mapping[str, Numbers], on_target: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """Differences between the methods, seed by seed; NaN where one was lost, ``share`` also where there is no gap."""
    gain, gap = on_target["dann"] - on_target["naive"], on_target["target"] - on_target["naive"]
    change = on_source["dann"] - on_source["naive"]
    complete = np.isfinite(gap + gain)
    share = np.where(complete & (gap >= LEAST_GAP), gain / np.where(gap >= LEAST_GAP, gap, 1.0), np.nan)
    every = {"gain": gain, "gap": gap, "source_change": change}
    return {name: np.where(complete, values, np.nan) for name, values in every.items()} | {"share": share}


def _by_images(naive: Sequence[Result], dann: Sequence[Result]) -> Numbers:
    """McNemar's p value of the two networks of each seed, adjusted for all of them; NaN where one was lost."""
    kept = [not lost(before) and not lost(after) for before, after in zip(naive, dann, strict=True)]
    pairs = [pair for pair, whole in zip(zip(naive, dann, strict=True), kept, strict=True) if whole]
    found = np.full(len(kept), np.nan)
    found[kept] = holm_adjusted([image_p(*(hits_of(run, "target") for run in pair)) for pair in pairs])
    return found


def _differences(paired: Mapping[str, Numbers]) -> dict[str, Value]:
    gain = _known(paired["gain"])
    return {
        "kept": len(gain),
        **_interval("gain", gain),
        "shares": len(_known(paired["share"])),
        **_interval("share", paired["share"]),
        **_interval("source_change", paired["source_change"]),
    }


def _ranges(on_target: Numbers, first: Result) -> dict[str, Value]:
    """How far one more seed, and how far other test images, could move the target accuracy."""
    known = _known(on_target)
    low, high = next_value_range(known) if len(known) > 1 else (None, None)
    ends = [float(str(first.metrics[f"target_accuracy_{end}"])) for end in ("low", "high")]
    return {
        "range_low": low,
        "range_high": high,
        "range_half": None if low is None or high is None else (high - low) / 2,
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
        **{name: paired[name] for name in ("gain", "image_p", "share", "source_change")},
        **{f"{name}_source": on_source[name] for name in ("naive", "dann")},
    }
    columns = {name: [None if np.isnan(one) else float(one) for one in values] for name, values in shown.items()}
    return [
        {"seed": seed, **{name: values[place] for name, values in columns.items()}} for place, seed in enumerate(seeds)
    ]


def _known(values: Numbers) -> Numbers:
    return values[np.isfinite(values)]


def _mean(values: Numbers) -> float | None:
    known = _known(values)
    return float(known.mean()) if len(known) else None


def _deviation(values: Numbers) -> float | None:
    known = _known(values)
    return float(known.std(ddof=1)) if len(known) > 1 else None


def _interval(name: str, values: Numbers) -> dict[str, Value]:
    known = _known(values)
    low, high = mean_interval(known) if len(known) > 1 else (None, None)
    return {f"{name}_mean": _mean(values), f"{name}_low": low, f"{name}_high": high}


def _method(label: str, runs: Sequence[Result], source: Numbers, target: Numbers) -> dict[str, Value]:
    return {
        "method": label,
        "diverged": sum(map(lost, runs)),
        "source_mean": _mean(source),
        "source_std": _deviation(source),
        "target_mean": _mean(target),
        "target_std": _deviation(target),
        "target_lowest": float(target.min()) if len(target) else None,
        "target_highest": float(target.max()) if len(target) else None,
    }


def _chart(runs: Mapping[str, Sequence[Result]], domain: str) -> LineChart:
    variants = [Variant(label, tuple(runs[name])) for name, label in METHODS.items()]
    series = tuple(curve for variant in variants if (curve := variant.curve(f"{domain}_accuracy")) is not None)
    return LineChart(series, x_label="epoch", y_label=f"accuracy on the {domain} domain")
