"""The exhibits of a question as its answer places them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from generator.render.content.exhibits import Exhibit


class Fragments(Mapping[str, str]):
    """The HTML of a question's exhibits by name, which remembers what was placed."""

    def __init__(self, exhibits: tuple[Exhibit, ...], write: Callable[[Exhibit], str]) -> None:
        self._exhibits = {exhibit.name: exhibit for exhibit in exhibits}
        self._write = write
        self._placed: set[str] = set()

    def __getitem__(self, name: str) -> str:
        exhibit = self._exhibits[name]
        if name in self._placed:  # a second copy would repeat its id; the link goes to the first
            return ""
        self._placed.add(name)
        return self._write(exhibit)

    def __iter__(self) -> Iterator[str]:
        return iter(self._exhibits)

    def __len__(self) -> int:
        return len(self._exhibits)

    def rest(self) -> list[str]:
        """Those that the answer did not place."""
        return [self._write(exhibit) for name, exhibit in self._exhibits.items() if name not in self._placed]
