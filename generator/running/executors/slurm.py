"""Jobs on a Slurm cluster: each is a batch job of its own, sent by submitit. Needs the extra "slurm".

The nodes share the cache folder, where results, checkpoints, notes and logs lie. What Slurm does to a job that it takes
from its node (pre-emption, a node that fails, the end of its time) is its own affair: the job is queued again and goes
on from its checkpoint. What Slurm no longer knows and has left no result has died, and the runner sends it again.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from generator.errors import ExecutorError
from generator.jobs import Job
from generator.running.executors.processes import WorkerDiedError
from generator.running.fresh_code import import_from_source
from generator.running.progress import Note
from generator.running.worker import Conditions, Files, JobReport, run_job
from generator.store.files import disk_errors

AT_ONCE = 64  # jobs that are sent before the first one ends: what starts when is Slurm's affair
LOOK_SECONDS, ASK_SECONDS = 0.5, 10.0  # between two looks for results and notes; between two questions to Slurm
NOTE_SECONDS = 2.0  # between two notes of a job: each is a write to a shared disk
#: Names as Slurm's own options have them, and as submitit takes them.
OPTIONS = {
    "partition": "slurm_partition",
    "account": "slurm_account",
    "qos": "slurm_qos",
    "constraint": "slurm_constraint",
    "mem": "slurm_mem",
    "gpus": "gpus_per_node",
    "cpus": "cpus_per_task",
    "time": "timeout_min",
}
_NUMBERS = ("gpus", "cpus", "time")
_DEFAULTS = {"time": 120, "mem": "8G", "cpus": 1}
_MISSES = 2  # questions in a row to which Slurm does not name a job before it counts as dead


class Batch(Executor):
    """Sends calls as batch jobs and watches the shared folder for what they leave."""

    def __init__(
        self, sender: Any, folder: Path, alive: Callable[[Iterable[Any]], set[str]], on_note: Callable[[Note], None]
    ) -> None:
        """``alive`` tells which of submitit's jobs are queued or running, by their numbers."""
        self._sender, self._folder, self._alive, self._on_note = sender, folder, alive, on_note
        self._open: dict[str, tuple[Any, Future[Any]]] = {}
        self._misses: dict[str, int] = {}
        self._read: dict[Path, int] = {}
        self._lock, self._over = threading.Lock(), threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True, name="slurm")
        self._watcher.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send a call to Slurm; it and its arguments are pickled into the shared folder."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        try:
            sent = self._sender.submit(_Call(partial(fn, *args, **kwargs)))
        except Exception as error:  # of sbatch, whose words are the best there are
            future.set_exception(ExecutorError(f"Slurm did not take the job: {str(error).strip()[-300:]}"))
            return future
        with self._lock:
            self._open[str(sent.job_id)] = (sent, future)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Cancel what is still queued or running, and stop watching."""
        self._over.set()
        with self._lock:
            left, self._open = self._open, {}
        for sent, _ in left.values():
            with suppress(Exception):
                sent.cancel(check=False)
        self._watcher.join()

    def _watch(self) -> None:
        asked = time.monotonic()
        while not self._over.wait(LOOK_SECONDS):
            self._hear()
            with self._lock:
                open_ = dict(self._open)
            for number, (sent, _) in open_.items():
                if sent.paths.result_pickle.exists():
                    self._end(number, sent)
            if time.monotonic() - asked >= ASK_SECONDS:
                self._bury(open_)
                asked = time.monotonic()

    def _hear(self) -> None:
        """Pass on what the jobs have written since the last look."""
        for path in self._folder.glob("*.notes"):
            with suppress(OSError, ValueError), path.open("rb") as stream:
                stream.seek(self._read.get(path, 0))
                lines = stream.read().splitlines(keepends=True)
                whole = [line for line in lines if line.endswith(b"\n")]
                self._read[path] = self._read.get(path, 0) + sum(map(len, whole))
                if whole:
                    self._on_note(Note(*json.loads(whole[-1])))  # of several, the last is what is so now

    def _bury(self, open_: Mapping[str, tuple[Any, Future[Any]]]) -> None:
        try:
            alive = self._alive(sent for sent, _ in open_.values())
        except (OSError, subprocess.SubprocessError):
            return  # it does not answer: that says nothing of the jobs
        self._misses = {number: 0 if number in alive else self._misses.get(number, 0) + 1 for number in open_}
        for number, (sent, _) in open_.items():
            if self._misses[number] >= _MISSES:
                self._end(number, sent)

    def _end(self, number: str, sent: Any) -> None:
        with self._lock:
            _, future = self._open.pop(number, (None, None))
        if future is None:
            return
        if not sent.paths.result_pickle.exists():
            future.set_exception(WorkerDiedError(f"Slurm's job {number} ended without a result{_last_words(sent)}"))
            return
        try:
            future.set_result(sent.result())
        except Exception as error:
            future.set_exception(error)


def _last_words(sent: Any) -> str:
    with suppress(Exception):
        lines = (sent.stderr() or sent.stdout() or "").strip().splitlines()
        return f": {lines[-1][-200:]}" if lines else ""
    return ""


@dataclass
class _Call:
    """A call on a node. Slurm's signal that the node is wanted queues the same call again."""

    call: Callable[[], Any]

    def __call__(self) -> Any:
        return self.call()

    def checkpoint(self) -> Any:
        """What submitit queues when the job's time is over or its node is taken."""
        import submitit

        return submitit.helpers.DelayedSubmission(self)


