"""Images from noise: the same for the same seed and class, of rising score, and shown with their verdicts."""

from __future__ import annotations

import numpy as np
import pytest

from generator.labs.visualising.classes.visualisation import visualise_classes

SETTINGS = {"dataset": "embedded_scenes", "steps": 25, "rate": 2.0, "jitter": 4}


@pytest.fixture
def visualise(network, workspace):
    def run(classes, **changes):
        return visualise_classes(workspace, network=network, judge=network, classes=classes, **{**SETTINGS, **changes})

    return run


def test_a_class_gets_the_same_image_whatever_else_is_asked_for(visualise):
    many, alone = visualise(["cat", "moon", "grass", "coins", "rocket"]), visualise(["moon"])
    assert np.array_equal(many.figures["classes"].images[1], alone.figures["classes"].images[0])
    assert many.tables["classes"].rows[1] == alone.tables["classes"].rows[0]


def test_the_seed_decides(visualise):
    first, again, other = visualise(["cat"]), visualise(["cat"]), visualise(["cat"], seed=1)
    assert first.metrics == again.metrics
    assert first.metrics["score"] != other.metrics["score"]


def test_scores_rise_and_the_judge_that_is_the_network_itself_agrees_with_it(visualise):
    result = visualise(["cat", "moon"])
    assert result.metrics["score"] > result.metrics["first_score"]
    assert result.metrics["confidence"] == pytest.approx(result.metrics["own_confidence"])
    chart = result.figures["scores"]
    assert [series.name for series in chart.series] == ["cat", "moon"]
    assert all(len(series.y) == 25 for series in chart.series)


def test_titles_give_the_verdict_of_the_judge(visualise):
    result = visualise(["cat", "moon", "printed page"])
    grid = result.figures["classes"]
    for title, tone, row in zip(grid.titles, grid.tones, result.tables["classes"].records(), strict=True):
        assert title == f"{row['class_name']} ({100 * row['confidence']:.1f} %)"
        assert (tone == "good") == (row["said"] == row["class_name"])
    assert grid.images[0].shape == (32, 32, 3)


def test_an_unknown_class_is_named(visualise):
    with pytest.raises(ValueError, match="knows no class 'gorilla'"):
        visualise(["gorilla"])
