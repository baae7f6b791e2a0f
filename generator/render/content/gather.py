"""Gathers everything that the report will show, before a single file is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.answers.claims import Claim
from generator.course.editions import Edition
from generator.course.spec import LabSpec, QuestionSpec, SectionSpec
from generator.errors import InputError, Mistake
from generator.render.content.answers import AnswerWriter
from generator.render.content.document import Document, LabPart, QuestionPart, Report, SectionPart
from generator.render.content.exhibits import Box, Exhibit, build_exhibit, frame, unavailable
from generator.render.content.reproduction import compare
from generator.render.content.sentences import TextPlace
from generator.render.content.values import Results, ResultUnavailableError
from generator.render.text.bibliography import Reference, format_bibliography, unknown_keys
from generator.render.text.markdown import Surroundings, to_html, to_inline_html
from generator.render.text.maths import MarkupError, mathml
from generator.render.text.numbering import Numbered, Numbering, exhibits_of, number_course
from generator.render.text.own_images import OwnImages


def gather(report: Report, progress: Callable[[str], None]) -> Document:
    """Run every answer and draw every figure; one that fails gives a visible box, and the rest goes on."""
    gatherer = _Gatherer(report, progress)
    course = report.course
    whole = report.only is None
    introduction = gatherer.prose(course.introduction, "introduction", "introduction") if whole else ""
    labs = tuple(lab for spec in course.labs if (lab := gatherer.lab(spec, whole)).sections)
    conclusion = gatherer.prose(course.conclusion, "conclusion", "conclusion") if whole else ""
    shown = {question.address for question in course.questions() if report.shows(question)}
    used = gatherer.numbering.citations if whole else gatherer.cited_by(shown)
    return Document(
        report=report,
        introduction=introduction,
        conclusion=conclusion,
        labs=labs,
        appendix=tuple(gatherer.appendix),
        references=gatherer.references(used),
        citations=gatherer.numbering.citations,
        claims=gatherer.writer.claims,
        results=gatherer.results,
        problems=tuple(gatherer.problems),
        warnings=tuple(gatherer.warnings),
        gaps=tuple(gatherer.gaps),
        reproduction=compare(course, report.profile, gatherer.results, shown),
        images=gatherer.images,
    )


@dataclass
class _Gatherer:
    report: Report
    progress: Callable[[str], None]
    problems: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    appendix: list[Exhibit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.numbering: Numbering = number_course(self.report.course)
        self.results = Results(self.report.refs, self.report.outcomes, self.report.drawings)
        self.writer = AnswerWriter(self.results, self.numbering, self.report.profile, self._absent())
        self.images = OwnImages(self.report.images)

    def _absent(self) -> frozenset[str]:
        """The anchors of questions, exhibits and equations that a partial report does not show."""
        left_out = {question.address for question in self.report.course.questions() if not self.report.shows(question)}
        numbering = self.numbering
        anchors = {numbered.anchor for address, numbered in numbering.questions.items() if address in left_out}
        for found in (numbering.exhibits, numbering.equations):
            anchors |= {numbered.anchor for (address, _), numbered in found.items() if address in left_out}
        return frozenset(anchors)

    def prose(self, text: str, name: str, anchor: str, place: Path | None = None) -> str:
        """An introduction or conclusion by its name; left out, and reported, if it cannot be written."""
        path = self.report.course.own_texts.get(name, place or self.report.course.root)
        try:
            markdown = self.writer.write(text, path, place=TextPlace(name, anchor, self._surroundings()))
        except InputError as error:
            self.problems += error.mistakes
        except ResultUnavailableError:
            return ""  # its numbers are not there yet; the questions say so themselves
        else:
            self._warn(name)
            return markdown
        return ""

    def lab(self, spec: LabSpec, whole: bool) -> LabPart:
        number = self.numbering.labs[spec.id]
        sections = []
        for place, section in enumerate(spec.sections, start=1):
            questions = tuple(self.question(question) for question in section.questions if self.report.shows(question))
            if questions:
                sections.append(self._section(f"{number}.{place}", section, questions, spec.place.path, whole))
        introduction = conclusion = ""
        if whole:
            path = spec.place.path
            introduction = self.prose(spec.introduction, f"{spec.id}/introduction", f"lab-{spec.id}", path)
            conclusion = self.prose(spec.conclusion, f"{spec.id}/conclusion", f"conclusion-{spec.id}", path)
        return LabPart(number, spec.id, spec.title, introduction, conclusion, tuple(sections))

    def _section(
        self, number: str, spec: SectionSpec, questions: tuple[QuestionPart, ...], path: Path, whole: bool
    ) -> SectionPart:
        introduction = self.prose(spec.introduction, number, f"section-{number}", path) if whole else ""
        return SectionPart(number, spec.title, introduction, questions)

    def question(self, spec: QuestionSpec) -> QuestionPart:
        self.progress(f"{spec.address}: {spec.title}")
        address = spec.address
        built = {name: self._exhibit(spec, name) for name in exhibits_of(spec)}
        equations = {
            label: numbered for (other, label), numbered in self.numbering.equations.items() if other == address
        }
        place = TextPlace(address, self.numbering.questions[address].anchor, self._surroundings(equations))
        answer, box = "", None
        try:
            answer = self.writer.write(spec.answer.text, spec.answer.path, spec, place=place)
            self._try_markdown(spec.statement, spec.place.path)
        except ResultUnavailableError as error:
            answer, box = "", unavailable(error, self.report.profile.name)
        except InputError as error:
            answer, box = "", self._problem_box("This answer could not be rendered", error)
        # What the answer's own box says already is not said again by each exhibit.
        telling = {name: exhibit for name, exhibit in built.items() if box is None or exhibit.box != box}
        self.appendix += [exhibit for exhibit in telling.values() if exhibit.appendix]
        placed = tuple(telling[name] for name in self.numbering.order[address] if name in telling)
        if self.report.course.edition is Edition.STUDENT and box is None and not answer.strip():
            self.gaps.append(address)
            box = Box("Not answered yet", "", pending=True)
        contradicted = self._warn(address)
        return QuestionPart(spec, self.numbering.questions[address], answer, placed, equations, box, contradicted)

    def _warn(self, name: str) -> tuple[Claim, ...]:
        """The claims of a place that are printed although they do not hold; each is a warning."""
        contradicted = tuple(claim for claim in self.writer.claims.get(name, ()) if claim.contradicted)
        for claim in contradicted:
            got = ", ".join(f"{name} = {value}" for name, value in claim.values.items())
            message = "the results contradict this claim"
            self.warnings.append(Mistake(message, claim.path, claim.line, expected=claim.expression, got=got))
        return contradicted

    def _exhibit(self, spec: QuestionSpec, name: str) -> Exhibit:
        numbered = self.numbering.exhibits[spec.address, name]
        declared = exhibits_of(spec)[name]
        if self.report.frames:
            return frame(declared, spec.address, numbered)
        try:
            exhibit = build_exhibit(declared, spec, self.writer, numbered)
            place = declared.place or spec.place
            for caption in (exhibit.caption, *(panel.caption for panel in exhibit.panels)):
                self._try_markdown(caption, place.path, inline=True)
        except InputError as error:
            box = self._problem_box(f"This {numbered.kind} could not be rendered", error)
            return Exhibit(name, spec.address, numbered, "", "", declared.appendix, box=box)
        return exhibit

    def _problem_box(self, title: str, error: InputError) -> Box:
        self.problems += error.mistakes
        first = error.mistakes[0]
        where = f"{first.path.name}, line {first.line}: " if first.path and first.line else ""
        return Box(title, where + first.message)

    def _surroundings(self, equations: Mapping[str, Numbered] | None = None) -> Surroundings:
        return Surroundings(mathml, self.numbering.citations, equations or {}, images=self.images)

    def _try_markdown(self, text: str, path: Path, *, inline: bool = False) -> None:
        """Find formulas that cannot be set now, while their question can still be shown as a box."""
        try:
            (to_inline_html if inline else to_html)(text, self._surroundings())
        except MarkupError as error:
            raise InputError([Mistake(str(error), path)]) from error

    def references(self, citations: Mapping[str, int]) -> tuple[Reference, ...]:
        """The list of references; keys that the bibliography does not have are problems."""
        path = self.report.course.bibliography
        try:
            missing = unknown_keys(path, citations)
            listed = format_bibliography(path, citations)
        except InputError as error:
            self.problems += error.mistakes
            return ()
        self.problems += [
            Mistake(f"[@{key}] is cited, but this file has no such entry", path) for key in sorted(missing)
        ]
        return listed

    def cited_by(self, addresses: set[str]) -> dict[str, int]:
        """The citations of these questions, with the numbers that they have in the whole report."""
        keys = {key for address in addresses for key in self.numbering.cited.get(address, ())}
        return {key: number for key, number in self.numbering.citations.items() if key in keys}
