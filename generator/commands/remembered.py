"""What a program that opens the same course again and again need not make twice, as long as the files are the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from generator.store.files import digest
from generator.store.memo import SETTLED, stamp

T = TypeVar("T")


class Remembered:
    """Values by name, each with the key that says what it was made from; one that forgets makes all of them anew."""

    def __init__(self, *, forgetful: bool = False) -> None:
        self.forgetful = forgetful
        self._known: dict[str, tuple[Any, Any]] = {}

    def of(self, name: str, key: Callable[[], Any], make: Callable[[], T]) -> T:
        """The value of this name that was made from what has this key, or what ``make`` gives now."""
        if self.forgetful:
            return make()
        wanted = key()
        if name not in self._known or self._known[name][0] != wanted:
            self._known[name] = (wanted, make())
        value: T = self._known[name][1]
        return value


def as_they_are(files: Iterable[Path]) -> tuple[Any, ...]:
    """What tells whether any of these files has changed; those that are gone are left out."""
    found: list[Any] = []
    for path in files:
        try:
            status = stamp(path)
            _, changed, moved, _ = status
            fresh = (
                time.time_ns() - max(changed, moved) <= SETTLED
            )  # it could change again within one tick of the clock
            found.append((str(path), *status, digest(path.read_bytes()) if fresh else ""))
        except OSError:
            continue
    return tuple(found)
