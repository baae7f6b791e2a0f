"""Whole runs: order, failures, deaths, damage, full disks, two builds at once, and builds that are killed.

Covers jobs.py too.
"""

import gc
import json
import os
import pickle
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import pytest

from generator.jobs import Job, Outcome, Provenance, State
from generator.running import loaded_code, runner
from generator.running.events import (
    Event,
    JobFinished,
    JobProgress,
    JobQueued,
    JobRetried,
    JobSilent,
    JobStarted,
    WorkersReady,
)
from generator.running.executors.choose import ExecutorSpec
from generator.running.progress import Note
from generator.running.runner import run_jobs
from generator.running.worker import JobReport
from generator.store.cache import Cache
from generator.store.entry import ARRAYS
from tests.waiting_for_tests import LONGEST, children, gone, until

ROOT = Path(__file__).parents[2]


def fingerprint(name: str) -> str:
    return name.encode().hex().ljust(64, "0")


def job(
    address: str, computation: str = "add", /, *, source: str = "", expected: float | None = None, **parameters: object
) -> Job:
    """A job with this address and these parameters; ``source`` is the address of its input."""
    inputs = {"source": fingerprint(source)} if source else {}
    module = "tests.computations_for_tests"
    return Job(fingerprint(address), computation, module, address, parameters, inputs, expected)


