"""What a student's own numbers have to do with ours: those typed into prose, and those of results handed in."""

from __future__ import annotations

import json
import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateSyntaxError

from generator.answers.addresses import AddressError, parse_address
from generator.answers.prose import read_prose
from generator.languages import decimal_sign

#: A number as people type it, thousands with commas or narrow spaces: 89.4, -3, 1,000. Not part of a name: 15-Scene.
_THOUSANDS = r"\d{1,3}(?:[,\u202f\u00a0]\d{3})+(?:\.\d+)?"
_NUMBER = re.compile(rf"(?<![\w.,^_/-])-?(?:{_THOUSANDS}|\d+(?:\.\d+)?)(?![\w^-]|[.,]\d)")
#: Formulas, citations, the addresses of links, headings, and the numbers of lists.
_NOT_PROSE = re.compile(
    r"\$\$[\s\S]{0,4000}?\$\$|\$[^$\n]{1,2000}\$|\[@[^\]\n]{0,300}\]|\]\([^)\n]{0,300}\)|^#+ [^\n]*$|^ {0,3}\d+[.)] ",
    re.MULTILINE,
)
_ALWAYS = 12  # whole numbers up to here count things that no result needs to support
_COMMON = (95.0, 100.0)  # the level of intervals, and the whole
_YEARS = range(1900, 2101)
_SCALES = (1.0, 100.0, 1e-3, 1e-6, 1e-9)  # as they are, in per cent, in thousands, in millions, in billions

#: How far a number may be from ours where we know no spread: a part of its size.
TOLERANCE = 0.02
_SPREADS = 2.0
_EXACT = 1e-9
_SWAPPED = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class Typed:
    """A number in an answer's prose, as it is typed, with its line and the sign before its fraction."""

    text: str
    line: int
    sign: str = "."

    @property
    def value(self) -> float:
        """The number."""
        return float(re.sub(r"[,\u202f\u00a0 ]", "", _with_points(self.text, self.sign)))

    @property
    def digits(self) -> int:
        """How many digits it has after the point."""
        return len(self.text.partition(self.sign)[2])


def _with_points(text: str, sign: str) -> str:
    """A text with points where it has decimal commas, and commas where it has points."""
    return text.translate(_SWAPPED) if sign == "," else text


def typed_numbers(text: str) -> Iterator[Typed]:
    """The numbers in an answer's prose; formulas, code, tags, citations, links and headings are not prose.

    Those of a language with a decimal comma, in which it is spoken here, are 89,4 and 1 000.
    """
    try:
        prose, _ = read_prose(text)
    except TemplateSyntaxError:
        return
    prose = _NOT_PROSE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), prose)
    sign = decimal_sign()
    for found in _NUMBER.finditer(_with_points(prose, sign)):
        yield Typed(prose[slice(*found.span())], prose.count("\n", 0, found.start()) + 1, sign)


def unsupported(text: str, known: Iterable[Any], given: str) -> list[Typed]:
    """The typed numbers that no value of the results rounds to, at the digits at which they are typed.

    Numbers that ``given``, the statement of the question, mentions need no support, nor do small counts and years.
    """
    values = sorted(abs(float(value)) * scale for value in known if _is_number(value) for scale in _SCALES)
    given += " " + _with_points(given, decimal_sign())
    mentioned = set(_COMMON) | {float(number) for number in re.findall(r"\d+(?:\.\d+)?", given)}
    return [
        number
        for number in typed_numbers(text)
        if not _plain(number) and abs(number.value) not in mentioned and not _rounds(number, values)
    ]


def _plain(number: Typed) -> bool:
    whole = not number.digits
    return whole and (abs(number.value) <= _ALWAYS or (number.value in _YEARS and "," not in number.text))


def _rounds(number: Typed, values: Sequence[float]) -> bool:
    """Whether one of the values, which are sorted, is that number at its digits."""
    half = 0.5 * 10.0**-number.digits * (1 + _EXACT)
    wanted = abs(number.value)
    nearest = bisect_left(values, wanted)
    return any(abs(value - wanted) <= half for value in values[max(nearest - 1, 0) : nearest + 1])


def differing(handed_in: bytes, ours: Mapping[str, Any]) -> list[str]:
    """Where metrics.json of a submission differs from our metrics beyond the seeds' spread, one line for each.

    The spread of "….accuracy" is our "….accuracy_std"; where there is none, a number may differ by TOLERANCE of its
    size. Measured times are not compared. Raises ValueError when the file is no such JSON.
    """
    try:
        theirs = json.loads(handed_in)
    except (ValueError, RecursionError) as error:
        raise ValueError("metrics.json cannot be read") from error
    if not isinstance(theirs, dict):
        raise ValueError("metrics.json holds no metrics")
    return [
        f"{name}: {_shown(value)} instead of {_shown(ours[name])}"
        for name, value in _compared(theirs)
        if name in ours and not _agree(value, ours[name], ours.get(f"{name}_std"))
    ]


def _compared(metrics: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """All but the measured times, by their addresses as we spell them."""
    for name, value in metrics.items():
        with suppress(AddressError):
            address = parse_address(name, named=True)
            if "seconds" not in address.name:
                yield str(address), value


def _agree(theirs: Any, ours: Any, spread: Any) -> bool:
    if not (_is_number(theirs) and _is_number(ours)):
        return bool(theirs == ours)
    allowed = _SPREADS * spread if _is_number(spread) else TOLERANCE * abs(ours)
    return bool(abs(theirs - ours) <= allowed + _EXACT * abs(ours))


def _is_number(value: Any) -> bool:
    """Whether it is a number that can be reckoned with: an integer of 400 digits cannot be compared with a fraction."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max


def _shown(value: Any) -> str:
    if isinstance(value, int) and not _is_number(value):
        return "a number out of all bounds"
    return f"{value:.6g}" if _is_number(value) else repr(value)[:40]
