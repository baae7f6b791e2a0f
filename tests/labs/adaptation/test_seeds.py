"""Several seeds are pooled in pairs, with spreads and intervals as statistics has them."""

from __future__ import annotations

import numpy as np
import pytest

from generator.labs.adaptation.seeds import pool_seeds
from tests.labs.adaptation.made_runs import made_run

NAIVE, DANN, TARGET = (0.50, 0.54, 0.46), (0.70, 0.71, 0.69), (0.90, 0.90, 0.90)


def runs(values, **more):
    return [made_run(value, seed=seed, **more) for seed, value in enumerate(values)]


@pytest.fixture
def pooled(workspace):
    return pool_seeds(workspace, naive=runs(NAIVE, source=0.95), dann=runs(DANN, source=0.94), target=runs(TARGET))


def test_means_spreads_and_the_share_of_the_gap(pooled):
    metrics = pooled.metrics
    assert metrics["naive_target_mean"] == pytest.approx(0.50)
    assert metrics["naive_target_std"] == pytest.approx(np.std(NAIVE, ddof=1))
    assert metrics["target_target_std"] == pytest.approx(0)
    assert metrics["gain_mean"] == pytest.approx(0.20)
    shares = [(d - n) / (t - n) for n, d, t in zip(NAIVE, DANN, TARGET, strict=True)]
    assert (metrics["shares"], metrics["kept"]) == (3, 3)
    assert metrics["share_mean"] == pytest.approx(np.mean(shares))
    spread = (metrics["share_high"] - metrics["share_low"]) / 2
    assert spread == pytest.approx(4.3027 * np.std(shares, ddof=1) / np.sqrt(3), rel=1e-4)
    assert [row["share"] for row in pooled.tables["seeds"].records()] == pytest.approx(shares)
    # Student's t with two degrees of freedom is 4.3027 at 97.5 %.
    assert metrics["range_half"] == pytest.approx(4.3027 * 0.01 * np.sqrt(4 / 3), rel=1e-4)
    half = (metrics["gain_high"] - metrics["gain_low"]) / 2
    assert half == pytest.approx(4.3027 * np.std([0.20, 0.17, 0.23], ddof=1) / np.sqrt(3), rel=1e-4)


def test_a_change_on_the_source_that_is_the_same_for_all_seeds_is_certain(pooled):
    metrics = pooled.metrics
    assert metrics["source_change_mean"] == pytest.approx(-0.01)
    assert metrics["source_change_high"] < 0


@pytest.fixture
def with_a_lost_one(workspace):
    dann = [*runs(DANN), made_run(0.1, seed=3, epochs=2, diverged=2)]
    return pool_seeds(workspace, naive=runs((*NAIVE, 0.5)), dann=dann, target=runs((*TARGET, 0.8)))


def test_lost_runs_are_counted_and_left_out_of_all_but_their_own_row(with_a_lost_one, workspace):
    alone = pool_seeds(workspace, naive=runs(NAIVE), dann=runs(DANN), target=runs(TARGET))
    counted = {"seeds": 4, "diverged": 1}
    assert dict(with_a_lost_one.metrics) == {**alone.metrics, **counted}
    assert [row["diverged"] for row in with_a_lost_one.tables["methods"].records()] == [0, 1, 0]
    *rest, lost = with_a_lost_one.tables["seeds"].records()
    assert rest == alone.tables["seeds"].records()
    assert [lost[name] for name in ("naive", "dann", "target", "gain", "image_p", "share")] == [0.5, None, 0.8] + [
        None
    ] * 3
    assert with_a_lost_one.figures["target"].series[1].low.min() == pytest.approx(0.69 / 3)


def test_where_too_many_are_lost_nothing_is_claimed(workspace):
    dann = [made_run(0.1, seed=seed, diverged=2) for seed in (0, 1)]
    pooled = pool_seeds(workspace, naive=runs(NAIVE[:2]), dann=dann, target=runs(TARGET[:2]))
    assert (pooled.metrics["kept"], pooled.metrics["diverged"], pooled.metrics["shares"]) == (0, 2, 0)
    for name in (
        "gain_mean",
        "gain_low",
        "share_mean",
        "range_low",
        "dann_target_mean",
        "dann_target_std",
    ):
        assert pooled.metrics[name] is None, name


def test_curves_have_the_lowest_and_the_highest(workspace):
    dann = [made_run(0.6, seed=0, epochs=4), made_run(0.2, seed=1, epochs=4)]
    both = [made_run(0.5, seed=0), made_run(0.5, seed=1)]
    curve = pool_seeds(workspace, naive=both, dann=dann, target=both).figures["target"].series[1]
    assert curve.name == "DANN"
    assert curve.y == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert curve.low == pytest.approx([0.05, 0.1, 0.15, 0.2])
    assert curve.high == pytest.approx([0.15, 0.3, 0.45, 0.6])


def test_the_two_networks_of_a_seed_are_compared_by_their_images_with_holms_rule(pooled):
    """Right on the first images each: those that only DANN gets right number 20, 17 and 23; all for one side."""
    raw = [2 * 0.5**20, 2 * 0.5**17, 2 * 0.5**23]
    expected = [2 * raw[0], raw[1], 3 * raw[2]]
    assert [row["image_p"] for row in pooled.tables["seeds"].records()] == pytest.approx(expected)
    assert (pooled.metrics["image_wins"], pooled.metrics["image_losses"]) == (3, 0)


def test_without_a_gap_there_is_no_share_of_it(workspace):
    pooled = pool_seeds(workspace, naive=runs(NAIVE), dann=runs(DANN), target=runs(NAIVE))
    assert (pooled.metrics["shares"], pooled.metrics["share_mean"]) == (0, None)
    assert [row["share"] for row in pooled.tables["seeds"].records()] == [None] * 3


def test_other_seeds_cannot_be_paired(workspace):
    other = [made_run(0.7, seed=seed) for seed in (0, 2, 1)]
    with pytest.raises(ValueError, match="not of the same seeds"):
        pool_seeds(workspace, naive=runs(NAIVE), dann=other, target=runs(TARGET))
