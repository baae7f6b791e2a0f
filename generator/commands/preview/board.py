"""What is to be seen of a preview at this moment; whoever shows it waits here for the next change."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from generator.commands.preview.sections import Since
from generator.errors import Mistake


@dataclass(frozen=True)
class ShownPage:
    """A page as it is served: its name, its text, and all that it loads by the name that it has there.

    ``missing`` says how many results could be computed, ``blocked`` how many lack data. ``exports`` writes the files
    of its results into a folder.
    """

    name: str
    text: str
    files: Mapping[str, bytes | Path] = field(default_factory=dict)
    missing: int = 0
    blocked: int = 0
    exports: Any = None

    def same(self, other: ShownPage | None) -> bool:
        """Whether a reader would see no difference."""
        return other is not None and self.text == other.text and self.files == other.files


@dataclass(frozen=True)
class Running:
    """A job under way: how far it is, from 0 to 1, and what it says itself ("epoch 3, loss 0.41")."""

    address: str
    fraction: float = 0.0
    message: str = ""


@dataclass(frozen=True)
class Computing:
    """Results that are being computed: how many jobs have ended, of how many, and those under way."""

    ended: int = 0
    jobs: int = 0
    running: tuple[Running, ...] = ()


@dataclass(frozen=True)
class State:
    """All that there is to see.

    ``version`` counts the pages, 0 where there was none yet; ``since`` says with which one a file became what it is,
    ``text`` the same of the parts of the page.
    ``mistakes`` are those of the files as they are now, while the page may be ``older``; ``failures`` are of jobs.
    """

    page: ShownPage | None = None
    version: int = 0
    since: Mapping[str, int] = field(default_factory=dict)
    text: Since = field(default_factory=Since)
    mistakes: tuple[Mistake, ...] = ()
    older: bool = False
    computing: Computing | None = None
    failures: tuple[str, ...] = ()

    def told(self, root: Path) -> dict[str, Any]:
        """For the browser: everything but the page itself. Files are named as seen from ``root``."""
        work = self.computing
        return {
            "version": self.version,
            "mistakes": [_told(mistake, root) for mistake in self.mistakes],
            "older": self.older and self.page is not None,
            "missing": self.page.missing if self.page else 0,
            "blocked": self.page.blocked if self.page else 0,
            "failures": list(self.failures),
            "computing": None if work is None else {
                "ended": work.ended,
                "jobs": work.jobs,
                "running": [[one.address, one.fraction, one.message] for one in work.running],
            },
        }  # fmt: skip


class Board:
    """The state, for threads: those that change it, and those that wait until it has changed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._number = 1
        self._state = State()
        self._closed = False

    @property
    def state(self) -> State:
        """What is to be seen now."""
        with self._changed:
            return self._state

    def put(self, **changes: Any) -> None:
        """Change parts of the state."""
        with self._changed:
            self._put(replace(self._state, **changes))

    def show(self, page: ShownPage, mistakes: tuple[Mistake, ...]) -> bool:
        """Put another page in place of the last; False where they are the same to look at."""
        with self._changed:
            before = self._state
            if page.same(before.page):
                self._put(replace(before, page=page, mistakes=mistakes, older=False))
                return False
            version = before.version + 1
            known = before.page.files if before.page else {}
            since = {
                name: before.since.get(name, version) if name in known and known[name] == content else version
                for name, content in page.files.items()
            }
            text = before.text.then(page.text, version)
            seen = replace(before, page=page, version=version, since=since, text=text)
            self._put(replace(seen, mistakes=mistakes, older=False))
            return True

    def after(self, number: int, seconds: float) -> tuple[int, State] | None:
        """The first state after the one of this number, and its own number; None where none came within the time.

        Raises EOFError once the board is closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._number > number, seconds)
            if self._closed:
                raise EOFError
            return (self._number, self._state) if self._number > number else None

    def close(self) -> None:
        """Let all who wait go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _put(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self._number += 1
            self._changed.notify_all()


def _told(mistake: Mistake, root: Path) -> dict[str, str]:
    """A mistake in the parts that the panel shows."""
    path = mistake.path
    if path is not None and path.is_relative_to(root):
        path = path.relative_to(root)
    where = "" if path is None else str(path) + (f":{mistake.line}" if mistake.line else "")
    return {"where": where, "place": mistake.place, "message": mistake.message, **mistake.details}
