"""From a photograph to an image of a class: the same ascent, but starting where there is something to see already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from generator.datasets.images import ImageSet, load_images
from generator.labs.visualising.classes.ascent import Ascent, Climb, Settings, draw_shifts
from generator.labs.visualising.classes.legibility import Reading, read_images, saved, stretched, verdict
from generator.labs.visualising.classes.visualisation import climb_all, score_chart
from generator.labs.visualising.scores import class_index
from generator.networks.backbones import Backbone, load_backbone
from generator.registry import Dataset, Network, computation
from generator.results import Frames, Result, Table, Value
from generator.workspace import Workspace

#: Frames of one animation after the first: few enough for a small file, enough for the eye.
FRAMES = 20
#: Every so many frames is a key frame, which stands for the animation on paper.
KEY_EVERY = 4
#: Seconds that each frame is shown.
SECONDS = 0.25


@dataclass(frozen=True, eq=False)
class Journey:
    """One photograph on its way to a class. ``photograph`` is uint8 (height, width, 3), from class ``origin``."""

    origin: str
    target: str
    photograph: NDArray[np.uint8]

    @property
    def label(self) -> str:
        """What to call it."""
        return f"{self.origin} → {self.target}"


#: Columns of the table that are metrics, too: ``<column>_<number of the journey>``.
NUMBERED = (
    "origin", "target", "overtaken", "first_score", "first_contrast", "origin_confidence", "likeness", "score",
    "confidence", "said", "contrast",
)  # fmt: skip


@computation(
    metrics={
        "exact": ["label", "judge_label", "judge_untrained", "journeys", "steps", "rate", "origin_*", "target_*"],
        "measured": ["first_contrast_*"],
        "seeded": ["first_score_*", "score_*", "confidence_*", "said_*", "origin_confidence_*", "likeness_*",
                   "overtaken_*", "contrast_*"],
    },
    tables={
        "journeys": ["journey", "origin", "target", "overtaken", "first_score", "first_confidence", "first_contrast",
                     "origin_confidence", "likeness", "score", "confidence", "said", "roughness", "contrast"],
    },
    columns={"seeded": ["overtaken", "origin_confidence", "likeness", "score", "confidence"]},
    figures=["journey_*", "scores"],
)  # fmt: skip
def visualise_from_photographs(
    workspace: Workspace, *, network: Network, judge: Network, dataset: Dataset, journeys: list[list[str]],
    steps: int = 200, rate: float = 5.0, decay: float = 1e-3, blur_every: int = 10, blur: float = 0.5,
    jitter: int = 16, precision: Literal["auto", "bfloat16", "float32"] = "float32", seed: int = 0,
) -> Result:  # fmt: skip
    """Raise a class's score from a photograph on: ``journeys`` are pairs of the photograph's true class and the target.

    Taken is the first photograph of that class in the test part; settings as for :func:`visualise_classes`. For journey
    k, counted from 1: ``first_score_k`` and ``first_confidence_k`` are the target's score in the network and its
    probability in the judge before the first step, ``score_k`` and ``confidence_k`` those of the saved last image;
    ``origin_confidence_k`` is the judge's probability of the photograph's own class at the end; ``likeness_k`` is the
    correlation of the last image's values with the photograph's, about each channel's mean; ``overtaken_k`` is the
    number of steps after which the target first has the network's highest score (None: never). ``judge_untrained``
    counts the classes of which the judge never saw an image. Raises ValueError for anything but pairs, and for a class
    without a photograph.
    """
    backbone, other = (load_backbone(one, workspace.data, workspace.device) for one in (network, judge))
    planned = plan_journeys(load_images(dataset, workspace.data), journeys)
    settings = Settings(steps, rate, decay, blur_every, blur, jitter)
    starts = backbone.preprocess([journey.photograph for journey in planned]).cpu()
    climbs = [
        Climb(
            target=class_index(backbone, journey.target),
            start=start,
            shifts=draw_shifts(workspace.rng(seed, f"jitter/{journey.target}"), steps, jitter),
            settings=settings,
            keep=frame_steps(steps),
        )
        for journey, start in zip(planned, starts, strict=True)
    ]
    ascents = climb_all(workspace, backbone, climbs, precision)
    rows = [_row(backbone, other, journey, ascent) for journey, ascent in zip(planned, ascents, strict=True)]
    numbered = list(enumerate(rows, start=1))
    animations = [_frames(backbone, other, journey, ascent) for journey, ascent in zip(planned, ascents, strict=True)]
    shared: dict[str, Value] = {
        "label": backbone.label, "judge_label": other.label, "judge_untrained": len(other.untrained),
        "journeys": len(planned), "steps": steps, "rate": rate,
    }  # fmt: skip
    return Result(
        metrics={**shared, **{f"{name}_{number}": row[name] for number, row in numbered for name in NUMBERED}},
        tables={"journeys": Table.of(rows)},
        figures={
            **{f"journey_{number}": frames for number, frames in enumerate(animations, start=1)},
            "scores": score_chart(ascents, [journey.label for journey in planned]),
        },
    )


def plan_journeys(images: ImageSet, journeys: Sequence[Sequence[str]]) -> list[Journey]:
    """The first photograph of each journey's class; ValueError for anything but pairs, or a class that has none."""
    planned = []
    for pair in journeys:
        if len(pair) != 2:
            raise ValueError(f"a journey is a photograph's class and a target, got {list(pair)}")
        origin, target = pair
        found = [index for index in range(len(images)) if images.true_class(index) == origin]
        if not found:
            raise ValueError(f"{images.title}: there is no photograph of class {origin!r}")
        planned.append(Journey(origin, target, images.images[found[0]]))
    return planned


