"""Turn a question's file into its specification: results, exhibits and published numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from generator.answers.addresses import Address
from generator.answers.language import FUNCTIONS
from generator.course.exhibits import ColumnSpec, EmptyRows, FigureSpec, PanelSpec, RowsSpec, TableSpec
from generator.course.forms import (
    ColumnEntry,
    EmptyRowsEntry,
    ExpectedEntry,
    FigureEntry,
    InputEntry,
    QuestionFile,
    ResultEntry,
    RowsEntry,
    Strict,
    TableEntry,
)
from generator.course.given import COMPUTED, InputSpec, Written, written
from generator.course.held_back import PlaceFile, exhibits_of_place
from generator.course.parsing import parse
from generator.course.roles import NAME
from generator.course.spec import Answer, ExpectedSpec, Mark, QuestionSpec, ResultSpec
from generator.course.yaml_source import Place, Source, Where

NUMBERED = re.compile(r"q0*(\d+)([a-z]?)")
TAKEN = {"this", "loop", *FUNCTIONS}  # words of the language of answers


def question_spec(address: str, source: Source, answer: Answer, largest: str) -> QuestionSpec | None:
    """The question in a file, with its answer; what is wrong with it is added to the source's mistakes.

    Published numbers belong to the ``largest`` profile unless they say otherwise.
    """
    form = parse(source, QuestionFile)
    if form is None:
        return None
    _check_names(form, source)
    lab, _, name = address.partition("/")
    return QuestionSpec(
        lab=lab,
        id=name,
        number=_number(name),
        title=form.title,
        mark=Mark(form.mark),
        statement=form.statement,
        results={key: result_spec(address, key, entry, source) for key, entry in form.results.items()},
        tables={key: table_spec(key, entry, source) for key, entry in form.tables.items()},
        figures={key: figure_spec(key, entry, source) for key, entry in form.figures.items()},
        answer=answer,
        place=Place(source.path, 1),
        source=source,
        expected=tuple(expected_spec(one, source, ("expected", n), largest) for n, one in enumerate(form.expected)),
        marking=form.marking,
        space=form.space,
        hidden=form.hidden,
    )


def place_spec(address: str, source: Source, answers: Path) -> QuestionSpec | None:
    """The same for a hidden question of which there is the place alone; its answer, below ``answers``, is not read."""
    form = parse(source, PlaceFile)
    if form is None:
        return None
    _check_names(form, source)
    lab, _, name = address.partition("/")
    tables, figures = exhibits_of_place(form, source)
    return QuestionSpec(
        lab=lab,
        id=name,
        number=_number(name),
        title="",
        mark=Mark.PLAIN,
        statement="",
        results={key: result_spec(address, key, entry, source) for key, entry in form.results.items()},
        tables=tables,
        figures=figures,
        answer=Answer("", answers / f"{address}.md"),
        place=Place(source.path, 1),
        source=source,
        hidden=True,
    )


def _number(name: str) -> str:
    """The number that a question's name holds: 3 of q03; none of one that the course does not number."""
    found = NUMBERED.fullmatch(name)
    return "".join(found.groups()) if found else ""


def _check_names(form: QuestionFile | PlaceFile, source: Source) -> None:
    """Results and exhibits need names that answers can spell; `this` is a panel's own result."""
    groups: dict[str, Mapping[str, Strict]] = {
        "results": form.results,
        "tables": form.tables,
        "figures": form.figures,
    }
    for group, entries in groups.items():
        for key in entries:
            if not NAME.fullmatch(key) or (group == "results" and key in TAKEN):
                expected = "small letters, digits and _, a letter first, and none of " + ", ".join(sorted(TAKEN))
                source.mistakes.append(source.mistake("not a name", (group, key), expected=expected, got=key))
    for key in form.tables.keys() & form.figures.keys():
        got = f"first in line {source.line(('tables', key))}"
        source.mistakes.append(source.mistake("a table has the same name", ("figures", key), got=got))


def result_spec(question: str, name: str, entry: ResultEntry, source: Source) -> ResultSpec:
    """A result of the question ("2-a/q03") under its name; what is wrong with it is added to the source's mistakes."""
    where: Where = ("results", name)
    if bool(entry.computation) == bool(entry.like):
        source.mistakes.append(source.mistake("says not what to compute", where, expected=COMPUTED))
    return ResultSpec(
        ref=Address(question, name),
        computation=entry.computation,
        params=written(entry.params, source, (*where, "params")),
        grid=entry.grid,
        inputs={
            key: given if isinstance(given, str) else tuple(_input_spec(one) for one in given)
            for key, given in entry.inputs.items()
        },
        place=Place(source.path, source.line(where) or 1),
        like=Written(entry.like, source, (*where, "like")) if entry.like else None,
    )


def _input_spec(entry: str | InputEntry) -> InputSpec:
    return InputSpec(entry) if isinstance(entry, str) else InputSpec(entry.source, entry.label)


def column_spec(key: str, entry: str | ColumnEntry) -> ColumnSpec:
    """A column of a table, written short or in full."""
    if isinstance(entry, str):
        return ColumnSpec(key, entry)
    interval = (entry.interval[0], entry.interval[1]) if entry.interval else None
    return ColumnSpec(key, entry.title, entry.format, entry.digits, entry.unit, entry.best, interval)


