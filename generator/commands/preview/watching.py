"""Tells when a file of the report is saved; editors' own files, and what builds write, do not count."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from watchfiles import BaseFilter, Change, DefaultFilter, watch

_STEP = 15  # ms of quiet after which a save is over: some editors write a file in several steps
_LONGEST = 300  # ms for which saves are gathered that follow one another without end
_PATIENCE = 500  # ms between two looks at whether to go on, and at whether the folders are still the same


class Watcher:
    """Calls ``changed`` with the files that were saved, in a thread of its own, until it is stopped.

    With none, where it cannot know: a folder is gone or is another one, or was not watched for a moment.
    """

    def __init__(self, changed: Callable[[set[Path]], None]) -> None:
        self._changed = changed
        self._folders: tuple[Path, ...] = ()
        self._without: tuple[Path, ...] = ()
        self._again, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="preview-watcher", daemon=True)

    def follow(self, folders: Iterable[Path], without: Iterable[Path] = ()) -> None:
        """Watch these files and folders, and nothing ``without``, in place of those of before."""
        wanted, unwanted = _outermost(folders), tuple(sorted(path.resolve() for path in without))
        if (wanted, unwanted) != (self._folders, self._without):
            self._folders, self._without = wanted, unwanted
            self._again.set()
            if self._thread.ident is None and not self._ended.is_set():
                self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._ended.set()
        self._again.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        polling: bool | None = None  # as the system does it best
        missed = False  # whether something may have been saved while nothing was watched
        while not self._ended.is_set():
            self._again.clear()
            if self._ended.is_set():
                return
            there = _there(self._folders)
            try:
                self._follow(there, polling, missed)
            except OSError:  # the system watches no more files for this user, or a folder went at this moment
                polling = polling or _there(self._folders) == there or None
                self._again.wait(_PATIENCE / 1000)
            missed = True

    def _follow(self, there: dict[Path, object], polling: bool | None, missed: bool) -> None:
        """Tell of changes until others are to be followed, or one of the folders is gone, is back, or is another."""
        if not there:
            self._again.wait(_PATIENCE / 1000)
            return
        found = watch(
            *there, watch_filter=_Saved(self._without), debounce=_LONGEST, step=_STEP, stop_event=self._again,
            rust_timeout=_PATIENCE, raise_interrupt=False, ignore_permission_denied=True, force_polling=polling,
            yield_on_timeout=True,
        )  # fmt: skip
        for changes in found:
            if changes or missed:
                self._changed({Path(path) for _, path in changes})
            missed = False
            if _there(self._folders) != there:
                self._changed(set())
                return


class _Saved(BaseFilter):
    """Lets pass what is a file of the report."""

    def __init__(self, without: tuple[Path, ...]) -> None:
        self._editors = DefaultFilter()
        self._without = without
        super().__init__()

    def __call__(self, change: Change, path: str) -> bool:
        """Whether a change is one of the report."""
        place = Path(path)
        ours = place.name.startswith((".genreport", "._")) or any(
            place.is_relative_to(folder) for folder in self._without
        )
        return not ours and self._editors(change, path)


def _there(folders: Iterable[Path]) -> dict[Path, object]:
    """Those of the folders that are there, with what tells one from another that has its name."""
    found: dict[Path, object] = {}
    for folder in folders:
        with suppress(OSError):
            status = folder.stat()
            found[folder] = status.st_dev, status.st_ino
    return found


def _outermost(folders: Iterable[Path]) -> tuple[Path, ...]:
    """The folders that are there, without those that lie in others."""
    there = sorted({folder.resolve() for folder in folders if folder.exists()})
    return tuple(one for one in there if not any(one != other and one.is_relative_to(other) for other in there))
