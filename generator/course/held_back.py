"""Hidden questions where no text of theirs may be read: their place, their exhibits by name, and their results.

So much keeps all other numbers, and what other questions take from it. It is what a worksheet or a student's report
reads of such a question's file, and all that the file of a course that was handed out holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from generator.course.exhibits import FigureSpec, TableSpec
from generator.course.forms import FigureEntry, QuestionFile, ResultEntry, Strict, TableEntry
from generator.course.yaml_source import Place, Source, read_yaml, read_yaml_text

_KEY = "hidden"


class PlaceEntry(Strict):
    """The place of an exhibit, with what decides by which numbers it is counted."""

    appendix: bool = False
    further: bool = False
    solution: bool = False


class PlaceFile(Strict):
    """What is left of a question without its texts."""

    hidden: Literal[True]
    results: dict[str, ResultEntry] = Field(default_factory=dict)
    tables: dict[str, PlaceEntry] = Field(default_factory=dict)
    figures: dict[str, PlaceEntry] = Field(default_factory=dict)


def _keys(model: type[Strict]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


#: The keys of a question's file, and of what is in it, that are no part of its place.
TEXTS = frozenset(
    {
        *(_keys(QuestionFile) - _keys(PlaceFile)),
        *(f"tables.*.{key}" for key in _keys(TableEntry) - _keys(PlaceEntry)),
        *(f"figures.*.{key}" for key in _keys(FigureEntry) - _keys(PlaceEntry)),
    }
)
_ALL_BUT_HIDDEN = frozenset(_keys(QuestionFile) - {_KEY})


def is_hidden(path: Path) -> bool:
    """Whether a question's file says that it is hidden; nothing else of it is read."""
    try:
        raw = path.read_bytes()
    except OSError:  # said where it is read as a whole
        return False
    return _KEY.encode() in raw and _says_so(read_yaml_text(path, raw, _ALL_BUT_HIDDEN))


def is_place(source: Source) -> bool:
    """Whether a question's file holds its place alone."""
    return _says_so(source) and not {"title", "statement"} & source.data.keys()


def _says_so(source: Source) -> bool:
    return isinstance(source.data, Mapping) and source.data.get(_KEY) is True and not source.mistakes


def read_place(path: Path) -> Source:
    """A hidden question's file without its texts."""
    return read_yaml(path, TEXTS)


def exhibits_of_place(form: PlaceFile, source: Source) -> tuple[dict[str, TableSpec], dict[str, FigureSpec]]:
    """The tables and figures whose places are kept, by name."""

    def place(kind: str, name: str) -> Place:
        return Place(source.path, source.line((kind, name)) or 1)

    tables = {
        name: TableSpec(name, "", (), **dict(entry), place=place("tables", name)) for name, entry in form.tables.items()
    }
    figures = {
        name: FigureSpec(name, "", "", (), **dict(entry), place=place("figures", name))
        for name, entry in form.figures.items()
    }
    return tables, figures
