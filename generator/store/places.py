"""Where results lie that others computed: a folder, or a web server with plain files, laid out as a cache is.

Such a place is only read. A place may be gone, hang, break off, or hold what is damaged; none of that may fail a build
or hold it up for more than :data:`PATIENCE`: whoever is given up is not asked again.
"""

from __future__ import annotations

import functools
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit

from generator.store.entry import ARRAYS, MANIFEST, RESULT, DamagedEntryError, read_manifest, verify
from generator.store.files import from_json
from generator.store.remote import Remote, without_user

PATIENCE = 2.0  # seconds without a finished file, or a useful piece of one
_PIECE = 2**18  # bytes: what must come within the patience, or the place counts as too slow
_LARGEST_MANIFEST, _LARGEST_LOCK = 2**20, 2**24  # bytes
AT_ONCE = 8
WEB = ("http", "https")
LOCK = "data.lock"


class UnreachableError(Exception):
    """The place cannot be read; it says why in words that follow the name of the place."""


@dataclass
class Place:
    """A place, and what became of reading from it.

    ``open`` opens a file by its path in the place; it raises FileNotFoundError where there is none, and any other error
    for whatever else goes wrong.
    ``damaged`` counts the entries there that did not match their own digests; ``lost`` says why it was given up.
    """

    name: str
    open: Callable[[str], IO[bytes]]
    damaged: int = 0
    lost: str = ""
    _moved: float = field(default=0.0, repr=False)

    def entries(self, fingerprints: Iterable[str]) -> Iterator[tuple[str, Mapping[str, bytes]]]:
        """The verified files of those entries that it holds, as they come; ends early when the place is given up."""
        calls = {fingerprint: functools.partial(self.entry, fingerprint) for fingerprint in fingerprints}
        for fingerprint, found in self._read(calls):
            if isinstance(found, DamagedEntryError):
                self.damaged += 1
            elif found is not None:
                yield fingerprint, found

    def data(self) -> dict[str, dict[str, str]]:
        """The digests of the data that its results were computed from, by label and path; empty where it says none."""
        for _, found in self._read({LOCK: lambda: self._file(LOCK, _LARGEST_LOCK)}):
            with suppress(ValueError, LookupError, TypeError, AttributeError, RecursionError):
                files = from_json(found)["files"]
                if all(isinstance(digest, str) for paths in files.values() for digest in paths.values()):
                    return {label: dict(paths) for label, paths in files.items()}
        return {}

    def _read(self, calls: Mapping[str, Callable[[], Any]]) -> Iterator[tuple[str, Any]]:
        """What the calls give, run beside each other; None for what is absent.

        The threads are left behind when the place is given up: what hangs in the system cannot be ended.
        """
        if self.lost or not calls:
            return
        waiting: queue.SimpleQueue[tuple[str, Callable[[], Any]]] = queue.SimpleQueue()
        done: queue.Queue[tuple[str, Any]] = queue.Queue(AT_ONCE)  # what waits to be kept takes memory
        for item in calls.items():
            waiting.put(item)
        self._moved = time.monotonic()
        for _ in range(min(AT_ONCE, len(calls))):
            threading.Thread(target=self._work, args=(waiting, done), daemon=True).start()
        for _ in calls:
            while True:
                left = self._moved + PATIENCE - time.monotonic()
                if left <= 0:
                    self.lost = in_words(TimeoutError())
                    return
                try:
                    name, found = done.get(timeout=left)
                    break
                except queue.Empty:
                    continue
            if isinstance(found, UnreachableError):
                self.lost = str(found)
                return
            self._moved = time.monotonic()
            yield name, found
            self._moved = time.monotonic()  # what is done with it is not the place's time

    def _work(self, waiting: queue.SimpleQueue[Any], done: queue.Queue[Any]) -> None:
        with suppress(queue.Empty):
            while not self.lost:
                name, call = waiting.get_nowait()
                try:
                    found = call()
                except FileNotFoundError:
                    found = None
                except DamagedEntryError as error:
                    found = error
                except Exception as error:  # of whatever carries the files: none of it may end a build
                    found = UnreachableError(in_words(error))
                done.put((name, found))

    def entry(self, fingerprint: str) -> Mapping[str, bytes]:
        """An entry's verified files, however long it takes. Raises FileNotFoundError, DamagedEntryError, and others."""
        base = f"entries/{fingerprint[:2]}/{fingerprint}"
        files = {MANIFEST: self._file(f"{base}/{MANIFEST}", _LARGEST_MANIFEST)}
        listed = read_manifest(fingerprint, files[MANIFEST])["files"]
        for name in (RESULT, ARRAYS):
            size = listed[name]["size"]
            if not isinstance(size, int) or size < 0:
                raise DamagedEntryError(fingerprint, "its manifest states no size")
            files[name] = self._file(f"{base}/{name}", size)
        verify(fingerprint, files)
        return files

    def _file(self, path: str, limit: int) -> bytes:
        """A file's content, or its first ``limit`` bytes and one more, which no digest then fits."""
        content, counted = bytearray(), 0
        with self.open(path) as stream:
            while len(content) <= limit and (piece := stream.read(min(_PIECE, limit + 1 - len(content)))):
                content += piece
                if len(content) - counted >= _PIECE:  # drops do not count: a place that drips is given up
                    counted = len(content)
                    self._moved = time.monotonic()
        return bytes(content)


def in_words(error: Exception) -> str:
    """What went wrong with a place, in one line."""
    cause = error.reason if isinstance(error, URLError) and isinstance(error.reason, Exception) else error
    said = " ".join(str(cause).split()) or type(cause).__name__
    return f"nothing came for {PATIENCE:g} s" if isinstance(cause, TimeoutError) else said


def place_at(name: str) -> Place:
    """The place that an option or a file names: a folder, or an address. Raises InputError for a form that is none.

    Addresses other than http:// and https:// are opened by fsspec, where that is installed (``genreport[remote]``).
    """
    scheme = urlsplit(name).scheme if "://" in name else ""
    if not scheme:
        folder = Path(name).expanduser().absolute()
        return Place(name, lambda path: (folder / path).open("rb"))
    if scheme in WEB:
        return Place(without_user(name), lambda path: _from_web(name, path))
    remote = Remote(name)
    return Place(remote.name, remote.open)


def _from_web(base: str, path: str) -> IO[bytes]:
    from urllib.request import urlopen

    try:
        # The scheme is http or https, and redirections lead to no file.
        return urlopen(f"{base.rstrip('/')}/{quote(path)}", timeout=PATIENCE)  # type: ignore[no-any-return] # noqa: S310
    except HTTPError as error:
        if error.code in (403, 404, 410):  # a store of objects may answer 403 for what is not there
            raise FileNotFoundError(path) from None
        raise UnreachableError(f"it answers {error.code} {error.reason}") from None
