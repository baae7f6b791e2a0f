"""Compare GANs of other settings with runs of the usual settings that differ in their seeds alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from generator.labs.gan.outcome import FINISHED
from generator.labs.gan.progress import picture
from generator.labs.shared.statistics import holm_adjusted
from generator.registry import computation
from generator.results import ImageGrid, Result, Table, Value
from generator.workspace import Workspace

#: A setting of ``train_gan``, and how a run that differs in it is called.
VARIATIONS: Mapping[str, str] = {
    "dataset": "{}",
    "training_images": "{:,} images",
    "image_size": "{0} × {0} pixels",
    "conditional": "conditional",
    "nz": "nz = {}",
    "ngf": "ngf = {}",
    "ndf": "ndf = {}",
    "epochs": "{} epochs",
    "initialisation": "{} initialisation",
    "loss": "{} loss",
    "d_rate": "D rate {:g}",
    "g_rate": "G rate {:g}",
    "batch_size": "batches of {}",
}
#: Below this p value, adjusted for all tests of its family, a setting counts as different.
SIGNIFICANT = 0.05
#: What runs of the same settings come to on average.
SCORES = ("fid", "density", "coverage", "inception_score", "label_distance", "class_variety")

Numbers = NDArray[np.float64]


@computation(
    metrics={
        "exact": ["label", "runs"],
        "seeded": [
            "failed", "outcome", "sound", "modes", "fid", "density", "coverage", "inception_score", "label_distance",
            "class_variety",
        ],
        "margins": ["fid_low", "fid_high", "coverage_low", "coverage_high", "p", "verdict", "detectable"],
    },
    tables={"runs": ["fid"]},
)  # fmt: skip
def pool_gans(workspace: Workspace, *, measures: list[Result]) -> Result:
    """Means over runs that differ in their seeds alone, from their ``measure_gan`` results.

    ``fid`` is a geometric mean, the others are arithmetic; ``…_low`` and ``…_high`` are the smallest and the largest
    run's value; all of them are None where the judge is not able to judge. ``modes`` is the fewest of any run.
    ``failed`` counts those that diverged, collapsed, never formed or were won by the discriminator; they are left in,
    as they are what a seed can do, and the runs are ``sound`` where there are none. ``detectable`` is how many times
    larger or smaller than ``fid`` the distance of one more run has to be for :func:`outlier_p` to be below 0.05, the
    only test that is made; None for fewer than two runs. ``p`` is None, and ``verdict`` too unless some failed: see
    :func:`compare_gan`. The arrays hold the first run's strip of samples.
    """
    count, pooled = len(measures), _pooled(measures)
    return Result(
        metrics={
            "label": f"usual settings, {count} seeds" if count > 1 else "usual settings",
            **pooled,
            "p": None,
            "verdict": None if pooled["sound"] else pooled["outcome"],
            "detectable": detectable_ratio(_logarithms(measures), 1, 1),
        },
        tables={"runs": Table.of({"fid": one.metrics["fid"]} for one in measures)},
        arrays={"strip": measures[0].arrays["strip"]},
    )


@computation(
    metrics={
        "exact": ["label", "runs", "tests"],
        "seeded": [
            "failed", "outcome", "sound", "modes", "fid", "density", "coverage", "inception_score", "label_distance",
            "class_variety",
        ],
        "margins": [
            "fid_low", "fid_high", "coverage_low", "coverage_high", "p", "verdict", "detectable", "worse", "better",
        ],
    },
)  # fmt: skip
def compare_gan(
    workspace: Workspace, *, setting: Result, usual_gan: Result, measures: list[Result], usual: Result
) -> Result:
    """The runs with the settings of one ``train_gan`` result, against ``usual``, a ``pool_gans`` result.

    ``measures`` are ``measure_gan`` results of runs with all the settings that are compared with ``usual``: ``tests``
    of them, several seeds of a setting being one. The metrics up to ``class_variety`` are those of ``pool_gans`` for
    the runs with the settings of ``setting``, and ``label`` names in which they differ from ``usual_gan``. ``p`` is
    two-sided, of the hypothesis that these runs are as many more of the usual ones (:func:`outlier_p`, on logarithms
    of the Fréchet distances), adjusted for all ``tests`` (Holm 1979): in at most 5 of 100 such families any setting
    that changes nothing gets a p below 0.05. None without scores, or for fewer than two usual runs. ``verdict`` is how
    the runs failed where one did, else "better" or "worse" with p < 0.05, "undecided", or "not judged" without p.
    ``detectable`` is the ratio of distances at which p is below 0.05 whatever the other settings come to.
    """
    names = [variant_name(usual_gan.metrics, measure.metrics) for measure in measures]
    label = variant_name(usual_gan.metrics, setting.metrics)
    if label not in names:
        raise ValueError(f"no measures of {label}; there are {', '.join(dict.fromkeys(names))}")
    families = {name: [m for m, of in zip(measures, names, strict=True) if of == name] for name in names}
    known = _logarithms_of(row["fid"] for row in usual.tables["runs"].records())
    adjusted = adjusted_p([_logarithms(runs) for runs in families.values()], known)
    p = dict(zip(families, adjusted, strict=True))[label]
    pooled = _pooled(families[label])
    differs, own, middle = p is not None and p < SIGNIFICANT, pooled["fid"], usual.metrics["fid"]
    below = differs and float(str(own)) < float(str(middle))
    return Result(
        metrics={
            "label": label,
            **pooled,
            "p": p,
            "verdict": _verdict(pooled, p, below),
            "detectable": detectable_ratio(known, len(families[label]), len(families)),
            "tests": len(families),
            "worse": differs and not below,
            "better": below,
        },
        arrays={"strip": families[label][0].arrays["strip"]},
    )


@computation(
    metrics={
        "exact": ["rows", "columns", "tests"],
        "seeded": ["failed"],
        "margins": ["better", "worse", "detectable"],
    },
    tables={"variants": ["label", "sound", "verdict"]},
    columns={"exact": ["label"], "seeded": ["sound"], "margins": ["verdict"]},
    figures=["strips"],
)
def show_strips(workspace: Workspace, *, usual: Result, variants: list[Result]) -> Result:
    """The first samples of several GANs, unselected, a named row for the ``pool_gans`` and each ``compare_gan`` result.

    Those that are not sound are the last rows, and have their outcome beside their names. ``failed``, ``better`` and
    ``worse`` count the variants with such a verdict. ``detectable`` is the largest of their detectable ratios.
    """
    runs = sorted([usual, *variants], key=lambda run: not run.metrics["sound"])  # stable: otherwise in the order given
    labels = [(str(run.metrics["label"]), run.metrics["sound"], run.metrics["outcome"]) for run in runs]
    names = [label if sound else f"{label} ({outcome})" for label, sound, outcome in labels]
    strips = [[picture(np.asarray(image, dtype=np.uint8)) for image in run.arrays["strip"]] for run in runs]
    columns = min(len(strip) for strip in strips)
    images = tuple(image for strip in strips for image in strip[:columns])
    rows = [{name: run.metrics[name] for name in ("label", "sound", "verdict")} for run in variants]
    ratios = [float(str(run.metrics["detectable"])) for run in variants if run.metrics["detectable"] is not None]
    return Result(
        metrics={
            "rows": len(strips),
            "columns": columns,
            "failed": sum(not row["sound"] for row in rows),
            "better": sum(row["verdict"] == "better" for row in rows),
            "worse": sum(row["verdict"] == "worse" for row in rows),
            "tests": variants[0].metrics["tests"],
            "detectable": max(ratios, default=None),
        },
        tables={"variants": Table.of(rows)},
        figures={"strips": ImageGrid(images, columns=columns, row_titles=tuple(names))},
    )


def variant_name(usual: Mapping[str, Value], other: Mapping[str, Value]) -> str:
    """In which settings ``other`` differs from ``usual``, metrics of a ``train_gan`` result or of its measures."""
    differences = [
        form.format(other[setting]) for setting, form in VARIATIONS.items() if other[setting] != usual[setting]
    ]
    return ", ".join(differences) or "usual settings"


def outlier_p(values: Numbers, usual: Numbers) -> float | None:
    """The two-sided p value that ``values`` (m,) are of the normal distribution that the sample ``usual`` (n,) is of.

    From the prediction interval of the mean of m more values (Meeker, Hahn and Escobar 2017, chapter 4): Student's t
    with n − 1 degrees of freedom, t = (x̄ − ū) / (s √(1/m + 1/n)), with the usual sample's standard deviation s alone,
    so that the spread of other settings doesn't matter where they change nothing. None where there are no ``values``,
    n < 2, or the sample does not vary. A run that shares its seed with a usual one is, if anything, nearer to it, which
    errs on the safe side.
    """
    from scipy.special import stdtr  # late: SciPy takes longer to import than most computations need it for

    error = _error(len(values), usual)
    if not error:
        return None
    return float(2 * stdtr(len(usual) - 1, -abs(float(values.mean() - usual.mean())) / error))


def adjusted_p(groups: Sequence[Numbers], usual: Numbers) -> list[float | None]:
    """The p value of each group against the same ``usual`` sample, adjusted for the number of groups (Holm 1979)."""
    alone = [outlier_p(group, usual) for group in groups]
    tested = [number for number, p in enumerate(alone) if p is not None]
    found = dict(zip(tested, holm_adjusted([p for p in alone if p is not None]), strict=True))
    return [found.get(number) for number in range(len(groups))]


def detectable_ratio(usual: Numbers, runs: int, tests: int) -> float | None:
    """From which factor between the means of ``runs`` values and of ``usual`` (n,), logarithms, p is SIGNIFICANT.

    It is so after Holm's adjustment for ``tests`` tests, whichever place the p value takes among them.
    """
    from scipy.special import stdtrit

    error = _error(runs, usual)
    return math.exp(-float(stdtrit(len(usual) - 1, SIGNIFICANT / (2 * tests))) * error) if error else None


def _error(count: int, usual: Numbers) -> float:
    """The standard error of the difference between the mean of ``count`` more values and that of ``usual``, or 0."""
    if not count or len(usual) < 2:
        return 0.0
    return float(usual.std(ddof=1)) * math.sqrt(1 / count + 1 / len(usual))


def _pooled(measures: Sequence[Result]) -> dict[str, Value]:
    """What runs of the same settings have in common; without scores these are None."""
    outcomes = [str(one.metrics["outcome"]) for one in measures]
    failed = sum(outcome != FINISHED for outcome in outcomes)
    known = {name: [float(str(m.metrics[name])) for m in measures if m.metrics[name] is not None] for name in SCORES}
    ends: dict[str, Value] = {}
    for name in ("fid", "coverage"):
        values = known[name] if len(measures) > 1 else []
        ends |= {f"{name}_low": min(values, default=None), f"{name}_high": max(values, default=None)}
    return {
        "runs": len(measures),
        "failed": failed,
        "outcome": outcomes[0] if len(set(outcomes)) == 1 else f"{failed} of {len(measures)} failed",
        "sound": failed == 0,
        "modes": min(int(str(one.metrics["modes"])) for one in measures),
        **{name: float(np.mean(values)) if values else None for name, values in known.items()},
        "fid": float(np.exp(np.log(known["fid"]).mean())) if known["fid"] else None,
        **ends,
    }


def _verdict(pooled: Mapping[str, Value], p: float | None, below: bool) -> str:
    if not pooled["sound"]:
        return str(pooled["outcome"])
    if p is None:
        return "not judged"
    return "undecided" if p >= SIGNIFICANT else "better" if below else "worse"


def _logarithms(measures: Sequence[Result]) -> Numbers:
    """Of the Fréchet distances, whose spread from seed to seed is proportional to them."""
    return _logarithms_of(one.metrics["fid"] for one in measures)


def _logarithms_of(distances: Iterable[Value]) -> Numbers:
    return np.log([float(str(distance)) for distance in distances if distance is not None])
