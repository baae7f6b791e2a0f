"""Every text of a course that is written from results, rendered by the report's own renderer down to plain words."""

from __future__ import annotations

import contextlib
import functools
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from generator.answers.claims import Judged
from generator.course.editions import Edition
from generator.course.exhibits import FigureSpec, TableSpec
from generator.course.loader import read_course
from generator.course.spec import CourseSpec, ProfileSpec, QuestionSpec
from generator.errors import InputError
from generator.formats import THIN
from generator.jobs import Outcome, State
from generator.planning.binding import Bindings, bind_course
from generator.planning.catalogue import Catalogue
from generator.render.content import answers
from generator.render.content.exhibits import build_exhibit
from generator.render.content.sentences import TextPlace
from generator.render.figures import Drawing
from generator.render.text.markdown import Surroundings, to_words
from generator.render.text.maths import MarkupError
from generator.render.text.numbering import exhibits_of, number_course
from generator.results import Result
from tests.shaken.branches import TAKEN, Fork, WatchedEnvironment, forks_of

_NO_DRAWING = Drawing(b"", None, 1.0, 1.0)
_KEPT = "\ue0f0"  # a private character: splitting words would take a narrow space for a wide one
_BLOCKS = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True)
class Text:
    """One source text: an answer, an introduction or conclusion, or all captions of a question.

    ``question`` gives the results that it may name.
    """

    name: str
    source: str
    path: Path
    first_line: int = 1
    question: QuestionSpec | None = None
    captions: bool = False


@dataclass(frozen=True)
class Passage:
    """A piece of plain words that a text printed, with the file it comes from."""

    words: str
    path: Path


@dataclass
class Rendered:
    """What one rendering of a text printed, which arms it took, and what kept it from being written."""

    passages: list[Passage] = field(default_factory=list)
    arms: set[tuple[str, int, int]] = field(default_factory=set)
    mistakes: list[str] = field(default_factory=list)
    claims: list[Any] = field(default_factory=list)


