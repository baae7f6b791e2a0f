"""How numbers are written: the one table of formats, for the filters of answers, the columns of tables and the page.

Digits say what is known. What was counted is written whole, also where others stand beside it that were measured: 0
million and not 0.00, 12 and not 12.0. What was set is written as it was (``setting``): a C of 100, never of 100.000.
What was measured has as many digits as its author asks for, zeros among them. What a test gives (``p_value``) has two,
as journals want it, three where it is small, and a power of ten where that is shorter.

A new format is a line in FORMATS and its name in ``Name``.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from jinja2 import Undefined

from generator.languages import WIDE, decimal_sign, gettext, ngettext

THIN = "\u202f"  # narrow no-break space between groups of three digits
MINUS = "\u2212"
MISSING = "–"
_MOST_DIGITS = 12
_MANY = 2  # of a unit, where it is no single number's
_SMALLEST_P = 1e-300  # below that, what is not zero becomes zero on the way
_WRITTEN_OUT = (1e-5, 1e15)  # settings between these have all their digits, others a power of ten

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_NEGATIVE_ZERO = re.compile(r"^-(?=0(?:\.0*)?(?!\.?\d))")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~$^@&-])")

Name = Literal[
    "integer", "decimal", "percent", "points", "millions", "setting", "scientific", "p_value", "p_stated", "seconds"
]
#: What a column of a table may ask for: ``auto`` looks at its values, ``text`` leaves them as they are.
ColumnFormat = Literal["auto", "text", Name]


class Markdown(str):
    """Text that is already Markdown and is not escaped when an answer prints it."""

    __slots__ = ()


@dataclass(frozen=True)
class NumberFormat:
    """One way to write finite numbers.

    ``text`` takes a number and how many digits to write after the point: ``digits`` unless others are asked for; None
    where there is nothing to choose. ``unit`` follows each number, or stands once in the head of a column: its form for
    one or for several, as a catalogue of messages counts. A unit is one of so many (``scale``) of what is counted. An
    ``exact`` format takes whole numbers as integers, of which a float holds sixteen digits.
    """

    text: Callable[[float, int], str]
    digits: int | None = None
    unit: Callable[[int], str] | None = None
    space: str = " "
    exact: bool = False
    scale: float = 1.0

    def head(self) -> str:
        """The unit as the head of a column gives it."""
        return self.unit(_MANY) if self.unit else ""

    def after(self, number: float) -> str:
        """The unit as it follows a number."""
        if not self.unit:
            return ""
        return self.space + self.unit(int(abs(number) / self.scale))


def _whole(number: float, _: int) -> str:
    return f"{round(number):,}".replace(",", THIN)


def _decimal(number: float, digits: int) -> str:
    return _whole(number, 0) if isinstance(number, int) else f"{number:,.{digits}f}".replace(",", THIN)


def _in_millions(number: float, digits: int) -> str:
    return _decimal(number / 1e6, digits) if number else "0"


def _scientific(number: float, digits: int) -> str:
    return _with_power(f"{number:.{digits}e}")


def _with_power(text: str) -> str:
    """What Python writes as 3.2e-04."""
    mantissa, exponent = text.split("e")
    return f"{mantissa}{THIN}×{THIN}10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def _setting(number: float, _: int) -> str:
    if isinstance(number, int) or (number.is_integer() and abs(number) < _WRITTEN_OUT[1]):
        return _whole(number, 0)
    if _WRITTEN_OUT[0] <= abs(number) < _WRITTEN_OUT[1]:
        return format(Decimal(repr(number)), ",f").replace(",", THIN)
    return _with_power(f"{Decimal(repr(number)).normalize():e}")


def _p_value(number: float, _: int) -> str:
    if number <= _SMALLEST_P:
        return f"<{THIN}10{str(round(math.log10(_SMALLEST_P))).translate(_SUPERSCRIPTS)}"
    if number < 1e-3:
        return _scientific(number, 1)
    digits = 2 if number >= 0.01 else 3
    while round(number, digits) == 0.05 != number and digits < _MOST_DIGITS:
        digits += 1  # on which side of 0.05 it is must be seen
    return _decimal(number, digits)


def _p_stated(number: float, _: int) -> str:
    text = _p_value(number, 0)
    return f"p{WIDE}<{WIDE}{text[2:]}" if text.startswith("<") else f"p{WIDE}={WIDE}{text}"


def _seconds(number: float, _: int) -> str:
    if number < 1:
        return f"{number * 1000:.0f}{THIN}ms"
    if number < 60:
        return f"{number:.1f}{THIN}s"
    minutes, rest = divmod(round(number), 60)
    if minutes < 60:
        return f"{minutes}{THIN}min" + (f" {rest}{THIN}s" if rest else "")
    hours, minutes = divmod(round(number / 60), 60)
    return f"{hours}{THIN}h" + (f" {minutes}{THIN}min" if minutes else "")


def _points(number: int) -> str:
    return ngettext("percentage points", "percentage points", number)


def _millions(number: int) -> str:
    return ngettext("million", "million", number)


FORMATS: Mapping[Name, NumberFormat] = {
    "integer": NumberFormat(_whole, exact=True),  # 138357544 → 138 357 544
    "decimal": NumberFormat(_decimal, 2, exact=True),  # 3.14159 → 3.14
    "percent": NumberFormat(lambda n, digits: _decimal(100 * n, digits), 1, lambda _: "%", THIN),  # 0.8936 → 89.4 %
    "points": NumberFormat(lambda n, digits: _decimal(100 * n, digits), 1, _points, scale=0.01),  # 0.021 → 2.1 …
    "millions": NumberFormat(_in_millions, 1, _millions, scale=1e6),  # 138357544 → 138.4 million
    "setting": NumberFormat(_setting, exact=True),  # as it was set: 0.0001, 0.5, 100
    "scientific": NumberFormat(_scientific, 1),  # 0.00032 → 3.2 × 10⁻⁴
    "p_value": NumberFormat(_p_value),  # never zero: 0.0593 → 0.06, 0.0547 → 0.055, 0.00032 → 3.2 × 10⁻⁴
    "p_stated": NumberFormat(_p_stated),  # 0.0593 → p = 0.06; what a float cannot hold → p < 10⁻³⁰⁰
    "seconds": NumberFormat(_seconds),  # 0.0421 → 42 ms, 3.26 → 3.3 s, 250 → 4 min 10 s, 7300 → 2 h 2 min
}


def is_number(value: Any) -> bool:
    """Whether a value is written as a number; what is true or false is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def write(value: Any, name: Name, digits: int | None = None, *, unit: bool = True) -> str:
    """A number in the format of that name, with its ``unit`` or without; a dash for None.

    Raises:
        TypeError: the value is no number, or the format leaves no choice of digits.
        ValueError: more than 12 digits after the point are asked for, or fewer than none; or an integer is beyond the
            range of floats, in a format that is not for whole numbers.
    """
    form = FORMATS[name]
    if digits is not None and form.digits is None:
        raise TypeError(f"{name} has no digits to choose")
    if digits is not None and (not isinstance(digits, int) or not 0 <= digits <= _MOST_DIGITS):
        raise ValueError(f"expected 0 to {_MOST_DIGITS} digits, got {digits!r}")
    if value is None:
        return MISSING
    if not is_number(value):
        raise TypeError(f"expected a number, got {value!r}")
    shown = (form.digits or 0) if digits is None else digits
    try:
        number = value if form.exact else float(value)
        return _finite(number, lambda finite: _signs(form.text(finite, shown)) + (form.after(finite) if unit else ""))
    except OverflowError:
        raise ValueError("the number is too large to be printed so; | integer prints all of its digits") from None


