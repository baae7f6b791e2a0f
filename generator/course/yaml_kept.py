"""What a YAML file says does not change while its bytes do not: it is kept on disk from one run to the next.

Under the digest of its bytes and of the keys that are passed over. A file with a mistake is read again each time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from generator.store.files import digest
from generator.store.parts import PartStore

if TYPE_CHECKING:
    from generator.course.yaml_source import Source

_MOST = 20_000  # files of one course; those of a course that grew beyond are read again


class KeptYaml:
    """What was read of files in an earlier run, and what this one asked for."""

    def __init__(self) -> None:
        self._stored: Mapping[str, bytes] = {}
        self._asked: dict[str, bytes] = {}
        self._new = False
        self._earlier: tuple[PartStore, Callable[[], str]] | None = None

    def recall(self, store: PartStore, name: Callable[[], str]) -> None:
        """Have files looked up among what an earlier run kept under a name, which holds the digest of what reads."""
        self._stored, self._asked, self._new = {}, {}, False
        self._earlier = (store, name)

    def put_into(self, source: Source, without: Collection[str]) -> bool:
        """Put what is known of a file into its source; False where nothing is."""
        if self._earlier is None:
            return False
        store, name = self._earlier
        if not self._asked and not self._stored:
            self._stored = store.read(name()) or {}
        called = _name(source, without)
        found = self._stored.get(called)
        with suppress(ValueError, TypeError, KeyError):
            read = json.loads(found or b"")
            source.data = read["data"]
            source.lines = {tuple(where): line for where, line in read["lines"]}
            source.texts = {tuple(where): (text, line) for where, text, line in read["texts"]}
            source.numerals = {tuple(where): numeral for where, numeral in read["numerals"]}
            self._asked[called] = found or b""
            return True
        return False

    def note(self, source: Source, without: Collection[str]) -> None:
        """Have kept what was read of a file just now; nothing may have been changed in it yet."""
        if self._earlier is None or source.mistakes or source.data is None:
            return
        read = {
            "data": source.data,
            "lines": list(source.lines.items()),
            "texts": [(where, *text) for where, text in source.texts.items()],
            "numerals": list(source.numerals.items()),
        }
        self._asked[_name(source, without)] = json.dumps(read, separators=(",", ":")).encode()
        self._new = True

    def keep(self, store: PartStore, name: Callable[[], str]) -> None:
        """Keep what this run asked for, if any of it is new."""
        if self._new and len(self._asked) <= _MOST:
            store.write(name(), self._asked)
            self._stored, self._asked, self._new = dict(self._asked), {}, False


#: What was read in this process and the one before.
KEPT_YAML = KeptYaml()


def _name(source: Source, without: Collection[str]) -> str:
    return digest("\0".join([source.digest, *sorted(without)]).encode())
