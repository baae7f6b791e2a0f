"""A student's own numbers in an answer: each is marked as the student's, and said not to have been computed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.answers.language import OWN_MARK
from generator.course.own_sources import OwnSource, is_number
from generator.formats import MINUS, Markdown, escape_markdown
from generator.languages import gettext, listed
from generator.render.content.values import AnswerError


class OwnValues:
    """What a JSON file holds, as answers read it: ``my_data("data/mine.json").model.accuracy``."""

    __slots__ = ("_values", "_where")

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self._values = values
        self._where = where

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._values:
            raise AnswerError(f"{self._where} has no {name}; it has {', '.join(self._values) or 'nothing'}")
        value = self._values[name]
        return OwnValues(value, f"{self._where}, {name}") if isinstance(value, dict) else value

    def __getitem__(self, name: str) -> Any:
        return self.__getattr__(name)

    def __str__(self) -> str:
        raise AnswerError(f"{self._where} is no number; name one of {', '.join(self._values)}")


def own_values(sources: Mapping[str, OwnSource], name: str) -> OwnValues:
    """The values of the JSON file of this name."""
    return OwnValues(_source(sources, name).values, name)


def own_table(sources: Mapping[str, OwnSource], name: str) -> Markdown:
    """The CSV file of this name as a table in Markdown, under words that say whose it is."""
    source = _source(sources, name)
    numeric = [all(is_number(row[place]) for row in source.rows) for place in range(len(source.columns))]
    lines = [_line(source.columns), _line(["--:" if right else ":--" for right in numeric], plain=True)]
    lines += [_line([cell.replace("-", MINUS, 1) if cell.startswith("-") and is_number(cell) else cell for cell in row])
              for row in source.rows]  # fmt: skip
    head = gettext("The author’s own data, from %s, which this program did not compute:") % f"`{name}`"
    title = gettext("Own data")
    return Markdown(f"\n\n**{title}.** {head}\n\n" + "\n".join(lines) + "\n\n")


def with_note(markdown: str, sources: Mapping[str, OwnSource]) -> str:
    """The answer, with a line at its end that says what its marks mean, if it has any."""
    if OWN_MARK not in markdown:
        return markdown
    files = listed([f"`{name}`" for name, source in sources.items() if source.values])
    note = gettext("%(mark)s: the author’s own data, from %(files)s, which this program did not compute.")
    told = note % {"mark": gettext("(own)"), "files": files}
    return f"{markdown.rstrip()}\n\n*{told}*\n"


def _source(sources: Mapping[str, OwnSource], name: str) -> OwnSource:
    if name not in sources:
        raise AnswerError(f"{name} cannot be read here")
    return sources[name]


def _line(cells: list[str] | tuple[str, ...], *, plain: bool = False) -> str:
    shown = cells if plain else [escape_markdown(" ".join(cell.split())) or " " for cell in cells]
    return f"| {' | '.join(shown)} |"