def write_alike(value: Any, digits: int) -> str:
    """A number among others with ``digits`` after the point: whole ones have none, very small ones a power of ten."""
    if isinstance(value, int):
        return write(value, "integer")
    small = value != 0 and abs(value) < 10**-digits
    return write(value, "scientific") if small else write(value, "decimal", digits)


def plain(value: Any) -> Markdown:
    """What an answer prints without a filter: whole numbers grouped, others to four digits, words escaped."""
    if isinstance(value, Markdown):
        return value
    if isinstance(value, Undefined):
        str(value)  # says what is missing
    if value is not None and not isinstance(value, int | float | str):
        raise TypeError(f"cannot print {type(value).__name__}: name one of its values")
    return Markdown(escape_markdown(value) if isinstance(value, str) else in_words(value))


def in_words(value: Any) -> str:
    """A value that may be a number, as :func:`plain` writes it but with words as they are."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, int):
        return write(value, "integer")
    return _finite(value, _four_digits) if isinstance(value, float) else str(value)


def _four_digits(number: float) -> str:
    text = f"{number:.4g}"
    if "e+" in text and abs(number) < _WRITTEN_OUT[1]:
        return write(number, "integer")
    return _signs(_with_power(text) if "e" in text else text)


def escape_markdown(text: str) -> str:
    """The text with every character that Markdown could read as a sign made harmless, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _finite(number: float, text: Callable[[float], str]) -> str:
    if isinstance(number, float) and math.isnan(number):
        return gettext("not a number")
    if isinstance(number, float) and math.isinf(number):
        return "∞" if number > 0 else f"{MINUS}∞"
    return text(number)


def _signs(text: str) -> str:
    """The digits of a number with the signs that belong into a text of the language that is spoken."""
    return _NEGATIVE_ZERO.sub("", text).replace("-", MINUS).replace(".", decimal_sign())


def _filter(name: Name, value: Any, digits: int | None = None) -> Markdown:
    return Markdown(write(value, name, digits))


#: The formats as an answer writes them: ``{{ vgg16.share | percent(2) }}``.
FILTERS: Mapping[str, Callable[..., Markdown]] = {name: functools.partial(_filter, name) for name in FORMATS}