@dataclass
class CourseTexts:
    """A course under one profile, its texts, and the forks in them."""

    course: CourseSpec
    profile: ProfileSpec
    catalogue: Catalogue
    bindings: Bindings

    @classmethod
    def read(cls, questions: Path, written: Path, profile: str, catalogue: Catalogue) -> CourseTexts:
        """Load and bind the course. Raises InputError for mistakes in it."""
        course, mistakes = read_course(questions, written, Edition.REFERENCE)
        if course is None or mistakes:
            raise InputError(mistakes)
        bindings = bind_course(course, course.profiles[profile], catalogue)
        return cls(course, course.profiles[profile], catalogue, bindings)

    def __post_init__(self) -> None:
        self.numbering = number_course(self.course)

    def texts(self) -> Iterator[Text]:
        """All texts, those of one lab together."""
        yield self._of(self.course, "introduction", "introduction", ("introduction",))
        for lab in self.course.labs:
            yield self._of(lab, f"{lab.id}/introduction", "introduction", ("introduction",))
            for place, section in enumerate(lab.sections):
                where = ("sections", place, "introduction")
                _, line = lab.source.text(where, section.introduction)
                yield Text(f"{lab.id}/section {place + 1}", section.introduction, lab.place.path, line)
                for question in section.questions:
                    yield Text(question.address, question.answer.text, question.answer.path, 1, question)
                    yield Text(f"{question.address} captions", "", question.place.path, 1, question, captions=True)
            yield self._of(lab, f"{lab.id}/conclusion", "conclusion", ("conclusion",))
        yield self._of(self.course, "conclusion", "conclusion", ("conclusion",))

    def _of(self, owner: Any, name: str, attribute: str, where: Any) -> Text:
        text = getattr(owner, attribute)
        _, line = owner.source.text(where, text)
        return Text(name, text, owner.source.path, line)

    def forks(self, text: Text) -> list[Fork]:
        """Where a text divides."""
        if text.question is None or not text.captions:
            return forks_of(text.source, _caption_path(text.path, text.source), text.first_line)
        found = []
        for exhibit in exhibits_of(text.question).values():
            place = exhibit.place or text.question.place
            for caption in dict.fromkeys(_captions(exhibit)):
                found += forks_of(caption, _caption_path(place.path, caption), place.line or 1)
        return found

    def sources(self, text: Text) -> Iterator[str]:
        """The texts as they are written: one, or all captions."""
        if text.question is not None and text.captions:
            for exhibit in exhibits_of(text.question).values():
                yield from _captions(exhibit)
        else:
            yield text.source

    def render(self, text: Text, results: Mapping[str, Result]) -> Rendered:
        """Write one text from these results, each by the address of its job."""
        rendered = Rendered()
        with self._watched(rendered):
            writer = self._writer(results)
            if text.captions and text.question:
                self._captions(text.question, writer, rendered)
                return rendered
            try:
                markdown = writer.write(
                    text.source, text.path, text.question, place=TextPlace("here"), first_line=text.first_line
                )
            except InputError as error:
                rendered.mistakes += [str(one) for one in error.mistakes]
            else:
                rendered.passages += [Passage(words, text.path) for words in self._words(markdown)]
            rendered.claims += writer.claims.get("here", [])
        return rendered

    def _writer(self, results: Mapping[str, Result]) -> answers.AnswerWriter:
        outcomes = {
            address: Outcome(State.HIT, address, load=functools.partial(results.__getitem__, address))
            for address in results
        }
        found = answers.Results(self.bindings.refs, outcomes, draw=lambda figure, width: _NO_DRAWING)
        return answers.AnswerWriter(found, self.numbering, self.profile)

    def _captions(self, question: QuestionSpec, writer: answers.AnswerWriter, rendered: Rendered) -> None:
        for name, declared in exhibits_of(question).items():
            path = (declared.place or question.place).path
            try:
                exhibit = build_exhibit(declared, question, writer, self.numbering.exhibits[question.address, name])
            except InputError as error:
                rendered.mistakes += [str(one) for one in error.mistakes]
                continue
            texts = [exhibit.caption, exhibit.finding, exhibit.alt]
            texts += [one for panel in exhibit.panels for one in (panel.caption, panel.finding, panel.alt)]
            rendered.passages += [Passage(words, path) for one in dict.fromkeys(texts) for words in self._words(one)]
        rendered.claims += writer.claims.get(question.address, [])

    @contextlib.contextmanager
    def _watched(self, rendered: Rendered) -> Iterator[None]:
        """The real writer, in an environment that notes the arms; the ledger's own words are left out for speed."""
        run = answers._run

        def watched(environment: Any, text: str, path: Path, context: Mapping[str, Any], record: Any) -> str:
            named = _caption_path(path, text) if path.suffix == ".yaml" else path
            return run(environment, text, named, {**context, TAKEN: rendered.arms}, record)

        with (
            mock.patch.object(answers, "AnswerEnvironment", WatchedEnvironment),
            mock.patch.object(answers, "_run", watched),
            mock.patch.object(answers, "printed_words", _printed),
        ):
            yield

    def _words(self, markdown: str) -> Iterator[str]:
        for block in _BLOCKS.split(markdown):
            words = in_words(block.strip("\n"))
            if words:
                yield words


class Printed(str):
    """What a claim printed, as Markdown, what stands ``before`` it in its paragraph, and where it stands."""

    before: str
    span: tuple[int, int]


def _printed(markdown: str, verdict: Judged, place: TextPlace) -> str:
    """What a claim printed, as Markdown and without the rest of its sentence."""
    printed = Printed(markdown[verdict.start : verdict.end])
    printed.span = verdict.start, verdict.end
    printed.before = markdown[max(0, markdown.rfind("\n\n", 0, verdict.start)) : verdict.start]
    return printed


def _captions(exhibit: TableSpec | FigureSpec) -> Iterator[str]:
    if isinstance(exhibit, FigureSpec):
        yield exhibit.alt
        for panel in exhibit.panels:
            yield from (panel.caption, panel.finding, panel.alt)
    yield from (exhibit.caption, exhibit.finding)


def _caption_path(path: Path, text: str) -> Path:
    """Texts of one YAML file are told apart by their words."""
    return path if path.suffix != ".yaml" else path.with_name(f"{path.name}#{zlib.crc32(text.encode())}")


@functools.lru_cache(maxsize=200_000)
def in_words(block: str) -> str:
    """A block of Markdown in words, its narrow spaces kept; nothing for a formula or the place of an exhibit."""
    if block.startswith("$$"):
        return ""
    surroundings = Surroundings(lambda tex, display: tex, _Citations(), {})
    kept = str.maketrans({THIN: _KEPT})
    try:
        return to_words(block.translate(kept), surroundings).replace(_KEPT, THIN)
    except MarkupError:
        return " ".join(block.split())


class _Citations(dict[str, int]):
    """Every citation is number 1 here."""

    def __missing__(self, key: str) -> int:
        return 1

    def get(self, key: str, default: object = None) -> int:  # type: ignore[override]
        return 1

    def __contains__(self, key: object) -> bool:
        return True
