"""Run jobs as their inputs become ready, longest first, and tell what happens to each."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from generator.errors import ExecutorError
from generator.jobs import Failure, Job, Outcome, State
from generator.running.away import Away
from generator.running.batches import Batches
from generator.running.events import (
    JobFinished,
    JobProgress,
    JobQueued,
    JobRetried,
    JobSilent,
    JobStarted,
    OnEvent,
    WorkersReady,
)
from generator.running.executors.choose import ExecutorSpec, Workers, open_executor
from generator.running.executors.processes import WorkerDiedError
from generator.running.progress import Note
from generator.running.schedule import Schedule
from generator.running.storing import Alike, Storing
from generator.running.worker import JobReport, failure_of, was_killed
from generator.store.cache import Cache, Reading
from generator.store.entry import DamagedEntryError

ATTEMPTS = 3  # of a job whose worker dies: once may be chance, three times is the job
SILENT_SECONDS = 60.0  # without a sign of life, of which a worker gives one in ten seconds, before it is said
_CHECK_SECONDS = 1.0  # between two looks at whether any worker is left


def run_jobs(
    jobs: Iterable[Job],
    cache: Cache,
    spec: ExecutorSpec,
    *,
    data: Path,
    on_event: OnEvent,
    hits: Iterable[Job] = (),
    code: Mapping[str, str] = MappingProxyType({}),
    courses: tuple[Path, ...] = (),
) -> dict[str, Outcome]:
    """Compute jobs in the order that their inputs allow; returns each one's outcome by fingerprint.

    ``hits`` are jobs that planning found in the cache: when the entry of one turns out to be damaged as it is read for
    an input, it is computed again. ``code`` holds the digests of the modules that planning read, by name: a job whose
    worker has others fails, rather than be stored under a fingerprint that is not its own. ``courses`` are the folders
    of the course's own packages. A job's failure never raises: it is an outcome, and what needs the job is skipped.
    ``on_event`` is called from this thread only.

    Raises:
        ExecutorError: the workers cannot be had, or none is left.
        KeyboardInterrupt: as usual; the workers are ended first, their checkpoints are kept.
    """
    schedule = Schedule(jobs, cache.has, hits)
    if not schedule.jobs:
        return {}
    messages: queue.SimpleQueue[Note | _Back] = queue.SimpleQueue()
    under_way: dict[str, Job] = {}
    try:
        with (
            Storing(cache) as storing,
            open_executor(spec, cache.folder, data, messages.put, code, courses) as workers,
        ):
            return _Run(cache, workers, schedule, messages, on_event, under_way, storing).to_the_end()
    finally:
        for fingerprint in under_way:  # their workers were ended in the middle
            cache.tidy(fingerprint)


@dataclass(frozen=True)
class _Back:
    """The jobs of one message are back from their worker, or what they gave is ``stored``."""

    jobs: list[Job]
    reports: Future[list[JobReport | None]]
    stored: bool = False


class _Run:
    """One call of :func:`run_jobs`: what is running, since when, and how it ended."""

    def __init__(
        self,
        cache: Cache,
        workers: Workers,
        schedule: Schedule,
        messages: queue.SimpleQueue[Note | _Back],
        on_event: OnEvent,
        running: dict[str, Job],
        storing: Storing,
    ) -> None:
        self._cache, self._workers, self._schedule = cache, workers, schedule
        self._messages, self._on_event = messages, on_event
        self._checked = time.monotonic()
        self._running, self._storing = running, storing
        self._batches, self._alike = Batches(schedule), Alike()
        self._away, self._being_stored = Away(), 0  # messages with jobs: at the workers, and back with results
        self._started: dict[str, float] = {}
        self._heard: dict[str, float] = {}  # when each running job was submitted, or last gave a sign of life
        self._words: dict[str, Note] = {}
        self._begun: set[str] = set()  # those that their worker has said something of
        self._silent: set[str] = set()
        self._deaths: dict[str, int] = {}
        self._outcomes: dict[str, Outcome] = {}

    def to_the_end(self) -> dict[str, Outcome]:
        for job in self._schedule.jobs.values():
            self._on_event(JobQueued(job))
        self._on_event(WorkersReady(self._workers.description, self._workers.slots))
        self._settle_hopeless()
        while True:
            self._fill()
            if not self._running:
                return self._outcomes
            self._check()
            try:
                message = self._messages.get(timeout=_CHECK_SECONDS)
            except queue.Empty:
                continue
            if isinstance(message, Note):
                self._note(message)
            else:
                self._back(message)

    def _fill(self) -> None:
        # No more than the workers want: what becomes ready later may be longer and must not queue behind the short.
        # Nor while as many results wait for the disk: they would fill the memory.
        while self._being_stored < self._workers.in_flight and self._away.has_room(
            self._workers.slots, self._workers.in_flight
        ):
            shares = self._workers.in_flight if self._workers.in_batches else self._schedule.ready
            if not (jobs := self._batches.next(shares)):
                return
            self._send(jobs)

    def _send(self, jobs: list[Job]) -> None:
        sent: dict[str, Mapping[str, bytes]] = {}
        for job in list(jobs):
            try:
                sent |= self._workers.pack(job)
            except DamagedEntryError as error:
                jobs.remove(job)
                failure = failure_of(error)
                self._reported(job, JobReport(job.fingerprint, failure=failure, damaged=error.fingerprint))
                continue
            self._running[job.fingerprint] = job
            self._heard[job.fingerprint] = time.monotonic()
            self._silent.discard(job.fingerprint)
            self._begun.discard(job.fingerprint)
        if jobs:
            self._away.send(jobs, self._workers.slots)
            future = self._workers.executor.submit(self._workers.call, jobs, sent)
            future.add_done_callback(lambda done: self._messages.put(_Back(jobs, done)))

    def _check(self) -> None:
        if time.monotonic() - self._checked >= _CHECK_SECONDS:
            self._workers.check()
            self._checked = time.monotonic()
            # A job that has not begun may wait for another on its worker: it is silent when all those are.
            spoke = max((self._heard[name] for name in self._running if name in self._begun), default=0.0)
            for fingerprint, job in self._running.items():
                heard = self._heard[fingerprint]
                silence = self._checked - (heard if fingerprint in self._begun else max(heard, spoke))
                if silence > SILENT_SECONDS and fingerprint not in self._silent:
                    self._silent.add(fingerprint)
                    note = self._words.get(fingerprint)
                    self._on_event(JobSilent(job, silence, note.worker if note else ""))

    def _back(self, back: _Back) -> None:
        self._being_stored -= back.stored
        shared = not back.stored and self._away.back(back.jobs)
        future = back.reports
        kept = not future.cancelled() and future.exception() is None
        if kept and not back.stored and any(report.files for report in future.result() if report):
            # In another thread, for a result that is written waits for the disk while others are already coming in.
            self._being_stored += 1
            stored = self._storing.submit(future.result())
            stored.add_done_callback(lambda done: self._messages.put(_Back(back.jobs, done, stored=True)))
            return
        try:
            reports = future.result()
        except CancelledError as error:
            raise ExecutorError(
                "The workers were lost in the middle of the build", "build again: it goes on"
            ) from error
        except Exception as error:
            for job in back.jobs:
                self._failed(job, error, alone=len(back.jobs) == 1, shared=shared)
        else:
            for job, report in zip(back.jobs, reports, strict=True):
                del self._running[job.fingerprint]
                if report is None:
                    self._schedule.push(job)  # the worker has not begun it, as those before it took long
                else:
                    self._batches.took(job, report.seconds)
                    self._reported(job, report)

    def _settle_hopeless(self) -> None:
        for job, reason in self._schedule.pop_hopeless():
            self._finish(job, Outcome(State.SKIPPED, job.fingerprint, failure=Failure(reason)))

    def _note(self, note: Note) -> None:
        job = self._running.get(note.fingerprint)
        if job is None:
            return
        self._heard[note.fingerprint] = time.monotonic()
        self._silent.discard(note.fingerprint)
        self._begun.add(note.fingerprint)
        if note == self._words.get(note.fingerprint):
            return  # a sign of life, and nothing new
        self._words[note.fingerprint] = note
        if note.fingerprint not in self._started:
            self._started[note.fingerprint] = time.monotonic()
            self._on_event(JobStarted(job))
        self._on_event(JobProgress(job, note.fraction, note.message))

    def _failed(self, job: Job, error: Exception, *, alone: bool, shared: bool) -> None:
        """A message gave no reports: its worker died, or could not read it, or the disk did not take its results."""
        del self._running[job.fingerprint]
        if was_killed(error):
            self._away.suspect(job)
        if isinstance(error, WorkerDiedError):
            self._died(job, error)
        elif not alone:
            self._batches.send_alone(job)
            self._again(job, failure_of(error).reason)
        elif was_killed(error) and (shared or job.fingerprint not in self._begun):  # perhaps another one killed
            self._died(job, WorkerDiedError(failure_of(error).reason))
        else:
            self._finish(job, Outcome(State.FAILED, job.fingerprint, failure=failure_of(error)))

    def _died(self, job: Job, error: WorkerDiedError) -> None:
        deaths = self._deaths[job.fingerprint] = self._deaths.get(job.fingerprint, 0) + 1
        if deaths < ATTEMPTS:
            self._again(job, error.message)
            return
        failure = Failure(f"{error.message}; tried {ATTEMPTS} times", error.hint)
        self._finish(job, Outcome(State.FAILED, job.fingerprint, failure=failure))

    def _again(self, job: Job, reason: str) -> None:
        self._schedule.push(job)
        self._on_event(JobRetried(job, reason))

    def _reported(self, job: Job, report: JobReport) -> None:
        known = report.damaged in self._schedule.jobs
        if report.damaged and self._schedule.recompute(report.damaged, needed_by=job):
            if not known:  # otherwise it is being computed anew already
                self._cache.remove(report.damaged)
            self._on_event(JobRetried(job, report.failure.reason if report.failure else ""))
        elif report.failure is not None:
            self._finish(job, Outcome(State.FAILED, job.fingerprint, failure=report.failure))
        else:
            state = State.COMPUTED if report.computed else State.HIT
            record, load = self._alike(job, report.provenance), Reading(self._cache, job.fingerprint)
            self._finish(job, Outcome(state, job.fingerprint, record, load=load))

    def _finish(self, job: Job, outcome: Outcome) -> None:
        self._outcomes[job.fingerprint] = outcome
        self._schedule.done(job, outcome.has_result)
        self._away.ended(job)
        began = self._started.pop(job.fingerprint, None)
        for known in (self._heard, self._words):
            known.pop(job.fingerprint, None)
        self._begun.discard(job.fingerprint)
        self._on_event(JobFinished(job, outcome, 0.0 if began is None else time.monotonic() - began))
        self._settle_hopeless()
