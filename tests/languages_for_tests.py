"""What a catalogue holds, and which English words of the program stand in a text that should have none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from generator.languages import catalogue


def read(language: str) -> Catalog:
    with catalogue(language).open("rb") as file:
        return read_po(file, locale=language)


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Each English text with its translation; of plurals, each form."""
    for message in read(language):
        if isinstance(message.id, tuple):
            yield from zip(message.id, message.string, strict=True)
        elif message.id:
            yield message.id, message.string


@cache
def english(language: str) -> tuple[str, ...]:
    """Every text of the program that reads otherwise in a language, as pieces between what is filled in.

    Pieces that are words of that language as well are left out.
    """
    filled = r"%\(\w+\)s|%[sd]|\{+\w*\}*|<[^>]+>|\n"
    found = [piece.strip() for one, other in pairs(language) if one != other for piece in re.split(filled, one)]
    texts = "\n".join(other for _, other in pairs(language))
    return tuple(piece for piece in found if re.search(r"[^\W\d_]{3}", piece) and not _stands(piece, texts))


def english_in(text: str, language: str) -> list[str]:
    """The English words of the program that stand in a text."""
    return [piece for piece in english(language) if _stands(piece, text)]


def _stands(piece: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text) is not None
