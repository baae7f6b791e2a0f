"""Results that are sent back: stored together, a damaged one fails alone; records share what is alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator.jobs import Job, Provenance
from generator.results import Result
from generator.running.storing import Alike, Storing
from generator.running.worker import JobReport
from generator.store.cache import Cache
from generator.store.entry import RESULT


def provenance(number: int) -> Provenance:
    """As it comes from a worker: nothing in it is the same object as in another."""
    versions = {"".join(["nu", "mpy"]): ".".join(["2", "0"])}
    return Provenance("add", {"n": number}, f"{number:064}", "".join(["C", "PU"]), 0.1, 1, "now", versions=versions)


def sent_back(folder: Path, count: int) -> list[JobReport]:
    """Reports of entries that a worker made in a folder of its own."""
    theirs = Cache(folder, durable=False)
    for number in range(count):
        theirs.save(f"{number:064}", Result(metrics={"n": number}), provenance(number))
    return [JobReport(f"{n:064}", provenance(n), files=theirs.export(f"{n:064}"), seconds=0.5) for n in range(count)]


def test_all_results_of_a_message_are_stored_and_one_that_is_damaged_fails_alone(tmp_path: Path) -> None:
    reports = sent_back(tmp_path / "worker", 40)
    reports[7] = replace(reports[7], files={**reports[7].files, RESULT: b"{}"})
    cache = Cache(tmp_path / "cache")
    with Storing(cache) as storing:
        stored = storing.submit([*reports, None]).result()
    assert stored[-1] is None
    assert [report.fingerprint for report in stored[:-1] if report] == [report.fingerprint for report in reports]
    for number, report in enumerate(stored[:-1]):
        assert report is not None
        assert not report.files
        assert report.seconds == 0.5
        assert (report.failure is None) == cache.has(report.fingerprint) == (number != 7)
    failure = stored[7].failure if stored[7] else None
    assert failure is not None
    assert "is damaged" in failure.reason


def store_and_stop(cache: Cache, reports: list[JobReport]) -> None:
    with Storing(cache) as storing:
        storing.submit([*reports])
        raise KeyboardInterrupt


def test_what_was_handed_in_is_stored_although_the_build_is_stopped(tmp_path: Path) -> None:
    reports = sent_back(tmp_path / "worker", 20)
    cache = Cache(tmp_path / "cache")

    with pytest.raises(KeyboardInterrupt):
        store_and_stop(cache, reports)
    assert all(cache.is_sound(report.fingerprint) for report in reports)


def test_a_build_that_is_stopped_waits_for_no_other_one(tmp_path: Path) -> None:
    reports = sent_back(tmp_path / "worker", 3)
    cache = Cache(tmp_path / "cache")

    with Cache(tmp_path / "cache").lock(reports[1].fingerprint), pytest.raises(KeyboardInterrupt):
        store_and_stop(cache, reports)  # would wait for ever for the lock
    assert [cache.has(report.fingerprint) for report in reports] == [True, False, True]


def test_records_share_what_they_say_alike_and_say_the_same_as_before() -> None:
    alike = Alike()
    jobs = [Job(f"{n:064}", "add", "m", "a", {"n": n}) for n in range(2)]
    records = [alike(job, provenance(n)) for n, job in enumerate(jobs)]
    assert records == [provenance(0), provenance(1)]
    first, second = records
    assert first is not None
    assert second is not None
    assert first.versions is second.versions
    assert first.device is second.device
    assert first.parameters is jobs[0].parameters
    with_input = replace(provenance(1), parameters={"source": "job 0a1b", "n": 1})
    assert alike(jobs[1], with_input) == with_input
    assert alike(jobs[0], None) is None
