"""Questions that were gathered a moment ago, and their HTML, as they are in memory: nothing is read from disk again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from generator.render.content.inputs import Inputs
from generator.render.content.kept import KeptParts, Made, MadeAnswer, MadeExhibits, show_pictures
from generator.render.text.maths import MarkupError

if TYPE_CHECKING:
    from generator.render.text.own_images import OwnImages


class PartsInMemory:
    """What the last two pages were made of; what neither of them asked for is forgotten."""

    def __init__(self) -> None:
        self._now: dict[str, Any] = {}
        self._before: dict[str, Any] = {}

    def of(self, kept: KeptParts) -> KeptParts:
        """The parts for the next page: those in memory, or else those on disk."""
        self.begin()
        return _Parts(kept.store, kept.program, kept.drawing, kept.pictures, memory=self)

    def begin(self) -> None:
        """The next page begins: what the last one used is now from before."""
        self._before, self._now = self._now, {}

    def get(self, name: str) -> Any:
        """What has this name, or None."""
        if name not in self._now and name in self._before:
            self._now[name] = self._before[name]
        return self._now.get(name)

    def put(self, name: str, value: Any) -> None:
        """Remember it."""
        self._now[name] = value


class _Parts(KeptParts):
    def __init__(self, *known: Any, memory: PartsInMemory) -> None:
        super().__init__(*known)
        self._memory = memory

    def made(self, kind: type[Made], inputs: Inputs, images: OwnImages, own_images: OwnImages) -> Made | None:
        name = f"{kind.__name__} {inputs.digest}"
        made: Made | None = self._memory.get(name)
        if made is None:
            made = super().made(kind, inputs, images, own_images)
            if made is not None:
                self._memory.put(name, made)
            return made
        try:
            show_pictures(made, images, own_images)
        except MarkupError:
            return None
        return made

    def keep_made(self, inputs: Inputs, made: MadeAnswer | MadeExhibits) -> bool:
        kept = super().keep_made(inputs, made)
        if kept:
            self._memory.put(f"{type(made).__name__} {inputs.digest}", made)
        return kept

    def text(self, name: str, make: Callable[[], str]) -> str:
        text: str | None = self._memory.get(f"text {name}")
        if text is None:
            text = super().text(name, make)
            self._memory.put(f"text {name}", text)
        return text
