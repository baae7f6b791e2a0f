"""Questions that were gathered before are not gathered again: each is kept under a digest of all that it was made from.

What a question reads is in its :class:`Inputs`, hashed whole; a result outside of them may be read, but then the
question is not kept. Neither is one with problems, which somebody is about to mend.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from generator.answers.claims import Claim
from generator.answers.reads import Print, Read
from generator.formats import Markdown
from generator.render.content.agreement import Uncertainty
from generator.render.content.exhibits import Box, Exhibit, Frame, FramedPanel, Panel
from generator.render.content.inputs import Inputs, common_inputs, inputs_of
from generator.render.content.origins import Origin, Origins
from generator.render.content.reproduction import Comparison, Verdict
from generator.render.content.shelves import Shelf
from generator.render.content.tables import Cell, Column, TableContent
from generator.render.figures import Drawing
from generator.render.text.maths import MarkupError
from generator.render.text.numbering import Numbered
from generator.render.text.own_images import OwnImages
from generator.render.text.words import Word
from generator.store.parts import PartStore
from generator.store.plain import digest_of, plain, read_plain

if TYPE_CHECKING:
    from generator.course.spec import QuestionSpec
    from generator.render.content.document import Report
    from generator.render.content.homes import Homes
    from generator.render.text.numbering import Numbering


@dataclass(frozen=True)
class MadeAnswer:
    """What comes of an answer: its Markdown, or a box; its claims, and the pictures that are shown.

    ``pictures`` are the course's, ``own_pictures`` those of who answers; ``prints`` is what it prints of results.
    """

    answer: str
    box: Box | None
    claims: tuple[Claim, ...]
    pictures: tuple[str, ...]
    own_pictures: tuple[str, ...] = ()
    prints: tuple[Print, ...] = ()


@dataclass(frozen=True)
class MadeExhibits:
    """What comes of the rest of a question, whatever its answer says."""

    exhibits: tuple[Exhibit, ...]
    claims: tuple[Claim, ...]
    numbers: Origins
    comparisons: tuple[Comparison, ...]
    pictures: tuple[str, ...]


#: What this process has read already, for one that builds again and again: by its inputs, it is the same each time.
_HELD: dict[tuple[Path, str], MadeAnswer | MadeExhibits] = {}
_MOST_HELD = 500

Made = TypeVar("Made", MadeAnswer, MadeExhibits)


@dataclass(frozen=True)
class KeptDrawing:
    """In place of a drawing, the name under which it is kept."""

    name: str


_KINDS = (
    Box, Cell, Claim, Column, Comparison, Exhibit, Frame, FramedPanel, KeptDrawing, MadeAnswer, MadeExhibits, Markdown,
    Numbered, Origin, Origins, Panel, Print, Read, TableContent, Uncertainty, Verdict, Word,
)  # fmt: skip


@dataclass
class KeptParts:
    """A store of what was made of questions, and of their HTML; ``drawing`` finds a figure that was drawn before.

    Nothing is written before :meth:`keep`, for which whoever builds waits until it is known that no file of the
    ``program`` changed meanwhile. ``pictures`` are the digests of the course's and a student's own. Where
    ``shelved`` names the report, the parts of each lab lie together as well.
    """

    store: PartStore
    program: str
    drawing: Callable[[str], Drawing | None]
    pictures: Mapping[str, str] = field(default_factory=dict)
    shelved: str = ""
    _pending: dict[str, dict[str, bytes]] = field(default_factory=dict)
    _shelves: dict[str, Shelf] = field(default_factory=dict)
    _open: Shelf | None = None

    @contextmanager
    def shelf(self, lab: str, key: Callable[[], str] = str) -> Iterator[Shelf | None]:
        """The shelf of a lab, on which all parts are looked for and put meanwhile; ``key`` is for the first time."""
        if self.shelved and lab not in self._shelves and (digest := key()):
            name = digest_of(["shelf", self.shelved, lab])
            self._shelves[lab] = Shelf(self.store, name, digest)
        before, self._open = self._open, self._shelves.get(lab)
        try:
            yield self._open
        finally:
            self._open = before

    def _find(self, name: str) -> Mapping[str, bytes] | None:
        """The parts that are kept under a name."""
        shelf = self._open
        if shelf is not None and (found := shelf.find(name)) is not None:
            return found
        parts = self.store.read(name)
        if shelf is not None and parts is not None:
            shelf.put(name, parts)
        return parts

    def _note(self, name: str, parts: dict[str, bytes]) -> None:
        self._pending[name] = parts
        if self._open is not None:
            self._open.put(name, parts)

    def common(self, report: Report, numbering: Numbering, absent: frozenset[str], keys: frozenset[str]) -> str:
        """See :func:`common_inputs`."""
        return common_inputs(report, numbering, absent, keys)

    def inputs(self, report: Report, spec: QuestionSpec, common: str, homes: Homes) -> tuple[Inputs, Inputs]:
        """See :func:`inputs_of`."""
        return inputs_of(report, spec, common, homes)

    def made(self, kind: type[Made], inputs: Inputs, images: OwnImages, own_images: OwnImages) -> Made | None:
        """What was made from these; the pictures in it are among those that are shown."""
        place = self.store.folder, inputs.digest
        try:
            made = _HELD[place] if place in _HELD else self._read(inputs)
            show_pictures(made, images, own_images)
        except (AttributeError, LookupError, TypeError, ValueError, MarkupError):
            return None
        if len(_HELD) >= _MOST_HELD:
            _HELD.clear()
        _HELD[place] = made
        return made if isinstance(made, kind) else None

    def _read(self, inputs: Inputs) -> MadeAnswer | MadeExhibits:
        """What is kept on disk; LookupError where there is nothing, or something is damaged."""
        parts = self._find(inputs.digest)
        if parts is None:
            raise LookupError(inputs.digest)
        made: MadeAnswer | MadeExhibits = read_plain(json.loads(parts["made"]), _KINDS)
        return self._drawn(made) if isinstance(made, MadeExhibits) else made

    def misses(self, inputs: Inputs) -> bool:
        """Whether nothing that was made from these can be kept."""
        if (self.store.folder, inputs.digest) in _HELD:
            return False
        if self._open is not None and self._open.find(inputs.digest) is not None:
            return False
        return not self.store.holds(inputs.digest)  # last: of a question on a shelf, no file of its own is looked for

    def keep_made(self, inputs: Inputs, made: MadeAnswer | MadeExhibits) -> bool:
        """Have it kept; False if it has something that cannot be."""
        try:
            stored = plain(_named(made) if isinstance(made, MadeExhibits) else made)
        except (TypeError, ValueError):
            return False
        self._note(inputs.digest, {"made": json.dumps(stored, separators=(",", ":")).encode()})
        return True

    def text(self, name: str, make: Callable[[], str]) -> str:
        """The text that is kept under a name, or what ``make`` gives."""
        parts = self._find(name)
        if parts is not None and "text" in parts:
            return parts["text"].decode()
        made = make()
        self._note(name, {"text": made.encode()})
        return made

    def found(self, name: str) -> bytes:
        """What is kept as JSON under a name; an empty object where there is nothing."""
        return (self.store.read(name) or {}).get("found", b"{}")

    def note(self, name: str, content: bytes) -> None:
        """Have it kept under the name from now on."""
        self._pending[name] = {"found": content}

    def drawn(self, name: str, make: Callable[[], Drawing]) -> Drawing:
        """The drawing whose own name is kept under this one, or what ``make`` draws."""
        kept = (self.store.read(name) or {}).get("drawing")
        if kept is not None and (found := self.drawing(kept.decode())) is not None:
            return found
        made = make()
        if made.kept:
            self._pending[name] = {"drawing": made.kept.encode()}
        return made

    def value(self, name: str, kinds: Iterable[type], make: Callable[[], Any]) -> Any:
        """The value, made of these kinds, that is kept under a name, or what ``make`` gives."""
        kept = self.text(name, lambda: json.dumps(plain(make()), separators=(",", ":")))
        return read_plain(json.loads(kept), kinds)

    def keep(self) -> None:
        """Write what this run made."""
        for name, parts in self._pending.items():
            self.store.write(name, parts)
        self._pending.clear()
        for shelf in self._shelves.values():
            shelf.keep()

    def _drawn(self, made: MadeExhibits) -> MadeExhibits:
        """With its drawings again; LookupError if one is gone."""

        def found(panel: Panel) -> Panel:
            drawing = self.drawing(cast(KeptDrawing, panel.drawing).name)
            if drawing is None:
                raise LookupError(panel.name)
            return replace(panel, drawing=drawing)

        return _each_panel(made, found)


def show_pictures(made: MadeAnswer | MadeExhibits, images: OwnImages, own_images: OwnImages) -> None:
    """Have the pictures among those that are shown. Raises MarkupError where one cannot be."""
    for address in made.pictures:
        images.get(address)
    for address in made.own_pictures if isinstance(made, MadeAnswer) else ():
        own_images.get(address)


def _named(made: MadeExhibits) -> MadeExhibits:
    """With the names of its drawings in their places; ValueError if one is not kept."""

    def named(panel: Panel) -> Panel:
        if not panel.drawing.kept:
            raise ValueError(panel.name)
        return replace(panel, drawing=cast(Drawing, KeptDrawing(panel.drawing.kept)))

    return _each_panel(made, named)


def _each_panel(made: MadeExhibits, change: Callable[[Panel], Panel]) -> MadeExhibits:
    exhibits: Iterator[Exhibit] = (
        replace(exhibit, panels=tuple(map(change, exhibit.panels))) if exhibit.panels else exhibit
        for exhibit in made.exhibits
    )
    return replace(made, exhibits=tuple(exhibits))
