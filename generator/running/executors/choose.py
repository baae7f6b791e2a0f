"""Where jobs run: in processes here, on Dask or on Slurm, behind one ``concurrent.futures.Executor``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from generator.errors import ExecutorError
from generator.jobs import Job
from generator.running import loaded_code
from generator.running.device import DeviceChoice, choose_device
from generator.running.executors.processes import ProcessExecutor, send_note
from generator.running.progress import Note
from generator.running.worker import Conditions, Files, JobReport, run_job

#: The libraries that start threads of their own, each with the variable that it reads when it is loaded.
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")


#: Bytes of a card's memory that a job is given: torch's context, its workspaces, a network and its batches. An estimate
#: that no measurement on a card stands behind; ``--jobs`` has the last word.
JOB_MEMORY = 6 * 2**30


@dataclass(frozen=True)
class ExecutorSpec:
    """What the command line asks for: ``where`` is "here", "dask://HOST:PORT", "dask+tls://…" or "slurm".

    ``jobs`` is how many run at once (None: one per core, or as many as fit on the cards); ``device`` is auto, cpu, cuda
    or mps. ``options`` are what Slurm is asked for, by its own names. ``cards`` says whether what is computed could use
    one: otherwise auto is the CPU.
    """

    where: str = "here"
    jobs: int | None = None
    device: str = "auto"
    options: tuple[tuple[str, str], ...] = ()
    cards: bool = True

    @property
    def idle_cards(self) -> bool:
        """Whether cards are to be left alone, as nothing could use them."""
        return self.device == "auto" and not self.cards


#: What computes jobs in a worker.
Call = Callable[[list[Job], Files], list[JobReport | None]]


class Workers(Protocol):
    """What the runner uses: an executor, and what to submit to it for some jobs: ``call(jobs, files)``.

    The files are those that ``pack`` gives for each. A call returns a report for each job, or None for one that it has
    left out, as those before it took long; it raises where nothing is known of any of them.
    """

    @property
    def executor(self) -> Executor:
        """Where to submit."""

    @property
    def slots(self) -> int:
        """How many jobs run at once; on a cluster that changes."""

    @property
    def in_flight(self) -> int:
        """How many calls to submit before the first of them ends: where the way is long, more than run at once."""

    @property
    def batch_seconds(self) -> float:
        """How long the jobs of a call may take together where the way to a worker is worth sharing; 0 where it is not.

        About what the way costs: then sharing it makes nobody wait longer than going alone would.
        """

    @property
    def shares(self) -> int:
        """Among how many calls the small jobs that are ready should be spread."""

    @property
    def waiting(self) -> frozenset[str]:
        """The fingerprints of jobs that a cluster keeps in its queue, for as long as it likes."""

    @property
    def description(self) -> str:
        """Where the jobs run, and why there, for people."""

    @property
    def call(self) -> Call:
        """The function that computes jobs in a worker."""

    def pack(self, job: Job) -> Files:
        """The cache files that must travel with the job."""

    def check(self) -> None:
        """Raise ExecutorError when no worker is left."""


@dataclass(frozen=True)
class _LocalWorkers:
    executor: ProcessExecutor
    slots: int
    description: str
    call: Call

    batch_seconds: float = 0.0
    shares: int = 1
    waiting: frozenset[str] = frozenset()

    @property
    def in_flight(self) -> int:
        return self.slots

    def pack(self, job: Job) -> Files:
        return {}

    def check(self) -> None:
        """Dead processes are replaced one by one, so that there always are workers."""


@contextmanager
def open_executor(
    spec: ExecutorSpec,
    cache: Path,
    data: Path,
    on_note: Callable[[Note], None],
    planned: Mapping[str, str] = MappingProxyType({}),
    courses: tuple[Path, ...] = (),
) -> Iterator[Workers]:
    """Start the workers, and end them when the block is left; on an exception at once, in the middle of their jobs.

    ``on_note`` is called with each worker's notes, from other threads. ``planned`` holds the digests of the modules
    that planning read, by name: a worker that has others computes nothing. ``courses`` are the folders of the course's
    own packages of computations.

    Raises:
        ExecutorError: the place, the device or the number of jobs asked for is not to be had.
    """
    if spec.jobs is not None and spec.jobs < 1:
        raise ExecutorError(f"Cannot run {spec.jobs} jobs at once", "give --jobs a number from 1")
    courses = tuple(folder.resolve() for folder in courses)
    code = loaded_code.snapshot(planned, courses)
    device = "cpu" if spec.idle_cards else spec.device
    conditions = Conditions(cache.resolve(), data.resolve(), device, 1, code, courses)
    if spec.where == "here":
        with _processes(spec, conditions, on_note) as workers:
            yield workers
    elif spec.where.startswith(("dask://", "dask+tls://")):
        from generator.running.executors.dask import open_cluster  # only here: Dask is an extra, and slow to import

        kind, _, place = spec.where.partition("://")
        address = f"{'tls' if kind == 'dask+tls' else 'tcp'}://{place}"
        with open_cluster(address, conditions, spec.jobs, on_note) as cluster:
            yield cluster
    elif spec.where == "slurm":
        from generator.running.executors.slurm import open_slurm  # only here: submitit is an extra

        with open_slurm(conditions, spec.jobs, dict(spec.options), on_note) as batch:
            yield batch
    else:
        raise ExecutorError(
            f"Unknown executor {spec.where!r}", "expected here, dask://HOST:PORT, dask+tls://HOST:PORT or slurm"
        )


@contextmanager
def _processes(spec: ExecutorSpec, conditions: Conditions, on_note: Callable[[Note], None]) -> Iterator[Workers]:
    choice = DeviceChoice("cpu", 0, "nothing here uses another") if spec.idle_cards else _ask_for_device(spec.device)
    slots, threads = _shape(choice, spec.jobs)
    executor = ProcessExecutor([_environment(choice, slot, threads) for slot in range(slots)], on_note)
    conditions = replace(conditions, device=choice.device, threads=threads)
    try:
        yield _LocalWorkers(
            executor, slots, _describe(choice, slots, threads), partial(_run_here, conditions=conditions)
        )
    except BaseException:
        executor.terminate()
        raise
    executor.shutdown()


def _run_here(jobs: list[Job], sent: Files, conditions: Conditions) -> list[JobReport | None]:
    return [run_job(job, conditions, send_note) for job in jobs]


def _ask_for_device(requested: str) -> DeviceChoice:
    """Choose the device, asking torch in a process that goes away, so that torch is never imported in this one."""
    probe = ProcessExecutor([{}], on_note=lambda note: None)
    try:
        return choose_device(requested, probe.submit)
    finally:
        probe.terminate()


def _shape(choice: DeviceChoice, jobs: int | None) -> tuple[int, int]:
    """How many processes, with how many threads each: one thread on the CPU, where a job per core is fastest.

    On cards as many as their memory holds.
    """
    if choice.device == "cpu":
        return jobs or usable_cores(), 1
    # Each job keeps a core busy with its small kernels, so that more jobs than cores gain nothing.
    fitting = choice.cards * max(1, choice.memory // JOB_MEMORY)
    slots = jobs or max(choice.cards, min(fitting, usable_cores()))
    return slots, max(1, usable_cores() // slots)


def usable_cores() -> int:
    """The cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _environment(choice: DeviceChoice, slot: int, threads: int) -> dict[str, str]:
    variables = dict.fromkeys(_THREAD_VARIABLES, str(threads)) | {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    if choice.device == "cuda":
        visible = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
        cards = visible if visible != [""] else [str(number) for number in range(choice.cards)]
        variables["CUDA_VISIBLE_DEVICES"] = cards[slot % len(cards)]
    if choice.device == "cpu":
        variables["CUDA_VISIBLE_DEVICES"] = ""  # no context of a card's for a job that will not use it
    return variables


def _describe(choice: DeviceChoice, slots: int, threads: int) -> str:
    processes = "1 process" if slots == 1 else f"{slots} processes"
    each = "1 thread" if threads == 1 else f"{threads} threads"
    return f"{processes} of {each} on {choice.device} ({choice.reason})"
