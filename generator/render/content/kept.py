"""Questions that were gathered before are not gathered again: each is kept under a digest of all that it was made from.

What a question reads is in its :class:`Inputs`, hashed whole; a result outside of them may be read, but then the
question is not kept. Neither is one with problems, which somebody is about to mend.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from generator.answers.addresses import Address
from generator.answers.claims import Claim
from generator.answers.reads import Print, Read
from generator.course.editions import Edition
from generator.course.spec import Answer, QuestionSpec
from generator.course.yaml_source import Source
from generator.formats import Markdown
from generator.jobs import Outcome
from generator.render.content.agreement import Uncertainty
from generator.render.content.exhibits import Box, Exhibit, Frame, FramedPanel, Panel
from generator.render.content.homes import Homes
from generator.render.content.origins import Origin, Origins
from generator.render.content.reproduction import Comparison, Verdict
from generator.render.content.tables import Cell, Column, TableContent
from generator.render.figures import Drawing
from generator.render.text.maths import MarkupError
from generator.render.text.numbering import Numbered, Numbering
from generator.render.text.own_images import OwnImages
from generator.render.text.words import Word
from generator.store.parts import PartStore
from generator.store.plain import Short, digest_of, plain, read_plain

if TYPE_CHECKING:
    from generator.render.content.document import Report

#: A file of the course is as its bytes are, and as its translation makes it.
SHORT: Short = {Source: lambda source: [str(source.path), source.digest, source.translated]}


@dataclass(frozen=True)
class MadeAnswer:
    """What comes of an answer: its Markdown, or a box; its claims, and the pictures that are shown.

    ``pictures`` are the course's, in the question's other texts, ``own_pictures`` those of the answer; ``prints`` what
    it prints of results.
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
_HELD: dict[Path, MadeAnswer | MadeExhibits] = {}
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


@dataclass(frozen=True)
class Inputs:
    """All that a part of a question is made from, the program that makes it included.

    ``scope`` are the questions whose results it can name: its own and those whose addresses stand in its texts.
    """

    digest: str
    scope: frozenset[str]


@dataclass
class KeptParts:
    """A store of what was made of questions, and of their HTML; ``drawing`` finds a figure that was drawn before.

    Nothing is written before :meth:`keep`, for which whoever builds waits until it is known that no file of the
    ``program`` changed meanwhile. ``pictures`` are the digests of the course's and a student's own.
    """

    store: PartStore
    program: str
    drawing: Callable[[str], Drawing | None]
    pictures: Mapping[str, str] = field(default_factory=dict)
    _pending: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def made(self, kind: type[Made], inputs: Inputs, images: OwnImages, own_images: OwnImages) -> Made | None:
        """What was made from these; the pictures in it are among those that are shown."""
        place = self.store.folder / inputs.digest
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
        parts = self.store.read(inputs.digest)
        if parts is None:
            raise LookupError(inputs.digest)
        made: MadeAnswer | MadeExhibits = read_plain(json.loads(parts["made"]), _KINDS)
        return self._drawn(made) if isinstance(made, MadeExhibits) else made

    def keep_made(self, inputs: Inputs, made: MadeAnswer | MadeExhibits) -> bool:
        """Have it kept; False if it has something that cannot be."""
        try:
            stored = plain(_named(made) if isinstance(made, MadeExhibits) else made)
        except (TypeError, ValueError):
            return False
        self._pending[inputs.digest] = {"made": json.dumps(stored, separators=(",", ":")).encode()}
        return True

    def text(self, name: str, make: Callable[[], str]) -> str:
        """The text that is kept under a name, or what ``make`` gives."""
        parts = self.store.read(name)
        if parts is not None and "text" in parts:
            return parts["text"].decode()
        made = make()
        self._pending[name] = {"text": made.encode()}
        return made

    def found(self, name: str) -> bytes:
        """What is kept as JSON under a name; an empty object where there is nothing."""
        return (self.store.read(name) or {}).get("found", b"{}")

    def note(self, name: str, content: bytes) -> None:
        """Have it kept under the name from now on."""
        self._pending[name] = {"found": content}

    def drawn(self, name: str, make: Callable[[], Drawing]) -> Drawing:
        """The drawing whose own name is kept under this one, or what ``make`` draws."""
        place = self.store.read(name) or {}
        if (found := self.drawing(place.get("drawing", b"").decode())) is not None:
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


def inputs_of(report: Report, spec: QuestionSpec, common: str, homes: Homes) -> tuple[Inputs, Inputs]:
    """What the exhibits of a question are made from, and what its answer is, which may be of all.

    ``homes`` are those of the report's results, ``common`` is the digest of what all questions share (see
    :func:`common_inputs`).
    """
    answer = json.dumps(plain(spec.answer))
    others = json.dumps(plain(replace(spec, answer=Answer("", spec.answer.path)), SHORT))
    exhibits = _inputs(report, homes, spec.address, others, [common, others, plain(spec.source, SHORT)])
    return exhibits, _inputs(report, homes, spec.address, others + answer, [exhibits.digest, answer])


def _inputs(report: Report, homes: Homes, address: str, words: str, read: list[Any]) -> Inputs:
    """What is read together with the results that these words can name."""
    scope = homes.named(words) | {address}
    refs = homes.refs(scope)
    return Inputs(digest_of([*read, refs, states(report, refs)]), scope)


def common_inputs(report: Report, numbering: Numbering, absent: frozenset[str], keys: frozenset[str]) -> str:
    """The digest of what all questions of a report are made from: the program, the course's own, every number.

    Empty where none are kept. ``keys`` are those of the bibliography.
    """
    if report.kept is None:
        return ""
    nothing: dict[str, Any] = {"introduction": "", "conclusion": "", "cover": None, "style": None}
    course = replace(report.course, labs=(), profiles={}, files={}, **nothing)
    framed = report.frames or course.edition is Edition.WORKSHEET
    numbers = replace(numbering, cited={})
    return digest_of(
        [
            report.kept.program,
            course,
            report.profile,
            [report.name, report.only is None, report.frames, report.fields, absent],
            report.bound if framed else {},
            numbers,
            keys,
            report.kept.pictures,
            os.environ.get("SOURCE_DATE_EPOCH"),
        ],
        SHORT,
    )


def states(report: Report, refs: Mapping[str, tuple[Address, ...]]) -> dict[str, Any]:
    """What can be seen of the ends of the jobs behind some results."""
    return {str(ref): _state(report.outcomes.get(str(ref))) for points in refs.values() for ref in points}


def _state(outcome: Outcome | None) -> Any:
    """What can be seen of a job's end: how its result came about, or why there is none."""
    if outcome is None:
        return None
    return [outcome.fingerprint, outcome.has_result or outcome.state.value, outcome.provenance, outcome.failure]


def _named(made: MadeExhibits) -> MadeExhibits:
    """With the names of its drawings in their places; ValueError if one is not kept."""

    def named(panel: Panel) -> Panel:
        if not panel.drawing.kept:
            raise ValueError(panel.name)
        return replace(panel, drawing=cast(Drawing, KeptDrawing(panel.drawing.kept)))

    return _each_panel(made, named)


def _each_panel(made: MadeExhibits, change: Callable[[Panel], Panel]) -> MadeExhibits:
    exhibits: Iterator[Exhibit] = (
        replace(exhibit, panels=tuple(map(change, exhibit.panels))) for exhibit in made.exhibits
    )
    return replace(made, exhibits=tuple(exhibits))
