"""Puts an exhibit together: number, caption, content, alternative texts, origin, or a box that says why not."""

from __future__ import annotations

from dataclasses import dataclass

from generator.answers.addresses import Address
from generator.course.exhibits import FigureSpec, PanelSpec, TableSpec
from generator.course.spec import ProfileSpec, QuestionSpec
from generator.course.translations import untranslated
from generator.course.yaml_source import Where
from generator.errors import InputError, Mistake
from generator.languages import gettext
from generator.render.content.answers import AnswerWriter
from generator.render.content.origins import Origins, origins
from generator.render.content.sentences import TextPlace
from generator.render.content.tables import MOST_ROWS_TOGETHER, Column, TableContent, table_content, table_refs
from generator.render.content.values import AnswerError, Results, ResultUnavailableError
from generator.render.figures import TEXT_WIDTH, Drawing
from generator.render.text.markdown import to_text
from generator.render.text.numbering import Numbered, slug
from generator.render.text.words import in_language

_GAP = 0.14  # inches between sub-figures
_PAGE_HEIGHT = 7.6  # inches of a page that a figure may take before it has to be broken between its rows


@dataclass(frozen=True)
class Box:
    """A notice in place of something that is missing; ``pending`` ones were not asked for and are quiet."""

    title: str
    reason: str
    hint: str = ""
    pending: bool = False


@dataclass(frozen=True)
class Panel:
    """One picture of a figure.

    ``caption`` and ``finding`` are Markdown, ``alt`` plain words, ``share`` its part of the text's width.
    """

    name: str
    drawing: Drawing
    alt: str
    letter: str = ""
    caption: str = ""
    share: float = 1.0
    foreign: frozenset[str] = frozenset()
    finding: str = ""


@dataclass(frozen=True)
class FramedPanel:
    """The empty place of one sub-figure, with its caption in Markdown; ``foreign`` if that is not translated."""

    letter: str = ""
    caption: str = ""
    foreign: bool = False


@dataclass(frozen=True)
class Frame:
    """What is to be filled in by hand: a table, whose given cells hold their words, or the panels of a figure."""

    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    panels: tuple[FramedPanel, ...] = ()

    @property
    def short(self) -> bool:
        """Whether it is kept on one page."""
        return len(self.rows) <= MOST_ROWS_TOGETHER


@dataclass(frozen=True)
class Exhibit:
    """A numbered table or figure; ``caption`` is Markdown, ``alt`` describes the whole of a figure with sub-figures.

    Its ``finding``, Markdown too, says what is to be seen, and only the reference edition has it. One that is
    ``further`` is folded on the page and not in the PDF. One that has a ``frame`` to be filled in has nothing of these
    but its caption. ``foreign`` are those of "caption", "finding" and "alt" that are not in the report's language.
    """

    name: str
    question: str
    numbered: Numbered
    caption: str
    origins: Origins
    appendix: bool
    further: bool = False
    table: TableContent | None = None
    panels: tuple[Panel, ...] = ()
    columns: int = 1
    alt: str = ""
    tall: bool = False
    frame: Frame | None = None
    box: Box | None = None
    foreign: frozenset[str] = frozenset()
    finding: str = ""

    @property
    def stem(self) -> str:
        """The exhibit's file name without its ending."""
        return slug(f"{self.question}-{self.name}")

    @property
    def folded(self) -> bool:
        """Whether the page folds it and the PDF leaves it out; why something is missing is always said."""
        return self.further and self.box is None

    @property
    def files(self) -> tuple[str, ...]:
        """Its files in the folder of results; pictures lie with the page."""
        return (f"tables/{self.stem}.csv",) if self.table is not None else ()


def unavailable(error: ResultUnavailableError, profile: ProfileSpec) -> Box:
    """The notice for a result that failed or was not computed under a profile."""
    if error.pending:
        option = f" --profile {profile.name}" if profile.asked_for else ""
        return Box(gettext("Not computed yet"), "", f"genreport build {error.ref.question}{option}", pending=True)
    failure = error.outcome.failure if error.outcome else None
    reason = failure.reason if failure else "its job gave no result"  # from here on the machine speaks, in English
    return Box(gettext("The result %s failed") % error.ref, reason, failure.hint if failure else "")


def build_exhibit(
    spec: TableSpec | FigureSpec, question: QuestionSpec, writer: AnswerWriter, numbered: Numbered
) -> Exhibit:
    """Build one exhibit; a result that is missing gives a box, a mistake in the specification an InputError."""
    place = spec.place or question.place
    try:
        if isinstance(spec, TableSpec):
            return _table(spec, question, writer, numbered)
        return _figure(spec, question, writer, numbered)
    except ResultUnavailableError as error:
        box = unavailable(error, writer.profile)
        return Exhibit(spec.name, question.address, numbered, "", Origins(), spec.appendix, spec.further, box=box)
    except (AnswerError, ValueError, ArithmeticError) as error:  # a picture in a text, a number out of all bounds
        raise InputError([Mistake(str(error), place.path, place.line, spec.name)]) from error


def _table(spec: TableSpec, question: QuestionSpec, writer: AnswerWriter, numbered: Numbered) -> Exhibit:
    refs = table_refs(spec, question, writer.results)
    content = table_content(spec, question, writer.results)
    only = refs[0] if len(refs) == 1 else None
    return Exhibit(
        name=spec.name,
        question=question.address,
        numbered=numbered,
        caption=written_text(spec.caption, spec, question, writer, only, ("caption",)),
        origins=origins(refs, writer.results),
        appendix=spec.appendix,
        further=spec.further,
        table=content,
        foreign=foreign_texts(spec, question, "caption", "finding"),
        finding=written_text(spec.finding, spec, question, writer, only, ("finding",)),
    )


