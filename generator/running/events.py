"""What the runner tells while jobs run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generator.jobs import Job, Outcome


@dataclass(frozen=True)
class WorkersReady:
    """The executor is open: "2 processes of 1 thread on cpu (no CUDA card in this machine)". All jobs are queued."""

    description: str
    slots: int


@dataclass(frozen=True)
class JobQueued:
    """The job will run when its inputs are there and a worker is free."""

    job: Job


@dataclass(frozen=True)
class JobStarted:
    """A worker has begun the job."""

    job: Job


@dataclass(frozen=True)
class JobProgress:
    """How far a running job is: ``fraction`` from 0 to 1, and the computation's own words."""

    job: Job
    fraction: float
    message: str


@dataclass(frozen=True)
class JobSilent:
    """Nothing has been heard of a running job for ``seconds``; ``worker`` says whence it was last heard of, if ever.

    A stopped process or a machine that hangs may come back; the job goes on then.
    """

    job: Job
    seconds: float
    worker: str


@dataclass(frozen=True)
class JobRetried:
    """The job will run once more, because its worker died or one of its inputs was damaged in the cache."""

    job: Job
    reason: str


@dataclass(frozen=True)
class JobFinished:
    """The job's end; ``duration`` is in seconds since it started, 0 when it never did."""

    job: Job
    outcome: Outcome
    duration: float


Event = WorkersReady | JobQueued | JobStarted | JobProgress | JobSilent | JobRetried | JobFinished
OnEvent = Callable[[Event], None]
