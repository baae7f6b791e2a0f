"""Remember what was read from a file by path, size and time, so that a no-op build need not read it again."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

VERSION = 1  # of the remembered form; a memo of another version is ignored
SETTLED = 1_000_000_000  # ns: a file this fresh could change again without its time stamp changing


class Memo:
    """A JSON file of facts about other files; losing it costs time and nothing else."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._facts: dict[str, Any] = {}
        self._changed = False
        if path is not None:
            try:
                stored = json.loads(path.read_text(encoding="utf-8"))
                self._facts = stored["facts"] if stored["version"] == VERSION else {}
            except (OSError, ValueError, KeyError, TypeError):
                self._facts = {}

    def recall(self, kind: str, path: Path, read: Callable[[Path], Any]) -> Any:
        """The JSON-ready value of ``read(path)``, from memory when the file is unchanged. OSError if it is gone."""
        status = path.stat()
        stamp = [status.st_size, status.st_mtime_ns]
        key = f"{kind}:{path}"
        known = self._facts.get(key)
        if known is not None and known["stamp"] == stamp:
            return known["value"]
        value = read(path)
        if time.time_ns() - status.st_mtime_ns > SETTLED:
            self._facts[key] = {"stamp": stamp, "value": value}
            self._changed = True
        return value

    def digest(self, path: Path) -> str:
        """SHA-256 of a file's content, in hex."""
        return str(self.recall("sha256", path, sha256))

    def holds(self, kind: str, key: str) -> bool:
        """Whether :meth:`keep` was last called with this key."""
        return bool(self._facts.get(kind) == key)

    def keep(self, kind: str, key: str) -> None:
        """Remember one key of a kind, in place of the one before."""
        self._facts[kind] = key
        self._changed = True

    def save(self) -> None:
        """Write the memo back if it changed; a folder that cannot be written is no error here."""
        if self._path is None or not self._changed:
            return
        write_json(self._path, {"version": VERSION, "facts": self._facts})
        self._changed = False


def write_json(path: Path, content: Any) -> None:
    """Replace a file of remembered facts atomically; a folder that cannot be written is no error, only slower."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    except OSError:
        return
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, separators=(",", ":"))
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """SHA-256 of a file's content, in hex, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
