"""Class visualisation under other numbers of steps, rates, regularisers and starts, all compared on the same noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from generator.labs.shared.statistics import holm_adjusted
from generator.labs.visualising.classes.ascent import Settings
from generator.labs.visualising.classes.legibility import Reading, read_images, saved, stretched, verdict
from generator.labs.visualising.classes.variations import (
    WEAK_NOISE,
    Variation,
    combinations,
    decay_variations,
    further_variations,
    longer_variations,
    rate_variations,
    without_regularisers,
)
from generator.labs.visualising.classes.visualisation import climb_all, climb_from_noise
from generator.labs.visualising.paired import mean_difference_p
from generator.networks.backbones import Backbone, load_backbone
from generator.networks.precision import Precision
from generator.registry import Network, computation
from generator.results import ImageGrid, LineChart, Result, Series, Table, Value
from generator.workspace import Workspace

#: What is measured of each variation: metrics ``<measure>_<variation>``, each a mean over classes.
MEASURES = ("score", "confidence", "roughness", "contrast")


@dataclass(frozen=True, eq=False)
class Made:
    """What one variation made: an image, its score curve (steps,) and its reading for each class."""

    images: tuple[torch.Tensor, ...]
    scores: tuple[torch.Tensor, ...]
    readings: tuple[Reading, ...]

    def each(self, measure: str) -> NDArray[np.float64]:
        """A measure of each class's image."""
        return np.array([getattr(reading, measure) for reading in self.readings], dtype=np.float64)

    def mean(self, measure: str) -> float:
        """A measure's mean over classes."""
        return float(self.each(measure).mean())

    @property
    def recognised(self) -> int:
        """How many classes the judge puts first."""
        return sum(reading.rank == 1 for reading in self.readings)


@computation(
    metrics={
        "exact": ["label", "judge_label", "judge_knows", "classes", "steps", "longest", "rate", "decay", "blur_every",
                  "blur", "jitter", "weak_noise", "variations"],
        "seeded": ["score_*", "confidence_*", "roughness_*", "contrast_*", "best_label", "best_confidence"],
        "margins": ["p_*"],
    },
    tables={
        "variations": ["variation", "score", "score_p", "own_confidence", "confidence", "recognised", "roughness",
                       "contrast"],
        "images": ["variation", "class_name", "score", "own_confidence", "confidence", "rank", "said",
                   "said_confidence", "roughness", "contrast"],
    },
    figures=["steps", "rates", "decays", "combinations", "regularisers", "further", "steps_scores", "rates_scores",
             "decays_scores", "combinations_scores", "regularisers_scores", "further_scores"],
)  # fmt: skip
def sweep_class_settings(
    workspace: Workspace, *, network: Network, judge: Network, classes: list[str], steps: list[int],
    rates: list[float], decays: list[float], combined: list[list[float]], rate: float = 5.0, decay: float = 1e-3,
    blur_every: int = 10, blur: float = 0.5, jitter: int = 16, shown: int = 2,
    precision: Literal["auto", "bfloat16", "float32"] = "float32", seed: int = 0,
) -> Result:  # fmt: skip
    """Make images for the classes from noise under many settings, and let another network judge each.

    The base is ``steps[0]`` steps with ``rate``, ``decay``, blur and jitter, see :func:`ascend`; the other ``steps``,
    in ascending order, continue the base's images. ``rates`` and ``decays`` replace the base's one at a time,
    ``combined`` are pairs of both. A class starts from the same noise and is shifted alike in all of them. Metrics
    ``<measure>_<variation>`` are means over classes, ``p_<measure>_<variation>`` the probability of the mean difference
    from the base, paired by class (Student's t), by Holm's adjustment for all variations of one measure. The first
    ``shown`` classes are shown.
    """
    backbone, other = (load_backbone(one, workspace.data, workspace.device) for one in (network, judge))
    base = Settings(steps[0], rate, decay, blur_every, blur, jitter)
    groups = _groups(base, steps, rates, decays, combined)
    made = _make_all(workspace, (backbone, other), classes, groups, precision, seed)
    labels = _labels(groups)
    return Result(
        metrics={
            "label": backbone.label,
            "judge_label": other.label,
            "judge_knows": len(set(classes) - other.untrained),
            "classes": len(classes),
            "steps": steps[0],
            "longest": steps[-1],
            "rate": rate,
            "decay": decay,
            "blur_every": blur_every,
            "blur": blur,
            "jitter": jitter,
            "weak_noise": WEAK_NOISE,
            **_measures(made, labels),
        },
        tables={"variations": _variation_table(made, labels), "images": _image_table(made, labels)},
        figures={
            **{name: _grid((backbone, other), made, group, shown) for name, group in groups.items()},
            # Fewer steps are the beginning of more, so that one curve says it all.
            **{f"{n}_scores": _chart(made, group[-1:] if n == "steps" else group) for n, group in groups.items()},
        },
    )