class Build:
    """A cache in a temporary folder, and the events of the runs that use it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache = folder, Cache(folder / "cache")
        self.events: list[Event] = []

    def run(
        self,
        *jobs: Job,
        slots: int = 2,
        on_event: Callable[[Event], None] = lambda event: None,
        hits: tuple[Job, ...] = (),
    ) -> dict[str, Outcome]:
        def tell(event: Event) -> None:
            self.events.append(event)
            on_event(event)

        spec = ExecutorSpec(jobs=slots, device="cpu")
        outcomes = run_jobs(jobs, self.cache, spec, data=self.folder, on_event=tell, hits=hits)
        return {bytes.fromhex(name).rstrip(b"\0").decode(): outcome for name, outcome in outcomes.items()}

    def of(self, kind: type) -> list[str]:
        return [event.job.address for event in self.events if isinstance(event, kind)]

    def marks(self, name: str) -> int:
        return len(list((self.folder / "runs").glob(f"{name}.*")))


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build(tmp_path)


@pytest.fixture
def runs(tmp_path: Path) -> str:
    return str(tmp_path / "runs")


def test_inputs_failures_and_events(build: Build) -> None:
    outcomes = build.run(
        job("double", "double", source="add"),
        job("add", numbers=[1, 2]),
        job("fail", "fail", message="no luck"),
        job("lost", "double", source="fail"),
        job("lost too", "double", source="lost"),
        job("break", "break_promise"),
    )
    assert {name: outcome.state for name, outcome in outcomes.items()} == {
        "double": State.COMPUTED,
        "add": State.COMPUTED,
        "fail": State.FAILED,
        "lost": State.SKIPPED,
        "lost too": State.SKIPPED,
        "break": State.FAILED,
    }
    assert outcomes["double"].load().metrics == {"total": 6.0}
    assert outcomes["double"].provenance is not None
    assert outcomes["fail"].failure is not None
    assert outcomes["fail"].failure.reason == "ValueError: no luck"
    assert "fail(workspace" in outcomes["fail"].failure.traceback or "in fail" in outcomes["fail"].failure.traceback
    assert outcomes["lost too"].failure is not None
    assert outcomes["lost too"].failure.reason == "an input is missing: lost gave no result"
    ready = next(n for n, event in enumerate(build.events) if isinstance(event, WorkersReady))
    assert all(isinstance(event, JobQueued) for event in build.events[:ready])
    assert not any(isinstance(event, JobQueued) for event in build.events[ready:])
    assert sorted(build.of(JobQueued)) == sorted(build.of(JobFinished)) == sorted(outcomes)
    assert sorted(build.of(JobStarted)) == ["add", "break", "double", "fail"]
    order = [event.job.address for event in build.events if isinstance(event, JobStarted | JobFinished)]
    assert order.index("add") < order.index("double")


def test_progress_arrives_soon_and_in_order(build: Build) -> None:
    delays, fractions = [], []

    def watch(event: Event) -> None:
        if isinstance(event, JobProgress) and "sent at" in event.message:
            delays.append(time.time() - float(event.message.rpartition(" ")[2]))
            fractions.append(event.fraction)

    build.run(job("slow", "slow", seconds=2.0, steps=10), slots=1, on_event=watch)  # a step each 0.2 s
    # On a busy machine two steps may come as one, and a few late.
    assert len(delays) >= 5
    assert fractions == sorted({*fractions})
    assert {0.0, 0.9} <= {*fractions} <= {step / 10 for step in range(10)}
    assert sorted(delays)[len(delays) // 2] < 0.2


def test_the_longest_job_starts_first(build: Build) -> None:
    build.run(job("short", numbers=[1], expected=1.0), job("long", numbers=[2], expected=5.0), slots=1)
    assert build.of(JobFinished) == ["long", "short"]


def test_nothing_to_run_starts_nothing(build: Build) -> None:
    assert build.run() == {}
    assert build.events == []


def test_a_job_that_kills_its_worker_is_tried_again_and_the_others_go_on(build: Build, runs: str) -> None:
    outcomes = build.run(
        job("unlucky", "die", runs=runs, name="unlucky", times=1, how="exit"),
        job("deadly", "die", runs=runs, name="deadly", times=99, how="kill"),
        job("slow", "slow", seconds=1.0, steps=2, runs=runs),
    )
    assert outcomes["unlucky"].load().metrics == {"total": 2.0}
    assert outcomes["slow"].state is State.COMPUTED
    assert outcomes["deadly"].failure is not None
    assert "tried 3 times" in outcomes["deadly"].failure.reason
    assert "SIGKILL" in outcomes["deadly"].failure.reason
    assert (build.marks("deadly"), build.marks("slow")) == (3, 1)
    assert sorted(build.of(JobRetried)) == ["deadly", "deadly", "unlucky"]


def test_a_killed_training_goes_on_from_its_checkpoint_to_the_same_numbers(
    build: Build, runs: str, tmp_path: Path
) -> None:
    straight = Build(tmp_path / "straight").run(job("train", "train", epochs=6, seed=1), slots=1)["train"].load()
    killed = build.run(job("train", "train", epochs=6, seed=1, runs=runs, die_at=4), slots=1)["train"].load()
    assert straight.metrics["resumed_from"] == 0
    assert killed.metrics["resumed_from"] == 4
    assert killed.metrics["weight"] == straight.metrics["weight"]
    assert list(build.cache.unfinished()) == []


def test_a_damaged_input_is_computed_again(build: Build) -> None:
    add = job("add", numbers=[1, 2])
    build.run(add)
    path = build.cache.folder / "entries" / add.fingerprint[:2] / add.fingerprint / ARRAYS
    path.write_bytes(b"x" * path.stat().st_size)
    first, second = job("one", "double", source="add"), job("two", "double", source="add")
    outcomes = build.run(first, second, hits=(add,))
    assert {name: outcome.state for name, outcome in outcomes.items()} == dict.fromkeys(
        ["add", "one", "two"], State.COMPUTED
    )
    assert outcomes["two"].load().metrics == {"total": 6.0}
    retried = [event for event in build.events if isinstance(event, JobRetried)]
    assert retried
    assert all("is damaged" in event.reason for event in retried)


def test_changed_code_fails_the_job_rather_than_poison_the_cache(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = loaded_code.snapshot() | {"generator.results": "0" * 64}
    monkeypatch.setattr(loaded_code, "snapshot", lambda read, courses: planned)
    failure = build.run(job("add", numbers=[1]), slots=1)["add"].failure
    assert failure is not None
    assert "generator.results" in failure.reason


def test_a_full_disk_fails_one_job_and_the_build_goes_on(small_disk: Path) -> None:
    big, small = job("big", "fill_disk", megabytes=9), job("small", "fill_disk", megabytes=1)
    outcomes = Build(small_disk).run(big, small, slots=1)  # one by one: half of the big one would fill the disk, too
    assert outcomes["small"].state is State.COMPUTED
    assert outcomes["big"].failure is not None
    assert outcomes["big"].failure.reason.startswith("No space left on the disk")
    assert outcomes["big"].failure.hint


def worker_processes(pid: int) -> list[int]:
    """Those of its children that compute: not the one that cleans up after multiprocessing."""
    return [child for child in children(pid) if not gone(child) and "spawn_main" in command_of(child)]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def epoch(message: str) -> int:
    """The epoch or step that a message speaks of, -1 where it speaks of none; of several, one may be heard."""
    found = re.match(r"(?:epoch|step) (\d+)", message)
    return int(found[1]) if found else -1


class Program:
    """A build as a program of its own, its events by line."""

    def __init__(self, folder: Path, jobs: list[Job]) -> None:
        with tempfile.NamedTemporaryFile("w", prefix="jobs-", dir=folder, delete=False) as file:
            json.dump([asdict(one) for one in jobs], file)
        command = [sys.executable, str(ROOT / "tests/build_for_tests.py"), str(folder / "cache"), file.name]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self.lines: queue.SimpleQueue[dict] = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def wait_for_epoch(self, number: int) -> None:
        while epoch(self.lines.get(timeout=LONGEST).get("message") or "") < number:
            pass

    def end(self) -> str:
        """Wait for the end; returns what was written to stderr."""
        assert self.process.stderr is not None
        errors = self.process.stderr.read()
        self.process.wait(timeout=LONGEST)
        self.reader.join(timeout=LONGEST)
        return errors


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    started: list[Program] = []

    def start(*jobs: Job) -> Program:
        started.append(Program(tmp_path, list(jobs)))
        return started[-1]

    yield start
    for program in started:
        program.process.kill()
        with program.process:
            program.reader.join(timeout=60)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_killed_or_interrupted_goes_on(build: Build, programs, tmp_path: Path, number: int) -> None:
    program = programs(job("train", "train", epochs=40, seed=1, epoch_seconds=0.2))
    train = job("train", "train", epochs=40, seed=1)  # the same, at once
    program.wait_for_epoch(3)
    workers = children(program.process.pid)
    assert workers
    os.killpg(program.process.pid, number) if number == signal.SIGINT else program.process.send_signal(number)
    errors = program.end()
    assert ("KeyboardInterrupt" in errors) == (number == signal.SIGINT)
    assert ("Ended by SIGTERM" in errors) == (number == signal.SIGTERM)
    until(lambda: all(map(gone, workers)), "workers are left")
    assert [entry.fingerprint for entry in build.cache.unfinished()] == [train.fingerprint]
    left = sorted(path.name for path in build.cache.folder.iterdir() if path.is_file() or any(path.iterdir()))
    assert left == (["checkpoints", "locks"] if number == signal.SIGKILL else ["checkpoints"])

    resumed = build.run(train, slots=1)["train"].load()
    straight = Build(tmp_path / "straight").run(train, slots=1)["train"].load()
    assert int(str(resumed.metrics["resumed_from"])) >= 3
    assert resumed.metrics["weight"] == straight.metrics["weight"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_stopped_worker_ends_with_its_build(build: Build, programs, number: int) -> None:
    program = programs(job("train", "train", epochs=1000, seed=1, epoch_seconds=0.2))
    program.wait_for_epoch(1)
    workers = worker_processes(program.process.pid)
    assert workers
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    program.process.send_signal(number)
    program.end()
    until(lambda: all(map(gone, workers)), "workers are left")


def test_a_stopped_worker_is_said_once_and_goes_on_when_it_is_woken(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "SILENT_SECONDS", 2.0)
    stopped: list[int] = []
    silences: list[JobSilent] = []  # while it is stopped: on a busy machine a worker may be slow to start, too
    woken = threading.Event()

    def wake() -> None:
        woken.set()
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)

    def watch(event: Event) -> None:
        if isinstance(event, JobProgress) and epoch(event.message) >= 2 and not stopped:
            stopped.extend(worker_processes(os.getpid()))
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
        if isinstance(event, JobSilent) and stopped and not woken.is_set():
            silences.append(event)
            threading.Timer(2.5, wake).start()  # time enough to say it again: it looks each second

    outcomes = build.run(job("slow", "slow", seconds=2.0, steps=10), slots=1, on_event=watch)
    assert outcomes["slow"].state is State.COMPUTED
    (silent,) = silences
    assert silent.job.address == "slow"
    assert silent.seconds > 2
    assert any(f"process {pid} on" in silent.worker for pid in stopped)


def test_two_builds_at_once_compute_a_job_once(build: Build, programs, runs: str) -> None:
    slow = job("slow", "slow", seconds=1.5, steps=3, runs=runs)
    both = [programs(slow), programs(slow)]
    states = []
    for program in both:
        program.end()
        while not program.lines.empty():
            states.append(program.lines.get().get("state"))
    assert sorted(state for state in states if state) == ["COMPUTED", "HIT"]
    assert build.marks("slow") == 1


class KilledWorker(Exception):  # noqa: N818
    """Bears the name of Dask's, which blames all jobs of a worker that dies, computed or waiting."""


