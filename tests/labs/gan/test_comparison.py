"""Settings are called different only where they lie outside what seeds do, however many of them are compared."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_ind

from generator.labs.gan.comparison import (
    VARIATIONS,
    adjusted_p,
    compare_gan,
    detectable_ratio,
    outlier_p,
    pool_gans,
    show_strips,
    variant_name,
)
from generator.results import Result

STRIP = {"strip": np.zeros((4, 1, 8, 8), dtype=np.uint8)}
OTHERS = ("density", "inception_score", "label_distance", "class_variety")


@pytest.fixture
def usual_settings(small_gan):
    return {name: small_gan.metrics[name] for name in VARIATIONS}


def measure(fid: float | None, outcome: str = "finished", modes: int = 10, settings: dict | None = None) -> Result:
    scores = {"fid": fid, "coverage": fid and 1 / fid, **dict.fromkeys(OTHERS, 0.5)}
    return Result(metrics={"outcome": outcome, "modes": modes, **scores, **(settings or {})}, arrays=STRIP)


def test_the_p_value_with_two_degrees_of_freedom_has_a_closed_form():
    usual = np.array([-1.0, 0.0, 1.0])  # mean 0, standard deviation 1
    for others, share in ((np.array([2.5]), 4 / 3), (np.array([1.0, 4.0]), 1 / 2 + 1 / 3)):
        t = 2.5 / math.sqrt(share)
        assert outlier_p(others, usual) == pytest.approx(1 - t / math.sqrt(2 + t * t), rel=1e-9)
        assert outlier_p(-others, usual) == pytest.approx(outlier_p(others, usual))
    assert outlier_p(np.zeros(1), usual) == pytest.approx(1.0)


def test_for_one_more_run_it_is_the_two_sample_t_test():
    usual = np.random.default_rng(0).normal(3, 0.2, 5)
    assert outlier_p(np.array([3.5]), usual) == pytest.approx(ttest_ind([3.5], usual).pvalue)


@pytest.mark.parametrize("usual", [[1.0], [2.0, 2.0, 2.0], []])
def test_without_a_spread_there_is_no_p_value(usual):
    assert outlier_p(np.array([3.0]), np.array(usual)) is None
    assert adjusted_p([np.array([3.0])], np.array(usual)) == [None]
    assert detectable_ratio(np.array(usual), 1, 1) is None


@pytest.mark.parametrize("runs", [1, 2])
def test_of_settings_that_change_nothing_none_is_called_different_in_95_of_100_families(runs):
    """Log-normal distances, five usual seeds, eleven settings: the family-wise rate of false positives is 5 % at most.

    A rate of 5 % is measured to within 0.7 points (two standard errors) on 4,000 families. Without the adjustment it
    would be several times as high, each single test alone having its 5 %.
    """
    rng = np.random.default_rng(runs)
    families, careless, alone = [], [], []
    for _ in range(4000):
        logs = rng.normal(math.log(40), 0.15, (11, runs))
        usual = rng.normal(math.log(40), 0.15, 5)
        adjusted = adjusted_p(list(logs), usual)
        families.append(min(adjusted) < 0.05)
        single = [outlier_p(log, usual) for log in logs]
        careless.append(min(single) < 0.05)
        alone.append(single[0] < 0.05)
    error = math.sqrt(0.05 * 0.95 / 4000)
    assert 0.01 < np.mean(families) < 0.05 + 2 * error
    assert np.mean(careless) > 0.15
    assert np.mean(alone) == pytest.approx(0.05, abs=3 * error)


def test_two_runs_of_a_setting_show_a_smaller_difference_than_one():
    usual = np.log([38.0, 45.0, 34.0, 37.0, 41.0])
    assert 1 < detectable_ratio(usual, 2, 11) < detectable_ratio(usual, 1, 11)
    assert detectable_ratio(usual, 1, 1) < detectable_ratio(usual, 1, 11)


def test_seeds_are_pooled_to_a_geometric_mean_and_their_ends(workspace):
    pooled = pool_gans(workspace, measures=[measure(2.0), measure(8.0, modes=9), measure(4.0)])
    metrics = pooled.metrics
    assert metrics["fid"] == pytest.approx(4.0)
    assert (metrics["fid_low"], metrics["fid_high"], metrics["modes"], metrics["runs"]) == (2.0, 8.0, 9, 3)
    assert (metrics["outcome"], metrics["sound"], metrics["verdict"]) == ("finished", True, None)
    assert len(pooled.tables["runs"].rows) == 3
    mixed = pool_gans(workspace, measures=[measure(2.0), measure(2.0, "collapsed")]).metrics
    assert (mixed["outcome"], mixed["sound"], mixed["failed"]) == ("1 of 2 failed", False, 1)
    assert mixed["verdict"] == "1 of 2 failed"
    failed = pool_gans(workspace, measures=[measure(2.0, "won"), measure(2.1, "won")]).metrics
    assert (failed["outcome"], failed["sound"], failed["failed"]) == ("won", False, 2)


def test_settings_far_outside_the_seeds_differ_and_those_among_them_do_not(workspace, small_gan, usual_settings):
    pooled = pool_gans(workspace, measures=[measure(fid) for fid in (2.0, 2.2, 1.9, 2.1, 2.05)])
    gans = {nz: replace(small_gan, metrics={**small_gan.metrics, "nz": nz}) for nz in (97, 98, 99)}
    distances = {97: (20.0, 25.0), 98: (2.1,), 99: (0.2,)}
    measures = [measure(fid, settings={**usual_settings, "nz": nz}) for nz in distances for fid in distances[nz]]

    def compared(nz: int, among: list[Result]) -> Result:
        return compare_gan(workspace, setting=gans[nz], usual_gan=small_gan, measures=among, usual=pooled)

    far, near, better = (compared(nz, measures).metrics for nz in (97, 98, 99))
    assert (far["verdict"], far["worse"], far["better"]) == ("worse", True, False)
    assert (near["verdict"], near["worse"], near["better"]) == ("undecided", False, False)
    assert (better["verdict"], better["worse"], better["better"]) == ("better", False, True)
    assert (far["label"], far["runs"], far["tests"]) == ("nz = 97", 2, 3)
    assert (far["fid_low"], far["fid_high"], near["fid_low"]) == (20.0, 25.0, None)
    assert far["fid"] == pytest.approx(math.sqrt(20 * 25))
    logs = np.log(pooled.tables["runs"].rows)[:, 0]
    alone = compared(98, measures[2:3]).metrics
    assert (alone["tests"], alone["p"]) == (1, pytest.approx(outlier_p(np.log([2.1]), logs)))
    assert better["p"] == pytest.approx(min(adjusted_p([np.log([20.0, 25.0]), np.log([2.1]), np.log([0.2])], logs)[2:]))
    with pytest.raises(ValueError, match="no measures of nz = 97"):
        compared(97, measures[2:])


def test_a_failed_run_is_called_by_its_failure_whatever_its_distance(workspace, small_gan, usual_settings):
    pooled = pool_gans(workspace, measures=[measure(fid) for fid in (2.0, 2.2, 1.9)])
    runs = [measure(90.0, "won", settings=usual_settings), measure(2.0, settings=usual_settings)]
    found = compare_gan(workspace, setting=small_gan, usual_gan=small_gan, measures=runs, usual=pooled).metrics
    assert (found["verdict"], found["sound"], found["failed"]) == ("1 of 2 failed", False, 1)


def test_runs_are_named_by_what_differs(small_gan, small_cgan):
    usual = small_gan.metrics
    assert variant_name(usual, usual) == "usual settings"
    assert variant_name(usual, {**usual, "seed": 7}) == "usual settings"
    changed = {**usual, "ngf": 64, "initialisation": "default", "g_rate": 0.0002, "image_size": 64}
    assert variant_name(usual, changed) == "64 × 64 pixels, ngf = 64, default initialisation, G rate 0.0002"
    assert variant_name(usual, small_cgan.metrics) == "conditional"


@pytest.mark.parametrize("tests", [1, 3])
def test_the_detectable_factor_is_where_the_adjusted_p_value_becomes_significant(workspace, tests):
    usual = np.log([2.0, 3.0, 2.5, 2.2])
    middle, ratio = usual.mean(), math.log(detectable_ratio(usual, 1, tests))
    alike = [np.array([middle])] * (tests - 1)
    for sign in (1, -1):
        assert adjusted_p([np.array([middle + sign * ratio]), *alike], usual)[0] == pytest.approx(0.05)
    pooled = pool_gans(workspace, measures=[measure(math.exp(log)) for log in usual]).metrics
    assert pooled["detectable"] == pytest.approx(detectable_ratio(usual, 1, 1))
    assert pool_gans(workspace, measures=[measure(2.0)]).metrics["detectable"] is None


def test_without_scores_nothing_is_judged(workspace, small_gan, usual_settings):
    silent = measure(None, settings=usual_settings)
    pooled = pool_gans(workspace, measures=[silent, silent])
    assert [pooled.metrics[name] for name in ("fid", "fid_low", "coverage", "detectable")] == [None] * 4
    found = compare_gan(workspace, setting=small_gan, usual_gan=small_gan, measures=[silent], usual=pooled)
    assert [found.metrics[name] for name in ("p", "verdict", "detectable", "better")] == [
        None,
        "not judged",
        None,
        False,
    ]
    assert show_strips(workspace, usual=pooled, variants=[found]).metrics["detectable"] is None


def variant(number: int, verdict: str, sound: bool = True) -> Result:
    strip = {"strip": np.full((3, 1, 8, 8), number, dtype=np.uint8)}
    given = {"outcome": verdict, "sound": sound, "verdict": verdict, "tests": 3, "detectable": float(number)}
    return Result(metrics={"label": f"run {number}", **given}, arrays=strip)


def test_strips_have_a_row_for_each_run_and_failures_are_the_last(workspace):
    runs = [variant(1, "won", sound=False), variant(2, "better"), variant(3, "worse")]
    shown = show_strips(workspace, usual=variant(0, "finished"), variants=runs)
    assert [tuple(row.values()) for row in shown.tables["variants"].records()] == [
        ("run 1", False, "won"), ("run 2", True, "better"), ("run 3", True, "worse"),
    ]  # fmt: skip
    assert [shown.metrics[name] for name in ("failed", "better", "worse", "tests", "detectable")] == [1, 1, 1, 3, 3.0]
    grid = shown.figures["strips"]
    assert grid.row_titles == ("run 0", "run 2", "run 3", "run 1 (won)")
    assert (grid.columns, len(grid.images)) == (3, 12)
    assert [int(image[0, 0]) for image in grid.images[::3]] == [0, 2, 3, 1]
