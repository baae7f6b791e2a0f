"""Tables: which rows and columns a specification asks for, how each cell is written, and how a column lines up.

The digits of a column are one for all of its cells: as many as its author says or the largest value needs, but none
where a number was counted, and a setting's own (see ``generator.formats``). Decimal points, signs of multiplication
and exponents stand under one another; so do the dashes of intervals. The best cell of a column is bold, and what looks
the same in print; where all of them do, none is.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from generator.answers.addresses import Address
from generator.course.exhibits import ColumnSpec, RowsSpec, TableSpec
from generator.course.spec import QuestionSpec
from generator.course.translations import untranslated
from generator.formats import FORMATS, MINUS, MISSING, THIN, in_words, is_number, write, write_alike
from generator.languages import decimal_sign, gettext
from generator.render.content.values import AnswerError, Results
from generator.render.text.words import is_foreign, named, said

MOST_ROWS_TOGETHER = 14
_LONGEST_UNBROKEN = 28  # characters of a cell that stays on one line
_BOUND = f"<{THIN}10"  # how what is below the smallest p value begins: a power without a mantissa
#: A number: what stands left of the point where its column meets, and the digits and the power right of it.
_NUMBER = re.compile(rf"({MINUS}?\d{{1,3}}(?:{THIN}\d{{3}})*|{MINUS}?\d+)((?:[.,]\d+)?(?:{THIN}×{THIN}10[⁻⁰¹²³⁴-⁹]+)?)")
#: All digits are as wide as one another, and all raised ones.
_AS_WIDE = {**dict.fromkeys("123456789", "0"), **dict.fromkeys("⁻¹²³⁴⁵⁶⁷⁸⁹", "⁰")}


@dataclass(frozen=True)
class Cell:
    """One cell as it is printed.

    ``padding`` are the characters that it lacks on the right to stand on its column's decimal point, ``lead`` those
    that its interval lacks on the left to have its dash below the others'. A ``foreign`` one holds words of a result
    that the report's language has none for, such as a name.
    """

    text: str
    padding: str = ""
    interval: str = ""
    lead: str = ""
    best: bool = False
    foreign: bool = False

    @property
    def unbroken(self) -> bool:
        """Whether the cell's words stay on one line: a name that wraps is harder to find than a head that does."""
        return len(self.text) <= _LONGEST_UNBROKEN


@dataclass(frozen=True)
class Column:
    """One column's head (``title`` is Markdown, ``foreign`` if not translated) and how its cells stand."""

    title: str
    unit: str = ""
    numeric: bool = False
    interval: bool = False
    foreign: bool = False


@dataclass(frozen=True)
class TableContent:
    """A table ready to print, and its raw values for the CSV file; ``refs`` has the result behind each row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    names: tuple[str, ...]
    records: tuple[tuple[Any, ...], ...]
    refs: tuple[str, ...] = ()

    @property
    def short(self) -> bool:
        """Whether the table is kept on one page."""
        return len(self.rows) <= MOST_ROWS_TOGETHER


def table_refs(table: TableSpec, question: QuestionSpec, results: Results) -> tuple[Address, ...]:
    """The results that a table shows, in its order."""
    if not table.rows:
        return results.at(question.address, table.source)
    return tuple(ref for rows in table.rows for ref in results.at(question.address, rows.result))


def table_content(table: TableSpec, question: QuestionSpec, results: Results) -> TableContent:
    """Fill a table from the results.

    Raises ResultUnavailableError when one of them is missing, AnswerError when a column is in none of them.
    """
    records = _records(table, question, results)
    columns, cells, names = [], [], []
    if _has_labels(table):
        columns.append(_row_head(table, question))
        cells.append([_word(str(record["row label"]), own=record["own label"]) for record in records])
        names.append("row")
    for column in table.columns:
        values = [_value(record, column.source, table) for record in records]
        columns.append(replace(_head(column, values), foreign=foreign_column(table, column, question)))
        cells.append(_cells(column, values, records, table))
        names.append(column.source)
    raw = tuple(tuple(record.get("row label" if name == "row" else name) for name in names) for record in records)
    refs = tuple(record["row result"] for record in records)
    return TableContent(tuple(columns), tuple(zip(*cells, strict=True)), tuple(names), raw, refs)


def foreign_column(table: TableSpec, column: ColumnSpec, question: QuestionSpec) -> bool:
    """Whether the head of a column is not in the report's language: the file has it alone, or among settings."""
    place = ("tables", table.name, "columns", column.source)
    return all(untranslated(question.source, where) for where in (place, (*place, "title")))