class Shared:
    """Workers on which a job waits behind another that kills them, as often as it is told to."""

    in_flight, slots, description, in_batches = 2, 1, "one worker", False
    call = staticmethod(lambda jobs, sent: None)

    def __init__(self, notes: Callable[[Note], None], blamed: dict[str, int]) -> None:
        self.executor, self.notes, self.blamed = self, notes, blamed

    def submit(self, call: object, jobs: list[Job], sent: object) -> Future[list[JobReport]]:
        future: Future[list[JobReport]] = Future()
        (job,) = jobs
        if job.address == "deadly":
            self.notes(Note(job.fingerprint, 0.0, "begins", "w"))
        if self.blamed.get(job.address, 0) > 0:
            self.blamed[job.address] -= 1
            future.set_exception(KilledWorker(job.address))
        else:
            future.set_result([JobReport(job.fingerprint)])
        return future

    def pack(self, job: Job) -> dict[str, bytes]:
        return {}

    def check(self) -> None:
        pass


@pytest.mark.parametrize(("blamed", "state"), [(2, State.COMPUTED), (3, State.FAILED)])
def test_a_job_that_waits_behind_a_deadly_one_is_tried_again(
    build: Build, monkeypatch: pytest.MonkeyPatch, blamed: int, state: State
) -> None:
    def opened(spec: object, cache: object, data: object, notes: Callable[[Note], None], *rest: object):
        return nullcontext(Shared(notes, {"deadly": 9, "waits": blamed}))

    monkeypatch.setattr(runner, "open_executor", opened)
    outcomes = build.run(job("deadly"), job("waits"))
    assert (outcomes["deadly"].state, outcomes["waits"].state) == (State.FAILED, state)
    assert sorted(build.of(JobRetried)) == ["deadly"] + ["waits"] * min(blamed, 2)


