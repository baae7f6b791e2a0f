"""Makes what is shown of a question, by running its answer and building its exhibits, and notes what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from generator.course.exhibits import TableSpec
from generator.course.spec import QuestionSpec
from generator.course.yaml_source import Source, Where
from generator.errors import InputError, Mistake
from generator.languages import gettext, marked
from generator.render.content.answers import AnswerWriter
from generator.render.content.document import Report
from generator.render.content.exhibits import Box, Exhibit, Panel, build_exhibit, unavailable
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

_UNRENDERED = {
    "table": marked("This table could not be rendered"),
    "figure": marked("This figure could not be rendered"),
}


@dataclass
class QuestionMaker:
    """Makes the questions of one report with one ``writer``; ``keys`` are those of its bibliography.

    What cannot be shown is among the ``problems``.
    """

    report: Report
    writer: AnswerWriter
    images: OwnImages
    keys: frozenset[str]
    problems: list[Mistake] = field(default_factory=list)

    def exhibits(self, spec: QuestionSpec) -> MadeExhibits:
        """Build all of a question but its answer."""
        address, refs, results = spec.address, self.report.refs, self.writer.results
        self.writer.claims.pop(address, None)
        declared = {name: one for name, one in exhibits_of(spec).items() if not self.report.is_idle(one)}
        with self._noting_pictures() as pictures:
            built = tuple(self._exhibit(spec, name) for name in declared)
        return MadeExhibits(
            exhibits=built,
            claims=tuple(self.writer.claims.pop(address, ())),
            numbers=origins([ref for name in spec.results for ref in refs.get(f"{address}/{name}", ())], results),
            comparisons=compare(spec, self.report.profile, results, self.keys),
            pictures=tuple(pictures),
        )

    def answer(self, spec: QuestionSpec) -> MadeAnswer:
        """Run the answer of a question, and look over its other texts."""
        equations = self.equations(spec.address)
        anchor = self.writer.numbering.questions[spec.address].anchor
        place = TextPlace(spec.address, anchor, self.surroundings(equations))
        answer, box = "", None
        with self._noting_pictures() as pictures:
            try:
                with in_language(self.report.course.written, foreign=spec.answer.foreign):
                    answer = self.writer.write(spec.answer.text, spec.answer.path, spec, place=place)
            except ResultUnavailableError as error:
                answer, box = "", unavailable(error, self.report.profile)
            except InputError as error:
                answer, box = "", self._problem_box(gettext("This answer could not be rendered"), error)
            self.look(answer, spec.answer.path, spec.answer.text, equations=equations)
            for name in ("title", "statement", "marking"):
                self.look_in_yaml(getattr(spec, name), spec.place.path, spec.source, (name,), inline=name == "title")
        return MadeAnswer(answer, box, tuple(self.writer.claims.pop(spec.address, ())), tuple(pictures))

    @contextmanager
    def _noting_pictures(self) -> Iterator[list[str]]:
        """The student's pictures that are shown meanwhile."""
        noted: list[str] = []
        before = dict(self.images.shown)
        self.images.shown.clear()
        yield noted
        noted += self.images.shown
        self.images.shown.update(before)

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
            box = self._problem_box(gettext(_UNRENDERED[numbered.kind]), error)
            return Exhibit(name, spec.address, numbered, "", Origins(), declared.appendix, declared.further, box=box)
        bearers: tuple[Exhibit | Panel, ...] = (exhibit, *exhibit.panels)
        for text in dict.fromkeys(text for one in bearers for text in (one.caption, one.finding)):
            self.look_in_yaml(text, path, spec.source, where)
        return exhibit

    def _problem_box(self, title: str, error: InputError) -> Box:
        self.problems += error.mistakes
        first = error.mistakes[0]
        where = f"{first.path.name}, line {first.line}: " if first.path and first.line else ""  # as on the terminal
        return Box(title, where + first.message)

    def surroundings(self, equations: Mapping[str, Numbered] | None = None) -> Surroundings:
        """What texts may refer to, with the labelled equations of their question."""
        return Surroundings(in_both_forms, self.writer.numbering.citations, equations or {}, images=self.images)

    def look_in_yaml(self, text: str, path: Path, source: Source, where: Where, *, inline: bool = True) -> None:
        """The same for a value of a YAML file."""
        written, line = source.text(where, text)
        self.look(text, path, written, line, inline=inline)

    def look(
        self, text: str, path: Path, written: str, first_line: int = 1, *,
        equations: Mapping[str, Numbered] | None = None, inline: bool = False,
    ) -> None:  # fmt: skip
        """Find formulas, pictures and links that will be boxes, in the page or the PDF, and file them as problems.

        ``written`` is what the text was made from and begins on ``first_line`` of the file.
        """
        surroundings = self.surroundings(equations)
        (to_inline_html if inline else to_html)(text, surroundings)
        for fault in dict.fromkeys(surroundings.faults):
            start = written.find(fault.text.strip())
            line = first_line + written.count("\n", 0, start) if start >= 0 else first_line
            self.problems.append(Mistake(fault.message, path, line))
