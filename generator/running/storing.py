"""What becomes of results that workers send back: they are written to the cache here, many at once."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from generator.jobs import Job, Provenance
from generator.running.worker import JobReport, failure_of
from generator.store.cache import Cache

# Each result waits for the disk five times, and those that wait together share the waiting: on a busy disk, 192 results
# took 18 ms each on the clock with one thread, 3.7 with 4 and 1.7 with 16. To write 16 before the first waits: 16.
_THREADS = 16
_MESSAGES = 8  # whose results are written at once
_SHORT = 1.0  # seconds: as durations come in milliseconds, a thousand of them say how long many jobs took


class Storing:
    """Threads that write results; they are through with all of them when the block is left, however it is left.

    Left by an exception, they wait for no other build that is at work on a result that has come here.
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._messages = ThreadPoolExecutor(_MESSAGES, "message")
        self._results = ThreadPoolExecutor(_THREADS, "store")
        self._stopped = threading.Event()

    def __enter__(self) -> Storing:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: Any) -> None:
        if kind is not None:
            self._stopped.set()
        self._messages.shutdown()
        self._results.shutdown()

    def submit(self, reports: list[JobReport | None]) -> Future[list[JobReport | None]]:
        """Store the files of these reports; gives them without these once all are safe."""
        return self._messages.submit(lambda: list(self._results.map(self._store, reports)))

    def _store(self, report: JobReport | None) -> JobReport | None:
        if report is None or not report.files:
            return report
        try:
            self._cache.import_(report.fingerprint, report.files, given_up=self._stopped.is_set)
        except Exception as error:
            return JobReport(report.fingerprint, failure=failure_of(error), seconds=report.seconds)
        return replace(report, files={})


class Alike:
    """Keeps what many records say alike once: two thirds of what each one takes, as it comes from a worker."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def __call__(self, job: Job, provenance: Provenance | None) -> Provenance | None:
        """An equal record, which shares with the job and with others what it can."""
        if provenance is None:
            return None
        same = provenance.parameters == job.parameters and provenance.fingerprint == job.fingerprint
        duration = provenance.duration
        versions = self._known.setdefault(tuple(provenance.versions.items()), provenance.versions)
        return replace(
            provenance,
            computation=self._known.setdefault(provenance.computation, provenance.computation),
            device=self._known.setdefault(provenance.device, provenance.device),
            duration=self._known.setdefault(duration, duration) if duration < _SHORT else duration,
            finished=self._known.setdefault(provenance.finished, provenance.finished),
            precision=self._known.setdefault(provenance.precision, provenance.precision),
            versions=versions,
            parameters=job.parameters if same else provenance.parameters,
            fingerprint=job.fingerprint if same else provenance.fingerprint,
        )