@dataclass(frozen=True)
class SlurmWorkers:
    """What the runner needs to know of the cluster."""

    executor: Executor
    slots: int
    description: str
    call: Callable[[list[Job], Files], list[JobReport | None]]
    in_batches: bool = False  # Slurm's own queue is the place for jobs that wait

    @property
    def in_flight(self) -> int:
        """How many jobs to send before the first one ends."""
        return self.slots

    def pack(self, job: Job) -> Files:
        """Nothing: the cache folder is shared."""
        return {}

    def check(self) -> None:
        """Nothing: a job that dies is sent again."""


@contextmanager
def open_slurm(
    conditions: Conditions,
    jobs: int | None,
    options: Mapping[str, str],
    on_note: Callable[[Note], None],
    cluster: str = "slurm",
) -> Iterator[SlurmWorkers]:
    """Jobs as Slurm's batch jobs, at most ``jobs`` at a time; ``cluster`` may be "local", for processes here.

    ``options`` are Slurm's own, by their long names: partition, time (minutes), mem, gpus, cpus, account, qos,
    constraint, and any other. The nodes see the cache and data folders at the same places as this machine does.

    Raises:
        ExecutorError: submitit is not installed, there is no Slurm here, or an option has the wrong form.
    """
    try:
        import submitit
    except ImportError as error:
        raise ExecutorError(
            "submitit is not installed, which --executor slurm needs", "pip install 'genreport[slurm]'"
        ) from error
    if cluster == "slurm" and shutil.which("sbatch") is None:
        raise ExecutorError(
            "There is no Slurm on this machine", "run it where `sbatch` is, a login node of the cluster"
        )
    given = _numbered({**_DEFAULTS, **options})
    with disk_errors(conditions.cache):
        (conditions.cache / "slurm").mkdir(parents=True, exist_ok=True)
        folder = Path(mkdtemp(dir=conditions.cache / "slurm"))
    sender = submitit.AutoExecutor(folder=folder, cluster=cluster)
    sender.update_parameters(name="genreport", **_parameters(given, int(given["cpus"])))
    conditions = replace(conditions, threads=int(given["cpus"]), pace=NOTE_SECONDS)
    alive = _queued if cluster == "slurm" else _running
    batch = Batch(sender, folder, alive, on_note)
    asked = ", ".join(f"{name}={value}" for name, value in given.items())
    slots = jobs or AT_ONCE
    try:
        call = partial(run_on_node, conditions=conditions, notes=folder)
        yield SlurmWorkers(batch, slots, f"Slurm, up to {slots} jobs at once ({asked}); logs in {folder}", call)
    finally:
        batch.shutdown()


def run_on_node(jobs: list[Job], sent: Files, conditions: Conditions, notes: Path) -> list[JobReport | None]:
    """On a node: compute the jobs in the shared cache folder, and write down how far they are."""
    import_from_source()

    def note(said: Note) -> None:
        path = notes / f"{said.fingerprint}.notes"
        with suppress(OSError), path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(astuple(said)) + "\n")

    return [run_job(job, conditions, note) for job in jobs]


def _numbered(options: Mapping[str, Any]) -> dict[str, Any]:
    wrong = [f"{name}={options[name]}" for name in _NUMBERS if name in options and not str(options[name]).isdigit()]
    if wrong:
        raise ExecutorError(f"Slurm's option {wrong[0]} is no whole number", "time is in minutes: time=120")
    return {name: int(value) if name in _NUMBERS else value for name, value in options.items()}


def _parameters(options: Mapping[str, Any], threads: int) -> dict[str, Any]:
    """The options as submitit takes them: one that it does not know goes to sbatch as it is."""
    known = {OPTIONS[name]: value for name, value in options.items() if name in OPTIONS}
    others = {name: value for name, value in options.items() if name not in OPTIONS}
    variables = {"CUBLAS_WORKSPACE_CONFIG": ":4096:8", "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    setup = [f"export {name}={value}" for name, value in variables.items()]
    return {**known, "slurm_setup": setup, **({"slurm_additional_parameters": others} if others else {})}


def _queued(sent: Iterable[Any]) -> set[str]:
    """Those that squeue names; it asks for all of the user's, because one that is over is an error to it."""
    done = subprocess.run(
        ["squeue", "--me", "--noheader", "--format=%i"], capture_output=True, text=True, check=True, timeout=30
    )
    return set(done.stdout.split())


def _running(sent: Iterable[Any]) -> set[str]:
    return {str(job.job_id) for job in sent if not job.done()}
