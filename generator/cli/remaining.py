"""How long a build will still take: what is left of each job, one after the other and side by side, as they would run.

Knows no terminal: events and a clock in, seconds out.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from graphlib import TopologicalSorter
from statistics import median

from generator.jobs import Job, one_by_one

#: That the machine is as fast as usual is worth as much as having seen so many seconds of work, or this share of all:
#: small jobs of the beginning must not speak for the long ones of the end.
_TRUST, _SHARE = 3.0, 0.05
#: What loading the libraries adds at most to the first job of a worker, in seconds; it says nothing of the others.
_START = 5.0


class Remaining:
    """The jobs of a build, how far each is, and how fast this machine is today, beside the day of the estimates."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._slots = 1
        self.after = 0.0  # seconds that what comes after the last job took the last time
        self._jobs: dict[str, Job] = {}
        self._began: dict[str, float] = {}
        self._first: set[str] = set()  # the jobs that began before any other on their worker
        self._fractions: dict[str, float] = {}
        self._finished: dict[str, float] = {}  # how long each took, 0 where that says nothing

    def ready(self, slots: int) -> None:
        """So many jobs run at once."""
        self._slots = max(1, slots)

    def queued(self, job: Job) -> None:
        """A job will run."""
        self._jobs[job.fingerprint] = job

    def progress(self, job: Job, fraction: float) -> None:
        """A job is so far; it begins with the first word of it."""
        if job.fingerprint not in self._began:
            self._began[job.fingerprint] = self._clock()
            if len(self._first) < self._slots:
                self._first.add(job.fingerprint)
        self._fractions[job.fingerprint] = fraction

    def again(self, job: Job) -> None:
        """A job will run once more, from its beginning."""
        self._began.pop(job.fingerprint, None)
        self._fractions.pop(job.fingerprint, None)

    def ended(self, job: Job, *, whole: bool = True) -> None:
        """A job is over; one that was not run to its end, as it failed or was found, says nothing of the machine."""
        began = self._began.pop(job.fingerprint, None)
        self._finished[job.fingerprint] = self._clock() - began if whole and began is not None else 0.0
        self._fractions.pop(job.fingerprint, None)

    def told(self, job: Job) -> float:
        """How far a job is, from 0 to 1, as it last said itself."""
        return self._fractions.get(job.fingerprint, 0.0)

    @property
    def rest(self) -> float:
        """The seconds of what comes after the last job, on the machine as it is today."""
        return self.after * self._speed()

    @property
    def open(self) -> list[str]:
        """The fingerprints of the jobs that are not over."""
        return [fingerprint for fingerprint in self._jobs if fingerprint not in self._finished]

    def of(self, job: Job) -> float | None:
        """The seconds that a running job will still take; None as long as nothing is known of it."""
        expected = job.seconds
        fraction = self._fractions.get(job.fingerprint, 0.0)
        spent = self._spent(job.fingerprint)
        own = spent / fraction if fraction > 0 else None  # by its own progress, which says more the further it is
        known = None if expected is None else expected * self._speed()
        if own is None:
            return None if known is None else max(known - spent, 0.0)
        total = own if known is None else (1 - fraction) * known + fraction * own
        return (1 - fraction) * total

    def seconds(self) -> float | None:
        """The seconds until all is done; None as long as nothing is known of how long any job takes."""
        left = {}
        usual = self._usual()
        for fingerprint in self.open:
            still = self.of(self._jobs[fingerprint])
            if still is None and usual is None:
                return None
            left[fingerprint] = (usual or 0.0) if still is None else still
        return self.rest + _laid_out(left, {name: self._jobs[name] for name in left}, set(self._began), self._slots)

    def fraction(self) -> float:
        """How much of the work is done, from 0 to 1."""
        usual = self._usual() or 1.0
        done, whole = 0.0, self.after * self._slots
        for fingerprint, job in self._jobs.items():
            expected = job.seconds
            size = usual if expected is None else max(expected, 0.01)
            whole += size
            done += size * (1.0 if fingerprint in self._finished else self._fractions.get(fingerprint, 0.0))
        return done / whole if whole else 0.0

    def _spent(self, fingerprint: str) -> float:
        began = self._began.get(fingerprint)
        return 0.0 if began is None else self._clock() - began

    def _usual(self) -> float | None:
        """What a job takes of which nothing is known: the median of those that are over, or of the estimates."""
        over = [took for took in self._finished.values() if took]
        known = over or [job.seconds for job in self._jobs.values() if job.seconds is not None]
        return median(known) if known else None

    def _speed(self) -> float:
        """How many times as long as expected things take in this build.

        A job that runs says the more of it the further it is: at first, it has done little but start.
        """
        expected = took = max(_TRUST, _SHARE * sum(job.seconds or 0.0 for job in self._jobs.values()))
        for fingerprint, job in self._jobs.items():
            if job.seconds is None:
                continue
            if fingerprint in self._finished:
                if self._finished[fingerprint]:
                    expected += job.seconds
                    took += self._warm(fingerprint, self._finished[fingerprint], job.seconds)
            elif fraction := self._fractions.get(fingerprint, 0.0):
                expected += job.seconds * fraction * fraction
                took += self._warm(fingerprint, self._spent(fingerprint), job.seconds * fraction) * fraction
        return took / expected

    def _warm(self, fingerprint: str, took: float, expected: float) -> float:
        """What a job would have taken on a worker that has its libraries: of the first, less what is too much."""
        return max(min(took, expected), took - _START) if fingerprint in self._first else took


def _laid_out(left: dict[str, float], jobs: dict[str, Job], running: Iterable[str], slots: int) -> float:
    """The seconds until all is done, each job after its inputs and the one with the longest way to the end first."""
    needs = {name: {one for one in one_by_one(job.inputs).values() if one in left} for name, job in jobs.items()}
    waiters: dict[str, list[str]] = {name: [] for name in left}
    for name, wanted in needs.items():
        for one in wanted:
            waiters[one].append(name)
    lengths: dict[str, float] = {}
    for name in reversed([*TopologicalSorter(needs).static_order()]):  # what waits for a job comes before it
        lengths[name] = left[name] + max((lengths[one] for one in waiters[name]), default=0.0)
    under_way = [(left[name], name) for name in running if name in left]
    ready = [(-lengths[name], name) for name in left if not needs[name] and name not in {n for _, n in under_way}]
    heapq.heapify(under_way)
    heapq.heapify(ready)
    now = 0.0
    while under_way or ready:
        while ready and len(under_way) < slots:
            name = heapq.heappop(ready)[1]
            heapq.heappush(under_way, (now + left[name], name))
        now, over = heapq.heappop(under_way)
        for name in waiters[over]:
            needs[name].discard(over)
            if not needs[name]:
                heapq.heappush(ready, (-lengths[name], name))
    return now
