"""How long reports took to be written, kept in the cache folder: for the time that is left of a build."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from generator.commands.session import Session
from generator.store.memo import read_json, write_json

VERSION = 1


@dataclass(frozen=True)
class RenderingTimes:
    """Seconds by kind of report in one JSON file, of which ``key`` names one."""

    path: Path
    key: str

    @classmethod
    def of(cls, session: Session, part: tuple[str, ...] | None) -> RenderingTimes:
        """That of the session's report, or of a part of it, in the forms that are asked for."""
        settings, output = session.settings, session.settings.output
        forms = ",".join(sorted(output.formats))
        kind = f"{settings.edition.value} {session.profile.name} {session.shown.language} {output.frames} {forms}"
        shown = "whole" if part is None else " ".join(part)
        return cls(settings.folders.cache / "rendering.json", f"{session.place.key}\n{kind}: {shown}")

    def last(self) -> float | None:
        """What it took the last time; None where it was never written."""
        seconds = self._stored().get(self.key)
        return float(seconds) if isinstance(seconds, int | float) else None

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Note how long what is inside takes, unless it fails."""
        began = time.monotonic()
        yield
        took = round(time.monotonic() - began, 1)
        write_json(self.path, {"version": VERSION, "seconds": {**self._stored(), self.key: took}})

    def _stored(self) -> dict[str, object]:
        content = read_json(self.path)
        seconds = content.get("seconds") if content.get("version") == VERSION else None
        return dict(seconds) if isinstance(seconds, dict) else {}
