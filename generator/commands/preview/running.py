"""The life of a preview: files are watched, the page is made anew in one thread, results are computed in another."""

from __future__ import annotations

import gc
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator.commands.preview.board import Board
from generator.commands.preview.computing import compute_missing
from generator.commands.preview.making import PageMaker, in_template
from generator.commands.preview.server import PreviewServer
from generator.commands.preview.watching import Watcher
from generator.commands.program import SCIENCE
from generator.commands.session import Settings, open_session
from generator.errors import GenreportError, InputError, Mistake
from generator.folders import PACKAGE
from generator.jobs import Outcome, State

_LAST_WORD = 2.0  # seconds that a page in the making is waited for at the end
_QUIET = 2.0  # seconds without a saved file, after which what was learnt is written: until then, pages come first


@dataclass(frozen=True)
class Wishes:
    """What is to be shown, on which port (any for 0), and whether what is missing is computed unasked.

    ``settings`` reads them anew, as files that they come from may change.
    """

    settings: Callable[[], Settings]
    selection: tuple[str, ...] = ()
    port: int = 0
    compute: bool = False


def preview(wishes: Wishes, *, ready: Callable[[str], None], say: Callable[[str], None]) -> None:
    """Serve the page until it is interrupted; ``ready`` gets its address, ``say`` a line for each time it is made.

    Jobs run in this thread: an interruption ends their workers, as in a build. Raises InputError where there is nothing
    to watch, or the port is taken.
    """
    with Preview(wishes, say) as running:
        ready(running.address)
        running.compute_when_asked()


class Preview:
    """A preview at work between entering and leaving it."""

    def __init__(self, wishes: Wishes, say: Callable[[str], None]) -> None:
        first = wishes.settings()  # what is wrong with the options is said before anything starts
        _check_selection(first, wishes.selection)
        self._wishes, self._say = wishes, say
        self._board = Board()
        self._maker = PageMaker(wishes.settings, wishes.selection)
        self._asked: queue.SimpleQueue[bool] = queue.SimpleQueue()  # for computing; False is the end
        self._stale: queue.SimpleQueue[set[Path] | None] = queue.SimpleQueue()  # files that were saved; None is the end
        self._without = (first.folders.cache, first.output.folder, first.folders.data)
        self._watcher = Watcher(self._stale.put)
        self._own_code = False
        self._learnt: Callable[[], None] | None = None
        self._thread = threading.Thread(target=self._make, name="preview-maker", daemon=True)
        own = first.project.folder if first.project else first.folders.course
        self._server = PreviewServer(self._board, wishes.port, lambda: self._asked.put(True), own)
        self._watcher.follow([first.folders.course, own], self._without)

    @property
    def address(self) -> str:
        """Where the page is."""
        return self._server.address

    @property
    def board(self) -> Board:
        """What is to be seen."""
        return self._board

    def __enter__(self) -> Preview:
        self._server.start()
        self._stale.put(set())
        self._thread.start()
        if self._wishes.compute:
            self._asked.put(True)
        return self

    def __exit__(self, *error: object) -> None:
        self._asked.put(False)
        self._watcher.stop()
        self._stale.put(None)
        self._server.stop()
        self._thread.join(_LAST_WORD)

    def compute_when_asked(self) -> None:
        """Compute what is missing each time that somebody asks for it, until the preview ends."""
        while self._asked.get():
            try:
                failed = compute_missing(self._board, self._wishes.settings(), self._wishes.selection, self._ended)
            except GenreportError as error:
                self._board.put(failures=(str(error),))
                self._say(str(error))
                failed = ()
            for line in failed:
                self._say(f"failed: {line}")
            while not self._asked.empty():  # asked for meanwhile, and done
                if not self._asked.get():
                    return

    def _ended(self, outcome: Outcome) -> None:
        if outcome.state is State.FAILED:
            self._maker.failed[outcome.fingerprint] = outcome
        self._stale.put(set())

    def _make(self) -> None:
        """Make the page whenever something has changed; whatever came meanwhile is one change."""
        while (changed := self._next()) is not None:
            self._own_code |= any(_is_ours(path) for path in changed)
            began = time.monotonic()
            try:
                made = self._maker.make()
            except Exception as error:
                self._wrong(error)
                continue
            mistakes = (*made.mistakes, *([_OUR_CODE] if self._own_code else []))
            new = self._board.show(made.page, mistakes)
            self._watcher.follow(made.folders, self._without)
            for mistake in mistakes:
                self._say(str(mistake))
            if new:
                self._say(f"page in {time.monotonic() - began:.2f} s")
            self._learnt = made.keep
            if new and self._board.state.version == 1:
                gc.collect()
                gc.freeze()  # what the first page needed stays: looking through all of it again takes as long as a page

    def _next(self) -> set[Path] | None:
        """The files that were saved, as soon as any was; None at the end. What was learnt is written in quiet times."""
        try:
            changed = self._stale.get(timeout=_QUIET if self._learnt else None)
        except queue.Empty:
            self._write_learnt()
            changed = self._stale.get()
        while changed is not None and not self._stale.empty():
            more = self._stale.get()
            changed = None if more is None else changed | more
        if changed is None:
            self._write_learnt()
        return changed

    def _write_learnt(self) -> None:
        if self._learnt is not None:
            self._learnt()
            self._learnt = None

    def _wrong(self, error: Exception) -> None:
        """There is no new page: the last one stays, and says why."""
        if isinstance(error, InputError):
            mistakes = error.mistakes
        elif isinstance(error, GenreportError):
            mistakes = (Mistake(error.message, hint=error.hint),)
        else:
            hint = "this is a fault of genreport itself, or of its templates if you changed them"
            mistakes = (Mistake(f"{type(error).__name__}: {error}", *in_template(error), hint=hint),)
        self._board.put(mistakes=mistakes, older=True)
        self._say("\n".join(str(mistake) for mistake in mistakes))


def _check_selection(settings: Settings, selection: tuple[str, ...]) -> None:
    """Raise InputError for names that the course does not have, if it can be read: no saved file would mend that."""
    try:
        session = open_session(settings)
    except InputError:
        return  # said on the page
    session.questions(selection)
    session.save()


_OUR_CODE = Mistake("the program itself has changed", hint="end the preview and start it again to see what it does now")


def _is_ours(path: Path) -> bool:
    """Whether a file is code that this process has loaded: what computes is loaded by the workers, each time anew."""
    package = PACKAGE.resolve()
    if path.suffix != ".py" or not path.is_relative_to(package):
        return False
    return path.relative_to(package).parts[0] not in SCIENCE