def _records(table: TableSpec, question: QuestionSpec, results: Results) -> list[dict[str, Any]]:
    address = question.address
    if not table.rows:
        refs = results.at(address, table.source)
        return [
            {**record, "row result": str(ref)} for ref in refs for record in results.table(ref, table.table).records()
        ]
    records = []
    for number, rows in enumerate(table.rows):
        where = ("tables", table.name, "rows", number, "label")
        own = bool(rows.label) and not untranslated(question.source, where)
        refs = results.at(address, rows.result)
        for ref in refs:
            label = _label(rows, ref, refs)
            found = {**dict(ref.point), **results.facts(ref).metrics}
            records.append({**found, "row label": label, "own label": own, "row result": str(ref)})
    return records


def _label(rows: RowsSpec, ref: Address, refs: Sequence[Address]) -> str:
    """With a grid, one label would stand for many rows: the grid point tells them apart."""
    point = ", ".join(str(value) for _, value in ref.point)
    return ", ".join(part for part in (rows.label, point if len(refs) > 1 or not rows.label else "") if part)


def empty_columns(table: TableSpec, question: QuestionSpec) -> tuple[Column, ...]:
    """The heads of a table whose results nobody has."""
    heads = [replace(_head(column, ()), foreign=foreign_column(table, column, question)) for column in table.columns]
    return (_row_head(table, question), *heads) if _has_labels(table) else tuple(heads)


def empty_records(table: TableSpec, question: QuestionSpec, results: Results) -> list[tuple[str, ...]]:
    """What is given of each row that is one of ``rows``: its label, and the point of the grid that it stands for."""
    every = [(rows, results.at(question.address, rows.result)) for rows in table.rows]
    found = [(rows, ref, refs) for rows, refs in every for ref in refs]
    labels = [_label(*one) for one in found]
    cells = [[_given(column, dict(ref.point)) for column in table.columns] for _, ref, _ in found]
    if _has_labels(table):
        heads = [said(label) if rows.label else named(label) for label, (rows, _, _) in zip(labels, found, strict=True)]
        return [(head, *row) for head, row in zip(heads, cells, strict=True)]
    # Their names are known to the results alone; words of a grid may stand for them, identifiers may not.
    worded = all(ref.point for _, ref, _ in found) and all(map(str.isalnum, labels))
    if worded and not any(map(any, cells)) and table.columns[0].format in ("auto", "text"):
        return [(named(label), *row[1:]) for label, row in zip(labels, cells, strict=True)]
    return [*map(tuple, cells)]


def _given(column: ColumnSpec, point: Mapping[str, Any]) -> str:
    if column.source not in point:
        return ""
    value = point[column.source]
    if isinstance(value, str):
        return named(value)
    return _write(column, value, _digits(column, (value,)))


def _has_labels(table: TableSpec) -> bool:
    """Whether the first column names the rows."""
    return bool(table.row_title or any(rows.label for rows in table.rows))


def _row_head(table: TableSpec, question: QuestionSpec) -> Column:
    foreign = bool(table.row_title) and untranslated(question.source, ("tables", table.name, "row_title"))
    return Column(table.row_title, foreign=foreign)


def _value(record: Mapping[str, Any], name: str, table: TableSpec) -> Any:
    if name not in record:
        raise AnswerError(f"table {table.name}: the results have no {name}; they have {', '.join(sorted(record))}")
    return record[name]


def _head(column: ColumnSpec, values: Sequence[Any]) -> Column:
    form = None if column.format == "auto" or column.format == "text" else FORMATS[column.format]
    numeric = form is not None or (
        column.format == "auto"
        and any(map(is_number, values))
        and all(value is None or is_number(value) for value in values)
    )
    unit = column.unit or (form.head() if form else "")
    return Column(column.title, unit, numeric, column.interval is not None)


