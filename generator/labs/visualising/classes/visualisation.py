"""Images made from noise for a class of a network, and what a second network makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal

import numpy as np

from generator.datasets.images import load_images
from generator.labs.visualising.classes.ascent import Ascent, Climb, Settings, ascend, draw_noise, draw_shifts
from generator.labs.visualising.classes.legibility import (
    Reading,
    against_chance,
    judged_metrics,
    photograph_metrics,
    read_images,
    saved,
    stretched,
    verdict,
)
from generator.labs.visualising.scores import class_index
from generator.networks.backbones import Backbone, load_backbone
from generator.networks.precision import Precision
from generator.registry import Dataset, Network, computation
from generator.results import ImageGrid, LineChart, Result, Series, Table
from generator.workspace import Workspace

#: Image steps between two reports of progress: a fraction of a second.
REPORT_EVERY = 20


@computation(
    metrics={
        "exact": ["label", "judge_label", "judge_trained", "judge_knows", "judge_untrained", "chance",
                  "recognised_needed", "steps", "rate", "decay", "blur_every", "blur", "jitter", "images",
                  "photographs"],
        "measured": ["photograph_roughness", "photograph_contrast"],
        "seeded": ["score", "lowest_score", "own_confidence", "confidence", "recognised", "recognised_share",
                   "roughness", "contrast", "surest_class", "surest_confidence", "doubted_class",
                   "doubted_confidence", "doubted_rank", "doubted_said", "doubted_said_confidence", "first_score",
                   "own_recognised", "photograph_score", "photograph_highest_score", "photograph_confidence",
                   "photograph_recognised_share"],
        "margins": ["recognised_low", "recognised_high", "recognised_p"],
    },
    tables={
        "classes": ["class_name", "score", "own_confidence", "confidence", "rank", "said", "said_confidence",
                    "roughness", "contrast"],
    },
    columns={"seeded": ["rank", "said", "said_confidence"]},
    figures=["classes", "scores"],
)  # fmt: skip
def visualise_classes(
    workspace: Workspace, *, network: Network, judge: Network, dataset: Dataset, classes: list[str], steps: int = 200,
    rate: float = 5.0, decay: float = 1e-3, blur_every: int = 10, blur: float = 0.5, jitter: int = 16,
    precision: Literal["auto", "bfloat16", "float32"] = "float32", seed: int = 0,
) -> Result:  # fmt: skip
    """Make one image for each of the classes from noise, as :func:`ascend` says, and let another network judge it.

    ``rate`` is a length in the network's normalised space, ``blur`` and ``jitter`` are pixels, ``blur_every`` is steps.
    Each class has its own noise and its own shifts, from the seed and its name, and so the same image in any company.
    ``judge_knows`` counts the classes of which the judge ever saw an image in training: of others it can say nothing,
    although it answers. ``judge_untrained`` counts all its classes of which it saw none, ``judge_trained`` the others;
    ``recognised_p`` is the probability that guessing among these gets as many right. ``first_score`` and ``score``
    are the mean class score before the first step and of the saved images. The ``photograph_…`` measures are those of
    the data set's test part, each for its true class. Raises ValueError for a class that either network does not know.
    """
    backbone, other = (load_backbone(one, workspace.data, workspace.device) for one in (network, judge))
    settings = Settings(steps, rate, decay, blur_every, blur, jitter)
    climbs = [climb_from_noise(workspace, backbone, name, settings, seed) for name in classes]
    ascents = climb_all(workspace, backbone, climbs, precision)
    readings = read_images(backbone, other, saved(backbone, [ascent.image for ascent in ascents]), classes)
    photographs = load_images(dataset, workspace.data)
    return Result(
        metrics={
            "label": backbone.label,
            "judge_label": other.label,
            "judge_knows": len(set(classes) - other.untrained),
            "judge_untrained": len(other.untrained),
            "steps": steps,
            "rate": rate,
            "decay": decay,
            **{"blur_every": blur_every, "blur": blur, "jitter": jitter},
            **judged_metrics(readings),
            **against_chance(readings, other),
            "first_score": float(np.mean([float(ascent.scores[0]) for ascent in ascents])),
            "own_recognised": sum(reading.own_confidence > 0.5 for reading in readings),
            **photograph_metrics(backbone, other, photographs),
        },
        tables={"classes": reading_table(readings)},
        figures={"classes": made_images(backbone, other, ascents, readings), "scores": score_chart(ascents, classes)},
    )


def climb_from_noise(
    workspace: Workspace,
    backbone: Backbone,
    class_name: str,
    settings: Settings,
    seed: int,
    keep: tuple[int, ...] = (),
    spread: float = 1.0,
) -> Climb:
    """A climb for one class from normal noise of standard deviation ``spread`` in normalised space.

    Noise and shifts depend on the seed and the class alone, so that two settings are compared on the same ones.
    """
    return Climb(
        target=class_index(backbone, class_name),
        start=draw_noise(workspace.rng(seed, f"noise/{class_name}"), backbone.input_size, spread),
        shifts=draw_shifts(workspace.rng(seed, f"jitter/{class_name}"), settings.steps, settings.jitter),
        settings=settings,
        keep=keep,
    )


def climb_all(workspace: Workspace, backbone: Backbone, climbs: Sequence[Climb], precision: Precision) -> list[Ascent]:
    """Make all images, with progress."""

    def report(done: int, total: int) -> None:
        if done % REPORT_EVERY == 0 or done == total:
            workspace.progress(done, total, f"image steps {done} of {total}")

    return ascend(backbone, climbs, report, precision)


def reading_table(readings: Sequence[Reading]) -> Table:
    """One row for each image: its class, and everything that was measured."""
    return Table.of(asdict(reading) for reading in readings)


def made_images(
    backbone: Backbone, judge: Backbone, ascents: Sequence[Ascent], readings: Sequence[Reading]
) -> ImageGrid:
    """The last images, contrast stretched, named by their classes; the colour says whether the judge agrees.

    Without either where the judge was never trained on the class.
    """
    import torch

    verdicts = [verdict(judge, reading, 1) for reading in readings]
    return ImageGrid(
        images=stretched(backbone, torch.stack([ascent.image for ascent in ascents])),
        columns=min(5 if len(ascents) % 5 == 0 else 4, len(ascents)),
        titles=tuple(
            f"{reading.class_name} ({share})" if share else reading.class_name
            for reading, (share, _) in zip(readings, verdicts, strict=True)
        ),
        tones=tuple(tone for _, tone in verdicts),
    )


def score_chart(ascents: Sequence[Ascent], names: Sequence[str]) -> LineChart:
    """The class score before each step, one curve for each image."""
    curves = (
        Series(name, np.arange(len(ascent.scores)), ascent.scores.numpy())
        for name, ascent in zip(names, ascents, strict=True)
    )
    return LineChart(tuple(curves), x_label="step", y_label="class score")
