"""A run is called different only where it lies outside what seeds do, and is named by its settings."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from generator.labs.gan.comparison import compare_gan, outlier_p, pool_gans, show_strips, variant_name
from generator.results import Result

STRIP = {"strip": np.zeros((4, 1, 8, 8), dtype=np.uint8)}


def measure(fid: float, outcome: str = "trained", modes: int = 10) -> Result:
    others = ("density", "inception_score", "label_distance", "class_variety")
    scores = {"fid": fid, "coverage": 1 / fid, **dict.fromkeys(others, 0.5)}
    return Result(metrics={"outcome": outcome, "modes": modes, **scores}, arrays=STRIP)


def test_the_p_value_with_two_degrees_of_freedom_has_a_closed_form():
    usual = np.array([-1.0, 0.0, 1.0])  # mean 0, standard deviation 1
    t = 2.5 / math.sqrt(4 / 3)
    assert outlier_p(2.5, usual) == pytest.approx(1 - t / math.sqrt(2 + t * t), rel=1e-9)
    assert outlier_p(-2.5, usual) == outlier_p(2.5, usual)
    assert outlier_p(0.0, usual) == pytest.approx(1.0)


@pytest.mark.parametrize("usual", [[1.0], [2.0, 2.0, 2.0]])
def test_without_a_spread_there_is_no_p_value(usual):
    assert outlier_p(3.0, np.array(usual)) is None


def test_seeds_are_pooled_to_a_geometric_mean_and_their_ends(workspace):
    pooled = pool_gans(workspace, measures=[measure(2.0), measure(8.0, modes=9), measure(4.0)])
    metrics = pooled.metrics
    assert metrics["fid"] == pytest.approx(4.0)
    assert (metrics["fid_low"], metrics["fid_high"], metrics["modes"], metrics["runs"]) == (2.0, 8.0, 9, 3)
    assert (metrics["outcome"], metrics["sound"]) == ("trained", True)
    assert len(pooled.tables["runs"].rows) == 3
    mixed = pool_gans(workspace, measures=[measure(2.0), measure(2.0, "collapsed")]).metrics
    assert (mixed["outcome"], mixed["sound"]) == ("mixed", False)
    assert pool_gans(workspace, measures=[measure(2.0, "collapsed")]).metrics["sound"] is False


def test_a_run_far_outside_the_seeds_differs_and_one_among_them_does_not(workspace, small_gan):
    pooled = pool_gans(workspace, measures=[measure(2.0), measure(2.2), measure(1.9)])
    other = replace(small_gan, metrics={**small_gan.metrics, "nz": 99})

    def compared(fid: float) -> Result:
        return compare_gan(workspace, gan=other, measure=measure(fid), usual_gan=small_gan, usual=pooled)

    far, near, better = compared(20.0).metrics, compared(2.1).metrics, compared(0.2).metrics
    assert (far["differs"], far["worse"], far["better"]) == (True, True, False)
    assert (near["differs"], near["worse"], near["better"]) == (False, False, False)
    assert (better["worse"], better["better"]) == (False, True)
    assert far["fid_ratio"] == pytest.approx(20 / (2.0 * 2.2 * 1.9) ** (1 / 3))
    assert far["label"] == "nz = 99"


def test_runs_are_named_by_what_differs(small_gan, small_cgan):
    usual = small_gan.metrics
    assert variant_name(usual, usual) == "usual settings"
    assert variant_name(usual, {**usual, "seed": 7}) == "usual settings"
    changed = {**usual, "ngf": 64, "initialisation": "default", "g_rate": 0.0002, "image_size": 64}
    assert variant_name(usual, changed) == "64 × 64 pixels, ngf = 64, default initialisation, G rate 0.0002"
    assert variant_name(usual, small_cgan.metrics) == "conditional"


def test_the_detectable_factor_is_where_the_p_value_becomes_significant(workspace, small_gan):
    pooled = pool_gans(workspace, measures=[measure(2.0), measure(3.0), measure(2.5)])
    factor, middle = pooled.metrics["detectable"], pooled.metrics["fid"]
    logs = np.log([2.0, 3.0, 2.5])
    assert outlier_p(math.log(middle * factor), logs) == pytest.approx(0.05)
    assert outlier_p(math.log(middle / factor), logs) == pytest.approx(0.05)

    def differs(fid: float) -> object:
        one = measure(fid)
        return compare_gan(workspace, gan=small_gan, measure=one, usual_gan=small_gan, usual=pooled).metrics["differs"]

    assert differs(middle * factor * 1.01)
    assert not differs(middle * factor * 0.99)
    assert pool_gans(workspace, measures=[measure(2.0)]).metrics["detectable"] is None


def test_without_scores_there_is_nothing_to_pool(workspace):
    silent = measure(2.0)
    silent.metrics["fid"] = None
    with pytest.raises(ValueError, match="no fid"):
        pool_gans(workspace, measures=[silent])


def test_strips_have_a_row_for_each_run_and_failures_are_the_last(workspace):
    outcomes = [{"outcome": "won" if number == 2 else "trained", "sound": number != 2} for number in range(5)]
    runs = [Result(metrics={"label": f"run {n}", **outcome}, arrays=STRIP) for n, outcome in enumerate(outcomes)]
    runs[2].metrics["differs"] = runs[3].metrics["differs"] = True
    shown = show_strips(workspace, runs=runs)
    assert [row["label"] for row in shown.tables["runs"].records() if not row["sound"]] == ["run 2"]
    assert [row["label"] for row in shown.tables["runs"].records() if row["differs"]] == ["run 3"]
    assert (shown.metrics["failed"], shown.metrics["different"]) == (1, 1)
    assert show_strips(workspace, runs=runs[:2]).metrics["failed"] == 0
    grid = shown.figures["strips"]
    assert grid.row_titles == ("run 0", "run 1", "run 3", "run 4", "run 2 (won)")
    assert (grid.columns, len(grid.images)) == (4, 20)


def test_each_strip_stays_beside_its_name(workspace):
    runs = [
        Result(
            metrics={"label": f"run {n}", "outcome": "trained", "sound": n != 0},
            arrays={"strip": np.full((3, 1, 8, 8), n, dtype=np.uint8)},
        )
        for n in range(3)
    ]
    grid = show_strips(workspace, runs=runs).figures["strips"]
    assert [int(image[0, 0]) for image in grid.images[::3]] == [1, 2, 0]
