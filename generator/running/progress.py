"""What workers say of the jobs that they compute, at a steady pace."""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

HEARTBEAT_SECONDS = 10.0  # between two signs of life of a job that has nothing new to say
PROGRESS_SECONDS = 0.1  # between two notes of one job, so that with the way back they arrive within 0.2 s


@dataclass(frozen=True)
class Note:
    """A worker's word on a running job: ``fraction`` is from 0 to 1, ``worker`` says which process it is.

    The same word comes again and again while there is no other, as a sign of life.
    """

    fingerprint: str
    fraction: float
    message: str
    worker: str = field(default="", compare=False)


Notify = Callable[[Note], None]


class Reporter:
    """Sends the latest progress of one job after another at a steady pace, from a thread of its own.

    A computation may call :meth:`tell` as often as it likes, and its last word arrives although no other follows.
    Unless there are to be ``few`` notes: then nothing is said of what is over within the pace, for of many small jobs
    in a row, a note for each would cost more than the jobs.
    """

    def __init__(self, notify: Notify, pace: float = PROGRESS_SECONDS, *, few: bool = False) -> None:
        self._notify, self._pace, self._few = notify, pace, few
        self._worker = f"process {os.getpid()} on {platform.node()}"
        self._fingerprint = ""
        self._latest: Note | None = None
        self._news, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._send, name="progress", daemon=True)

    def __enter__(self) -> Reporter:
        self._thread.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._over.set()
        self._news.set()
        self._thread.join()

    def about(self, fingerprint: str) -> None:
        """Which job it is that follows."""
        self._fingerprint = fingerprint

    def tell(self, done: float, total: float, message: str) -> None:
        """The computation's progress callback (see ``workspace.Workspace``)."""
        fraction = min(max(done / total, 0.0), 1.0) if total > 0 else 0.0
        self._latest = Note(self._fingerprint, fraction, message, self._worker)
        if not self._news.is_set():
            self._news.set()

    def _send(self) -> None:
        over, said = False, None
        while not over:
            heard = self._news.wait(HEARTBEAT_SECONDS)
            if self._few and self._over.wait(self._pace):
                return
            self._news.clear()
            over = self._over.is_set()
            if (note := self._latest) is not None:
                self._latest, said = None, note
                self._notify(note)
            elif said is not None and not heard:
                self._notify(said)
            self._over.wait(0.0 if self._few else self._pace)
