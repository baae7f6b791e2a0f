"""Files that can be made again, kept under a name of their own content until nobody has asked for them for a month."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from generator.store.files import digest

_KEPT = 30 * 86_400  # seconds after which what nobody asked for is removed
_FRESH = 86_400  # a file used within this time is not marked again


class PartStore:
    """A folder of files that each hold some named pieces of bytes; losing one costs the time to make it again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> dict[str, bytes] | None:
        """The pieces kept under a name; None when there are none, or what is there is damaged."""
        try:
            content = self._place(name).read_bytes()
            head, _, body = content.partition(b"\n")
            listed = json.loads(head)
            sizes = {str(part): int(size) for part, size in listed["parts"]}
            if digest(body) != listed["sha256"] or sum(sizes.values()) != len(body):
                return None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        self._mark(name)
        parts, start = {}, 0
        for part, size in sizes.items():
            parts[part] = body[start : start + size]
            start += size
        return parts

    def holds(self, name: str) -> bool:
        """Whether something is kept under a name, sound or not."""
        return self._place(name).is_file()

    def write(self, name: str, parts: Mapping[str, bytes]) -> None:
        """Keep pieces under a name, in one step; a folder that cannot be written is no error here."""
        body = b"".join(parts.values())
        head = {"sha256": digest(body), "parts": [[part, len(piece)] for part, piece in parts.items()]}
        place = self._place(name)
        beside = place.with_name(f".{place.name}.{os.getpid()}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(json.dumps(head).encode() + b"\n" + body)
            beside.replace(place)
        except OSError:
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def tidy(self, now: float | None = None) -> int:
        """Remove what nobody asked for in a month, and what killed writers left; the number of files that went.

        Once a day is enough, unless it is told what time it is ``now``.
        """
        if now is None and self._is_tidy():
            return 0
        before = (time.time() if now is None else now) - _KEPT
        gone = 0
        for place in self.folder.glob("??/*"):
            with suppress(OSError):
                if place.stat().st_mtime < before:
                    place.unlink()
                    gone += 1
        return gone

    def _is_tidy(self) -> bool:
        """Whether somebody tidied up within a day; if not, it is noted that somebody does so now."""
        noted = self.folder / "tidied"
        with suppress(OSError):
            if 0 <= time.time() - noted.stat().st_mtime < _FRESH:
                return True
        with suppress(OSError):
            noted.touch()
        return False

    def unneeded(self) -> list[Path]:
        """The files that no report asked for since the day before the last one that asked for any."""
        times: dict[Path, float] = {}
        for place in self.folder.glob("??/*"):
            with suppress(FileNotFoundError):  # a build may be at work, and replace what it has written
                times[place] = place.stat().st_mtime
        last = max(times.values(), default=0.0)
        return sorted(place for place, time_ in times.items() if time_ < last - _FRESH)

    def _place(self, name: str) -> Path:
        return self.folder / name[:2] / name

    def _mark(self, name: str) -> None:
        """Note that a file was asked for, by its time; once a day is enough."""
        place = self._place(name)
        with suppress(OSError):
            if time.time() - place.stat().st_mtime > _FRESH:
                os.utime(place)
