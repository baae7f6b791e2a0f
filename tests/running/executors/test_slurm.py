"""Batch jobs: by submitit's own local executor, and on a real Slurm of one machine where its packages are here.

To have the second: `apt-get install slurm-wlm munge`, as root; see slurm_for_tests.py for how it is started.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest

from generator.errors import ExecutorError
from generator.jobs import Job, Outcome, State
from generator.running.events import Event, JobProgress, JobRetried, WorkersReady
from generator.running.executors import choose
from generator.running.executors import slurm as slurm_module
from generator.running.executors.choose import ExecutorSpec
from generator.running.executors.slurm import Batch, open_slurm
from generator.running.runner import run_jobs
from generator.running.worker import Conditions
from generator.store.cache import Cache
from tests.running.executors.slurm_for_tests import Slurm, is_possible

pytest.importorskip("submitit")
ROOT = Path(__file__).parents[3]
ADD, DOUBLE, TRAIN, FAIL = ("1" * 64, "2" * 64, "3" * 64, "4" * 64)


def job(fingerprint: str, computation: str, source: str = "", **parameters: object) -> Job:
    inputs = {"source": source} if source else {}
    return Job(fingerprint, computation, "tests.computations_for_tests", computation, parameters, inputs)


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slurm_module, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(slurm_module, "ASK_SECONDS", 1.0)
    monkeypatch.setattr(slurm_module, "NOTE_SECONDS", 0.1)
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")


def run(folder: Path, *jobs: Job, events: list[Event], **options: str) -> dict[str, Outcome]:
    spec = ExecutorSpec(where="slurm", device="cpu", options=tuple(options.items()))
    return run_jobs(jobs, Cache(folder / "cache"), spec, data=folder, on_event=events.append)


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batch jobs are processes here, as submitit starts them without a Slurm."""
    real = slurm_module.open_slurm

    @contextmanager
    def here(*arguments: object) -> Iterator[object]:
        with real(*arguments, cluster="local") as workers:  # type: ignore[arg-type]
            yield workers

    monkeypatch.setattr(slurm_module, "open_slurm", here)


def test_results_come_by_the_shared_folder(local: None, tmp_path: Path) -> None:
    events: list[Event] = []
    jobs = [job(DOUBLE, "double", ADD), job(ADD, "add", numbers=[1, 2]), job(FAIL, "fail", message="in words")]
    outcomes = run(tmp_path, *jobs, events=events, cpus="1")
    assert outcomes[DOUBLE].load().metrics == {"total": 6.0}
    assert outcomes[FAIL].failure is not None
    assert "in words" in outcomes[FAIL].failure.reason
    assert any(isinstance(event, JobProgress) for event in events)
    assert "Slurm" in next(event.description for event in events if isinstance(event, WorkersReady))


def test_a_batch_job_that_dies_is_sent_again_and_goes_on(local: None, tmp_path: Path) -> None:
    events: list[Event] = []
    train = job(TRAIN, "train", epochs=6, seed=1, runs=str(tmp_path / "runs"), die_at=4)
    outcomes = run(tmp_path, train, events=events)
    assert outcomes[TRAIN].load().metrics["resumed_from"] == 4
    assert any(isinstance(event, JobRetried) for event in events)


def test_what_cannot_be_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ExecutorError, match="time=soon is no whole number"):
        run(tmp_path, job(ADD, "add", numbers=[1]), events=[], time="soon") if is_possible() else _refuse(tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ExecutorError, match="There is no Slurm on this machine"):
        run(tmp_path, job(ADD, "add", numbers=[1]), events=[])
    with (
        pytest.raises(ExecutorError, match="or slurm"),
        choose.open_executor(ExecutorSpec("elsewhere"), tmp_path, tmp_path, lambda note: None),
    ):
        pass


def _refuse(folder: Path) -> None:
    with open_slurm(Conditions(folder, folder, "cpu", 1, {}), 1, {"time": "soon"}, lambda note: None, "local"):
        pass


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Slurm]:
    if not is_possible():
        pytest.skip("no Slurm here, or not root")
    started = Slurm(tmp_path / "slurm")
    try:
        started.start()
        yield started
    finally:
        started.stop()


def test_a_node_that_is_killed_costs_no_more_than_an_epoch(cluster: Slurm, tmp_path: Path) -> None:
    events: list[Event] = []
    train = job(TRAIN, "train", epochs=40, seed=1, runs=str(tmp_path / "runs"), epoch_seconds=0.25)

    def cut() -> None:
        deadline = time.monotonic() + 60
        while not list((tmp_path / "cache/checkpoints").glob("*/*.json")) and time.monotonic() < deadline:
            time.sleep(0.1)
        cluster.kill_node()
        time.sleep(1)
        cluster.start_node()

    cutting = threading.Thread(target=cut)
    cutting.start()
    outcomes = run(tmp_path, train, job(ADD, "add", numbers=[1, 2]), events=events, mem="500M", partition="tests")
    cutting.join()
    assert {outcome.state for outcome in outcomes.values()} == {State.COMPUTED}
    assert outcomes[TRAIN].load().metrics["resumed_from"] >= 1
    deadline = time.monotonic() + 20
    while cluster.said("squeue", "--noheader"):  # the batch script ends a moment after its result is there
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_of_jobs_that_are_over_nothing_is_kept(tmp_path: Path) -> None:
    batch = Batch(None, tmp_path, lambda jobs: set(), lambda note: None)
    try:
        for number in range(10):
            batch._bury({str(number): (None, Future())})
        assert batch._misses == {"9": 1}
    finally:
        batch.shutdown()
