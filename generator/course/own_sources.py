"""A student's own numbers: JSON and CSV files in the project's folder data/, read when an answer names them.

What they hold was not computed here. It reaches a report only through ``my_data`` and ``my_table``, which say so.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.answers.language import OWN, OWN_TABLE
from generator.answers.syntax import parse_answer
from generator.course.untrusted_files import UntrustedFileError, read_untrusted
from generator.errors import Mistake
from generator.store.files import digest

FOLDER = "data"
ENDINGS = {OWN: ".json", OWN_TABLE: ".csv"}
_MOST_ROWS, _MOST_COLUMNS, _LONGEST_CELL = 200, 12, 300
_DEEPEST, _MOST_VALUES = 4, 2000
_NAME = re.compile(r"[A-Za-z]\w*")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class OwnSource:
    """One file: the ``values`` of a JSON by their names, or the ``columns`` and ``rows`` of a CSV as they are typed."""

    path: Path
    name: str
    digest: str
    values: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def read_sources(text: str, answer: Path, folder: Path) -> tuple[dict[str, OwnSource], tuple[Mistake, ...]]:
    """The files below the project's ``folder`` that an answer names, by name, and what is wrong with them."""
    found: dict[str, OwnSource] = {}
    mistakes = []
    for named in parse_answer(text, answer).own if "my_" in text else ():
        try:
            found[named.name] = _read(folder, named.name, ENDINGS[named.kind])
        except UntrustedFileError as error:
            mistakes.append(Mistake(str(error), answer, named.line, named.name))
    return found, tuple(mistakes)


def is_number(cell: str) -> bool:
    """Whether a cell of a CSV is a number."""
    return _NUMBER.fullmatch(cell) is not None


def _read(folder: Path, name: str, ending: str) -> OwnSource:
    if not name.startswith(f"{FOLDER}/") or not name.endswith(ending):
        raise UntrustedFileError(f"own data lies in {FOLDER}/ and ends in {ending}, such as {FOLDER}/mine{ending}")
    raw = read_untrusted(folder, name)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UntrustedFileError("is not text in UTF-8, which a spreadsheet offers where it saves a CSV") from None
    source = OwnSource(folder / name, name, digest(raw))
    if ending == ".json":
        return OwnSource(source.path, name, source.digest, values=_values(text))
    columns, *rows = _cells(text)
    return OwnSource(source.path, name, source.digest, columns=columns, rows=tuple(rows))


def _values(text: str) -> Mapping[str, Any]:
    try:
        values = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise UntrustedFileError(f"is no JSON that can be read: {error}") from None
    if not isinstance(values, dict):
        raise UntrustedFileError("is no JSON object: names with numbers, words or further objects")
    if sum(1 for _ in _leaves(values, 1)) > _MOST_VALUES:
        raise UntrustedFileError(f"has more than {_MOST_VALUES} values")
    return values


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the name {name[:50]!r} stands twice")
        found[name] = value
    return found


def _leaves(values: Mapping[str, Any], depth: int) -> Iterator[Any]:
    """Every value; UntrustedFileError for one that no answer could name or print."""
    if depth > _DEEPEST:
        raise UntrustedFileError(f"its objects are more than {_DEEPEST} deep")
    for name, value in values.items():
        if not _NAME.fullmatch(name):
            raise UntrustedFileError(f"{name[:50]!r} is no name: letters, digits and _, a letter first")
        if isinstance(value, dict):
            yield from _leaves(value, depth + 1)
        elif value is None or isinstance(value, list):
            raise UntrustedFileError(f"{name} is no number, word or object; a list belongs into a CSV")
        elif isinstance(value, str) and len(value) > _LONGEST_CELL:
            raise UntrustedFileError(f"{name} has more than {_LONGEST_CELL} characters")
        elif isinstance(value, float) and not math.isfinite(value):
            raise UntrustedFileError(f"{name} is too large")
        elif isinstance(value, int) and value.bit_length() > 1000:
            raise UntrustedFileError(f"{name} has too many digits")
        else:
            yield value


def _cells(text: str) -> list[tuple[str, ...]]:
    """The rows of a CSV, the head first; separated by commas, semicolons or tabs, whichever the head has most of."""
    head = text.partition("\n")[0]
    sign = max(",;\t", key=head.count)
    try:
        rows = [tuple(map(str.strip, row)) for row in csv.reader(io.StringIO(text), delimiter=sign, strict=True) if row]
    except csv.Error as error:
        raise UntrustedFileError(f"is no CSV that can be read: {error}") from None
    if len(rows) < 2:
        raise UntrustedFileError("has no rows below its head")
    columns = len(rows[0])
    for number, row in enumerate(rows, start=1):
        if len(row) != columns:
            raise UntrustedFileError(f"row {number} has {len(row)} cells, and the head {columns}")
    if columns > _MOST_COLUMNS or len(rows) > _MOST_ROWS + 1:
        raise UntrustedFileError(f"has more than {_MOST_COLUMNS} columns or {_MOST_ROWS} rows")
    if any(len(cell) > _LONGEST_CELL for row in rows for cell in row):
        raise UntrustedFileError(f"a cell has more than {_LONGEST_CELL} characters")
    return rows