def frame_steps(steps: int) -> tuple[int, ...]:
    """After how many steps to keep a frame: close together at first, where most changes, from 0 to ``steps``."""
    return tuple(sorted({round(steps * (number / FRAMES) ** 2) for number in range(FRAMES + 1)}))


def likeness(first: torch.Tensor, second: torch.Tensor) -> float:
    """Correlation of two images (3, height, width), each channel taken about its own mean; 0 where one is plain."""
    one, other = (image.double() - image.double().mean(dim=(1, 2), keepdim=True) for image in (first, second))
    lengths = float(one.norm() * other.norm())
    return float((one * other).sum()) / lengths if lengths > 0 else 0.0


def _row(backbone: Backbone, judge: Backbone, journey: Journey, ascent: Ascent) -> dict[str, Value]:
    """Everything that is measured of one journey, under the names of the table's columns."""
    before, after = saved(backbone, [ascent.kept[0], ascent.image])
    first, last = read_images(backbone, judge, [before, after], [journey.target] * 2)
    origin = read_images(backbone, judge, [after], [journey.origin])[0]
    leading = np.flatnonzero(ascent.leads.numpy())
    return {
        "journey": journey.label,
        "origin": journey.origin,
        "target": journey.target,
        "overtaken": int(leading[0]) if leading.size else None,
        "first_score": first.score,
        "first_confidence": first.confidence,
        "first_contrast": first.contrast,
        "origin_confidence": origin.confidence,
        "likeness": likeness(ascent.kept[0], ascent.image),
        **{name: getattr(last, name) for name in ("score", "confidence", "said", "roughness", "contrast")},
    }


def _frames(backbone: Backbone, judge: Backbone, journey: Journey, ascent: Ascent) -> Frames:
    """The kept images, contrast stretched, with the judge's confidence in the target as captions."""
    steps = sorted(ascent.kept)
    images = [ascent.kept[step] for step in steps]
    readings: list[Reading] = read_images(backbone, judge, saved(backbone, images), [journey.target] * len(images))
    keys = sorted({*range(0, len(images), KEY_EVERY), len(images) - 1})
    said = [verdict(judge, reading, 0)[0] for reading in readings]
    captions = (f"{step} steps: {share}" if share else f"{step} steps" for step, share in zip(steps, said, strict=True))
    return Frames(stretched(backbone, torch.stack(images)), tuple(captions), tuple(keys), SECONDS)
