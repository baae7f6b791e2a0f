"""Variants are judged by what one more seed of the reference could give, and diverged ones are named.

Covers labs/adaptation/runs.py too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generator.labs.adaptation.comparison import compare_runs
from generator.results import Result, Table
from tests.labs.adaptation.made_runs import made_run

SEEDS = Result(metrics={"range_low": 0.65, "range_high": 0.75})


@pytest.fixture
def compared(workspace):
    runs = [
        made_run(0.70),
        made_run(0.80),
        made_run(0.66),
        made_run(0.60, epochs=5),
        made_run(0.1, epochs=2, diverged=2),
    ]
    return compare_runs(workspace, runs=runs, labels=["usual", "good", "like it", "bad", "lost"], seeds=SEEDS)


def test_each_run_has_its_outcome(compared):
    rows = compared.tables["runs"].records()
    assert [row["outcome"] for row in rows] == ["reference", "higher", "alike", "lower", "diverged"]
    assert [row["diverged_epoch"] for row in rows] == [None, None, None, None, 2]
    assert [row["difference"] for row in rows] == [None, *map(pytest.approx, (0.1, -0.04, -0.1, -0.6))]
    counts = {name: compared.metrics[name] for name in ("higher", "lower", "alike", "diverged")}
    assert counts == {"higher": 1, "lower": 1, "alike": 1, "diverged": 1}


def test_a_diverged_run_is_neither_the_best_nor_the_worst(compared):
    metrics = compared.metrics
    assert (metrics["highest_label"], metrics["highest_target"]) == ("good", 0.80)
    assert metrics["target_spread"] == pytest.approx(0.20)
    assert metrics["source_spread"] == pytest.approx(0.0)
    assert metrics["swing"] == pytest.approx(0.8 / 3)


def test_beyond_the_range_on_the_wrong_side_of_the_reference_is_no_difference(workspace):
    runs = [made_run(0.80), made_run(0.78), made_run(0.82)]  # a reference that is itself an outlier
    compared = compare_runs(workspace, runs=runs, labels=["usual", "less", "more"], seeds=SEEDS)
    assert [row["outcome"] for row in compared.tables["runs"].records()] == ["reference", "alike", "higher"]


def test_curves_end_where_the_runs_do_and_leave_out_what_was_not_measured(compared):
    panels = compared.figures["curves"].panels
    assert [len(series.x) for series in panels[0].series] == [3, 3, 3, 5, 2]
    assert compared.figures["factors"].panels[1].series == ()  # none of these has a domain loss
    np.testing.assert_allclose(panels[0].series[3].y, [0.12, 0.24, 0.36, 0.48, 0.60])


@pytest.mark.parametrize(("labels", "reference"), [(["one"], 0), (["one", "two"], 2)])
def test_runs_need_labels_and_a_reference(workspace, labels, reference):
    with pytest.raises(ValueError, match="labels and reference"):
        compare_runs(workspace, runs=[made_run(0.5)] * 2, labels=labels, seeds=SEEDS, reference=reference)


def test_a_loss_without_bounds_does_not_flatten_the_others(workspace):
    lost = made_run(0.1, diverged=2)
    rows = tuple((epoch, 1e4, *rest) for epoch, _, *rest in lost.tables["history"].rows)
    lost = replace(lost, tables={"history": Table(lost.tables["history"].columns, rows)})
    runs = {"usual": made_run(0.7), "lost": lost}
    compared = compare_runs(workspace, runs=list(runs.values()), labels=list(runs), seeds=SEEDS)
    target, class_loss = compared.figures["curves"].panels
    assert class_loss.y_limits == (0.0, 3.5)
    assert target.y_limits is None
