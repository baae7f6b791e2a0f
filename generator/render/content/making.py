"""Makes what is shown of a question, by running its answer and building its exhibits, and notes what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from generator.course.exhibits import TableSpec
from generator.course.spec import QuestionSpec
from generator.course.yaml_source import Source, Where
from generator.errors import InputError, Mistake
from generator.render.content.answers import AnswerWriter
from generator.render.content.document import Report
from generator.render.content.exhibits import Box, Exhibit, Panel, build_exhibit, unavailable
from generator.render.content.faults import fault_box, fault_text
from generator.render.content.frames import frame
from generator.render.content.kept import MadeAnswer, MadeExhibits
from generator.render.content.origins import Origins, origins
from generator.render.content.reproduction import compare
from generator.render.content.sentences import TextPlace
from generator.render.content.values import ResultUnavailableError
from generator.render.text.markdown import to_html, to_inline_html
from generator.render.text.maths import in_both_forms
from generator.render.text.numbering import Numbered, exhibits_of
from generator.render.text.own_images import OwnImages
from generator.render.text.surroundings import Surroundings
from generator.render.text.words import in_language


@dataclass
class QuestionMaker:
    """Makes the questions of one report with one ``writer``; ``keys`` are those of its bibliography.

    ``images`` are the course's, ``own_images`` those that answers show. What cannot be shown is among the ``problems``.
    """

    report: Report
    writer: AnswerWriter
    images: OwnImages
    own_images: OwnImages
    keys: frozenset[str]
    problems: list[Mistake] = field(default_factory=list)

    def exhibits(self, spec: QuestionSpec) -> MadeExhibits:
        """Build all of a question but its answer, and look over its texts."""
        address, refs, results = spec.address, self.report.refs, self.writer.results
        self.writer.claims.pop(address, None)
        declared = {name: one for name, one in exhibits_of(spec).items() if not self.report.is_idle(one)}
        with noting(self.images) as pictures:
            built = tuple(self._exhibit(spec, name) for name in declared)
            for name in ("title", "statement", "marking"):
                self.look_in_yaml(getattr(spec, name), spec.place.path, spec.source, (name,), inline=name == "title")
        return MadeExhibits(
            exhibits=built,
            claims=tuple(self.writer.claims.pop(address, ())),
            numbers=origins([ref for name in spec.results for ref in refs.get(f"{address}/{name}", ())], results),
            comparisons=compare(spec, self.report.profile, results, self.keys),
            pictures=tuple(pictures),
        )

    def answer(self, spec: QuestionSpec) -> MadeAnswer:
        """Run the answer of a question."""
        equations = self.equations(spec.address)
        anchor = self.writer.numbering.questions[spec.address].anchor
        place = TextPlace(spec.address, anchor, self.surroundings(self.own_images, equations))
        answer, box = "", None
        with noting(self.images) as pictures, noting(self.own_images) as own_pictures:
            try:
                refuse(spec.answer.faults)
                with in_language(self.report.course.written, foreign=spec.answer.foreign):
                    answer = self.writer.write(spec.answer.text, spec.answer.path, spec, place=place)
            except ResultUnavailableError as error:
                answer, box = "", unavailable(error, self.report.profile)
            except InputError as error:
                answer, box = "", self._problem_box("answer", error)
            self.look(answer, spec.answer.path, spec.answer.text, 1, self.surroundings(self.own_images, equations))
        claims = tuple(self.writer.claims.pop(spec.address, ()))
        prints = self.writer.prints.pop(anchor, ())
        return MadeAnswer(answer, box, claims, tuple(pictures), tuple(own_pictures), prints)

    def prose(
        self, text: str, path: Path, place: TextPlace, written: tuple[str, int], *, foreign: bool, own: bool
    ) -> MadeAnswer:
        """Run an introduction or conclusion; ``written`` is what it was made from, with its first line in the file.

        One of a student's ``own`` that cannot be shown says why; another is left out.
        """
        answer, images = "", self.own_images if own else self.images
        with noting(self.images) as pictures, noting(self.own_images) as own_pictures:
            try:
                refuse(self.report.course.own_faults.get(place.name, ()))
                with in_language(self.report.course.written, foreign=foreign):
                    answer = self.writer.write(text, path, place=place, first_line=written[1])
            except InputError as error:
                self.problems += error.mistakes
                answer = fault_text(error.mistakes) if own else ""
            except ResultUnavailableError:
                pass  # its numbers are not there yet; the questions say so themselves
            else:
                self.look(answer, path, *written, self.surroundings(images))
        claims = tuple(self.writer.claims.pop(place.name, ()))
        prints = self.writer.prints.pop(place.anchor, ())
        return MadeAnswer(answer, None, claims, tuple(pictures), tuple(own_pictures), prints)

    def equations(self, address: str) -> dict[str, Numbered]:
        """The labelled equations of a question, by their labels."""
        every = self.writer.numbering.equations
        return {label: numbered for (other, label), numbered in every.items() if other == address}

    def _exhibit(self, spec: QuestionSpec, name: str) -> Exhibit:
        numbered = self.writer.numbering.exhibits[spec.address, name]
        declared = exhibits_of(spec)[name]
        path = (declared.place or spec.place).path
        where: Where = ("tables" if isinstance(declared, TableSpec) else "figures", name)
        if isinstance(declared, TableSpec):
            for column in declared.columns:
                self.look_in_yaml(column.title, path, spec.source, (*where, "columns", column.source))
            self.look_in_yaml(declared.row_title, path, spec.source, (*where, "row_title"))
        try:
            if self.report.is_framed(declared):
                exhibit = frame(declared, spec, self.writer, numbered, self.report.bound)
            else:
                exhibit = build_exhibit(declared, spec, self.writer, numbered)
        except InputError as error:
            box = self._problem_box(numbered.kind, error)
            return Exhibit(name, spec.address, numbered, "", Origins(), declared.appendix, declared.further, box=box)
        bearers: tuple[Exhibit | Panel, ...] = (exhibit, *exhibit.panels)
        for text in dict.fromkeys(text for one in bearers for text in (one.caption, one.finding)):
            self.look_in_yaml(text, path, spec.source, where)
        return exhibit

    def _problem_box(self, kind: str, error: InputError) -> Box:
        self.problems += error.mistakes
        return fault_box(kind, error.mistakes)

    def surroundings(self, images: OwnImages, equations: Mapping[str, Numbered] | None = None) -> Surroundings:
        """What texts may refer to and show, with the labelled equations of their question."""
        return Surroundings(in_both_forms, self.writer.numbering.citations, equations or {}, images=images)

    def look_in_yaml(self, text: str, path: Path, source: Source, where: Where, *, inline: bool = True) -> None:
        """The same for a value of a YAML file."""
        self.look(text, path, *source.text(where, text), self.surroundings(self.images), inline=inline)

    def look(
        self, text: str, path: Path, written: str, first_line: int, surroundings: Surroundings, *, inline: bool = False
    ) -> None:
        """Find formulas, pictures and links that will be boxes, in the page or the PDF, and file them as problems.

        ``written`` is what the text was made from and begins on ``first_line`` of the file.
        """
        (to_inline_html if inline else to_html)(text, surroundings)
        for fault in dict.fromkeys(surroundings.faults):
            start = written.find(fault.text.strip())
            line = first_line + written.count("\n", 0, start) if start >= 0 else first_line
            self.problems.append(Mistake(fault.message, path, line))


def refuse(faults: Sequence[Mistake]) -> None:
    """Raise what is known to be wrong with a text, which then is not even tried."""
    if faults:
        raise InputError(faults)


@contextmanager
def noting(images: OwnImages) -> Iterator[list[str]]:
    """The pictures that are shown meanwhile."""
    noted: list[str] = []
    before = dict(images.shown)
    images.shown.clear()
    yield noted
    noted += images.shown
    images.shown.update(before)
