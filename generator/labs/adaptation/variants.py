"""A variant of a training: its runs of several seeds, and how they differ from those of the usual training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.labs.adaptation.runs import column, lost
from generator.labs.shared.statistics import difference_interval, holm_adjusted
from generator.results import Result, Series, Value

Numbers = NDArray[np.float64]
#: What became of a variant, by its accuracy on the target: it differs where p, adjusted for all variants of the table,
#: is below 0.05. One of which every run diverged is none of these.
OUTCOMES = ("reference", "higher", "lower", "undecided", "diverged")
SIGNIFICANT = 0.05


@dataclass(frozen=True, eq=False)
class Variant:
    """The runs of one setting, which differ in their seed."""

    label: str
    runs: tuple[Result, ...]

    @property
    def kept(self) -> tuple[Result, ...]:
        """The runs that did not diverge."""
        return tuple(run for run in self.runs if not lost(run))

    @property
    def shown(self) -> tuple[Result, ...]:
        """The runs whose means are shown: all of them where each diverged, as they were when they ended."""
        return self.kept or self.runs

    def values(self, metric: str) -> Numbers:
        """One metric of the runs that did not diverge."""
        return np.array([float(str(run.metrics[metric])) for run in self.kept])

    def mean(self, metric: str) -> float | None:
        """The mean of one metric over the runs that are shown; None where it was not measured."""
        values = [run.metrics[metric] for run in self.shown]
        return None if None in values else float(np.mean([float(str(value)) for value in values]))

    def curve(self, name: str) -> Series | None:
        """One measure by epoch: the mean of the runs that are shown, with a band from the lowest to the highest."""
        curves = [column(run, name) for run in self.shown]
        longest = max(map(len, curves))
        padded = np.stack([np.pad(curve, (0, longest - len(curve)), mode="edge") for curve in curves])
        if not np.isfinite(padded).any():
            return None
        band = (padded.min(axis=0), padded.max(axis=0)) if len(curves) > 1 else (None, None)
        return Series(self.label, np.arange(1, longest + 1), padded.mean(axis=0), *band)


def grouped(runs: Sequence[Result], labels: Sequence[str]) -> list[Variant]:
    """The variants in the order of their first runs.

    Runs are of one variant when their labels are the same but for what says the seed, ", seed 0" at the end. Raises
    ValueError where a variant has two runs of one seed.
    """
    found: dict[str, list[Result]] = {}
    for run, label in zip(runs, labels, strict=True):
        found.setdefault(label.removesuffix(f", seed {run.metrics['seed']}"), []).append(run)
    for label, listed in found.items():
        seeds = [run.metrics["seed"] for run in listed]
        if len(set(seeds)) < len(seeds):
            raise ValueError(f"{label}: two runs of one seed among {seeds}")
    return [Variant(label, tuple(listed)) for label, listed in found.items()]


def judged(variants: Sequence[Variant], reference: Variant) -> list[dict[str, Value]]:
    """For each variant the difference in target accuracy, its interval, its p value and what became of it.

    The interval is Student's, of the variant's runs against all of the reference's. ``p`` is adjusted by Holm's rule
    for the tests in this list, of which there is one for each variant with a run that did not diverge.
    """
    usual = reference.values("target_accuracy")
    found = [
        _difference(variant.values("target_accuracy"), usual) if variant is not reference else {}
        for variant in variants
    ]
    tested = [row for row in found if row.get("p") is not None]
    for row, p in zip(tested, holm_adjusted([float(str(row["p"])) for row in tested]), strict=True):
        row["p"] = p
    empty: dict[str, Value] = dict.fromkeys(("difference", "difference_low", "difference_high", "p"))
    return [
        empty | row | {"outcome": _outcome(variant, reference, row)}
        for variant, row in zip(variants, found, strict=True)
    ]


def _difference(values: Numbers, usual: Numbers) -> dict[str, Value]:
    if not len(values) or not len(usual):
        return {}
    difference = float(values.mean() - usual.mean())
    if len(values) + len(usual) < 3:
        return {"difference": difference}
    low, high, p = difference_interval(values, usual)
    return {"difference": difference, "difference_low": low, "difference_high": high, "p": p}


def _outcome(variant: Variant, reference: Variant, row: Mapping[str, Value]) -> str:
    if not variant.kept:
        return "diverged"
    if variant is reference:
        return "reference"
    p, difference = row.get("p"), row.get("difference")
    if p is None or float(str(p)) >= SIGNIFICANT:
        return "undecided"
    return "higher" if float(str(difference)) > 0 else "lower"
