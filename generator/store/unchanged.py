"""Notes of what a command saw that had nothing to do: as long as all of it looks the same, it has nothing to do again.

Read before anything else, so this imports no more than it must: no pathlib, no json, nothing of the program. A note is
believed only when its checksum holds, and only by a call with the same arguments, folder, environment and interpreter.
A file looks the same when its size, times and inode do; one so fresh that it could change again without these also has
its digest noted, until it has settled.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Sequence

_VERSION = "genreport unchanged 1"
_FOLDER = "unchanged"  # below the cache folder
_MOST = 20  # notes that are kept
_END = "\0"  # between the parts of a note; no path has one
_FRESH = "#"  # between how a file looks and its digest
_SETTLED = 1_000_000_000  # ns, as for the memo of files
#: Of the environment, what every shell sets anew.
_IDLE = frozenset({"_", "SHLVL", "PWD", "OLDPWD"})

#: How files looked, by path: what os.stat says, and a digest where that may not be enough; empty for what is not there.
Looks = dict[str, str]
#: What is said where there is nothing to do: on standard output, before and after the time it took, and on the other.
Said = tuple[str, str, str]


class Note:
    """The note of one call. ``before`` is how its files looked when the call began; empty where there is no note."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.before: Looks = {}
        self._linked: frozenset[str] = frozenset()

    def recall(self) -> Said | None:
        """What to say, if everything that was noted looks as it did then; None otherwise."""
        found = _read(self.path)
        if found is None:
            return None
        said, looks, written = found
        self._linked = frozenset(written)
        now = time.time_ns()
        self.before = {path: look(path, now, known, linked=path in self._linked) for path, known in looks.items()}
        if said is None or self.before != looks:
            return None
        settled = {path: _settled(known, now) for path, known in looks.items()}
        if settled != looks:
            _write(self.path, said, settled, written)
        return said

    def keep(
        self,
        said: Said,
        read: Iterable[str],
        absent: Iterable[str],
        made: Iterable[str],
        written: Iterable[str],
        holds: Callable[[], bool],
    ) -> bool:
        """Note a call that had nothing to do, or has nothing left to do; whether the next one may rely on it.

        That needs all that was ``read`` to look as it did when the call began, and ``absent`` files to be still so.
        Files that were ``made`` are never changed once they are there. Those that were ``written`` are as they should
        be if it then still ``holds``. Where the next call may not rely on it, it will know at least where to look.
        """
        now, before = time.time_ns(), self.before
        written = sorted({*written})
        looks = {path: look(path, now, before.get(path, "")) for path in sorted({*read, *absent, *made})}
        same = all(before.get(path) == looks[path] for path in read)
        same = same and all(not looks[path] for path in absent)
        same = same and all(before.get(path) in (None, "", looks[path]) for path in made)
        looks |= {path: look(path, now, linked=True) for path in written}
        same = same and all(looks[path] for path in written) and holds()
        settled = {path: _settled(known, now) for path, known in looks.items()}
        _write(self.path, said if same else None, settled, written)
        _prune(os.path.dirname(self.path))
        return same


def look(path: str, now: int, known: str = "", *, linked: bool = False) -> str:
    """How a file or folder looks; of a link what it leads to, or if it may not be ``linked`` to, the link itself.

    With the digest of its content if it is fresh, or if it had one when it was ``known``.
    """
    try:
        found = os.lstat(path) if linked else os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError) as error:
        return f"? {type(error).__name__}"
    changed, moved = found.st_mtime_ns, found.st_ctime_ns
    text = f"{max(changed, moved)} {found.st_size} {changed} {moved} {found.st_ino} {found.st_mode}"
    if now - max(changed, moved) <= _SETTLED or known.startswith(text + _FRESH):
        return text + _FRESH + _digest(path, found.st_mode)
    return text


def _digest(path: str, mode: int) -> str:
    try:
        if stat.S_ISDIR(mode):
            return hashlib.sha256("\0".join(sorted(os.listdir(path))).encode(errors="surrogateescape")).hexdigest()
        if not stat.S_ISREG(mode):
            return ""
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return type(error).__name__


def _settled(known: str, now: int) -> str:
    """How a file looks, without its digest if it could not change any more without looking otherwise."""
    text, fresh, _ = known.partition(_FRESH)
    return text if fresh and now - int(text.partition(" ")[0]) > _SETTLED else known


def note_for(arguments: Sequence[str]) -> Note | None:
    """The note of a call with these arguments, here and now; None where nothing can be known of it."""
    try:
        here = os.getcwd()
        terminals = [str(stream.isatty()) for stream in (sys.stdout, sys.stderr)]
    except (OSError, ValueError, AttributeError):
        return None
    environment = sorted(f"{name}={value}" for name, value in os.environ.items() if name not in _IDLE)
    interpreter = [sys.executable, sys.version, sys.prefix, repr(sys.flags), __file__, *sys.path]
    parts = [_VERSION, here, str(len(arguments)), *arguments, *terminals, *interpreter, *environment]
    key = hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()
    return Note(os.path.join(notes_folder(arguments), key))


def notes_folder(arguments: Sequence[str]) -> str:
    """Where notes are: in the cache folder, as far as that can be told without reading the arguments as a whole."""
    cache = os.environ.get("GENREPORT_CACHE") or os.path.join(_caches(), "genreport")
    for number, word in enumerate(arguments):
        name, sign, value = word.partition("=")
        if name == "--cache":
            cache = value if sign else "".join(arguments[number + 1 : number + 2])
    return os.path.join(os.path.abspath(cache), _FOLDER)


def _caches() -> str:
    """The user's folder of caches."""
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches")
    if sys.platform == "win32":
        return os.environ.get("LOCALAPPDATA") or os.path.expanduser("~")
    return os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")


def _read(path: str) -> tuple[Said | None, Looks, list[str]] | None:
    """What a note says; None if there is none, or it is not what was written."""
    try:
        with open(path, "rb") as file:
            sealed = file.read()
    except OSError:
        return None
    content = sealed[64:]
    if sealed[:64] != hashlib.sha256(content).hexdigest().encode():
        return None
    try:
        version, holds, output, rest, errors, count, *parts = content.decode(errors="surrogateescape").split(_END)
        looks = dict(zip(parts[::2], parts[1::2], strict=True))
        written = list(looks)[len(looks) - int(count) :]
    except ValueError:
        return None
    return (((output, rest, errors) if holds else None), looks, written) if version == _VERSION else None


def _write(path: str, said: Said | None, looks: Looks, written: Sequence[str]) -> None:
    """Replace a note in one step; where that cannot be done, there is none, which only costs time."""
    last = {*written}
    others = [path for path in looks if path not in last]
    pairs = (part for path in [*others, *written] for part in (path, looks[path]))
    words = [*(said or ("", "", ""))]
    if any(_END in word for word in words):
        return
    text = _END.join([_VERSION, "yes" if said else "", *words, str(len(written)), *pairs])
    content = text.encode(errors="surrogateescape")
    beside = f"{path}.{os.getpid()}.{time.monotonic_ns()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(beside, "xb") as file:
            file.write(hashlib.sha256(content).hexdigest().encode() + content)
        os.replace(beside, path)
    except OSError:
        try:
            os.unlink(beside)
        except OSError:
            return


def _prune(folder: str) -> None:
    """Remove the oldest notes, of calls that nobody makes any more."""
    try:
        with os.scandir(folder) as found:
            notes = sorted(found, key=lambda note: note.stat().st_mtime_ns, reverse=True)
        for note in notes[_MOST:]:
            os.unlink(note)
    except OSError:
        return
