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


def test_a_thousand_jobs_one_after_the_other() -> None:
    chain = [job("0", 1.0), *(job(f"{number}", 1.0, before=f"{number - 1}") for number in range(1, 2000))]
    assert build(Clock(), *chain).seconds() == pytest.approx(2000.0)


def test_a_machine_that_is_slower_today_is_noticed() -> None:
    clock = Clock()
    first, second = job("a", 100.0), job("b", 100.0)
    remaining = build(clock, first, second, slots=1)
    remaining.progress(first, 0.0)
    clock.now = 300.0
    remaining.ended(first)
    assert remaining.seconds() == pytest.approx(300.0, rel=0.1)
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


def test_a_job_that_fails_or_is_found_does_not_make_the_machine_faster() -> None:
    clock = Clock()
    first, second = job("a", 100.0), job("b", 100.0)
    remaining = build(clock, first, second, slots=1)
    remaining.after = 50.0
    remaining.progress(first, 0.0)
    clock.now = 1.0
    remaining.ended(first, whole=False)
    assert remaining.seconds() == pytest.approx(150.0)


def test_a_job_that_has_done_little_but_start_does_not_make_all_others_longer() -> None:
    clock = Clock()
    first, second = job("a", 30.0), job("b", 170.0)
    remaining = build(clock, first, second, slots=1)
    remaining.progress(first, 0.0)
    clock.now = 10.0
    remaining.progress(first, 0.01)
    assert remaining.seconds() == pytest.approx(190.0, rel=0.25)


def test_that_the_first_jobs_load_the_libraries_does_not_make_all_others_longer() -> None:
    clock = Clock()
    small, other, long = job("a", 0.5), job("b", 0.4), job("c", 100.0)
    remaining = build(clock, small, other, long)
    remaining.progress(small, 0.0)
    remaining.progress(other, 0.0)
    clock.now = 5.0
    remaining.ended(small)
    remaining.ended(other)
    assert remaining.seconds() == pytest.approx(100.0, rel=0.05)


def simulate(
    jobs: list[Job], slower: float, after: float, start: float = 0.0
) -> tuple[list[tuple[float, float]], float]:
    """A build with two workers on a machine so much slower than it was: what was said when, and how long it took.

    Workers take ``start`` seconds of the machine as it was until they take their first job.
    """
    clock, slots = Clock(), 2
    remaining = build(clock, *jobs, slots=slots)
    remaining.after = after
    waiting, running, said = [*jobs], {}, []
    done: set[str] = set()
    clock.now = start * slower
    while waiting or running:
        for one in [*waiting]:
            if len(running) < slots and set(one.inputs.values()) <= done:
                waiting.remove(one)
                running[one.fingerprint] = (one, clock.now)
                remaining.progress(one, 0.0)
        left = remaining.seconds()
        assert left is not None
        said.append((clock.now, left))
        clock.now += 0.5
        for name, (one, began) in [*running.items()]:
            assert one.seconds is not None
            fraction = (clock.now - began) / (one.seconds * slower)
            if fraction >= 1:
                remaining.ended(one)
                done.add(name)
                del running[name]
            elif int(10 * fraction) > 10 * remaining.told(one):  # as trainings tell of each epoch
                remaining.progress(one, int(10 * fraction) / 10)
    return said, clock.now + after * slower


BUILD = [
    job("features", 12.0), job("first", 1.0), job("net", 40.0), job("grid1", 9.0, features="features"),
    job("grid2", 9.0, features="features"), job("judge", 5.0, net="net"), job("many", 0.02),
    job("last", 20.0, net="net"),
]  # fmt: skip


@pytest.mark.parametrize("slower", [1.0, 0.5, 3.0, 6.0])
def test_a_build_like_the_last_one_says_within_a_quarter_how_long_it_takes(slower: float) -> None:
    said, took = simulate(BUILD, slower, after=30.0, start=3.0)
    for moment in (0.25, 0.5, 0.75):
        left = [left for at, left in said if at <= moment * took][-1]
        assert moment * took + left == pytest.approx(took, rel=0.25), moment
