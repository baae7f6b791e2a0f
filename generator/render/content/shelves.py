"""What was made of all questions of a lab lies in one file: a report of thousands of questions opens one for each lab.

Each part lies under the digest of what it was made from, as in the files of their own that the parts have as well. So
a shelf cannot be wrong, only short of something. The digests themselves are believed for a lab that is the same whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.render.content.inputs import Inputs
from generator.store.parts import PartStore

Parts = Mapping[str, bytes]
_KEY, _DIGESTS = "key", "digests"


@dataclass
class Shelf:
    """The parts of a lab that this run used, and those that an earlier one put under the same name.

    ``key`` is a digest of all that the questions of the lab are made from; ``digests`` are those of their inputs, with
    the questions whose results each can name, and stand as long as the key does.
    """

    store: PartStore
    name: str
    key: str
    digests: dict[str, list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)
    same: bool = False
    _before: dict[str, dict[str, bytes]] = field(default_factory=dict)
    _used: dict[str, Parts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        stored = self.store.read(self.name) or {}
        key, digests = stored.pop(_KEY, b""), stored.pop(_DIGESTS, b"{}")
        for called, piece in stored.items():
            name, _, part = called.partition("/")
            self._before.setdefault(name, {})[part] = piece
        self.same = key == self.key.encode()
        if self.same:
            read = json.loads(digests)
            self.digests = {name: [(one, tuple(scope)) for one, scope in listed] for name, listed in read.items()}

    def find(self, name: str) -> Parts | None:
        """What lies under a name."""
        if name in self._used:
            return self._used[name]
        if (found := self._before.get(name)) is not None:
            self._used[name] = found
        return found

    def put(self, name: str, parts: Parts) -> None:
        """Have something lie under a name."""
        self._used[name] = parts

    def note(self, address: str, *inputs: Inputs) -> None:
        """The digests of what a question is made from."""
        self.digests[address] = [(one.digest, tuple(sorted(one.scope))) for one in inputs]

    def keep(self) -> None:
        """Write it, if it has anything new; what no other form of the same report needs any more goes."""
        if self.same and self._used.keys() <= self._before.keys():
            return
        parts = {**(self._before if self.same else {}), **self._used}
        flat = {f"{name}/{part}": piece for name, pieces in parts.items() for part, piece in pieces.items()}
        digests = json.dumps(self.digests, separators=(",", ":")).encode()
        self.store.write(self.name, {_KEY: self.key.encode(), _DIGESTS: digests, **flat})
