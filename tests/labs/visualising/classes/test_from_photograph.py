"""From a photograph on: the right photograph, frames from first to last, and measures of how much of it is left."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from generator.datasets.images import load_images
from generator.labs.visualising.classes.from_photograph import (
    frame_steps,
    likeness,
    plan_journeys,
    visualise_from_photographs,
)
from generator.networks.backbones import load_backbone


@pytest.fixture
def photographs(workspace):
    return load_images("embedded_scenes", workspace.data)


@pytest.fixture
def travel(network, workspace):
    def run(journeys, **changes):
        settings = {"dataset": "embedded_scenes", "steps": 30, "rate": 2.0, "jitter": 4, **changes}
        return visualise_from_photographs(workspace, network=network, judge=network, journeys=journeys, **settings)

    return run


def test_a_journey_starts_at_the_first_photograph_of_its_class(photographs):
    first, second = plan_journeys(photographs, [["moon", "moon"], ["grass", "cat"]])
    assert np.array_equal(first.photograph, photographs.images[list(photographs.labels).index(9)])
    assert (second.origin, second.target, second.label) == ("grass", "cat", "grass → cat")
    with pytest.raises(ValueError, match="no photograph of class 'hay'"):
        plan_journeys(photographs, [["hay", "cat"]])
    with pytest.raises(ValueError, match="a photograph's class and a target"):
        plan_journeys(photographs, [["cat"]])


@pytest.mark.parametrize("steps", [3, 60, 200, 1000])
def test_frames_begin_close_together_and_end_with_the_last_step(steps):
    moments = frame_steps(steps)
    assert (moments[0], moments[-1]) == (0, steps)
    assert len(moments) == len(set(moments)) <= 21
    assert all(later - earlier >= 1 for earlier, later in pairwise(moments))
    assert moments[1] <= steps - moments[-2]


def test_likeness_is_one_for_itself_minus_one_for_its_negative_and_ignores_a_tint():
    rng = torch.Generator().manual_seed(0)
    image = torch.randn(3, 9, 9, generator=rng)
    tint = torch.tensor([5.0, -2.0, 0.0]).view(3, 1, 1)
    assert likeness(image, 0.3 * image + tint) == pytest.approx(1.0)
    assert likeness(image, -image) == pytest.approx(-1.0)
    assert abs(likeness(image, torch.randn(3, 9, 9, generator=rng))) < 0.3
    assert likeness(image, torch.ones(3, 9, 9)) == 0.0


def test_measures_before_are_those_of_the_photograph(travel, photographs, network, workspace):
    backbone = load_backbone(network, workspace.data)
    result = travel([["retina", "retina"], ["grass", "cat"]])
    shown = backbone.preprocess([photographs.images[list(photographs.labels).index(12)]])
    logits = backbone.module(shown)[0]
    # To the 8 bits of a saved picture.
    assert result.metrics["first_score_1"] == pytest.approx(float(logits[12]), abs=0.05)
    assert result.metrics["score_1"] > result.metrics["first_score_1"]
    assert result.metrics["score_2"] > result.metrics["first_score_2"]
    assert 0.3 < result.metrics["likeness_1"] < 1
    assert (result.metrics["origin_2"], result.metrics["target_2"]) == ("grass", "cat")
    assert result.metrics["overtaken_2"] is None or 0 < result.metrics["overtaken_2"] < 30


def test_each_journey_is_an_animation_with_captioned_key_frames(travel):
    result = travel([["moon", "moon"], ["grass", "cat"]])
    assert set(result.figures) == {"journey_1", "journey_2", "scores"}
    frames = result.figures["journey_2"]
    assert len(frames.images) == len(frames.captions) == len(frame_steps(30))
    assert (frames.keys[0], frames.keys[-1]) == (0, len(frames.images) - 1)
    last = result.tables["journeys"].records()[1]
    assert frames.captions[-1] == f"30 steps: {100 * last['confidence']:.0f} %"


def test_a_journey_does_not_depend_on_the_others(travel):
    many, alone = travel([["moon", "moon"], ["grass", "cat"], ["cat", "moon"]]), travel([["grass", "cat"]])
    assert many.tables["journeys"].rows[1] == alone.tables["journeys"].rows[0]
