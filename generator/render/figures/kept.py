"""Figures that were drawn before are not drawn again: each drawing is kept under what it was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.folders import templates_folder
from generator.languages import decimal_sign
from generator.render.figures import Animation, Drawing, draw_figure
from generator.render.figures.together import Together
from generator.render.figures.words import spoken_words
from generator.results import Result, encode
from generator.store.files import to_json
from generator.store.parts import PartStore

if TYPE_CHECKING:
    from generator.results import Figure

_VERSION = 2  # of the kept form
_PACKAGES = ("matplotlib", "numpy", "pillow")  # what they draw may be another picture with the next version


class KeptDrawings:
    """Draws figures, or finds what was drawn of the same data, at the same width, by the same code."""

    def __init__(self, folder: Path, hands: int = 1) -> None:
        self._folder, self._hands = folder, hands
        self._store = PartStore(folder)
        self._others: Together | None = None

    def draw(self, figure: Figure, width: float) -> Drawing:
        """The same as draw_figure."""
        name = self._name(figure, width)
        if self._others is not None:
            self._others.take(name)
        drawing = self.find(name)
        if drawing is None:
            drawing = draw_figure(figure, width)
            self._store.write(name, _parts(drawing))
        return replace(drawing, kept=name)

    @contextmanager
    def ahead(self, wanted: Iterable[tuple[Figure, float]]) -> Iterator[None]:
        """Have figures that will be asked for in this order drawn at once, each by one of ``hands`` processes.

        This process is the first of them and takes what it is asked for; the others begin from the end, and where one
        of them fails, what it would have drawn is drawn here.
        """
        if self._hands < 2:
            yield
            return
        with Together(self._folder, self._hands - 1) as self._others:
            for figure, width in wanted:
                with suppress(Exception):  # what is wrong with a figure is said when it is asked for
                    if not self._store.holds(name := self._name(figure, width)):
                        self._others.add(name, figure, width)
            try:
                yield
            finally:
                self._others = None

    def find(self, name: str) -> Drawing | None:
        """What is kept under a name that a drawing bears."""
        found = self._store.read(name)
        drawing = _drawing(found) if found is not None else None
        return drawing and replace(drawing, kept=name)

    def tidy(self) -> None:
        """Remove what no report asked for in a month."""
        self._store.tidy()

    def _name(self, figure: Figure, width: float) -> str:
        document, arrays = encode(Result(figures={"figure": figure}))
        content = hashlib.sha256(self._code)
        content.update(to_json([_VERSION, width, decimal_sign(), spoken_words(), document["figures"]]))
        for place, array in sorted(arrays.items()):
            content.update(to_json([place, str(array.dtype), list(array.shape)]))
            content.update(array.tobytes())
        return content.hexdigest()

    @cached_property
    def _code(self) -> bytes:
        """Digest of all that draws: the modules beside this one, the typeface, and the packages."""
        content = hashlib.sha256(json.dumps([(name, version(name)) for name in _PACKAGES]).encode())
        fonts = (templates_folder() / "report" / "fonts").glob("*.ttf")
        for path in sorted([*Path(__file__).parent.glob("*.py"), *fonts]):
            content.update(path.name.encode() + b"\0" + path.read_bytes())
        return content.digest()


def _parts(drawing: Drawing) -> dict[str, bytes]:
    parts = {"size": to_json([drawing.width, drawing.height]), "webp": drawing.webp}
    if drawing.svg is not None:
        parts["svg"] = drawing.svg
    if (film := drawing.animation) is not None:
        parts |= {"film": to_json([film.width, film.height]), "moving": film.moving, "still": film.still}
    return parts


def _drawing(parts: dict[str, bytes]) -> Drawing | None:
    try:
        width, height = json.loads(parts["size"])
        animation = None
        if "film" in parts:
            size: Any = json.loads(parts["film"])
            animation = Animation(parts["moving"], parts["still"], *size)
        return Drawing(parts["webp"], parts.get("svg"), width, height, animation)
    except (KeyError, ValueError, TypeError):
        return None
