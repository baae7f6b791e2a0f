"""Remember what was read from a file by path, size and time, so that a no-op build need not read it again."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

VERSION = 3  # of the remembered form; a memo of another version is ignored
#: A memo is JSON of this form, so that its checksum is over the very bytes of its content.
_HEAD, _MIDDLE, _TAIL = b'{"sha256":"', b'","content":', b"}"
_START = len(_HEAD) + 64 + len(_MIDDLE)
SETTLED = 1_000_000_000  # ns: a file this fresh could change again without its time stamps changing


class Memo:
    """A JSON file of facts about other files; losing it costs time and nothing else, and damage to it is a loss."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._facts: dict[str, Any] = _facts_at(path) if path is not None else {}
        self._changed = False
        #: Every file that was asked for, those that are not there included.
        self.asked: set[Path] = set()

    def recall(self, kind: str, path: Path, read: Callable[[Path], Any]) -> Any:
        """The JSON-ready value of ``read(path)``, from memory when the file is unchanged. OSError if it is gone."""
        self.asked.add(path)
        before = stamp(path)
        key = f"{kind}:{path.absolute()}"
        known = self._facts.get(key)
        if isinstance(known, dict) and known.get("stamp") == before and "value" in known:
            return known["value"]
        value = read(path)
        if is_settled(before):
            self._facts[key] = {"stamp": before, "value": value}
            self._changed = True
        return value

    def digest(self, path: Path) -> str:
        """SHA-256 of a file's content, in hex. OSError if it cannot be read."""
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
        content = json.dumps({"version": VERSION, "facts": self._facts}, separators=(",", ":")).encode()
        _replace(self._path, _sealed(content))
        self._changed = False
        with suppress(OSError):
            _LAST[self._path] = (stamp(self._path), dict(self._facts))


def stamp(path: Path) -> list[int]:
    """What tells whether a file is still the same: its size, two times in ns, its inode. OSError if it is gone.

    The time of the inode's last change too: copying tools put an old modification time back. And the inode: where
    folders are swapped, a file of the same age and size can come to stand under the name.
    """
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def is_settled(*stamps: list[int]) -> bool:
    """Whether files are so old that none could change again without its stamp."""
    changed = max(time for _, *times, _ in stamps for time in times)
    return time.time_ns() - changed > SETTLED


#: What this process saved last, with the stamp of the file: it need not read that again.
_LAST: dict[Path, tuple[list[int], dict[str, Any]]] = {}


def _facts_at(path: Path) -> dict[str, Any]:
    known, facts = _LAST.get(path, (None, {}))
    try:
        same = known == stamp(path)
    except OSError:
        same = False
    return dict(facts) if same else _stored_facts(path)


def _stored_facts(path: Path) -> dict[str, Any]:
    """The facts in a memo's file; none when it is missing, not what was saved, or of another version.

    A wrong digest in it would let a changed file pass for the old one, so JSON that can be read is not enough.
    """
    try:
        whole = path.read_bytes()
        content = whole[_START : -len(_TAIL)]
        stored = json.loads(content) if whole == _sealed(content) else {}
    except (OSError, ValueError, RecursionError):
        return {}
    stored = stored if isinstance(stored, dict) else {}
    facts = stored.get("facts") if stored.get("version") == VERSION else None
    return facts if isinstance(facts, dict) else {}


def read_json(path: Path) -> dict[str, Any]:
    """The mapping in a file of remembered facts; empty when the file is missing or damaged in whatever way."""
    try:
        stored = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return stored if isinstance(stored, dict) else {}


def write_json(path: Path, content: Any) -> None:
    """Replace a file of remembered facts atomically; a folder that cannot be written is no error, only slower."""
    _replace(path, json.dumps(content, separators=(",", ":")).encode())


def _replace(path: Path, content: bytes) -> None:
    # Not tempfile's: its files are readable by their owner only, and the output folder is there to be shared.
    beside = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("xb") as file:
            file.write(content)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _sealed(content: bytes) -> bytes:
    """A memo's JSON with its checksum before it."""
    return _HEAD + hashlib.sha256(content).hexdigest().encode() + _MIDDLE + content + _TAIL


def sha256(path: Path) -> str:
    """SHA-256 of a file's content, in hex, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
