"""Variants are judged by the spread of seeds, together; what diverged is counted and left out.

Covers labs/adaptation/runs.py, labs/adaptation/variants.py too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generator.labs.adaptation.comparison import compare_runs
from generator.labs.shared.statistics import difference_interval, holm_adjusted, least_difference, next_value_range
from generator.results import Table
from tests.labs.adaptation.made_runs import made_run

USUAL = (0.70, 0.72, 0.68)


def compare(workspace, **settings):
    """Each setting has the accuracies of its runs, of which None is a lost one, by seed from 0."""
    runs, labels = [], []
    for label, accuracies in settings.items():
        for seed, accuracy in enumerate(accuracies):
            lost = {"epochs": 2, "diverged": 2} if accuracy is None else {"epochs": 4}
            runs.append(made_run(0.1 if accuracy is None else accuracy, seed=seed, **lost))
            labels.append(f"{label}, seed {seed}")
    return compare_runs(workspace, runs=runs, labels=labels)


@pytest.fixture
def compared(workspace):
    return compare(workspace, usual=USUAL, good=[0.90], like=[0.71], bad=[0.50, 0.52, None], lost=[None, None])


def test_each_setting_has_its_outcome(compared):
    rows = compared.tables["runs"].records()
    assert [row["label"] for row in rows] == ["usual", "good", "like", "bad", "lost"]
    assert [row["outcome"] for row in rows] == ["reference", "higher", "undecided", "lower", "diverged"]
    assert [(row["runs"], row["lost"]) for row in rows] == [(3, 0), (1, 0), (1, 0), (3, 1), (2, 2)]
    assert [row["target_accuracy"] for row in rows] == pytest.approx([0.70, 0.90, 0.71, 0.51, 0.10])
    assert [row["difference"] for row in rows] == [None, *map(pytest.approx, (0.2, 0.01, -0.19)), None]
    counts = {name: compared.metrics[name] for name in ("higher", "lower", "undecided", "diverged", "lost_runs")}
    assert counts == {"higher": 1, "lower": 1, "undecided": 1, "diverged": 1, "lost_runs": 3}
    assert {name: compared.metrics[name] for name in ("settings", "seeds", "variant_seeds", "tests")} == {
        "settings": 5, "seeds": 3, "variant_seeds": 1, "tests": 3,
    }  # fmt: skip


def test_p_values_are_adjusted_for_all_settings_that_can_be_tested(compared):
    rows = {row["label"]: row for row in compared.tables["runs"].records()}
    usual = np.array(USUAL)
    raw = [difference_interval(np.array(one), usual)[2] for one in ([0.90], [0.71], [0.50, 0.52])]
    assert [rows[name]["p"] for name in ("good", "like", "bad")] == pytest.approx(holm_adjusted(raw))
    assert rows["usual"]["p"] is rows["lost"]["p"] is None


def test_a_difference_that_only_a_single_test_would_show_is_undecided(workspace):
    alone = compare(workspace, usual=USUAL, good=[0.81])
    among = compare(workspace, usual=USUAL, good=[0.81], like=[0.71], other=[0.69])
    assert [one.tables["runs"].records()[1]["outcome"] for one in (alone, among)] == ["higher", "undecided"]


def test_the_range_and_the_power_are_those_of_the_seeds(compared):
    metrics = compared.metrics
    assert (metrics["range_low"], metrics["range_high"]) == pytest.approx(next_value_range(np.array(USUAL)))
    assert metrics["detectable"] == pytest.approx(least_difference(0.02, (3, 1), 3))


def test_just_detectable_differences_are_on_the_edge(workspace):
    least = compare(workspace, usual=USUAL, one=[0.7]).metrics["detectable"]
    outcomes = [compare(workspace, usual=USUAL, one=[0.7 + by * least]).metrics["higher"] for by in (0.99, 1.01)]
    assert outcomes == [0, 1]


def test_without_a_spread_nothing_is_tested(workspace):
    compared = compare(workspace, usual=[0.7, None, None], other=[0.9])
    row = compared.tables["runs"].records()[1]
    assert (row["outcome"], row["p"], row["difference"]) == ("undecided", None, pytest.approx(0.2))
    assert [compared.metrics[name] for name in ("seeds", "range_low", "detectable")] == [1, None, None]
    lost = compare(workspace, usual=[None, None], other=[0.9])
    assert lost.tables["runs"].records()[0]["outcome"] == "diverged"
    assert lost.tables["runs"].records()[1]["difference"] is None


def test_spreads_and_swings_leave_out_what_was_lost(compared, workspace):
    metrics = compared.metrics
    assert metrics["target_spread"] == pytest.approx(0.90 - 0.51)
    assert metrics["source_spread"] == pytest.approx(0.0)
    assert metrics["swing"] == 0.0  # of four epochs the third alone is in the second half and not the last
    longer = compare_runs(workspace, runs=[made_run(0.9, epochs=6)], labels=["usual"])
    assert longer.metrics["swing"] == pytest.approx(0.15)


def test_curves_are_means_with_a_band_and_leave_out_what_was_not_measured(compared):
    target, _ = compared.figures["curves"].panels
    assert [len(series.x) for series in target.series] == [4, 4, 4, 4, 2]
    assert compared.figures["factors"].panels[1].series == ()  # none of these has a domain loss
    usual, good, *_ = target.series
    np.testing.assert_allclose(usual.y, [0.175, 0.35, 0.525, 0.70])
    assert (usual.low[-1], usual.high[-1]) == (0.68, 0.72)
    assert good.low is good.high is None


def test_two_runs_of_one_setting_and_seed_are_one_too_many(workspace):
    with pytest.raises(ValueError, match="two runs of one seed"):
        compare_runs(workspace, runs=[made_run(0.5)] * 2, labels=["usual, seed 0", "usual"])
    with pytest.raises(ValueError, match="no runs"):
        compare_runs(workspace, runs=[], labels=[])


def test_a_loss_without_bounds_does_not_flatten_the_others(workspace):
    lost = made_run(0.1, diverged=2)
    rows = tuple((epoch, 1e4, *rest) for epoch, _, *rest in lost.tables["history"].rows)
    lost = replace(lost, tables={"history": Table(lost.tables["history"].columns, rows)})
    compared = compare_runs(workspace, runs=[made_run(0.7), lost], labels=["usual", "lost"])
    target, class_loss = compared.figures["curves"].panels
    assert class_loss.y_limits == (0.0, 3.5)
    assert target.y_limits is None
