"""What stands in place of a text that has a mistake: its first mistake, where it is, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence

from generator.errors import Mistake
from generator.formats import escape_markdown
from generator.languages import gettext, marked
from generator.render.content.exhibits import Box

UNRENDERED = {
    "table": marked("This table could not be rendered"),
    "figure": marked("This figure could not be rendered"),
    "answer": marked("This answer could not be rendered"),
    "text": marked("This text could not be rendered"),
}


def fault_box(kind: str, mistakes: Sequence[Mistake]) -> Box:
    """The notice in place of a table, a figure or an answer."""
    return Box(gettext(UNRENDERED[kind]), _words(mistakes), mistakes[0].hint)


def fault_text(mistakes: Sequence[Mistake]) -> str:
    """The same in place of an introduction or a conclusion, in Markdown."""
    return f"> **{gettext(UNRENDERED['text'])}**\n>\n> {escape_markdown(_words(mistakes))}\n"


def _words(mistakes: Sequence[Mistake]) -> str:
    first = mistakes[0]
    where = f"{first.path.name}, line {first.line}: " if first.path and first.line else ""  # as on the terminal
    got = f": {first.got}" if first.got else ""
    more = f" (and {len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
    return where + first.message + got + more
