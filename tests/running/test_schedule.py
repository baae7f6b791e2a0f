"""The order of jobs: inputs first, the longest way to the end first, nothing that cannot succeed."""

import pytest

from generator.jobs import Job
from generator.running.schedule import Schedule


def job(name: str, *inputs: str, seconds: float | None = None) -> Job:
    return Job(name, "add", "m", f"at/{name}", inputs={f"p{i}": fp for i, fp in enumerate(inputs)}, seconds=seconds)


def drain(schedule: Schedule) -> list[str]:
    """Pop everything, each job succeeding at once."""
    order = []
    while (next_job := schedule.pop()) is not None:
        order.append(next_job.fingerprint)
        schedule.done(next_job, success=True)
    return order


def nothing(fingerprint: str) -> bool:
    return False


def test_inputs_come_first_in_whatever_order_they_are_given() -> None:
    order = drain(Schedule([job("c", "b"), job("b", "a"), job("a")], nothing))
    assert order == ["a", "b", "c"]


def test_longest_first() -> None:
    jobs = [job("short", seconds=1), job("long", seconds=9), job("middle", seconds=5)]
    assert drain(Schedule(jobs, nothing)) == ["long", "middle", "short"]


def test_a_short_job_that_a_long_one_waits_for_comes_before_a_middle_one() -> None:
    jobs = [job("middle", seconds=5), job("key", seconds=1), job("long", "key", seconds=9)]
    assert drain(Schedule(jobs, nothing)) == ["key", "long", "middle"]


def test_an_unknown_duration_counts_as_the_longest() -> None:
    jobs = [job("short", seconds=1), job("long", seconds=9), job("unknown", "short"), job("new")]
    assert drain(Schedule(jobs, nothing))[:1] == ["short"]  # what waits for it may take 9 s too


def test_the_same_job_twice_runs_once() -> None:
    assert drain(Schedule([job("a"), job("a")], nothing)) == ["a"]


def test_nothing_waits_for_what_is_cached() -> None:
    assert drain(Schedule([job("b", "a")], lambda fingerprint: fingerprint == "a")) == ["b"]


def test_a_failure_takes_what_needs_it_and_nothing_else() -> None:
    schedule = Schedule([job("a"), job("b", "a"), job("c", "b"), job("d", seconds=0.1)], nothing)
    popped = schedule.pop()
    assert popped is not None
    schedule.done(popped, success=False)
    lost = []
    for hopeless, reason in schedule.pop_hopeless():
        lost.append((hopeless.fingerprint, reason))
        schedule.done(hopeless, success=False)
    assert lost == [
        ("b", "an input is missing: at/a gave no result"),
        ("c", "an input is missing: at/b gave no result"),
    ]
    assert drain(schedule) == ["d"]


def test_an_input_that_nobody_has_is_named() -> None:
    schedule = Schedule([job("b", "0123456789abcdef")], nothing)
    assert schedule.pop() is None
    ((hopeless, reason),) = schedule.pop_hopeless()
    assert hopeless.fingerprint == "b"
    assert "0123456789ab" in reason


def test_a_circle_is_refused() -> None:
    with pytest.raises(ValueError, match="circle"):
        Schedule([job("a", "b"), job("b", "a")], nothing)


def test_a_damaged_hit_is_computed_before_what_needs_it_is_tried_again() -> None:
    schedule = Schedule([job("b", "a"), job("c", "a")], lambda fingerprint: True, hits=[job("a")])
    b, c = schedule.pop(), schedule.pop()
    assert b is not None
    assert c is not None
    assert schedule.recompute("a", needed_by=b)
    assert schedule.recompute("a", needed_by=c)
    assert drain(schedule) == ["a", "b", "c"]
    assert not schedule.recompute("a", needed_by=b)  # once for each is enough
    assert not schedule.recompute("unknown", needed_by=b)


def test_the_work_grows_with_the_number_of_jobs_and_not_with_its_square() -> None:
    looks = 0

    class Counted(dict):
        def items(self):
            nonlocal looks
            looks += 1
            return super().items()

    names = [str(number) for number in range(2000)]
    jobs = [Job(name, "add", "m", name, inputs=Counted(source=names[i - 1]) if i % 10 else Counted())
            for i, name in enumerate(names)]  # fmt: skip
    schedule = Schedule(jobs, nothing)
    done = 0
    while (next_job := schedule.pop()) is not None:
        schedule.done(next_job, success=True)
        done += len(list(schedule.pop_hopeless())) + 1
    assert done == len(names)
    assert looks < 10 * len(names)
