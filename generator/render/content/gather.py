"""Gathers everything that the report will show, before a single file is written."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache, cached_property, partial

from generator.answers.claims import Claim
from generator.course.editions import Edition
from generator.course.left_out import reads_left_out
from generator.course.spec import LabSpec, QuestionSpec
from generator.course.translations import untranslated
from generator.course.yaml_source import Source, Where
from generator.errors import Mistake
from generator.jobs import Outcome
from generator.languages import gettext, spoken
from generator.render.content.ahead import drawing_ahead
from generator.render.content.answers import AnswerWriter
from generator.render.content.covers import pictures_of, usable_cover
from generator.render.content.document import Document, LabPart, QuestionPart, Report, SectionPart
from generator.render.content.exhibits import Box, Exhibit
from generator.render.content.homes import Homes
from generator.render.content.inputs import (
    Inputs,
    all_states,
    lab_inputs,
    prose_inputs,
)
from generator.render.content.kept import KeptParts, Made, MadeAnswer, MadeExhibits
from generator.render.content.ledger import places_of, summed_up
from generator.render.content.making import QuestionMaker
from generator.render.content.references import of_bibliography, references
from generator.render.content.reproduction import Comparison, source_parts
from generator.render.content.sentences import TextPlace
from generator.render.content.shelves import Shelf
from generator.render.content.values import Results
from generator.render.figures import Drawing
from generator.render.text.bibliography import known_keys
from generator.render.text.numbering import Numbering, exhibits_of, number_course
from generator.render.text.words import telling
from generator.store.plain import digest_of


def gather(report: Report, progress: Callable[[str], None]) -> Document:
    """Run every answer and draw every figure; one that fails gives a visible box, and the rest goes on."""
    with telling(report.course.language, report.course.words), ExitStack() as ahead:
        return _gather(_Gatherer(report, progress, ahead), report)


def _gather(gatherer: _Gatherer, report: Report) -> Document:
    course = report.course
    whole = report.only is None
    introduction = gatherer.prose(course.introduction, "introduction", "introduction", course.source) if whole else ""
    labs = tuple(lab for spec in course.labs if (lab := gatherer.lab(spec, whole)).sections)
    if labs:
        where: Where = ("profiles", report.profile.name, "note")
        gatherer.maker.look_in_yaml(report.profile.note, course.source.path, course.source, where)
    conclusion = gatherer.prose(course.conclusion, "conclusion", "conclusion", course.source) if whole else ""
    cover, faulty = usable_cover(report, gatherer.maker.images)
    shown = {question.address for question in course.questions() if report.shows(question)}
    used = gatherer.numbering.citations if whole else gatherer.cited_by(shown)
    return Document(
        report=report,
        introduction=introduction,
        conclusion=conclusion,
        labs=labs,
        appendix=tuple(gatherer.appendix),
        references=references(report, used, gatherer.problems),
        citations=gatherer.numbering.citations,
        claims=gatherer.writer.claims,
        prints=gatherer.writer.prints,
        ledger=summed_up(gatherer.writer.claims, places_of(course)),
        results=gatherer.results,
        problems=(*faulty, *gatherer.problems),
        warnings=tuple(gatherer.warnings),
        gaps=tuple(gatherer.gaps),
        reproduction=tuple(gatherer.comparisons),
        images=gatherer.maker.images,
        own_images=gatherer.maker.own_images,
        cover=cover,
        foreign=frozenset(gatherer.foreign),
    )


@dataclass
class _Gatherer:
    report: Report
    progress: Callable[[str], None]
    ahead: ExitStack
    problems: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    appendix: list[Exhibit] = field(default_factory=list)
    foreign: set[str] = field(default_factory=set)
    comparisons: list[Comparison] = field(default_factory=list)
    inputs: dict[str, tuple[Inputs, Inputs]] = field(default_factory=dict)
    is_ahead: bool = False
    shelf: Shelf | None = None

    def __post_init__(self) -> None:
        self.numbering: Numbering = number_course(self.report.course)
        self.keys = self._cite_sources()
        report = self.report
        self.results = Results(report.refs, report.outcomes, report.drawings, report.draw, self._drawn)
        absent, written = self._absent(), self.report.course.written
        self.writer = AnswerWriter(self.results, self.numbering, self.report.profile, absent, written=written)
        self.maker = QuestionMaker(self.report, self.writer, *pictures_of(self.report), self.keys, self.problems)
        self.homes = Homes(self.report.refs)
        kept = self.report.kept
        self.common = kept.common(self.report, self.numbering, absent, self.keys) if kept else ""

    @cached_property
    def states(self) -> str:
        """The digest of how all jobs ended."""
        return all_states(self.report)

    def _drawn(self, outcome: Outcome, figure: str, width: float, make: Callable[[], Drawing]) -> Drawing:
        """A figure of a result as it was drawn before; without reading the result, if it is still the same."""
        kept, course = self.report.kept, self.report.course
        if kept is None or outcome.provenance is None:
            return make()
        said = [course.language, course.words, spoken()]
        read = [outcome.fingerprint, outcome.provenance, figure, width, said]
        return kept.drawn(digest_of([kept.program, "drawing", *read]), make)

    def _cite_sources(self) -> frozenset[str]:
        """The keys of the bibliography; sources of published numbers that begin with one are cited, after all else."""
        published = [(spec.address, each.source) for spec in self.report.course.present() for each in spec.expected]
        path = self.report.course.bibliography
        keys = of_bibliography(self.report, (), lambda: known_keys(path)) if published else frozenset()
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
            idle = [name for name, one in exhibits_of(question).items() if self.report.is_idle(one)]
            anchors |= {self.numbering.exhibits[question.address, name].anchor for name in idle}
        return anchors

    def prose(self, text: str, name: str, anchor: str, source: Source, where: Where = ()) -> str:
        """An introduction or conclusion by its name; left out, and reported, if it cannot be written.

        One that prints results of questions that are in no report is left out as well; the build says so.
        """
        if reads_left_out(self.report.course, text) or not (text.strip() or name in self.report.course.own_faults):
            return ""
        own = self.report.course.own_texts.get(name)
        path = own or (source.path if source.lines else self.report.course.root)
        written, line = (text, 1) if own else source.text(where or (name,), text)
        images = self.maker.own_images if own else self.maker.images
        place = TextPlace(name, anchor, self.maker.surroundings(images))
        if other := not own and untranslated(source, where or (name,)):
            self.foreign.add(name)
        make = partial(self.maker.prose, text, path, place, (written, line), foreign=other, own=own is not None)
        if (kept := self.report.kept) is None:
            made = make()
        else:
            read = [self.common, anchor, path, written, line, other, own is not None]
            read.append(len(self.report.course.own_faults.get(name, ())))
            made, _ = self._kept(kept, MadeAnswer, prose_inputs(self.report, self.homes, name, text, read), make)
        if made.claims:
            self.writer.claims[name] = [*made.claims]
        if made.prints:
            self.writer.prints[anchor] = made.prints
        self._warn(name)
        return made.answer

    def lab(self, spec: LabSpec, whole: bool) -> LabPart:
        """A lab, with what is kept of its parts on one shelf."""
        if (kept := self.report.kept) is None:
            return self._lab(spec, whole)
        with kept.shelf(spec.id, lambda: lab_inputs(self.report, spec, self.common, self.states)) as self.shelf:
            return self._lab(spec, whole)

    def _lab(self, spec: LabSpec, whole: bool) -> LabPart:
        number = self.numbering.labs[spec.id]
        sections = []
        for place, section in enumerate(spec.sections):
            questions = tuple(self.question(question) for question in section.questions if self.report.shows(question))
            if questions:
                sections.append(self._section(f"{number}.{place + 1}", spec, place, questions, whole))
        if untranslated(spec.source, ("title",)):
            self.foreign.add(f"{spec.id}/title")
        if sections:
            self.maker.look_in_yaml(spec.title, spec.place.path, spec.source, ("title",))
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
        self.maker.look_in_yaml(spec.title, lab.place.path, lab.source, (*where, "title"))
        if untranslated(lab.source, (*where, "title")):
            self.foreign.add(f"{number}/title")
        introduction = ""
        if whole:
            anchor = f"section-{number}"
            introduction = self.prose(spec.introduction, number, anchor, lab.source, (*where, "introduction"))
        return SectionPart(number, spec.title, introduction, questions)

    def question(self, spec: QuestionSpec) -> QuestionPart:
        address = spec.address
        exhibits, answer, key = self._made(spec)
        if claims := [*exhibits.claims, *answer.claims]:
            self.writer.claims[address] = claims
        if answer.prints:
            self.writer.prints[self.numbering.questions[address].anchor] = answer.prints
        self.comparisons += exhibits.comparisons
        box = answer.box
        # What the answer's own box says already is not said again by each exhibit.
        built = {one.name: one for one in exhibits.exhibits if box is None or one.box != box}
        self.appendix += [exhibit for exhibit in built.values() if exhibit.appendix]
        if self.report.course.edition is Edition.STUDENT and box is None and not answer.answer.strip():
            self.gaps.append(address)
            box = Box(gettext("Not answered yet"), "", pending=True)
        return QuestionPart(
            spec=spec,
            numbered=self.numbering.questions[address],
            answer=answer.answer,
            exhibits=tuple(built[name] for name in self.numbering.order[address] if name in built),
            equations=self.maker.equations(address),
            box=box,
            contradicted=self._warn(address),
            further=tuple(exhibit for exhibit in built.values() if exhibit.folded),
            numbers=exhibits.numbers,
            key=key,
        )

    def _made(self, spec: QuestionSpec) -> tuple[MadeExhibits, MadeAnswer, str]:
        """What is made of a question, now or in an earlier run, and the name under which its HTML can be kept."""
        kept = self.report.kept
        if kept is None:
            self.progress(f"{spec.address}: {spec.title}")
            return self.maker.exhibits(spec), self.maker.answer(spec), ""
        of_exhibits, of_answer = self._inputs_of(kept, spec)
        if not self.is_ahead and kept.misses(of_exhibits):
            self.is_ahead = True
            shown = (one for one in self.report.course.questions() if self.report.shows(one))
            missing = [one for one in shown if kept.misses(self._inputs(kept, one)[0])]
            self.ahead.enter_context(drawing_ahead(self.report, self.results, missing))
        tell = cache(lambda: self.progress(f"{spec.address}: {spec.title}"))  # once, of what is made anew
        exhibits, first = self._kept(kept, MadeExhibits, of_exhibits, lambda: (tell(), self.maker.exhibits(spec))[1])
        answer, second = self._kept(kept, MadeAnswer, of_answer, lambda: (tell(), self.maker.answer(spec))[1])
        return exhibits, answer, of_answer.digest if first and second else ""

    def _inputs_of(self, kept: KeptParts, spec: QuestionSpec) -> tuple[Inputs, Inputs]:
        """What a question is made from; as it was noted, if the lab is the same whole."""
        if self.shelf is not None and (noted := self.shelf.digests.get(spec.address)):
            first, second = (Inputs(one, frozenset(scope)) for one, scope in noted)
            return first, second
        found = self._inputs(kept, spec)
        if self.shelf is not None:
            self.shelf.note(spec.address, *found)
        return found

    def _inputs(self, kept: KeptParts, spec: QuestionSpec) -> tuple[Inputs, Inputs]:
        if spec.address not in self.inputs:
            self.inputs[spec.address] = kept.inputs(self.report, spec, self.common, self.homes)
        return self.inputs[spec.address]

    def _kept(self, kept: KeptParts, kind: type[Made], inputs: Inputs, make: Callable[[], Made]) -> tuple[Made, bool]:
        """What was made of these inputs, or is now; and whether it can be found again."""
        if (found := kept.made(kind, inputs, self.maker.images, self.maker.own_images)) is not None:
            return found, True
        self.results.asked.clear()
        before = len(self.problems)
        made = make()
        whole = len(self.problems) == before and self.results.asked <= inputs.scope
        return made, whole and kept.keep_made(inputs, made)

    def _warn(self, name: str) -> tuple[Claim, ...]:
        """The claims of a place that are printed although they do not hold; each is a warning."""
        contradicted = tuple(claim for claim in self.writer.claims.get(name, ()) if claim.contradicted)
        for claim in contradicted:
            got = ", ".join(f"{name} = {value}" for name, value in claim.values.items())
            message = "the results contradict this claim"
            self.warnings.append(Mistake(message, claim.path, claim.line, expected=claim.expression, got=got))
        return contradicted

    def cited_by(self, addresses: set[str]) -> dict[str, int]:
        """The citations of these questions, with the numbers that they have in the whole report."""
        keys = {key for address in addresses for key in self.numbering.cited.get(address, ())}
        return {key: number for key, number in self.numbering.citations.items() if key in keys}
