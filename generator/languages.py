"""The language of a report: the program's own words from a catalogue of messages, signs of numbers and lists by CLDR.

English is what code and templates hold. Another language is a catalogue of messages below ``templates/locale``, which
is read as it is: there is nothing to compile. What runs inside of :func:`speaking` uses that language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from generator.folders import templates_folder

ENGLISH = "en"
#: Where a report's language is written, "fr" or "fr-CA": the catalogue is that of its first part.
CODE = r"^([a-z]{2,3}(-[A-Z]{2})?)?$"
NARROW, WIDE = "\u202f", "\u00a0"  # spaces at which no line is broken

#: Spaces that a language wants before or after signs, where an author typed common ones.
_SPACES = {
    "fr": (
        (re.compile(r"(?<=\S)[ \u00a0](?=[;!?%](?![\w(]))"), NARROW),
        (re.compile(r"(?<=\S) (?=[:»](?!\w))"), WIDE),
        (re.compile(r"(?<=«) "), WIDE),
    )
}
_spoken: ContextVar[str] = ContextVar("language of the report", default=ENGLISH)


def languages() -> tuple[str, ...]:
    """The languages that there are words in."""
    return (ENGLISH, *sorted(path.parent.parent.name for path in _folder().glob("*/LC_MESSAGES/genreport.po")))


def catalogue(language: str) -> Path:
    """The file with the program's words in a language."""
    return _folder() / first_part(language) / "LC_MESSAGES" / "genreport.po"


def first_part(language: str) -> str:
    """The language alone of "fr-CA"."""
    return language.partition("-")[0]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Have everything inside say its words, and write its numbers, in a language."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> str:
    """The language that is spoken here."""
    return _spoken.get()


def gettext(message: str) -> str:
    """A text of the program in the language that is spoken; English where the catalogue does not have it."""
    return typeset(_translations(first_part(spoken())).gettext(message))


def pgettext(place: str, message: str) -> str:
    """The same for a text that reads otherwise in some place, which the catalogue has as its context."""
    return typeset(_translations(first_part(spoken())).pgettext(place, message))


def ngettext(one: str, several: str, number: int) -> str:
    """The same for a text that depends on a number of things."""
    return typeset(_translations(first_part(spoken())).ngettext(one, several, number))


def marked(message: str) -> str:
    """The text itself: it belongs into the catalogue, and is translated where it is used."""
    return message


def decimal_sign() -> str:
    """What stands between a number's whole part and its fraction."""
    return _decimal_sign(first_part(spoken()))


def listed(parts: Sequence[str]) -> str:
    """Words as a sentence lists them: "a", "a and b", "a, b and c"."""
    if first_part(spoken()) != ENGLISH:
        from babel.lists import format_list

        return format_list(parts, locale=first_part(spoken()))
    *others, last = parts or [""]
    return f"{', '.join(others)} and {last}" if others else last


def called(language: str) -> str:
    """What a language is called in the one that is spoken."""
    if first_part(spoken()) == ENGLISH == first_part(language):
        return "English"
    from babel import Locale

    return str(Locale(first_part(spoken())).languages[first_part(language)])


def typeset(text: str) -> str:
    """The text with the spaces that its language wants beside signs."""
    for pattern, space in _SPACES.get(first_part(spoken()), ()):
        text = pattern.sub(space, text)
    return text


def _folder() -> Path:
    return templates_folder() / "locale"


@cache
def _translations(language: str) -> NullTranslations:
    if language == ENGLISH or not catalogue(language).is_file():
        return NullTranslations()
    from io import BytesIO

    from babel.messages.mofile import write_mo  # late: English needs none of it
    from babel.messages.pofile import read_po

    with catalogue(language).open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def _decimal_sign(language: str) -> str:
    if language == ENGLISH:
        return "."
    from babel.numbers import get_decimal_symbol

    return get_decimal_symbol(language)
