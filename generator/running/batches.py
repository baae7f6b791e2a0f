"""Which jobs go to a worker in one message: one, or several that take next to no time."""

from __future__ import annotations

import math

from generator.jobs import Job
from generator.running.schedule import Schedule

#: The most jobs of one message, however short.
MOST = 64


class Batches:
    """Takes jobs from a schedule. How long one takes it learns from those of the same computation in this run."""

    def __init__(self, schedule: Schedule, seconds: float) -> None:
        """``seconds`` are those that the jobs of a message should take together at most; none go together for 0."""
        self._schedule, self._seconds = schedule, seconds
        self._lately: dict[tuple[str, str], float] = {}  # of each computation, by its module and name
        self._alone: set[str] = set()

    def next(self, shares: int) -> list[Job]:
        """The jobs of the next message, none while none is ready; what is ready goes into that many ``shares``."""
        batch: list[Job] = []
        seconds, most = 0.0, min(MOST, -(-self._schedule.ready // max(1, shares)))
        while (job := self._schedule.peek()) is not None:
            expected = self._expected(job)
            seconds += expected
            if batch and (seconds > self._seconds or not self._seconds or len(batch) >= most):
                break
            self._schedule.pop()
            batch.append(job)
        return batch

    def took(self, job: Job, seconds: float) -> None:
        """Record how long a worker had a job. What was long once is forgotten by halves: it may have loaded torch."""
        kind = (job.module, job.computation)
        self._lately[kind] = max(seconds, self._lately.get(kind, 0.0) / 2)

    def send_alone(self, job: Job) -> None:
        """Never again send this job with others: with some, it went wrong."""
        self._alone.add(job.fingerprint)

    def _expected(self, job: Job) -> float:
        """Seconds; where nothing is known, so many that no other job goes with it."""
        if job.fingerprint in self._alone:
            return math.inf
        known = self._lately.get((job.module, job.computation), job.seconds)
        return math.inf if known is None else known
