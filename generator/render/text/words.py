"""Words that results bring along, in the report's language: what computations call things in figures and tables.

A course says them in ``words.yaml``. A word may hold ``{}`` for what varies: "{} epochs" is "{} époques".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import Any

from generator.languages import NARROW, decimal_sign, speaking

_NUMBER = re.compile(r"[-−+]?\d[\d\u202f]*\.\d+(?:[\u202f\u00a0 ]?%)?")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+")  # as Python's format "," writes it
_LETTERS = re.compile(r"[^\W\d_]{2}")
_MOST_FILLED = 200  # characters that stand for one {}


@dataclass(frozen=True)
class Words:
    """The words of a course's results in the report's language."""

    pairs: Mapping[str, str]

    def say(self, text: str) -> str:
        """The text in the report's language; as it is where nothing is known of it."""
        if text in self.pairs:
            return self.pairs[text]
        if _NUMBER.fullmatch(text):
            return text.replace(".", decimal_sign())
        if _GROUPED.fullmatch(text) and decimal_sign() == ",":
            return text.replace(",", NARROW)
        for pattern, translated in self._patterns:
            if found := pattern.fullmatch(text):
                pieces = [self.say(piece) for piece in found.groups()]
                return "".join(itertools.chain(*itertools.zip_longest(translated.split("{}"), pieces, fillvalue="")))
        return text

    def lacks(self, text: str) -> bool:
        """Whether a text with words in it is said as it is because nothing is known of it."""
        return text not in self.pairs and bool(_LETTERS.search(text)) and self.say(text) == text

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        """The words with places to fill, the longest first."""
        open_ones = sorted((key for key in self.pairs if "{}" in key), key=len, reverse=True)
        filled = f"(.{{1,{_MOST_FILLED}}}?)"
        return tuple(
            (re.compile(filled.join(map(re.escape, key.split("{}"))), re.DOTALL), self.pairs[key]) for key in open_ones
        )


class Word(str):
    """A text that a result brought into an answer, as opposed to one that stands there."""

    __slots__ = ()
    __module__ = "builtins"  # Jinja's messages name the module of other classes


_NONE = Words({})
_known: ContextVar[Words] = ContextVar("words of results", default=_NONE)


@contextmanager
def telling(language: str, words: Mapping[str, str]) -> Iterator[None]:
    """Have everything inside speak a language, and call things that results name by these words."""
    with speaking(language):
        before = _known.set(Words(words))
        try:
            yield
        finally:
            _known.reset(before)


def in_language(written: str, *, foreign: bool) -> AbstractContextManager[None]:
    """Have a text inside speak its own language: the report's, or of ``foreign`` ones that the course is written in."""
    return telling(written, {}) if foreign else nullcontext()


def said(text: str) -> str:
    """A word of a result in the language that is spoken."""
    return _known.get().say(text)


def is_foreign(text: str) -> bool:
    """Whether a word of a result stays in another language than the one that is spoken."""
    return _known.get().lacks(text)


def of_result(value: Any) -> Any:
    """A value of a result, as answers get it."""
    return Word(value) if isinstance(value, str) else value


def said_inside(figure: Any) -> Any:
    """A figure, whose data stay what they are, with all of its words in the language that is spoken."""
    if isinstance(figure, str):
        return said(figure)
    if isinstance(figure, tuple):
        return tuple(map(said_inside, figure))
    if is_dataclass(figure) and not isinstance(figure, type):
        # Names of colours, as those of tones, are no words.
        texts = [one.name for one in fields(figure) if one.name not in ("colormap", "tones")]
        return replace(figure, **{name: said_inside(getattr(figure, name)) for name in texts})
    return figure
