"""Batch jobs: by submitit's own local executor, and on a real Slurm of one machine where its packages are here.

To have the second: `apt-get install slurm-wlm munge`, as root; see slurm_for_tests.py for how it is started.
Covers running/executors/batch_jobs.py too.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from generator.errors import ExecutorError
from generator.jobs import Job, Outcome, State
from generator.running import runner
from generator.running.events import Event, JobProgress, JobRetried, WorkersReady
from generator.running.executors import batch_jobs, choose
from generator.running.executors import slurm as slurm_module
from generator.running.executors.batch_jobs import Batch
from generator.running.executors.choose import ExecutorSpec
from generator.running.executors.processes import WorkerDiedError
from generator.running.executors.slurm import open_slurm
from generator.running.runner import run_jobs
from generator.running.worker import Conditions, JobReport, failure_of
from generator.store.cache import Cache
from tests.running.executors.slurm_for_tests import Slurm, is_possible

submitit = pytest.importorskip("submitit")
ROOT = Path(__file__).parents[3]
ADD, DOUBLE, TRAIN, FAIL = ("1" * 64, "2" * 64, "3" * 64, "4" * 64)


def job(
    fingerprint: str, computation: str, source: str = "", *, expected: float | None = None, **parameters: object
) -> Job:
    inputs = {"source": source} if source else {}
    return Job(fingerprint, computation, "tests.computations_for_tests", computation, parameters, inputs, expected)


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_jobs, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(batch_jobs, "ASK_SECONDS", 1.0)
    monkeypatch.setattr(slurm_module, "NOTE_SECONDS", 0.1)
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")


def run(folder: Path, *jobs: Job, events: list[Event], **options: str) -> dict[str, Outcome]:
    spec = ExecutorSpec(where="slurm", device="cpu", options=tuple(options.items()))
    return run_jobs(jobs, Cache(folder / "cache"), spec, data=folder, on_event=events.append)


def batch_jobs_of(folder: Path) -> int:
    return len(list((folder / "cache/slurm").glob("*/*_submitted.pkl")))


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
    assert batch_jobs_of(tmp_path) == len(jobs)  # nothing is known of how long they take
    assert "Slurm" in next(event.description for event in events if isinstance(event, WorkersReady))


def test_a_batch_job_that_dies_is_sent_again_and_goes_on(local: None, tmp_path: Path) -> None:
    events: list[Event] = []
    train = job(TRAIN, "train", epochs=6, seed=1, runs=str(tmp_path / "runs"), die_at=4)
    outcomes = run(tmp_path, train, events=events)
    assert outcomes[TRAIN].load().metrics["resumed_from"] == 4
    assert any(isinstance(event, JobRetried) for event in events)


def test_short_jobs_share_a_batch_job_and_only_what_is_deadly_fails(
    local: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is saved when the second kills the batch job, which counts for none of the three; the third is due."""
    monkeypatch.setattr(runner, "ATTEMPTS", 1)
    events: list[Event] = []
    runs = str(tmp_path / "runs")
    first = job(ADD, "add", expected=0.3, numbers=[1], runs=runs, name="first")
    deadly = job(FAIL, "die", expected=0.2, runs=runs, name="deadly", times=9, how="kill")
    last = job(TRAIN, "add", expected=0.1, numbers=[2], runs=runs, name="last")
    outcomes = run(tmp_path, last, deadly, first, events=events)
    states = {name: outcome.state for name, outcome in outcomes.items()}
    assert states == {ADD: State.COMPUTED, FAIL: State.FAILED, TRAIN: State.COMPUTED}
    assert outcomes[FAIL].failure is not None
    assert "ended without a result" in outcomes[FAIL].failure.reason
    assert {event.job.fingerprint for event in events if isinstance(event, JobRetried)} == {FAIL, TRAIN}
    assert batch_jobs_of(tmp_path) == 3  # together, then what is deadly, and the last


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


def test_what_squeue_says_tells_what_waits_and_what_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = SimpleNamespace(stdout="7 PD\n8 R\n9 CG\n")
    monkeypatch.setattr(batch_jobs.subprocess, "run", lambda *words, **options: said)
    monkeypatch.setattr(batch_jobs, "LOOK_SECONDS", 60.0)
    numbers = iter(range(7, 11))
    paths = SimpleNamespace(result_pickle=tmp_path / "none")
    sender = SimpleNamespace(submit=lambda call: SimpleNamespace(job_id=next(numbers), paths=paths))
    batch = Batch(sender, tmp_path, Cache(tmp_path), batch_jobs.queued, lambda note: None)
    futures = [batch.submit(len, [job(digit * 64, "add")], {}) for digit in "7890"]
    for _ in range(2):
        batch._ask(dict(batch._open))
    assert batch.waiting == {"7" * 64}
    assert [future.done() for future in futures] == [False, False, False, True]
    assert isinstance(futures[3].exception(), WorkerDiedError)
    batch.shutdown()


def test_what_is_asked_for_of_memory_takes_the_place_of_the_default() -> None:
    assert slurm_module._defaults({"time": "5"})["mem"] == "8G"
    assert "mem" not in slurm_module._defaults({"mem-per-cpu": "500M"})


def test_a_job_that_runs_out_of_time_too_often_is_told_how_to_ask_for_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = submitit.core.utils.UncompletedJobError("Job not requeued because: timed-out too many times.")
    report = JobReport(TRAIN, failure=failure_of(error))
    monkeypatch.setattr(slurm_module, "run_job", lambda *given: report)
    (told,) = slurm_module.run_on_node(
        [job(TRAIN, "train")], {}, Conditions(tmp_path, tmp_path, "cpu", 1, {}), tmp_path
    )
    assert told is not None
    assert told.failure is not None
    assert "time=MINUTES" in told.failure.hint


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
    """Nor what the same batch job had saved before."""
    events: list[Event] = []
    train = job(TRAIN, "train", expected=0.1, epochs=40, seed=1, runs=str(tmp_path / "runs"), epoch_seconds=0.25)
    before = job(ADD, "add", expected=0.2, numbers=[1, 2], runs=str(tmp_path / "runs"))

    def cut() -> None:
        deadline = time.monotonic() + 60
        while not list((tmp_path / "cache/checkpoints").glob("*/*.json")) and time.monotonic() < deadline:
            time.sleep(0.1)
        cluster.kill_node()
        time.sleep(1)
        cluster.start_node()

    cutting = threading.Thread(target=cut)
    cutting.start()
    outcomes = run(tmp_path, train, before, events=events, mem="500M", partition="tests")
    cutting.join()
    assert {outcome.state for outcome in outcomes.values()} == {State.COMPUTED}
    assert outcomes[TRAIN].load().metrics["resumed_from"] >= 1
    assert len(list((tmp_path / "runs").glob("add*"))) == 1
    assert batch_jobs_of(tmp_path) == 1
    deadline = time.monotonic() + 20
    while cluster.said("squeue", "--noheader"):  # the batch script ends a moment after its result is there
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_of_jobs_that_are_over_nothing_is_kept(tmp_path: Path) -> None:
    batch = Batch(None, tmp_path, Cache(tmp_path), lambda jobs: {}, lambda note: None)
    try:
        for number in range(10):
            batch._ask({str(number): batch_jobs._Sent(None, [], Future())})
        assert batch._misses == {"9": 1}
    finally:
        batch.shutdown()