class Together(Shared):
    """Workers that take jobs in batches, begin only the first two of each, and die of what is deadly."""

    in_batches = True

    def __init__(self) -> None:
        super().__init__(lambda note: None, {})
        self.sent: list[list[str]] = []

    def submit(self, call: object, jobs: list[Job], sent: object) -> Future[list[JobReport | None]]:
        self.sent.append([job.address for job in jobs])
        future: Future[list[JobReport | None]] = Future()
        if any(job.address == "deadly" for job in jobs):
            future.set_exception(KilledWorker("deadly"))
        else:
            future.set_result([JobReport(job.fingerprint) if n < 2 else None for n, job in enumerate(jobs)])
        return future


def test_of_a_batch_what_was_not_begun_is_sent_again_and_only_what_is_deadly_fails(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = Together()
    monkeypatch.setattr(runner, "open_executor", lambda *given: nullcontext(workers))
    names = [*"abcdefgh", "deadly", *"ijkl"]
    outcomes = build.run(*(job(name, expected=0.01) for name in names))
    states = {name: outcome.state for name, outcome in outcomes.items()}
    assert states == dict.fromkeys(names, State.COMPUTED) | {"deadly": State.FAILED}
    together = next(batch for batch in workers.sent if "deadly" in batch)
    assert len(together) > 2
    assert {tuple(batch) for batch in workers.sent} >= {(name,) for name in together}  # each alone, after that
    assert len(build.of(JobFinished)) == len(names)


class OneWorker(Shared):
    """A worker that two messages are at in the beginning: both are blamed for its death. It begins all that it gets."""

    def __init__(self, notes: Callable[[Note], None]) -> None:
        super().__init__(notes, {})
        self.here: list[tuple[Job, Future[list[JobReport]]]] = []
        self.died = False
        self.most = 0  # messages at once, after the first death

    def submit(self, call: object, jobs: list[Job], sent: object) -> Future[list[JobReport]]:
        future: Future[list[JobReport]] = Future()
        (job,) = jobs
        self.notes(Note(job.fingerprint, 0.0, "begins", "w"))
        self.here.append((job, future))
        if self.died:
            self.most = max(self.most, len(self.here))
            threading.Timer(0.05, self.work).start()
        elif len(self.here) == 2:
            self.died = True
            self.work()
        return future

    def work(self) -> None:
        here, self.here = self.here, []
        for job, future in here:
            if any(other.address == "deadly" for other, _ in here):
                future.set_exception(KilledWorker(job.address))
            else:
                future.set_result([JobReport(job.fingerprint)])


def test_a_job_that_was_under_way_when_another_one_killed_is_tried_with_none_beside_it(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[OneWorker] = []

    def open_one(spec: object, cache: object, data: object, notes: Callable[[Note], None], *rest: object):
        opened.append(OneWorker(notes))
        return nullcontext(opened[0])

    monkeypatch.setattr(runner, "open_executor", open_one)
    outcomes = build.run(job("deadly"), job("good"), job("later", expected=0.01))
    states = {name: outcome.state for name, outcome in outcomes.items()}
    assert states == {"deadly": State.FAILED, "good": State.COMPUTED, "later": State.COMPUTED}
    assert sorted(build.of(JobRetried)) == ["deadly", "good"]
    assert opened[0].most == 1


class Recording(Shared):
    """Workers whose reports come with a record of the job, of which nothing is the same object as in another."""

    def submit(self, call: object, jobs: list[Job], sent: object) -> Future[list[JobReport]]:
        (job,) = pickle.loads(pickle.dumps(jobs))
        versions = {"python": "3", "numpy": "2"}
        record = Provenance("add", job.parameters, job.fingerprint, "CPU", 0.001, 1, "now", versions=versions)
        future: Future[list[JobReport]] = Future()
        future.set_result(pickle.loads(pickle.dumps([JobReport(job.fingerprint, record, seconds=0.002)])))
        return future


def test_a_job_that_has_ended_leaves_no_more_than_its_outcome_and_its_record(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "open_executor", lambda *given: nullcontext(Recording(lambda note: None, {})))
    jobs = [job(f"job {number}", n=number) for number in range(1300)]
    ended: list[int] = [0]
    counted: list[tuple[int, int]] = []

    def count(event: Event) -> None:
        if isinstance(event, JobFinished):
            ended[0] += 1
            if ended[0] in (200, 1200):
                gc.collect()
                counted.append((len(gc.get_objects()), sys.getallocatedblocks()))

    outcomes = run_jobs(jobs, build.cache, ExecutorSpec(), data=build.folder, on_event=count)
    assert all(outcome.provenance for outcome in outcomes.values())
    objects, blocks = (later - before for before, later in zip(*counted, strict=True))
    assert objects <= 3.1 * 1000  # the outcome, its record, and what reads its result
    assert blocks <= 0.5 * 1000  # besides those that its place in the order has given back
