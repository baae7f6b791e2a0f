"""Which job may run next: those whose inputs exist, the one with the longest way to the end first."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from generator.jobs import Job, one_by_one


class Schedule:
    """The jobs that still have to run, in the order of their inputs. It knows no clock, process or file."""

    def __init__(self, jobs: Iterable[Job], has: Callable[[str], bool], hits: Iterable[Job] = ()) -> None:
        """``has`` tells whether a result is in the cache; ``hits`` are the jobs of such results.

        Raises:
            ValueError: the inputs go round in a circle.
        """
        self.jobs = {job.fingerprint: job for job in jobs}
        self._hits = {job.fingerprint: job for job in hits}
        self._lengths = self._lengths_to_the_end()
        self._missing: dict[str, set[str]] = {}  # of each job that waits, the inputs that it still lacks
        self._waiters: dict[str, list[str]] = {}  # of each such input, the jobs that wait for it
        self._ready: list[tuple[float, int, str]] = []
        self._due = set(self.jobs)  # those that have not succeeded; a set of those that have would grow
        self._failed: dict[str, str] = {}
        self._hopeless: deque[tuple[str, str]] = deque()  # jobs that cannot run, each with the input that it lost
        self._given_back: set[tuple[str, str]] = set()
        self._pushed = 0
        for job in self.jobs.values():
            for fingerprint in one_by_one(job.inputs).values():
                if fingerprint not in self.jobs and not has(fingerprint):
                    self._failed[fingerprint] = f"its result {fingerprint[:12]} is neither cached nor to be computed"
        for job in self.jobs.values():
            self._wait(job)

    @property
    def ready(self) -> int:
        """How many jobs could run now."""
        return len(self._ready)

    def peek(self) -> Job | None:
        """What :meth:`pop` would give."""
        return self.jobs[self._ready[0][2]] if self._ready else None

    def pop(self) -> Job | None:
        """The next job to run, or None while none is ready."""
        return self.jobs[heapq.heappop(self._ready)[2]] if self._ready else None

    def push(self, job: Job) -> None:
        """Give back a job that has to run once more."""
        self._pushed += 1
        length = self._lengths.get(job.fingerprint, 0.0)
        heapq.heappush(self._ready, (-length, self._pushed, job.fingerprint))

    def done(self, job: Job, success: bool) -> None:
        """Record a job's end, which makes others ready or hopeless."""
        waiters = [name for name in self._waiters.pop(job.fingerprint, ()) if name in self._missing]
        if success:
            self._due.discard(job.fingerprint)
            for name in waiters:
                self._missing[name].discard(job.fingerprint)
                self._push_if_ready(name)
        else:
            self._failed.setdefault(job.fingerprint, f"{job.address} gave no result")
            self._hopeless += [(name, job.fingerprint) for name in waiters]

    def recompute(self, fingerprint: str, needed_by: Job) -> bool:
        """Run ``needed_by`` again, after the hit with this fingerprint, whose entry was found damaged.

        Returns False when that job is not known, or when this has been tried before for the same pair.
        """
        pair = (fingerprint, needed_by.fingerprint)
        if pair in self._given_back or not (fingerprint in self.jobs or fingerprint in self._hits):
            return False
        self._given_back.add(pair)
        if fingerprint not in self.jobs:
            self.jobs[fingerprint] = self._hits[fingerprint]
            self._due.add(fingerprint)
            self._wait(self.jobs[fingerprint])
        self._wait(needed_by)
        return True

    def pop_hopeless(self) -> Iterator[tuple[Job, str]]:
        """The jobs that cannot run any more, each with the reason; the caller reports each one ``done``."""
        while self._hopeless:
            name, lost = self._hopeless.popleft()
            if self._missing.pop(name, None) is not None:  # otherwise another lost input has been its end already
                yield self.jobs[name], f"an input is missing: {self._failed[lost]}"

    def _wait(self, job: Job) -> None:
        """Let a job run once its inputs are there; those that are no jobs of this run are in the cache."""
        inputs = one_by_one(job.inputs).values()
        lacking = {name for name in inputs if name in self._failed or name in self._due}
        self._missing[job.fingerprint] = lacking
        for name in lacking:
            self._waiters.setdefault(name, []).append(job.fingerprint)
        self._hopeless += [(job.fingerprint, name) for name in inputs if name in self._failed]
        self._push_if_ready(job.fingerprint)

    def _push_if_ready(self, name: str) -> None:
        if not self._missing[name]:
            del self._missing[name]
            self.push(self.jobs[name])

    def _lengths_to_the_end(self) -> dict[str, float]:
        """For each job, the expected seconds of itself and of the longest chain of jobs that wait for it.

        A job that has never run counts as the longest known one: it could be, and then it must not start last.
        """
        known = [job.seconds for job in self.jobs.values() if job.seconds is not None]
        unknown = max(known, default=1.0)
        sorter = TopologicalSorter({name: set(one_by_one(job.inputs).values()) for name, job in self.jobs.items()})
        try:
            order = [name for name in sorter.static_order() if name in self.jobs]
        except CycleError as error:
            raise ValueError("the inputs of these jobs go round in a circle") from error
        lengths = dict.fromkeys(order, 0.0)
        for name in reversed(order):
            job = self.jobs[name]
            lengths[name] += unknown if job.seconds is None else job.seconds
            for fingerprint in one_by_one(job.inputs).values():
                if fingerprint in lengths:
                    lengths[fingerprint] = max(lengths[fingerprint], lengths[name])
        return lengths
