"""Figures that will be asked for are drawn by other processes meanwhile, and kept where whoever asks finds them.

What goes wrong in such a process costs no more than the time: what it has not drawn is drawn by the one that asks.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from generator.languages import speaking, spoken

if TYPE_CHECKING:
    from generator.results import Figure

#: As many figures take one process about as long to draw as another needs to start and to draw half of them.
_WORTH = 12
_PATIENCE = 60.0  # seconds for one figure
_DRAWN, _FAILED = b"+", b"-"
_BEGIN = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from generator.render.figures.together import serve; serve()"
)


class Together:
    """Up to so many other processes that draw into a folder of kept drawings: none for a few figures."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._wanted: dict[str, tuple[str, str, Figure, float]] = {}
        self._under_way: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._added = 0
        self.children: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Together:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all that were started."""
        with self._lock:
            self._wanted.clear()
        for child in self.children:
            child.kill()
        for thread in self._threads:
            thread.join()

    def add(self, name: str, figure: Figure, width: float) -> None:
        """A figure that will be asked for, after those that were added before."""
        with self._lock:
            self._added += name not in self._wanted
            self._wanted[name] = spoken(), name, figure, width
        if self._added >= _WORTH * (len(self.children) + 1) and len(self.children) < self._most:
            try:
                self._start()
            except (OSError, RuntimeError, ValueError, TypeError):  # there is no room, or nothing to start
                self._most = 0

    def take(self, name: str) -> None:
        """A figure is asked for now: if another process is drawing it, wait until it is there; else none will."""
        with self._lock:
            self._wanted.pop(name, None)
            under_way = self._under_way.get(name)
        if under_way is not None and not under_way.wait(_PATIENCE):
            self.__exit__(None, None, None)

    def _start(self) -> None:
        command = [sys.executable, "-P", "-X", "utf8", "-c", _BEGIN]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        thread = threading.Thread(target=self._feed, args=(child,), daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the machine has no thread left
            with child:
                child.kill()
            raise
        self.children.append(child)
        self._threads.append(thread)

    def _feed(self, child: subprocess.Popen[bytes]) -> None:
        """Have a process draw one figure after another, beginning with the last, until none is left or it fails."""
        assert child.stdin is not None
        assert child.stdout is not None
        with suppress(Exception), child:  # the figure may be of a kind that cannot be sent
            pickle.dump(sys.path, child.stdin)
            pickle.dump(self._folder, child.stdin)
            while (order := self._next()) is not None:
                try:
                    pickle.dump(order, child.stdin)
                    child.stdin.flush()
                    if child.stdout.read(1) not in (_DRAWN, _FAILED):
                        return
                finally:
                    self._done(order[1])

    def _next(self) -> tuple[str, str, Figure, float] | None:
        with self._lock:
            if not self._wanted:
                return None
            name, order = self._wanted.popitem()
            self._under_way[name] = threading.Event()
            return order

    def _done(self, name: str) -> None:
        with self._lock:
            self._under_way.pop(name).set()


def serve() -> None:
    """The life of a process that draws: what to draw comes through its standard input, until that closes."""
    import gc

    from generator.render.figures.kept import KeptDrawings

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; who asked ends this
    gc.set_threshold(100_000, 20, 50)
    said = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a package prints is no answer
    orders = sys.stdin.buffer
    drawings = KeptDrawings(pickle.load(orders))  # noqa: S301 (from the process that started this)
    while True:
        try:
            language, name, figure, width = pickle.load(orders)  # noqa: S301
        except EOFError:
            return
        try:
            with speaking(language):
                drawn = drawings.draw(figure, width).kept == name
        except Exception:  # it is drawn again where it is asked for, and the error is raised there
            drawn = False
        said.write(_DRAWN if drawn else _FAILED)
