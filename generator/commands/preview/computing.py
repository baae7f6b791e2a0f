"""Computes what a preview lacks, and says on its page how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from generator.commands.computing import compute_results, failures
from generator.commands.last_failures import noting_failures
from generator.commands.preview.board import Board, Computing, Running
from generator.commands.session import Settings, open_session
from generator.jobs import Outcome
from generator.running.events import Event, JobFinished, JobProgress, JobQueued, JobRetried, JobStarted

_SECONDS = 0.2  # between two words on how far jobs are


class Progress:
    """Hears of jobs and puts it on the board; ``ended`` is called with each result as it is there."""

    def __init__(self, board: Board, ended: Callable[[Outcome], None]) -> None:
        self._board, self._ended = board, ended
        self._running: dict[str, Running] = {}
        self._jobs = self._done = 0
        self._told = 0.0

    def heard(self, event: Event) -> None:
        """Take one event of the runner."""
        match event:
            case JobQueued():
                self._jobs += 1
                return
            case JobStarted(job=job):
                self._running[job.fingerprint] = Running(job.address)
            case JobProgress(job=job, fraction=fraction, message=message):
                self._running[job.fingerprint] = Running(job.address, fraction, message)
                if time.monotonic() - self._told < _SECONDS:
                    return
            case JobRetried(job=job):
                self._running.pop(job.fingerprint, None)
            case JobFinished(job=job, outcome=outcome):
                self._running.pop(job.fingerprint, None)
                self._done += 1
                self._ended(outcome)
        self._tell()

    def _tell(self) -> None:
        self._told = time.monotonic()
        self._board.put(computing=Computing(self._done, self._jobs, tuple(self._running.values())))


def compute_missing(
    board: Board, settings: Settings, selection: Iterable[str], ended: Callable[[Outcome], None]
) -> tuple[str, ...]:
    """Compute what the selection lacks; one line for each job that failed."""
    board.put(computing=Computing(), failures=())
    failed: tuple[str, ...] = ()
    try:
        session = open_session(settings)
        heard = noting_failures(session, Progress(board, ended).heard)
        plan, outcomes = compute_results(session, session.questions(selection), False, heard)
        session.save()
        failed = tuple(map(str, failures(plan, outcomes)))
    finally:
        board.put(computing=None, failures=failed)
    return failed
