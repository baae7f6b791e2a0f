"""What texts say does not change while they do not: it is kept in memory, and on disk from one run to the next."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from generator.store.files import digest
from generator.store.parts import PartStore
from generator.store.plain import Short, plain, read_plain

_MOST = 20_000  # texts of one course; those of a course that grew beyond are read again


class Readings:
    """What was read of texts, by the whole text and how it was read; ``kinds`` are the classes that it is made of."""

    def __init__(self, kinds: Iterable[type], short: Short) -> None:
        self._kinds = tuple(kinds)
        self._short = short
        self._known: dict[tuple[str, bool], Any] = {}
        self._stored: dict[str, Any] = {}
        self._asked: dict[str, tuple[str, bool]] = {}
        self._new = False
        self._earlier: tuple[PartStore, Callable[[], str]] | None = None

    def read(self, key: tuple[str, bool], make: Callable[[], Any]) -> Any:
        """What is known of a text, or what ``make`` reads now."""
        if key not in self._known:
            self._look_up()
            name = _name(key)
            self._asked[name] = key
            try:
                self._known[key] = read_plain(self._stored[name], self._kinds)
            except (LookupError, TypeError, ValueError):
                self._known[key] = make()
                self._new = True
        return self._known[key]

    def recall(self, store: PartStore, name: Callable[[], str]) -> None:
        """Have what is not known looked up among what an earlier run kept under a name.

        The name holds the digest of the code that reads; it is asked for when the first text is.
        """
        self._earlier = (store, name)

    def _look_up(self) -> None:
        if self._earlier is not None:
            store, name = self._earlier
            self._earlier = None
            self._stored = json.loads((store.read(name()) or {}).get("texts", b"{}"))

    def keep(self, store: PartStore, name: Callable[[], str]) -> None:
        """Keep what this run was asked for, if any of it is new."""
        if not self._new or len(self._asked) > _MOST:
            return
        stored = {}
        for called, key in self._asked.items():
            if called in self._stored:
                stored[called] = self._stored[called]
                continue
            try:
                stored[called] = plain(self._known[key], self._short)
            except TypeError:
                continue
        store.write(name(), {"texts": json.dumps(stored, separators=(",", ":")).encode()})
        self._stored, self._new = stored, False


def refused(value: object) -> None:
    """For what cannot be kept, as no two of it are equal, and one that is read again would be another. TypeError."""
    raise TypeError(f"{type(value).__name__} is not kept")


def _name(key: tuple[str, bool]) -> str:
    text, caption = key
    return digest(f"{caption:d}{text}".encode(errors="surrogatepass"))
