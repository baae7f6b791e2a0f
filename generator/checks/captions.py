"""Check that captions and alternative texts say what is drawn or listed, and leave what comes out to the finding.

Whoever holds a worksheet or writes a report reads them before there is an answer. So they make no claim, and of results
they print settings and counts only: metrics that their computations declare to be exact, and none that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.answers.addresses import Address, AddressError, parse_address
from generator.answers.syntax import ResultRead, parse_answer
from generator.course.exhibits import FigureSpec
from generator.course.spec import CourseSpec, QuestionSpec
from generator.course.yaml_source import Where, dotted
from generator.errors import Mistake
from generator.planning.catalogue import Catalogue

EXACT = "exact"
MEND = "say in `finding:` what comes out, which the reference edition alone prints"


def check_captions(course: CourseSpec, catalogue: Catalogue) -> list[Mistake]:
    """Whatever a caption or an alternative text of an exhibit gives away, in the order of the questions."""
    questions = {question.address: question for question in course.questions()}
    return [
        mistake
        for question in questions.values()
        for text in _texts(question)
        for mistake in _Reader(questions, catalogue, question).given_away(text)
    ]


@dataclass(frozen=True)
class _Text:
    """A text of an exhibit, where it stands, and the results that the exhibit shows."""

    written: str
    where: Where
    shown: Sequence[str]


def _texts(question: QuestionSpec) -> Iterator[_Text]:
    """The captions and alternative texts of all exhibits, those of sub-figures first."""
    for table in question.tables.values():
        shown = [table.source] if table.source else [row.result for row in table.rows]
        yield _Text(table.caption, ("tables", table.name, "caption"), shown)
    for figure in question.figures.values():
        yield from _texts_of_figure(figure, bool(question.source.data["figures"][figure.name].get("panels")))


def _texts_of_figure(figure: FigureSpec, listed: bool) -> Iterator[_Text]:
    where: Where = ("figures", figure.name)
    for number, panel in enumerate(figure.panels):
        place: Where = (*where, "panels", number) if listed else where
        yield _Text(panel.caption, (*place, "caption" if listed else "panel_caption"), [panel.source])
        yield _Text(panel.alt, (*place, "alt"), [panel.source])
    shown = [panel.source for panel in figure.panels]
    yield _Text(figure.caption, (*where, "caption"), shown)
    yield _Text(figure.alt, (*where, "alt"), shown)


@dataclass(frozen=True)
class _Reader:
    """Reads the texts of one question; what does not exist is another check's to name."""

    questions: dict[str, QuestionSpec]
    catalogue: Catalogue
    question: QuestionSpec

    def given_away(self, text: _Text) -> Iterator[Mistake]:
        """A mistake for each claim and each result of a text that say what comes out."""
        path = self.question.source.path
        written, first = self.question.source.text(text.where, text.written)
        syntax = parse_answer(written, path, first_line=first, caption=True)
        name = dotted(text.where)
        for line in syntax.claims:
            yield Mistake("makes a claim", path, line, name, hint=MEND)
        for read in syntax.tables:
            yield Mistake("lists what a table of the results holds", path, read.line, name, got=str(read.address))
        for read in syntax.metrics:
            if reason := self._reason(read, text.shown):
                yield Mistake(reason, path, read.line, name, expected="settings and counts", got=str(read.address))

    def _reason(self, read: ResultRead, shown: Sequence[str]) -> str:
        """What is wrong with a metric in a text, or nothing."""
        home = self.question.address
        this = read.address.result == "this" and not read.address.question
        meant = [_address(text, home) for text in shown] if this else [read.address.at_home(home)]
        kinds = {self._kind(address, read.address.name) for address in meant if address is not None}
        if kinds - {EXACT, None}:
            return f"reads a metric that is {', '.join(sorted(kind or 'of no stated kind' for kind in kinds))}"
        published = [expected.metric for expected in self.question.expected if expected.metric and not expected.column]
        asked = {_address(metric, home, named=True) for metric in published}
        return "prints a number that the question asks for" if read.address.at_home(home) in asked else ""

    def _kind(self, address: Address, metric: str) -> str | None:
        """How a metric of a result is known; the parameters of a grid are settings."""
        question = self.questions.get(address.question)
        result = question.results.get(address.result) if question else None
        if result is None or result.computation not in self.catalogue:
            return None
        return EXACT if metric in result.grid else self.catalogue[result.computation].kind(metric)


def _address(text: str, home: str, *, named: bool = False) -> Address | None:
    try:
        return parse_address(text, home, named=named)
    except AddressError:
        return None
