"""Gathers everything that the report will show, before a single file is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.answers.claims import Claim
from generator.course.editions import Edition
from generator.course.exhibits import FigureSpec, TableSpec
from generator.course.left_out import reads_left_out
from generator.course.spec import LabSpec, QuestionSpec
from generator.course.translations import untranslated
from generator.course.yaml_source import Source, Where
from generator.errors import InputError, Mistake
from generator.languages import gettext, marked
from generator.render.content.answers import AnswerWriter
from generator.render.content.document import Document, LabPart, QuestionPart, Report, SectionPart
from generator.render.content.exhibits import Box, Exhibit, Panel, build_exhibit, unavailable
from generator.render.content.frames import frame
from generator.render.content.ledger import places_of, summed_up
from generator.render.content.origins import Origins, origins
from generator.render.content.reproduction import compare, source_parts
from generator.render.content.sentences import TextPlace
from generator.render.content.values import Results, ResultUnavailableError
from generator.render.text.bibliography import Reference, format_bibliography, known_keys, unknown_keys
from generator.render.text.markdown import to_html, to_inline_html
from generator.render.text.maths import in_both_forms
from generator.render.text.numbering import Numbered, Numbering, exhibits_of, number_course
from generator.render.text.own_images import OwnImages
from generator.render.text.surroundings import Surroundings
from generator.render.text.words import in_language, telling

_UNRENDERED = {
    "table": marked("This table could not be rendered"),
    "figure": marked("This figure could not be rendered"),
}


def gather(report: Report, progress: Callable[[str], None]) -> Document:
    """Run every answer and draw every figure; one that fails gives a visible box, and the rest goes on."""
    with telling(report.course.language, report.course.words):
        return _gather(report, progress)


def _gather(report: Report, progress: Callable[[str], None]) -> Document:
    gatherer = _Gatherer(report, progress)
    course = report.course
    whole = report.only is None
    introduction = gatherer.prose(course.introduction, "introduction", "introduction", course.source) if whole else ""
    labs = tuple(lab for spec in course.labs if (lab := gatherer.lab(spec, whole)).sections)
    if labs:
        where: Where = ("profiles", report.profile.name, "note")
        gatherer.look_in_yaml(report.profile.note, course.source.path, course.source, where)
    conclusion = gatherer.prose(course.conclusion, "conclusion", "conclusion", course.source) if whole else ""
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
        ledger=summed_up(gatherer.writer.claims, places_of(course)),
        results=gatherer.results,
        problems=tuple(gatherer.problems),
        warnings=tuple(gatherer.warnings),
        gaps=tuple(gatherer.gaps),
        reproduction=compare(course, report.profile, gatherer.results, shown, gatherer.keys),
        images=gatherer.images,
        foreign=frozenset(gatherer.foreign),
    )


@dataclass
class _Gatherer:
    report: Report
    progress: Callable[[str], None]
    problems: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    appendix: list[Exhibit] = field(default_factory=list)
    foreign: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.numbering: Numbering = number_course(self.report.course)
        self.keys = self._cite_sources()
        self.results = Results(self.report.refs, self.report.outcomes, self.report.drawings, self.report.draw)
        self.writer = AnswerWriter(
            self.results, self.numbering, self.report.profile, self._absent(), written=self.report.course.written
        )
        self.images = OwnImages(self.report.images)

    def _cite_sources(self) -> frozenset[str]:
        """The keys of the bibliography; sources of published numbers that begin with one are cited, after all else."""
        published = [(spec.address, each.source) for spec in self.report.course.present() for each in spec.expected]
        keys = known_keys(self.report.course.bibliography) if published else frozenset()
        for address, source in published:
            key, _ = source_parts(source, keys)
            if key:
                self.numbering.cite(key, address)
        return keys

    def _absent(self) -> frozenset[str]:
        """The anchors of questions, exhibits and equations that a partial report does not show."""
        every = [*self.report.course.questions()]
        anchors = self.numbering.anchors({question.address for question in every if not self.report.shows(question)})
        for question in every:
            idle = [name for name, one in exhibits_of(question).items() if self._idle(one)]
            anchors |= {self.numbering.exhibits[question.address, name].anchor for name in idle}
        return anchors

    def prose(self, text: str, name: str, anchor: str, source: Source, where: Where = ()) -> str:
        """An introduction or conclusion by its name; left out, and reported, if it cannot be written.

        One that prints results of questions that are in no report is left out as well; the build says so.
        """
        if reads_left_out(self.report.course, text):
            return ""
        own = self.report.course.own_texts.get(name)
        path = own or (source.path if source.lines else self.report.course.root)
        written, line = (text, 1) if own else source.text(where or (name,), text)
        place = TextPlace(name, anchor, self._surroundings())
        if other := not own and untranslated(source, where or (name,)):
            self.foreign.add(name)
        try:
            with in_language(self.report.course.written, foreign=other):
                markdown = self.writer.write(text, path, place=place, first_line=line)
        except InputError as error:
            self.problems += error.mistakes
        except ResultUnavailableError:
            return ""  # its numbers are not there yet; the questions say so themselves
        else:
            self._look(markdown, path, written, line)
            self._warn(name)
            return markdown
        return ""

    def lab(self, spec: LabSpec, whole: bool) -> LabPart:
        number = self.numbering.labs[spec.id]
        sections = []
        for place, section in enumerate(spec.sections):
            questions = tuple(self.question(question) for question in section.questions if self.report.shows(question))
            if questions:
                sections.append(self._section(f"{number}.{place + 1}", spec, place, questions, whole))
        if untranslated(spec.source, ("title",)):
            self.foreign.add(f"{spec.id}/title")
        if sections:
            self.look_in_yaml(spec.title, spec.place.path, spec.source, ("title",))
        introduction = conclusion = ""
        if whole and sections:
            id_, source = spec.id, spec.source
            introduction = self.prose(spec.introduction, f"{id_}/introduction", f"lab-{id_}", source, ("introduction",))
            conclusion = self.prose(spec.conclusion, f"{id_}/conclusion", f"conclusion-{id_}", source, ("conclusion",))
        return LabPart(number, spec.id, spec.title, introduction, conclusion, tuple(sections))

    def _section(
        self, number: str, lab: LabSpec, place: int, questions: tuple[QuestionPart, ...], whole: bool
    ) -> SectionPart:
        spec, where = lab.sections[place], ("sections", place)
        self.look_in_yaml(spec.title, lab.place.path, lab.source, (*where, "title"))
        if untranslated(lab.source, (*where, "title")):
            self.foreign.add(f"{number}/title")
        introduction = ""
        if whole:
            anchor = f"section-{number}"
            introduction = self.prose(spec.introduction, number, anchor, lab.source, (*where, "introduction"))
        return SectionPart(number, spec.title, introduction, questions)

    def question(self, spec: QuestionSpec) -> QuestionPart:
        self.progress(f"{spec.address}: {spec.title}")
        address = spec.address
        built = {name: self._exhibit(spec, name) for name, one in exhibits_of(spec).items() if not self._idle(one)}
        equations = {
            label: numbered for (other, label), numbered in self.numbering.equations.items() if other == address
        }
        place = TextPlace(address, self.numbering.questions[address].anchor, self._surroundings(equations))
        answer, box = "", None
        try:
            with in_language(self.report.course.written, foreign=spec.answer.foreign):
                answer = self.writer.write(spec.answer.text, spec.answer.path, spec, place=place)
        except ResultUnavailableError as error:
            answer, box = "", unavailable(error, self.report.profile)
        except InputError as error:
            answer, box = "", self._problem_box(gettext("This answer could not be rendered"), error)
        self._look(answer, spec.answer.path, spec.answer.text, equations=equations)
        for name in ("title", "statement", "marking"):
            self.look_in_yaml(getattr(spec, name), spec.place.path, spec.source, (name,), inline=name == "title")
        # What the answer's own box says already is not said again by each exhibit.
        telling = {name: exhibit for name, exhibit in built.items() if box is None or exhibit.box != box}
        self.appendix += [exhibit for exhibit in telling.values() if exhibit.appendix]
        further = tuple(exhibit for exhibit in telling.values() if exhibit.folded)
        placed = tuple(telling[name] for name in self.numbering.order[address] if name in telling)
        if self.report.course.edition is Edition.STUDENT and box is None and not answer.strip():
            self.gaps.append(address)
            box = Box(gettext("Not answered yet"), "", pending=True)
        contradicted = self._warn(address)
        refs = self.report.refs
        return QuestionPart(
            spec=spec,
            numbered=self.numbering.questions[address],
            answer=answer,
            exhibits=placed,
            equations=equations,
            box=box,
            contradicted=contradicted,
            further=further,
            numbers=origins([ref for name in spec.results for ref in refs.get(f"{address}/{name}", ())], self.results),
        )

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

    def _idle(self, declared: TableSpec | FigureSpec) -> bool:
        """Whether nobody would fill in the frame: what few readers look up is no work for a student."""
        return declared.further and self.report.is_framed(declared)

    def _problem_box(self, title: str, error: InputError) -> Box:
        self.problems += error.mistakes
        first = error.mistakes[0]
        where = f"{first.path.name}, line {first.line}: " if first.path and first.line else ""  # as on the terminal
        return Box(title, where + first.message)

    def _surroundings(self, equations: Mapping[str, Numbered] | None = None) -> Surroundings:
        return Surroundings(in_both_forms, self.numbering.citations, equations or {}, images=self.images)

    def look_in_yaml(self, text: str, path: Path, source: Source, where: Where, *, inline: bool = True) -> None:
        """The same for a value of a YAML file."""
        written, line = source.text(where, text)
        self._look(text, path, written, line, inline=inline)

    def _look(
        self, text: str, path: Path, written: str, first_line: int = 1, *,
        equations: Mapping[str, Numbered] | None = None, inline: bool = False,
    ) -> None:  # fmt: skip
        """Find formulas, pictures and links that will be boxes, in the page or the PDF, and file them as problems.

        ``written`` is what the text was made from and begins on ``first_line`` of the file.
        """
        surroundings = self._surroundings(equations)
        (to_inline_html if inline else to_html)(text, surroundings)
        for fault in dict.fromkeys(surroundings.faults):
            start = written.find(fault.text.strip())
            line = first_line + written.count("\n", 0, start) if start >= 0 else first_line
            self.problems.append(Mistake(fault.message, path, line))

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
