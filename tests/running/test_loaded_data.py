"""A result comes from the data that its fingerprint names, or there is none: real files, changed at each moment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.datasets.sources import CIFAR10_SUBSET
from generator.jobs import Job
from generator.planning.data import digest_of, files_of
from generator.registry import REGISTRY, Computation
from generator.results import Result
from generator.running import loaded_code
from generator.running.worker import Conditions, JobReport, run_job
from generator.store.cache import Cache
from generator.store.memo import Memo
from generator.workspace import Workspace
from tests.waiting_for_tests import tick

FP, NAME = "ab" * 32, "dataset/cifar10_subset"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / CIFAR10_SUBSET
    path.write_bytes(b"bee eater")
    os.utime(path, ns=(10**18, 10**18))
    return path


def invert(file: Path) -> None:
    """Other content of the same size and age."""
    before = file.stat()
    tick(file)
    file.write_bytes(bytes(255 - byte for byte in file.read_bytes()))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def compute(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, before: object = None, during: object = None
) -> JobReport:
    """Plan, do something, and compute, doing something else in the middle."""
    planned = digest_of(files_of(NAME, folder), folder, Memo(None))[0]

    def look(workspace: Workspace) -> Result:
        if callable(during):
            during(folder / CIFAR10_SUBSET)
        return Result(metrics={"content": (folder / CIFAR10_SUBSET).read_bytes().hex()})

    monkeypatch.setitem(REGISTRY._of_packages, ("look", "tests"), Computation("look", look, ("content",)))
    if callable(before):
        before(folder / CIFAR10_SUBSET)
    conditions = Conditions(folder / "cache", folder, "cpu", 1, loaded_code.snapshot())
    job = Job(FP, "look", __name__, "1-a/q01/look", data={NAME: planned})
    return run_job(job, conditions, lambda note: None)


def test_data_that_stays_gives_a_result(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = compute(tmp_path, monkeypatch)
    assert report.failure is None
    assert Cache(tmp_path / "cache").metrics(FP) == {"content": b"bee eater".hex()}


def touch(file: Path) -> None:
    file.write_bytes(file.read_bytes())


def test_files_that_only_look_newer_are_the_same_data(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compute(tmp_path, monkeypatch, before=touch).failure is None


def there_and_back(file: Path) -> None:
    invert(file)
    invert(file)


@pytest.mark.parametrize(
    "moments",
    [
        {"before": invert},
        {"before": Path.unlink},
        {"during": invert},
        {"during": there_and_back},  # what was read in between is not known
        {"during": touch},
    ],
)
def test_data_that_changes_gives_none(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch, moments: dict[str, object]
) -> None:
    failure = compute(tmp_path, monkeypatch, **moments).failure
    assert failure is not None
    assert "cifar10_subset" in failure.reason
    assert failure.hint.startswith("build again")
    assert not Cache(tmp_path / "cache").has(FP)