def _figure(spec: FigureSpec, question: QuestionSpec, writer: AnswerWriter, numbered: Numbered) -> Exhibit:
    sources, columns, width = laid_out(spec, question, writer.results)
    refs = [ref for _, ref in sources]
    only = refs[0] if len(set(refs)) == 1 else None
    whole_alt = _words(spec.alt, spec, question, writer, only, ("alt",)) if spec.alt else ""
    panels = tuple(
        _panel(panel, ref, spec, question, writer, width, (place, len(sources), whole_alt))
        for place, (panel, ref) in enumerate(sources)
    )
    rows = [panels[start : start + columns] for start in range(0, len(panels), columns)]
    return Exhibit(
        name=spec.name,
        question=question.address,
        numbered=numbered,
        caption=written_text(spec.caption, spec, question, writer, only, ("caption",)),
        origins=origins(refs, writer.results),
        appendix=spec.appendix,
        further=spec.further,
        panels=panels,
        columns=columns,
        alt=whole_alt,
        foreign=foreign_texts(spec, question, "caption", "finding", "alt"),
        finding=written_text(spec.finding, spec, question, writer, only, ("finding",)),
        tall=sum(max(panel.drawing.height for panel in row) + 0.35 for row in rows) > _PAGE_HEIGHT,
    )


def laid_out(
    spec: FigureSpec, question: QuestionSpec, results: Results
) -> tuple[list[tuple[PanelSpec, Address]], int, float]:
    """The pictures of a figure, of which result each is, in how many columns, and how many inches wide."""
    sources = [(panel, ref) for panel in spec.panels for ref in results.at(question.address, panel.source)]
    columns = min(spec.columns, len(sources))
    return sources, columns, (TEXT_WIDTH - _GAP * (columns - 1)) / columns


def _panel(
    panel: PanelSpec,
    ref: Address,
    spec: FigureSpec,
    question: QuestionSpec,
    writer: AnswerWriter,
    width: float,
    position: tuple[int, int, str],
) -> Panel:
    place, count, whole_alt = position
    drawing = writer.results.drawing(ref, panel.figure, width)
    number = spec.panels.index(panel)
    alone = is_alone(spec, question)
    place_of_caption: Where = ("panel_caption",) if alone else ("panels", number, "caption")
    place_of_finding: Where = ("panel_finding",) if alone else ("panels", number, "finding")
    place_of_alt: Where = ("panels", number, "alt") if panel.alt else ("alt",)
    caption = written_text(panel.caption, spec, question, writer, ref, place_of_caption)
    finding = written_text(panel.finding, spec, question, writer, ref, place_of_finding)
    alt = _words(panel.alt, spec, question, writer, ref, place_of_alt) if panel.alt else ""
    if not alt:
        # A picture alone may take the figure's text; one of several is told apart by its own words.
        alt = whole_alt if count == 1 else to_text(f"{whole_alt} {caption}" if caption else "")
    if not alt:
        raise AnswerError(f"the sub-figure {panel.source}.{panel.figure} has no alternative text (alt)")
    own_letter = letter(place) if count > 1 else ""
    stem = slug(f"{question.address}-{spec.name}") + (f"-{own_letter}" if own_letter else "")
    others = {"caption": place_of_caption, "finding": place_of_finding, "alt": place_of_alt}
    foreign = frozenset(name for name, where in others.items() if is_foreign(spec, question, where))
    return Panel(stem, drawing, alt, own_letter, caption, width / TEXT_WIDTH, foreign, finding)


def is_alone(spec: FigureSpec, question: QuestionSpec) -> bool:
    """Whether the file has no list of panels: the caption of each stands in the figure itself."""
    return not ((question.source.data or {}).get("figures", {}).get(spec.name, {}).get("panels"))


def letter(place: int) -> str:
    """By which a sub-figure is told from others: 0 → a, 25 → z, 26 → aa."""
    first, last = divmod(place, 26)
    return (letter(first - 1) if first else "") + chr(ord("a") + last)


def written_text(
    text: str,
    spec: TableSpec | FigureSpec,
    question: QuestionSpec,
    writer: AnswerWriter,
    this: Address | None,
    where: Where,
) -> str:
    """The text at a place of an exhibit, written in its own language; nothing where there is none."""
    if not text:
        return ""
    file = spec.place or question.place
    place = TextPlace(question.address, writer.numbering.exhibits[question.address, spec.name].anchor)
    with in_language(writer.written, foreign=is_foreign(spec, question, where)):
        written = writer.write(text, file.path, question, place=place, first_line=file.line, caption=True, this=this)
    return written.strip()


def _words(
    text: str,
    spec: TableSpec | FigureSpec,
    question: QuestionSpec,
    writer: AnswerWriter,
    this: Address | None,
    where: Where,
) -> str:
    """The same without markup, for readers who do not see the picture."""
    written = written_text(text, spec, question, writer, this, where)
    with in_language(writer.written, foreign=is_foreign(spec, question, where)):
        return to_text(written)


def is_foreign(spec: TableSpec | FigureSpec, question: QuestionSpec, where: Where) -> bool:
    """Whether the text at a place of an exhibit is not in the report's language."""
    group = "tables" if isinstance(spec, TableSpec) else "figures"
    return untranslated(question.source, (group, spec.name, *where))


def foreign_texts(spec: TableSpec | FigureSpec, question: QuestionSpec, *names: str) -> frozenset[str]:
    """Those of an exhibit's texts that are not in the report's language."""
    return frozenset(name for name in names if is_foreign(spec, question, (name,)))