def _cells(
    column: ColumnSpec, values: Sequence[Any], records: Sequence[Mapping[str, Any]], table: TableSpec
) -> list[Cell]:
    digits = _digits(column, values)
    texts = [_write(column, value, digits) for value in values]
    padding = _lacking([_right_of_the_point(text) for text in texts])
    intervals, lead = _intervals(column, records, table, digits)
    best = _best(column, values, texts, digits)
    return [
        Cell(text, lacking, interval, missing, stands_out, isinstance(value, str) and _word(value).foreign)
        for value, text, lacking, interval, missing, stands_out in zip(
            values, texts, padding, intervals, lead, best, strict=True
        )
    ]


def _best(column: ColumnSpec, values: Sequence[Any], texts: Sequence[str], digits: int) -> list[bool]:
    """Which cells stand out: the best and what looks like it in print, unless all numbers do."""
    numbers = [value for value in values if is_number(value) and (isinstance(value, int) or math.isfinite(value))]
    if not column.best or len(numbers) < 2:
        return [False] * len(texts)
    printed = _write(column, (max if column.best == "max" else min)(numbers), digits)
    found = [is_number(value) and text == printed for value, text in zip(values, texts, strict=True)]
    return [stands_out and sum(found) < sum(map(is_number, values)) for stands_out in found]


def _intervals(
    column: ColumnSpec, records: Sequence[Mapping[str, Any]], table: TableSpec, digits: int
) -> tuple[list[str], list[str]]:
    """The intervals of a column, and what each lacks on the left; a dash is no sign beside a minus."""
    if column.interval is None:
        return [""] * len(records), [""] * len(records)
    ends = [[_write(column, _value(record, name, table), digits) for name in column.interval] for record in records]
    signed = any(text.startswith(MINUS) for pair in ends for text in pair)
    form = gettext("%(low)s to %(high)s") if signed else "%(low)s–%(high)s"
    known = [MISSING not in pair for pair in ends]
    texts = [form % {"low": low, "high": high} if shown else "" for (low, high), shown in zip(ends, known, strict=True)]
    lows = [low if shown else None for (low, _), shown in zip(ends, known, strict=True)]
    return texts, ["" if low is None else lacking for low, lacking in zip(lows, _lacking(lows), strict=True)]


def _right_of_the_point(text: str) -> str | None:
    """The part of a number that stands right of its column's decimal point; nothing of a dash, None for words."""
    if text == MISSING:
        return ""
    found = _NUMBER.fullmatch(text.replace(_BOUND, f"0{decimal_sign()}0{THIN}×{THIN}10"))
    return found[2] if found else None


def _lacking(parts: Sequence[str | None]) -> list[str]:
    """What each part has less than the widest of them, kind of character by kind, so that all are as wide."""
    counts = [Counter(_AS_WIDE.get(letter, letter) for letter in part or "") for part in parts]
    widest = {letter: max(count[letter] for count in counts) for count in counts for letter in count}
    order = sorted(widest, key="".join((decimal_sign(), "0", THIN, "×", "⁰")).find)
    return [
        "" if part is None else "".join(letter * (widest[letter] - count[letter]) for letter in order)
        for part, count in zip(parts, counts, strict=True)
    ]


def _word(text: str, *, own: bool = False) -> Cell:
    """A cell with a word of a result, or, if ``own``, of the report's language already."""
    return Cell(said(text), foreign=not own and is_foreign(text))


def _digits(column: ColumnSpec, values: Sequence[Any]) -> int:
    """For a column that no format is given for: enough for three significant digits of the largest value."""
    if column.digits is not None:
        return column.digits
    largest = max((abs(value) for value in values if isinstance(value, float) and math.isfinite(value)), default=0.0)
    return 3 if largest < 10 else 1


def _write(column: ColumnSpec, value: Any, digits: int) -> str:
    if not is_number(value):
        return said(value) if isinstance(value, str) else in_words(value)
    match column.format:
        case "text":
            return str(value)
        case "auto":
            return write_alike(value, digits)
        case name:
            return write(value, name, None if FORMATS[name].digits is None else column.digits, unit=False)
