"""Tables: which rows and columns a specification asks for, and how each cell is written."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from generator.answers.addresses import Address
from generator.course.exhibits import ColumnSpec, RowsSpec, TableSpec
from generator.course.spec import QuestionSpec
from generator.course.translations import untranslated
from generator.formats import FORMATS, MINUS, MISSING, THIN, in_words, is_number, write, write_alike
from generator.languages import decimal_sign
from generator.render.content.values import AnswerError, Results
from generator.render.text.words import said

MOST_ROWS_TOGETHER = 14
_LONGEST_UNBROKEN = 28  # characters of a cell that stays on one line


@dataclass(frozen=True)
class Cell:
    """One cell as it is printed. ``padding`` are the digits that it lacks to stand on its column's decimal point."""

    text: str
    padding: str = ""
    interval: str = ""
    best: bool = False

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
    """A table ready to print, and its raw values for the CSV file."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    names: tuple[str, ...]
    records: tuple[tuple[Any, ...], ...]

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
        cells.append([Cell(said(str(record["row label"]))) for record in records])
        names.append("row")
    for column in table.columns:
        values = [_value(record, column.source, table) for record in records]
        columns.append(replace(_head(column, values), foreign=foreign_column(table, column, question)))
        cells.append(_cells(column, values, records, table))
        names.append(column.source)
    raw = tuple(tuple(record.get("row label" if name == "row" else name) for name in names) for record in records)
    return TableContent(tuple(columns), tuple(zip(*cells, strict=True)), tuple(names), raw)


def foreign_column(table: TableSpec, column: ColumnSpec, question: QuestionSpec) -> bool:
    """Whether the head of a column is not in the report's language: the file has it alone, or among settings."""
    place = ("tables", table.name, "columns", column.source)
    return all(untranslated(question.source, where) for where in (place, (*place, "title")))


def _records(table: TableSpec, question: QuestionSpec, results: Results) -> list[dict[str, Any]]:
    address = question.address
    if not table.rows:
        refs = results.at(address, table.source)
        return [record for ref in refs for record in results.table(ref, table.table).records()]
    records = []
    for rows in table.rows:
        refs = results.at(address, rows.result)
        for ref in refs:
            label = _label(rows, ref, refs)
            records.append({**dict(ref.point), **results.load(ref).metrics, "row label": label})
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
    named = [(rows, results.at(question.address, rows.result)) for rows in table.rows]
    found = [(rows, ref, refs) for rows, refs in named for ref in refs]
    labels = [_label(*one) for one in found]
    cells = [[_given(column, dict(ref.point)) for column in table.columns] for _, ref, _ in found]
    if _has_labels(table):
        return [(said(label), *row) for label, row in zip(labels, cells, strict=True)]
    # Their names are known to the results alone; words of a grid may stand for them, identifiers may not.
    worded = all(ref.point for _, ref, _ in found) and all(map(str.isalnum, labels))
    if worded and not any(map(any, cells)) and table.columns[0].format in ("auto", "text"):
        return [(said(label), *row[1:]) for label, row in zip(labels, cells, strict=True)]
    return [*map(tuple, cells)]


def _given(column: ColumnSpec, point: Mapping[str, Any]) -> str:
    if column.source not in point:
        return ""
    value = point[column.source]
    return _write(column, value, _digits(column, (value,)))


def _has_labels(table: TableSpec) -> bool:
    """Whether the first column names the rows."""
    return bool(table.row_title or any(rows.label for rows in table.rows))


def _row_head(table: TableSpec, question: QuestionSpec) -> Column:
    return Column(table.row_title, foreign=untranslated(question.source, ("tables", table.name, "row_title")))


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
    longest = max((_fraction(text) for text in texts), default=0)
    numbers = [value for value in values if is_number(value) and (isinstance(value, int) or math.isfinite(value))]
    best = (max if column.best == "max" else min)(numbers) if column.best and len(numbers) > 1 else None
    cells = []
    for value, text, record in zip(values, texts, records, strict=True):
        interval = ""
        if column.interval is not None:
            low, high = (_write(column, _value(record, name, table), digits) for name in column.interval)
            interval = f"{low}–{high}" if MISSING not in (low, high) else ""
        # Compared as printed: two values that look alike are both the best.
        stands_out = best is not None and is_number(value) and text == _write(column, best, digits)
        lacking = longest - _fraction(text) if is_number(value) else 0
        padding = (decimal_sign() if lacking == longest and longest else "") + "0" * lacking
        cells.append(Cell(text, padding, interval, stands_out))
    return cells


def _fraction(text: str) -> int:
    """How many digits follow the decimal point."""
    sign = decimal_sign()
    digits = text.replace(sign, "").replace(THIN, "").lstrip(MINUS)
    return len(text.partition(sign)[2]) if digits.isdigit() else 0


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
