"""Compare a trained GAN with runs of the usual settings that differ in their seeds alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from generator.labs.gan.progress import picture
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
#: Below this p value a run counts as different.
SIGNIFICANT = 0.05


#: What is compared, on which scale: spreads of distances are proportional to them, shares and scores are taken as such.
SCALES: Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {"fid": np.log, "coverage": np.asarray}
MEANS = ("density", "coverage", "inception_score", "label_distance", "class_variety")


@computation(
    metrics=[
        "label", "runs", "outcome", "sound", "modes", "fid", "fid_low", "fid_high", "density", "coverage",
        "coverage_low", "coverage_high", "inception_score", "label_distance", "class_variety", "fid_p",
        "coverage_p", "detectable",
    ],
    tables={"runs": ["fid", "coverage"]},
)  # fmt: skip
def pool_gans(workspace: Workspace, *, measures: list[Result]) -> Result:
    """Means over runs that differ in their seeds alone, from their ``measure_gan`` results.

    ``fid`` is a geometric mean, the others are arithmetic; ``…_low`` and ``…_high`` are the smallest and the largest
    run's value. ``modes`` is the fewest of any run, ``outcome`` that of all runs or "mixed"; they are ``sound`` if none
    diverged, collapsed or was won by the discriminator. ``detectable`` is how many times larger or smaller than ``fid``
    the distance of one more run has to be for :func:`outlier_p` to be below 0.05; None for fewer than two runs. The p
    values are None: see :func:`compare_gan`. The arrays hold the first run's strip of samples. Raises ValueError for
    measures without scores.
    """
    outcomes = sorted({str(one.metrics["outcome"]) for one in measures})
    runs = {name: np.array([_number(one, name) for one in measures]) for name in ("fid", *MEANS)}
    ends: dict[str, Value] = {}
    for name in SCALES:
        ends |= {f"{name}_low": float(runs[name].min()), f"{name}_high": float(runs[name].max())}
    return Result(
        metrics={
            "label": f"usual settings, {len(measures)} seeds" if len(measures) > 1 else "usual settings",
            "runs": len(measures),
            "outcome": outcomes[0] if len(outcomes) == 1 else "mixed",
            "sound": outcomes == ["trained"],
            "modes": min(int(_number(one, "modes")) for one in measures),
            "fid": float(np.exp(np.log(runs["fid"]).mean())),
            **{name: float(runs[name].mean()) for name in MEANS},
            **ends,
            "fid_p": None,
            "coverage_p": None,
            "detectable": _detectable(np.log(runs["fid"])),
        },
        tables={"runs": Table.of({name: one.metrics[name] for name in SCALES} for one in measures)},
        arrays={"strip": measures[0].arrays["strip"]},
    )


@computation(
    metrics=[
        "label", "runs", "outcome", "sound", "modes", "fid", "fid_low", "fid_high", "density", "coverage",
        "coverage_low", "coverage_high", "inception_score", "label_distance", "class_variety", "fid_p",
        "coverage_p", "fid_ratio", "differs", "worse", "better",
    ],
)  # fmt: skip
def compare_gan(workspace: Workspace, *, gan: Result, measure: Result, usual_gan: Result, usual: Result) -> Result:
    """One ``train_gan`` result with its ``measure_gan`` result, against ``usual``, a ``pool_gans`` result.

    ``label`` names the settings in which it differs from ``usual_gan``. The p values are two-sided, of the hypothesis
    that this run is one more of the usual ones (:func:`outlier_p`, distances on a logarithmic scale); None for fewer
    than two of them. ``differs`` says whether the Fréchet distance does, with p < 0.05; ``worse`` and ``better``, which
    way. ``fid_ratio`` is over the usual runs' geometric mean. The arrays hold the strip of samples.
    """
    own = {name: _number(measure, name) for name in ("fid", *MEANS)}
    p: dict[str, float | None] = {}
    for name, scale in SCALES.items():
        known = np.array([float(str(row[name])) for row in usual.tables["runs"].records()])
        p[name] = outlier_p(float(scale(np.array(own[name]))), scale(known))
    differs = p["fid"] is not None and p["fid"] < SIGNIFICANT
    usual_fid = _number(usual, "fid")
    return Result(
        metrics={
            "label": variant_name(usual_gan.metrics, gan.metrics),
            "runs": 1,
            "outcome": gan.metrics["outcome"],
            "sound": gan.metrics["outcome"] == "trained",
            "modes": measure.metrics["modes"],
            **own,
            **dict.fromkeys(f"{name}_{end}" for name in SCALES for end in ("low", "high")),
            **{f"{name}_p": value for name, value in p.items()},
            "fid_ratio": own["fid"] / usual_fid,
            "differs": differs,
            "worse": differs and own["fid"] > usual_fid,
            "better": differs and own["fid"] < usual_fid,
        },
        arrays={"strip": measure.arrays["strip"]},
    )


@computation(
    metrics=["rows", "columns", "failed", "different"],
    tables={"runs": ["label", "outcome", "sound", "differs"]},
    figures=["strips"],
)
def show_strips(workspace: Workspace, *, runs: list[Result]) -> Result:
    """The first samples of several GANs, unselected, a named row for each ``pool_gans`` or ``compare_gan`` result.

    Those that are not sound, counted by ``failed``, are the last rows, and have their outcome beside their names.
    ``different`` counts the sound ones that differ from the usual ones, as ``compare_gan`` says.
    """
    runs = sorted(runs, key=lambda run: not run.metrics["sound"])  # a stable sort: otherwise in the order given
    rows = [
        {
            **{name: run.metrics[name] for name in ("label", "outcome", "sound")},
            "differs": bool(run.metrics["sound"] and run.metrics.get("differs")),
        }
        for run in runs
    ]
    names = [str(row["label"]) + ("" if row["sound"] else f" ({row['outcome']})") for row in rows]
    strips = [[picture(np.asarray(image, dtype=np.uint8)) for image in run.arrays["strip"]] for run in runs]
    columns = min(len(strip) for strip in strips)
    images = tuple(image for strip in strips for image in strip[:columns])
    return Result(
        metrics={
            "rows": len(strips),
            "columns": columns,
            "failed": sum(not row["sound"] for row in rows),
            "different": sum(bool(row["differs"]) for row in rows),
        },
        tables={"runs": Table.of(rows)},
        figures={"strips": ImageGrid(images, columns=columns, row_titles=tuple(names))},
    )


def variant_name(usual: Mapping[str, Value], other: Mapping[str, Value]) -> str:
    """In which settings ``other`` differs from ``usual``, both metrics of ``train_gan`` results."""
    differences = [
        form.format(other[setting]) for setting, form in VARIATIONS.items() if other[setting] != usual[setting]
    ]
    return ", ".join(differences) or "usual settings"


def outlier_p(value: float, usual: NDArray[np.float64]) -> float | None:
    """The two-sided p value that ``value`` comes from the normal distribution that the sample ``usual`` (n,) is from.

    Student's t with n − 1 degrees of freedom: t = (x − m) / (s √(1 + 1/n)), a two-sample test with one value in a
    sample. None where n < 2 or the sample does not vary.
    """
    from scipy.stats import t  # late: SciPy takes longer to import than most computations need it for

    count = len(usual)
    if count < 2 or not (spread := float(usual.std(ddof=1))) > 0:
        return None
    distance = abs(value - float(usual.mean())) / (spread * math.sqrt(1 + 1 / count))
    return float(2 * t.sf(distance, count - 1))


def _detectable(usual: NDArray[np.float64]) -> float | None:
    """The factor between one more value and the mean of ``usual`` (n,), logarithms, at which p is SIGNIFICANT."""
    from scipy.stats import t

    count = len(usual)
    if count < 2:
        return None
    return math.exp(float(t.isf(SIGNIFICANT / 2, count - 1)) * float(usual.std(ddof=1)) * math.sqrt(1 + 1 / count))


def _number(result: Result, name: str) -> float:
    if result.metrics[name] is None:
        raise ValueError(f"there is no {name}: the judge is not right often enough to judge")
    return float(str(result.metrics[name]))
