"""How long a build still takes: jobs side by side and one after the other, on a machine as fast as it turns out."""

from __future__ import annotations

import pytest

from generator.cli.remaining import Remaining
from generator.jobs import Job


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def job(name: str, seconds: float | None, **inputs: str) -> Job:
    return Job(name, "train", "m", f"1-a/q01/{name}", inputs=inputs, seconds=seconds)


def build(clock: Clock, *jobs: Job, slots: int = 2) -> Remaining:
    remaining = Remaining(clock)
    remaining.ready(slots)
    for one in jobs:
        remaining.queued(one)
    return remaining


def test_jobs_run_side_by_side_and_after_their_inputs() -> None:
    assert build(Clock(), job("a", 10.0), job("b", 10.0), job("c", 10.0)).seconds() == pytest.approx(20.0)
    chain = (job("a", 10.0), job("b", 10.0, net="a"), job("c", 10.0, net="b"))
    assert build(Clock(), *chain).seconds() == pytest.approx(30.0)
    assert build(Clock(), job("a", 10.0, net="cached"), job("b", 4.0), slots=1).seconds() == pytest.approx(14.0)


def test_a_machine_that_is_slower_today_is_noticed() -> None:
    clock = Clock()
    first, second = job("a", 100.0), job("b", 100.0)
    remaining = build(clock, first, second, slots=1)
    remaining.progress(first, 0.0)
    clock.now = 300.0
    remaining.ended(first)
    assert remaining.seconds() == pytest.approx(300.0, rel=0.05)
    assert remaining.fraction() == pytest.approx(0.5)


def test_a_running_job_is_judged_by_its_own_progress_the_more_the_further_it_is() -> None:
    clock = Clock()
    one = job("a", 10.0)
    remaining = build(clock, one)
    assert remaining.of(one) == pytest.approx(10.0)
    remaining.progress(one, 0.0)
    clock.now = 90.0
    remaining.progress(one, 0.9)
    assert remaining.of(one) == pytest.approx(10.0, rel=0.1)
    remaining.again(one)
    assert remaining.fraction() == 0.0


def test_of_what_nothing_is_known_nothing_is_said() -> None:
    clock = Clock()
    first, second = job("a", None), job("b", None)
    remaining = build(clock, first, second, slots=1)
    assert remaining.seconds() is None
    assert remaining.of(first) is None
    remaining.progress(first, 0.0)
    clock.now = 8.0
    remaining.progress(first, 0.5)
    assert remaining.of(first) == pytest.approx(8.0)
    clock.now = 16.0
    remaining.ended(first)
    assert remaining.seconds() == pytest.approx(16.0)
    remaining.ended(second)  # skipped: it never ran
    assert remaining.seconds() == 0.0
    assert remaining.fraction() == 1.0


def test_a_job_that_has_done_little_but_start_does_not_make_all_others_longer() -> None:
    clock = Clock()
    first, second = job("a", 30.0), job("b", 170.0)
    remaining = build(clock, first, second, slots=1)
    remaining.progress(first, 0.0)
    clock.now = 10.0
    remaining.progress(first, 0.01)
    assert remaining.seconds() == pytest.approx(190.0, rel=0.25)
