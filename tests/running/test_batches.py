"""Which jobs share a message: small ones, no more than fit its time, and never one that nothing is known of."""

from __future__ import annotations

from generator.jobs import Job
from generator.running.batches import MOST, Batches
from generator.running.schedule import Schedule

SECONDS = 0.2


def jobs(count: int, seconds: float | None = None, computation: str = "fit") -> list[Job]:
    return [Job(f"{computation}{n}", computation, "m", f"at/{computation}/{n}", seconds=seconds) for n in range(count)]


def sizes(batches: Batches, shares: int = 1) -> list[int]:
    found = []
    while batch := batches.next(shares):
        found.append(len(batch))
    return found


def filled(*given: Job, seconds: float = SECONDS) -> Batches:
    return Batches(Schedule(given, lambda fingerprint: False), seconds)


def test_each_goes_alone_while_nothing_is_known_of_how_long_it_takes() -> None:
    assert sizes(filled(*jobs(3))) == [1, 1, 1]


def test_small_jobs_go_together_as_many_as_the_time_allows() -> None:
    assert sizes(filled(*jobs(12, seconds=SECONDS / 5.5))) == [5, 5, 2]
    assert sizes(filled(*jobs(MOST + 1, seconds=0.0))) == [MOST, 1]


def test_none_go_together_where_that_is_not_wanted() -> None:
    assert sizes(filled(*jobs(3, seconds=0.0), seconds=0.0)) == [1, 1, 1]


def test_a_long_job_goes_alone_and_first() -> None:
    batches = filled(*jobs(4, seconds=0.001), *jobs(1, seconds=60.0, computation="train"))
    assert [job.computation for job in batches.next(1)] == ["train"]
    assert sizes(batches) == [4]


def test_what_is_ready_is_shared_among_the_workers() -> None:
    assert sizes(filled(*jobs(8, seconds=0.001)), shares=4)[0] == 2


def test_how_long_a_computation_takes_is_learnt_from_its_last_jobs_and_a_slow_start_forgotten() -> None:
    batches = filled(*jobs(20))
    (first,) = batches.next(1)
    batches.took(first, 3.0)  # it loaded torch
    assert len(batches.next(1)) == 1
    for _ in range(8):
        batches.took(first, 0.001)
    assert len(batches.next(1)) > 5
    batches.took(first, SECONDS)
    assert len(batches.next(1)) == 1


def test_a_job_that_went_wrong_with_others_is_sent_alone() -> None:
    given = jobs(4, seconds=0.001)
    batches = filled(*given)
    for job in given[:2]:
        batches.send_alone(job)
    assert sorted(sizes(batches)) == [1, 1, 2]