def expected_spec(entry: ExpectedEntry, source: Source, where: Where, profile: str) -> ExpectedSpec:
    """A published number, of a ``profile`` unless it says of which; what is wrong is added to the source's mistakes."""
    cell = bool(entry.table)
    ways = (entry.metric, entry.table, entry.incomparable)
    if sum(map(bool, ways)) != 1 or cell != bool(entry.row) or cell != bool(entry.column):
        expected = "either metric:, or table:, row: and column:, or incomparable: and the reason"
        source.mistakes.append(source.mistake("says not what it is compared with", where, expected=expected))
    if entry.incomparable and (entry.images or entry.interval or entry.spread or entry.unless):
        expected = "no images:, interval:, spread: or unless:"
        source.mistakes.append(source.mistake("is not compared, whatever its uncertainty", where, expected=expected))
    if entry.images and not 0 <= entry.value <= 1:
        message, expected = "is no share of so many images", "a number between 0 and 1"
        source.mistakes.append(source.mistake(message, (*where, "value"), expected=expected, got=str(entry.value)))
    last = Decimal(source.numerals.get((*where, "value"), str(entry.value))).as_tuple().exponent
    assert isinstance(last, int)  # no number of a file is infinite
    return ExpectedSpec(
        metric=entry.table or entry.metric,
        value=float(entry.value),
        source=entry.source,
        profile=entry.profile or profile,
        rounding=0.0 if isinstance(entry.value, int) else 0.5 * 10.0**last,
        digits=max(0, -last),
        images=entry.images,
        interval=(entry.interval[0], entry.interval[1]) if entry.interval else None,
        spread=entry.spread,
        unless=entry.unless,
        row=tuple(entry.row.items()),
        column=entry.column,
        incomparable=entry.incomparable,
    )


def table_spec(name: str, entry: TableEntry, source: Source) -> TableSpec:
    """A table of the question; what is wrong with it is added to the source's mistakes."""
    where: Where = ("tables", name)
    from_table = bool(entry.source or entry.table)
    if from_table == bool(entry.rows) or (from_table and not (entry.source and entry.table)):
        expected = "either from: and table:, or rows:"
        source.mistakes.append(source.mistake("says not where its rows come from", where, expected=expected))
    if entry.row_title and not entry.rows:
        hint = "a table of a result names its rows in one of its columns"
        source.mistakes.append(source.mistake("row_title belongs to rows:", (*where, "row_title"), hint=hint))
    if entry.rows and isinstance(entry.empty_rows, int | EmptyRowsEntry):
        message, expected = "how many rows there are is known", "the names of all rows of rows:, or nothing"
        source.mistakes.append(source.mistake(message, (*where, "empty_rows"), expected=expected))
    rows = [entry.rows] if isinstance(entry.rows, str) else entry.rows
    return TableSpec(
        name=name,
        caption=entry.caption,
        columns=tuple(column_spec(key, column) for key, column in entry.columns.items()),
        source=entry.source,
        table=entry.table,
        rows=tuple(RowsSpec(r.source, r.label) if isinstance(r, RowsEntry) else RowsSpec(r) for r in rows),
        row_title=entry.row_title,
        appendix=entry.appendix,
        further=entry.further,
        finding=entry.finding,
        solution=entry.solution,
        empty_rows=_empty_rows(entry, source, (*where, "empty_rows")),
        place=Place(source.path, source.line(where) or 1),
    )


def _empty_rows(entry: TableEntry, source: Source, where: Where) -> EmptyRows | None:
    given = entry.empty_rows
    if isinstance(given, EmptyRowsEntry):
        if bool(given.labels) == bool(given.as_many_as):
            expected = "either labels: or as_many_as:, with the name of a parameter"
            source.mistakes.append(source.mistake("says not how many rows there are", where, expected=expected))
        return EmptyRows(source=given.labels or given.as_many_as, labelled=bool(given.labels))
    if isinstance(given, int):
        return EmptyRows(((),) * given)
    cells = (tuple(map(str, row if isinstance(row, list) else [row])) for row in given or ())
    return EmptyRows(tuple(cells)) if given is not None else None


def figure_spec(name: str, entry: FigureEntry, source: Source) -> FigureSpec:
    """A figure of the question; what is wrong with it is added to the source's mistakes."""
    where: Where = ("figures", name)
    panels = [PanelSpec(one.source, one.figure, one.caption, one.alt, one.finding) for one in entry.panels]
    if bool(entry.panels) == bool(entry.source or entry.figure) or bool(entry.source) != bool(entry.figure):
        expected = "either from: and figure:, or panels:"
        source.mistakes.append(source.mistake("says not what to draw", where, expected=expected))
    if entry.source:
        panels = [PanelSpec(entry.source, entry.figure, entry.panel_caption, "", entry.panel_finding)]
    return FigureSpec(
        name=name,
        caption=entry.caption,
        alt=entry.alt,
        panels=tuple(panels),
        columns=entry.columns,
        appendix=entry.appendix,
        further=entry.further,
        finding=entry.finding,
        solution=entry.solution,
        place=Place(source.path, source.line(where) or 1),
    )
