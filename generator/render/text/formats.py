"""How numbers are written in the report's words and tables."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from jinja2 import Undefined

THIN = "\u202f"  # narrow no-break space between groups of three digits
MINUS = "\u2212"
MISSING = "–"
_MOST_DIGITS = 12

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~$^@&-])")


class Markdown(str):
    """Text that is already Markdown and is not escaped when an answer prints it."""

    __slots__ = ()


def escape_markdown(text: str) -> str:
    """The text with every character that Markdown could read as a sign made harmless, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _number(value: Any) -> float | None:
    """The value as a float; None where there is none. Raises TypeError for words."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, got {value!r}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError("the number is too large to be printed so; | integer prints all of its digits") from None


def _digits(digits: Any) -> int:
    """So many digits after the point; a report has no use for more, and the memory no room."""
    if not isinstance(digits, int) or not 0 <= digits <= _MOST_DIGITS:
        raise ValueError(f"expected 0 to {_MOST_DIGITS} digits, got {digits!r}")
    return digits


def _finite(value: Any, write: Callable[[float], str]) -> str:
    number = _number(value)
    if number is None:
        return MISSING
    if math.isnan(number):
        return "not a number"
    if math.isinf(number):
        return "∞" if number > 0 else f"{MINUS}∞"
    return write(number).replace("-", MINUS)


def integer(value: Any) -> Markdown:
    """138357544 → 138 357 544, with thin spaces."""
    if isinstance(value, int) and not isinstance(value, bool):  # a float holds sixteen digits of it
        return Markdown(f"{value:,}".replace(",", THIN).replace("-", MINUS))
    return Markdown(_finite(value, lambda number: f"{round(number):,}".replace(",", THIN)))


def decimal(value: Any, digits: int = 2) -> Markdown:
    """3.14159 → 3.14; groups of thousands as in :func:`integer`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Markdown(integer(value) + ("." + "0" * _digits(digits) if _digits(digits) else ""))
    return Markdown(_finite(value, lambda number: f"{number:,.{_digits(digits)}f}".replace(",", THIN)))


def percent(value: Any, digits: int = 1) -> Markdown:
    """A proportion: 0.8936 → 89.4 %."""
    return Markdown(_finite(value, lambda number: f"{100 * number:.{_digits(digits)}f}{THIN}%"))


def points(value: Any, digits: int = 1) -> Markdown:
    """A difference of proportions: 0.021 → 2.1 percentage points."""
    return Markdown(_finite(value, lambda number: f"{100 * number:.{_digits(digits)}f} percentage points"))


def millions(value: Any, digits: int = 1) -> Markdown:
    """138357544 → 138.4 million."""
    return Markdown(_finite(value, lambda number: f"{decimal(number / 1e6, digits)} million"))


def scientific(value: Any, digits: int = 1) -> Markdown:
    """0.00032 → 3.2 × 10⁻⁴."""

    def write(number: float) -> str:
        mantissa, exponent = f"{number:.{_digits(digits)}e}".split("e")
        return f"{mantissa}{THIN}×{THIN}10{str(int(exponent)).translate(_SUPERSCRIPTS)}"

    return Markdown(_finite(value, write))


def p_value(value: Any) -> Markdown:
    """With as many digits as it takes not to print zero: 0.0593 → 0.06, 0.0021 → 0.002, 0.00032 → 3.2 × 10⁻⁴."""

    def write(number: float) -> str:
        if number < 1e-3:
            return scientific(number)
        return f"{number:.{2 if number >= 0.01 else 3}f}"

    return Markdown(_finite(value, write))


def seconds(value: Any) -> Markdown:
    """A duration in seconds: 0.0421 → 42 ms, 3.26 → 3.3 s, 250 → 4 min 10 s, 7300 → 2 h 2 min."""

    def write(number: float) -> str:
        if number < 1:
            return f"{number * 1000:.0f}{THIN}ms"
        if number < 60:
            return f"{number:.1f}{THIN}s"
        minutes, rest = divmod(round(number), 60)
        if minutes < 60:
            return f"{minutes}{THIN}min" + (f" {rest}{THIN}s" if rest else "")
        hours, minutes = divmod(round(number / 60), 60)
        return f"{hours}{THIN}h" + (f" {minutes}{THIN}min" if minutes else "")

    return Markdown(_finite(value, write))


def plain(value: Any) -> Markdown:
    """What an answer prints without a filter: whole numbers grouped, others to four digits, words escaped."""
    if isinstance(value, Markdown):
        return value
    if value is None:
        return Markdown(MISSING)
    if isinstance(value, bool):
        return Markdown("yes" if value else "no")
    if isinstance(value, int):
        return integer(value)
    if isinstance(value, float):
        return Markdown(_finite(value, lambda number: f"{number:.4g}"))
    if isinstance(value, Undefined):
        str(value)  # says what is missing
    if not isinstance(value, str):
        raise TypeError(f"cannot print {type(value).__name__}: name one of its values")
    return Markdown(escape_markdown(value))


FILTERS: dict[str, Callable[..., Markdown]] = {
    "integer": integer,
    "millions": millions,
    "percent": percent,
    "points": points,
    "decimal": decimal,
    "scientific": scientific,
    "p_value": p_value,
    "seconds": seconds,
}