def _groups(
    base: Settings, steps: list[int], rates: list[float], decays: list[float], combined: list[list[float]]
) -> dict[str, list[Variation]]:
    return {
        "steps": longer_variations(base, steps),
        "rates": rate_variations(base, rates),
        "decays": decay_variations(base, decays),
        "combinations": combinations(base, combined),
        "regularisers": without_regularisers(base),
        "further": further_variations(base),
    }


def _make_all(
    workspace: Workspace,
    networks: tuple[Backbone, Backbone],
    classes: Sequence[str],
    groups: Mapping[str, Sequence[Variation]],
    precision: Precision,
    seed: int,
) -> dict[str, Made]:
    """Every variation's images by its name, made by the first network and read by both.

    The base goes on to the largest number of steps, and is kept on its way.
    """
    backbone, judge = networks
    kept_after = {variation.name: variation.settings.steps for variation in groups["steps"]}
    base = groups["steps"][0]
    longest = replace(base, settings=replace(base.settings, steps=max(kept_after.values())))
    others = {one.name: one for name, group in groups.items() if name != "steps" for one in group if one.name != "base"}
    planned = [longest, *others.values()]
    climbs = [
        climb_from_noise(workspace, backbone, name, one.settings, seed, tuple(kept_after.values()), one.spread)
        for one in planned
        for name in classes
    ]
    ascents = climb_all(workspace, backbone, climbs, precision)
    runs = {one.name: ascents[place * len(classes) :][: len(classes)] for place, one in enumerate(planned)}
    made = {}
    for name, steps in {**kept_after, **{one.name: one.settings.steps for one in others.values()}}.items():
        run = runs["base" if name in kept_after else name]
        images = tuple(ascent.kept[steps] for ascent in run)
        scores = tuple(ascent.scores[:steps] for ascent in run)
        made[name] = Made(images, scores, tuple(read_images(backbone, judge, saved(backbone, images), classes)))
    return made


def _labels(groups: Mapping[str, Sequence[Variation]]) -> dict[str, str]:
    """What to call each variation outside its group, where "nor shifts" has nothing to refer to."""
    named = {one.name: one.label for group in groups.values() for one in group}
    return {**named, "base": "the base", "nothing": "λ = 0, no blur, no shifts"}


def _measures(made: Mapping[str, Made], labels: Mapping[str, str]) -> dict[str, Value]:
    """Every measure of every variation with its p value, and the variation that the judge is surest of."""
    best = max(made, key=lambda name: made[name].mean("confidence"))
    return {
        "variations": len(made),
        **{f"{measure}_{name}": one.mean(measure) for name, one in made.items() for measure in MEASURES},
        **{f"p_{measure}_{name}": p for measure in MEASURES for name, p in _p_values(made, measure).items()},
        "best_label": labels[best],
        "best_confidence": made[best].mean("confidence"),
    }


def _p_values(made: Mapping[str, Made], measure: str) -> dict[str, float]:
    """For each variation the probability of its mean difference from the base, adjusted for their number."""
    base, others = made["base"].each(measure), [name for name in made if name != "base"]
    tests = [mean_difference_p(made[name].each(measure), base) for name in others]
    return dict(zip(others, holm_adjusted(tests), strict=True))


def _variation_table(made: Mapping[str, Made], labels: Mapping[str, str]) -> Table:
    """One row for each variation, means over classes."""
    p_values = _p_values(made, "score")
    return Table.of(
        {
            "variation": labels[name],
            "score": one.mean("score"),
            "score_p": p_values.get(name),
            **{measure: one.mean(measure) for measure in ("own_confidence", "confidence")},
            "recognised": one.recognised,
            **{measure: one.mean(measure) for measure in ("roughness", "contrast")},
        }
        for name, one in made.items()
    )


def _image_table(made: Mapping[str, Made], labels: Mapping[str, str]) -> Table:
    """One row for each image."""
    return Table.of(
        {"variation": labels[name], **asdict(reading)} for name, one in made.items() for reading in one.readings
    )


def _grid(
    networks: tuple[Backbone, Backbone], made: Mapping[str, Made], group: Sequence[Variation], shown: int
) -> ImageGrid:
    """A row for each of the first classes, a column for each variation; titles give the judge's confidence."""
    places = [(made[one.name], row) for row in range(shown) for one in group]
    backbone, judge = networks
    readings = [one.readings[row] for one, row in places]
    verdicts = [verdict(judge, reading, 1) for reading in readings]
    return ImageGrid(
        images=stretched(backbone, torch.stack([one.images[row] for one, row in places])),
        columns=len(group),
        titles=tuple(share for share, _ in verdicts),
        tones=tuple(tone for _, tone in verdicts),
        row_titles=tuple(reading.class_name for reading in readings[:: len(group)]),
        column_titles=tuple(one.label for one in group),
    )


def _chart(made: Mapping[str, Made], group: Sequence[Variation]) -> LineChart:
    """The class score before each step, mean over classes, one curve for each variation."""
    curves = []
    for one in group:
        scores = torch.stack(list(made[one.name].scores)).mean(dim=0).numpy()
        curves.append(Series(one.label, np.arange(len(scores)), scores))
    return LineChart(tuple(curves), x_label="step", y_label="class score")
