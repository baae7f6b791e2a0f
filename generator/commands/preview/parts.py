"""Questions that were gathered a moment ago, and their HTML, as they are in memory: nothing is read from disk again."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from generator.course.editions import Edition
from generator.render.content.inputs import Inputs
from generator.render.content.kept import KeptParts, Made, MadeAnswer, MadeExhibits, show_pictures
from generator.render.text.maths import MarkupError

if TYPE_CHECKING:
    from generator.course.spec import QuestionSpec
    from generator.render.content.document import Report
    from generator.render.content.homes import Homes
    from generator.render.text.numbering import Numbering
    from generator.render.text.own_images import OwnImages


class PartsInMemory:
    """What the last two pages were made of; what neither of them asked for is forgotten."""

    def __init__(self) -> None:
        self._now: dict[str, Any] = {}
        self._before: dict[str, Any] = {}
        self.inputs = InputsInMemory()

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


class InputsInMemory:
    """The inputs of a moment ago: those of a question are the same where it and all that it can read are the same.

    What was read from files is compared by being the very same object, as 1 and 1.0 and true are equal, yet read
    differently; what the program itself put together, by its value.
    """

    def __init__(self) -> None:
        self._common: tuple[tuple[Any, ...], Any, str] | None = None
        self._ends: tuple[Any, Any] | None = None
        self._questions: dict[str, tuple[QuestionSpec, str, tuple[Inputs, Inputs]]] = {}

    def common(self, read: Iterable[Any], made: Any, make: Callable[[], str]) -> str:
        """The digest of what all questions share, which is ``read`` from files and ``made`` of them."""
        now = tuple(read)
        if self._common is not None:
            before, then, digest = self._common
            if then == made and _same(before, now):
                return digest
        self._common = now, made, make()
        return self._common[-1]

    def results(self, refs: Any, outcomes: Any) -> None:
        """These are the results: others than before make other inputs."""
        if self._ends is None or self._ends[0] is not refs or not _same_values(self._ends[1], outcomes):
            self._ends = refs, outcomes
            self._questions.clear()

    def of(self, spec: QuestionSpec, common: str, make: Callable[[], tuple[Inputs, Inputs]]) -> tuple[Inputs, Inputs]:
        """The inputs of the exhibits and of the answer of a question."""
        known = self._questions.get(spec.address)
        if known is None or known[0] is not spec or known[1] != common:
            known = self._questions[spec.address] = (spec, common, make())
        return known[2]


def _same(before: tuple[Any, ...], now: tuple[Any, ...]) -> bool:
    return len(before) == len(now) and all(one is other for one, other in zip(before, now, strict=True))


def _same_values(before: Any, now: Any) -> bool:
    return bool(before.keys() == now.keys() and all(before[name] is one for name, one in now.items()))


def _read(report: Report) -> Iterable[Any]:
    """What the questions share that comes from files: the course without them and its chapters, and the profile."""
    for field in dataclasses.fields(report.course):
        if field.name not in ("labs", "files", "profiles", "introduction", "conclusion", "cover", "style"):
            yield getattr(report.course, field.name)
    profile = report.profile
    yield from (profile.name, profile.title, profile.description, profile.note, profile.asked_for)
    for name, role in profile.roles.items():
        yield from (name, role)


class _Parts(KeptParts):
    def __init__(self, *known: Any, memory: PartsInMemory) -> None:
        super().__init__(*known)
        self._memory = memory

    def common(self, report: Report, numbering: Numbering, absent: frozenset[str], keys: frozenset[str]) -> str:
        self._memory.inputs.results(report.refs, report.outcomes)
        if report.frames or report.course.edition is Edition.WORKSHEET:
            return super().common(report, numbering, absent, keys)
        made = (
            self.program, report.name, report.only, report.fields, absent, dataclasses.replace(numbering, cited={}),
            keys, self.pictures, os.environ.get("SOURCE_DATE_EPOCH"),
        )  # fmt: skip
        make = super().common
        return self._memory.inputs.common(_read(report), made, lambda: make(report, numbering, absent, keys))

    def inputs(self, report: Report, spec: QuestionSpec, common: str, homes: Homes) -> tuple[Inputs, Inputs]:
        make = super().inputs
        return self._memory.inputs.of(spec, common, lambda: make(report, spec, common, homes))

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
