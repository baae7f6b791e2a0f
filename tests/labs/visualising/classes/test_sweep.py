"""The sweep's base is the plain visualisation, and each variation differs from it in what its label says.

Covers labs/visualising/classes/variations.py too.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_rel

from generator.labs.shared.statistics import holm_adjusted
from generator.labs.visualising.classes.ascent import Settings
from generator.labs.visualising.classes.sweep import sweep_class_settings
from generator.labs.visualising.classes.variations import (
    combinations,
    decay_variations,
    further_variations,
    longer_variations,
    rate_variations,
    without_regularisers,
)
from generator.labs.visualising.classes.visualisation import visualise_classes

BASE = Settings(steps=200)
VARIED = {
    "classes": ["cat", "moon"], "steps": [6, 9, 12], "rates": [10.0, 0.1], "decays": [1e-2, 1e-5],
    "combined": [[1.0, 1e-4]], "rate": 2.0, "jitter": 4,
}  # fmt: skip


@pytest.fixture(scope="module")
def sweep(network):
    from generator.workspace import Workspace

    return sweep_class_settings(Workspace("cpu", None), network=network, judge=network, **VARIED)


def test_the_base_is_the_plain_visualisation(sweep, network, workspace):
    plain = visualise_classes(
        workspace, network=network, judge=network, dataset="embedded_scenes", classes=["cat", "moon"], steps=6,
        rate=2.0, jitter=4,
    )  # fmt: skip
    assert sweep.metrics["score_base"] == pytest.approx(plain.metrics["score"])
    for group in ("steps", "decays", "regularisers"):
        grid = sweep.figures[group]
        place = list(grid.column_titles).index({"steps": "6 steps", "decays": "λ = 0.001"}.get(group, "all of them"))
        assert np.array_equal(grid.images[place], plain.figures["classes"].images[0])


def test_more_steps_continue_the_base(sweep, network, workspace):
    longer = visualise_classes(
        workspace, network=network, judge=network, dataset="embedded_scenes", classes=["cat", "moon"], steps=12,
        rate=2.0, jitter=4,
    )  # fmt: skip
    assert sweep.metrics["score_longer_2"] == pytest.approx(longer.metrics["score"])
    assert [len(series.y) for series in sweep.figures["steps_scores"].series] == [12]


def test_every_variation_has_a_row_and_its_metrics(sweep):
    rows = sweep.tables["variations"].records()
    labels = [row["variation"] for row in rows]
    assert len(labels) == len(set(labels)) == sweep.metrics["variations"] == 14
    assert labels[:3] == ["the base", "9 steps", "12 steps"]
    by_label = {row["variation"]: row for row in rows}
    assert by_label["rate 10"]["score"] == sweep.metrics["score_rate_2"]
    assert by_label["λ = 0.00001"]["roughness"] == sweep.metrics["roughness_decay_1"]
    assert sweep.metrics["best_confidence"] == max(row["confidence"] for row in rows)
    images = sweep.tables["images"].records()
    assert len(images) == 2 * 14
    assert all(row["said_confidence"] >= row["confidence"] for row in images)


def test_every_setting_is_compared_with_the_base_class_by_class(sweep):
    images = sweep.tables["images"].records()
    scores = {
        label: [row["score"] for row in images if row["variation"] == label]
        for label in {row["variation"] for row in images}
    }
    others = [row for row in sweep.tables["variations"].records() if row["variation"] != "the base"]
    tests = [ttest_rel(scores[row["variation"]], scores["the base"]).pvalue for row in others]
    assert [row["score_p"] for row in others] == pytest.approx(holm_adjusted(tests))
    assert sweep.tables["variations"].records()[0]["score_p"] is None
    assert sweep.metrics["p_score_rate_2"] == next(row for row in others if row["variation"] == "rate 10")["score_p"]
    assert "p_score_base" not in sweep.metrics
    assert 0 <= sweep.metrics["p_roughness_no_blur"] <= 1


def test_without_blur_images_are_rougher_and_score_higher_and_weak_noise_starts_plainer(sweep):
    assert sweep.metrics["roughness_no_regularisation"] > sweep.metrics["roughness_base"]
    assert sweep.metrics["roughness_wider_blur"] < sweep.metrics["roughness_base"]
    assert sweep.metrics["contrast_weaker_noise"] < sweep.metrics["contrast_base"]


def test_grids_have_a_row_for_each_class_and_a_column_for_each_variation(sweep):
    grid = sweep.figures["rates"]
    assert grid.column_titles == ("rate 0.1", "rate 2", "rate 10")
    assert grid.row_titles == ("cat", "moon")
    assert len(grid.images) == len(grid.titles) == 6
    assert [series.name for series in sweep.figures["rates_scores"].series] == ["rate 0.1", "rate 2", "rate 10"]


def test_each_variation_changes_what_its_label_says():
    def changes(one):
        names = ("steps", "rate", "decay", "blur_every", "blur", "jitter")
        return {
            name: getattr(one.settings, name) for name in names if getattr(one.settings, name) != getattr(BASE, name)
        }

    assert [changes(one) for one in longer_variations(BASE, [200, 500])] == [{}, {"steps": 500}]
    assert [changes(one) for one in rate_variations(BASE, [10.0, 0.1])] == [{"rate": 0.1}, {}, {"rate": 10.0}]
    assert [one.name for one in decay_variations(BASE, [1e-2, 1e-5])] == ["decay_1", "base", "decay_2"]
    assert changes(combinations(BASE, [[1.0, 1e-4]])[1]) == {"rate": 1.0, "decay": 1e-4}
    assert [changes(one) for one in without_regularisers(BASE)] == [
        {}, {"decay": 0.0}, {"blur_every": 0}, {"decay": 0.0, "blur_every": 0},
        {"decay": 0.0, "blur_every": 0, "jitter": 0},
    ]  # fmt: skip
    wider, weaker = further_variations(BASE)[1:]
    assert (changes(wider), wider.spread) == ({"blur": 1.0}, 1.0)
    assert (changes(weaker), weaker.spread) == ({}, 0.1)


def test_impossible_sweeps_are_refused():
    with pytest.raises(ValueError, match="must ascend from 200"):
        longer_variations(BASE, [200, 100])
    with pytest.raises(ValueError, match="a rate and a λ"):
        combinations(BASE, [[1.0]])
