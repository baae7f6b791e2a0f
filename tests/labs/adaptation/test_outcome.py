"""When a training counts as lost, and what its history and figures show."""

from __future__ import annotations

import math

import numpy as np
import pytest

from generator.labs.adaptation.outcome import OF_DOMAINS, curves, diverged_epoch, history_rows, last_change

GUESS = math.log(10)
NAN = float("nan")


def history(*losses):
    return [{"class_loss": loss, "source_accuracy": 0.5, "target_accuracy": 0.4} for loss in losses]


@pytest.mark.parametrize(
    ("losses", "epoch"),
    [
        ((2.2, 1.0, 0.5), None),
        ((2.2, NAN), 2),
        ((2.2, math.inf, 0.1), 2),
        ((2.2, 1.0, GUESS, GUESS), 4),  # learnt, then lost
        ((2.2, 1.0, GUESS, 1.5, GUESS, 1.4), None),  # recovered each time
        ((GUESS, GUESS, GUESS, 2.2, 1.0), None),  # a slow beginning
        ((GUESS,) * 5, 5),  # half of ten epochs without learning
        ((GUESS,) * 4, None),  # not yet half
        ((2.2, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, GUESS), 10),  # no epoch is left to confirm it
        ((2.2, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 2.2), None),
        ((9.0, 9.0, 9.0, 9.0, 9.0), 5),
    ],
)
def test_when_a_training_is_lost(losses, epoch):
    assert diverged_epoch(history(*losses), 10, 10) == epoch


def test_fewer_classes_are_cheaper_to_guess():
    assert diverged_epoch(history(1.5, 1.0, 1.5, 1.5), 4, 10) == 4
    assert diverged_epoch(history(1.5, 1.0, 1.5, 1.5), 10, 10) is None


@pytest.mark.parametrize(
    ("values", "change"), [((2.0, 1.5), -0.25), ((4.0, 1.0, 1.1), 0.1), ((1.0,), None), ((), None)]
)
def test_the_last_change_is_a_share_of_the_value_before(values, change):
    assert last_change(values) == (None if change is None else pytest.approx(change))


def test_what_is_missing_or_no_number_is_empty_in_the_history():
    table = history_rows(history(1.0, NAN))
    assert set(table.columns) >= {"epoch", *OF_DOMAINS}
    first, second = table.records()
    assert (first["epoch"], first["class_loss"], first["domain_loss"]) == (1, 1.0, None)
    assert (second["epoch"], second["class_loss"]) == (2, None)


def test_a_training_without_a_domain_classifier_has_no_curves_of_one():
    figures = curves(history(1.0, 0.5), lambda done: 0.0, 2)
    assert [series.name for series in figures["losses"].series] == ["class loss"]
    assert len(figures["training"].panels) == 2
    with_domains = [
        {**measures, "domain_loss": 0.7, "source_domain_accuracy": 0.6, "target_domain_accuracy": 0.5}
        for measures in history(1.0, 0.5)
    ]
    figures = curves(with_domains, lambda done: done, 4)
    assert len(figures["losses"].series) == 2
    assert len(figures["training"].panels) == len(figures["training"].titles) == 3
    (factor,) = figures["training"].panels[-1].series
    # Two of four epochs were run: the curve ends where the training did.
    np.testing.assert_allclose([factor.x[-1], factor.y[-1]], [2, 0.5])
