"""Batch jobs behind one ``concurrent.futures.Executor``: sent by submitit, watched in the shared folder."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from generator.errors import ExecutorError
from generator.jobs import Job
from generator.running.executors.processes import WorkerDiedError
from generator.running.progress import Note
from generator.running.worker import Files, JobReport
from generator.store.cache import Cache

LOOK_SECONDS, ASK_SECONDS = 0.5, 10.0  # between two looks for results and notes; between two questions to Slurm
_MISSES = 2  # questions in a row to which Slurm does not name a job before it counts as dead
_WAITS = ("PD", "CF", "RQ", "RH", "RF", "SE")  # in squeue's short words: what has no node yet, or no more

#: Tells of batch jobs that still are, by their numbers, whether each waits for a node.
Alive = Callable[[Iterable[Any]], Mapping[str, bool]]


@dataclass(frozen=True)
class _Sent:
    """A batch job, as submitit knows it, and what was sent with it."""

    batch: Any
    jobs: list[Job]
    future: Future[list[JobReport | None]]


class Batch(Executor):
    """Sends calls as batch jobs and watches the shared folder for what they leave."""

    def __init__(self, sender: Any, folder: Path, cache: Cache, alive: Alive, on_note: Callable[[Note], None]) -> None:
        self._sender, self._folder, self._cache = sender, folder, cache
        self._alive, self._on_note = alive, on_note
        self.waiting: frozenset[str] = frozenset()
        self._open: dict[str, _Sent] = {}
        self._misses: dict[str, int] = {}
        self._read: dict[Path, int] = {}
        self._lock, self._over = threading.Lock(), threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True, name="slurm")
        self._watcher.start()

    def submit(self, fn: Callable[..., Any], /, jobs: list[Job], files: Files) -> Future[Any]:  # type: ignore[override]
        """Send jobs to Slurm, as one batch job; they and the call are pickled into the shared folder."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        try:
            sent = self._sender.submit(_Call(partial(fn, jobs, files)))
        except Exception as error:  # of sbatch, whose words are the best there are
            future.set_exception(ExecutorError(f"Slurm did not take the job: {str(error).strip()[-300:]}"))
            return future
        with self._lock:
            self._open[str(sent.job_id)] = _Sent(sent, jobs, future)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Cancel what is still queued or running, and stop watching."""
        self._over.set()
        with self._lock:
            left, self._open = self._open, {}
        for sent in left.values():
            with suppress(Exception):
                sent.batch.cancel(check=False)
        self._watcher.join()

    def _watch(self) -> None:
        asked = time.monotonic()
        while not self._over.wait(LOOK_SECONDS):
            with suppress(OSError):  # of the shared disk, which may be there again at the next look
                self._hear()
                with self._lock:
                    open_ = dict(self._open)
                for number, sent in open_.items():
                    if sent.batch.paths.result_pickle.exists():
                        self._end(number)
                if time.monotonic() - asked >= ASK_SECONDS:
                    asked = time.monotonic()
                    self._ask(open_)

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

    def _ask(self, open_: Mapping[str, _Sent]) -> None:
        """Learn which jobs wait for a node, and end those that are no more."""
        try:
            alive = self._alive(sent.batch for sent in open_.values())
        except (OSError, subprocess.SubprocessError):
            return  # it does not answer: that says nothing of the jobs
        waiting = (sent.jobs for number, sent in open_.items() if alive.get(number))
        self.waiting = frozenset(job.fingerprint for jobs in waiting for job in jobs)
        self._misses = {number: 0 if number in alive else self._misses.get(number, 0) + 1 for number in open_}
        for number in open_:
            if self._misses[number] >= _MISSES:
                self._end(number)

    def _end(self, number: str) -> None:
        with self._lock:
            sent = self._open.pop(number, None)
        if sent is None:
            return
        try:
            there = sent.batch.paths.result_pickle.exists()
            sent.future.set_result(sent.batch.result() if there else self._left(number, sent))
        except Exception as error:
            sent.future.set_exception(error)

    def _left(self, number: str, sent: _Sent) -> list[JobReport | None]:
        """What a batch job left that died: some of its jobs may be in the cache; a job that was alone is to blame."""
        reason = f"Slurm's job {number} ended without a result{_last_words(sent.batch)}"
        reports: list[JobReport | None] = []
        for job in sent.jobs:
            if self._cache.is_sound(job.fingerprint):
                provenance = self._cache.provenance(job.fingerprint)
                reports.append(JobReport(job.fingerprint, provenance=provenance, seconds=provenance.duration))
            elif len(sent.jobs) > 1:
                reports.append(JobReport(job.fingerprint, died=reason))
            else:
                raise WorkerDiedError(reason)
        return reports


def queued(sent: Iterable[Any]) -> dict[str, bool]:
    """What squeue names of Slurm's jobs; it asks for all of the user's, because one that is over is an error to it."""
    done = subprocess.run(
        ["squeue", "--me", "--noheader", "--format=%i %t"], capture_output=True, text=True, check=True, timeout=30
    )
    found = (line.split() for line in done.stdout.splitlines() if line.strip())
    return {number: state in _WAITS for number, state in found}


def running(sent: Iterable[Any]) -> dict[str, bool]:
    """The processes of submitit's local executor that have not ended."""
    return {str(batch.job_id): False for batch in sent if not batch.done()}


def _last_words(batch: Any) -> str:
    with suppress(Exception):
        lines = (batch.stderr() or batch.stdout() or "").strip().splitlines()
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
