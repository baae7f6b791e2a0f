"""The last failure of each place of the report, kept beside the history in the cache folder: for `why`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from generator.commands.session import Session
from generator.jobs import Failure, State
from generator.running.events import Event, JobFinished
from generator.store.memo import read_json, write_json

VERSION = 1
LONGEST = 20_000  # characters of a traceback, of which the last say most
_OF_COURSE = "\n"  # in a key, between the course and what is of it


@dataclass(frozen=True)
class LastFailure:
    """Why a job failed, and when (UTC). Its ``fingerprint`` says whether anything has changed since."""

    fingerprint: str
    reason: str
    hint: str
    traceback: str
    when: str


class LastFailures:
    """Failures by course, profile and address, in one JSON file."""

    def __init__(self, path: Path, course: str, profile: str) -> None:
        self._path = path
        self._own = f"{course}{_OF_COURSE}{profile}:"

    @classmethod
    def of(cls, session: Session) -> LastFailures:
        """Those of the session's course under its profile."""
        return cls(session.settings.folders.cache / "failures.json", session.place.key, session.profile.name)

    def last(self, addresses: Iterable[str]) -> LastFailure | None:
        """The last failure of a job, by any of the places that ask for it; None once it has been computed."""
        stored = self._stored()
        found = (stored[self._own + address] for address in addresses if self._own + address in stored)
        return next(found, None)

    def heard(self, event: Event) -> None:
        """Note how a job ended; at once, for the build may be stopped before its end."""
        if not isinstance(event, JobFinished):
            return
        key, outcome, stored = self._own + event.job.address, event.outcome, self._stored()
        if outcome.state is State.FAILED and outcome.failure is not None:
            stored[key] = _last(event.job.fingerprint, outcome.failure)
        elif not outcome.has_result or stored.pop(key, None) is None:
            return
        plain = {name: asdict(failure) for name, failure in stored.items()}
        write_json(self._path, {"version": VERSION, "failures": plain})

    def _stored(self) -> dict[str, LastFailure]:
        """What the file holds, as far as it is whole."""
        content = read_json(self._path)
        plain = content.get("failures") if content.get("version") == VERSION else None
        found = {}
        for key, value in plain.items() if isinstance(plain, dict) else ():
            names = LastFailure.__dataclass_fields__.keys()
            if isinstance(value, dict) and value.keys() == names and all(isinstance(v, str) for v in value.values()):
                found[key] = LastFailure(**value)
        return found


def noting_failures(session: Session, listen: Callable[[Event], None]) -> Callable[[Event], None]:
    """A listener that keeps failures besides."""
    kept = LastFailures.of(session)

    def heard(event: Event) -> None:
        kept.heard(event)
        listen(event)

    return heard


def _last(fingerprint: str, failure: Failure) -> LastFailure:
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return LastFailure(fingerprint, failure.reason, failure.hint, failure.traceback[-LONGEST:], when)
