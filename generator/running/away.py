"""The messages with jobs that are at the workers, and which job's death may have been another's."""

from __future__ import annotations

from generator.jobs import Job


class Away:
    """Counts messages. Those that never were more than there are workers had one to themselves.

    A cluster that sends a second message after the one a worker is busy with blames both when the worker dies. Such
    jobs are suspects: until each of them has ended, no more messages are sent than there are workers, so that the one
    that kills is known by its next death, and the others are computed.
    """

    def __init__(self) -> None:
        self._shared: dict[str, bool] = {}  # of each message, by its first job: whether it may have shared its worker
        self._suspects: set[str] = set()

    def has_room(self, slots: int, in_flight: int) -> bool:
        """Whether to send one more, where ``slots`` jobs run at once and ``in_flight`` may be there or on the way."""
        return len(self._shared) < (min(slots, in_flight) if self._suspects else in_flight)

    def send(self, jobs: list[Job], slots: int) -> None:
        """Record a message on its way."""
        self._shared[jobs[0].fingerprint] = False
        if len(self._shared) > slots:
            self._shared = dict.fromkeys(self._shared, True)

    def back(self, jobs: list[Job]) -> bool:
        """Record that it is back; tells whether it may have shared its worker with another."""
        return self._shared.pop(jobs[0].fingerprint)

    def suspect(self, job: Job) -> None:
        """Its worker died, perhaps of another job."""
        self._suspects.add(job.fingerprint)

    def ended(self, job: Job) -> None:
        """What became of it is known."""
        self._suspects.discard(job.fingerprint)
