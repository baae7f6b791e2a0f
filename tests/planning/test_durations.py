"""Estimates go by the parameters of earlier jobs: what differs in epochs is not pooled, and what counts is learnt."""

from __future__ import annotations

import pytest

from generator.planning.durations import Durations, Past, with_inputs


def training(epochs: int, seconds: float, **others: object) -> Past:
    return Past({"epochs": epochs, "seed": 0, "rate": 0.1, **others}, seconds)


def test_longer_trainings_are_not_pooled_with_short_ones() -> None:
    judged = Durations([training(2, 12.0), training(2, 12.4, seed=1), training(2, 11.6, seed=2)])
    assert judged.estimate({"epochs": 24, "seed": 0, "rate": 0.1}) == pytest.approx(144, rel=0.05)
    assert judged.estimate({"epochs": 2, "seed": 9, "rate": 0.1}) == pytest.approx(12.0, rel=0.01)


def test_the_most_alike_counts_most() -> None:
    judged = Durations([training(5, 10.0, method="naive"), training(5, 30.0, method="dann")])
    assert judged.estimate({"epochs": 5, "seed": 3, "rate": 0.1, "method": "dann"}) == pytest.approx(30.0, rel=0.1)
    assert judged.estimate({"epochs": 10, "seed": 3, "rate": 0.1, "method": "naive"}) == pytest.approx(20.0, rel=0.1)


def test_how_much_a_number_counts_is_learnt() -> None:
    widths = [Past({"width": width, "rate": 10.0 / width}, float(width**2)) for width in (4, 8, 16, 32, 64)]
    judged = Durations(widths)
    estimate = judged.estimate({"width": 128, "rate": 10.0 / 128})
    assert estimate is not None
    assert estimate > 2 * 64**2  # its name says nothing, and the nearest took 64²
    rates = Durations([Past({"rate": rate, "epochs": 2}, 7.0) for rate in (0.001, 0.01, 0.1)])
    assert rates.estimate({"rate": 10.0, "epochs": 2}) == pytest.approx(7.0, rel=0.01)


def test_a_list_is_so_many_things_to_do() -> None:
    judged = Durations([Past({"classes": ["a", "b"]}, 4.0), Past({"classes": ["c", "d"]}, 4.0)])
    assert judged.estimate({"classes": ["a", "b", "c", "d", "e", "f"]}) == pytest.approx(12.0, rel=0.05)


def test_what_a_job_takes_counts_too() -> None:
    known = {"small": {"width": 8}, "large": {"width": 64}}
    past = [Past(with_inputs({"samples": 10}, {"net": name}, known.__getitem__), seconds) for name, seconds in
            (("small", 1.0), ("large", 8.0))]  # fmt: skip
    assert past[0].parameters == {"samples": 10, "net.width": 8}
    judged = Durations(past)
    assert judged.estimate(past[1].parameters) == pytest.approx(8.0, rel=0.2)
    assert with_inputs({}, {"runs": ("small", "large")}, known.__getitem__) == {"runs.count": 2, "runs.width": 8}


def test_nothing_on_record_gives_no_estimate() -> None:
    assert Durations([]).estimate({"epochs": 2}) is None
