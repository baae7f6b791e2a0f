"""What a figure says in words and numbers of its own, in the language that is spoken."""

from __future__ import annotations

import re
from typing import Any

from generator.languages import decimal_sign, gettext, marked

#: All words of this room: what is drawn depends on them.
WORDS = (marked("constant at %s"), marked("no value"), marked("all 0"), marked("uniform"))

_DECIMAL = re.compile(r"[-−+]?\d+\.\d+(?:e[-−+]?\d+)?(?:\s?[A-Za-zµ%])?")  # "−0.5", "1.5e-05", "1.5 k"
_LEAST = 3  # values of which it can be said that none differs
_ZERO, _ALIKE = 1e-12, 1e-6


def localised(number: str) -> str:
    """A number as Python writes it, with the decimal sign of the language that is spoken; other texts as they are."""
    return number.replace(".", decimal_sign()) if _DECIMAL.fullmatch(number) else number


def constant_value(values: Any) -> float | None:
    """The one value of several measurements that are all alike; None where they differ, or are too few to say."""
    import numpy as np  # late: a build that draws nothing needs the words and no arrays

    numbers = np.asarray(values, float)
    numbers = numbers[np.isfinite(numbers)]
    if numbers.size < _LEAST:
        return None
    low, high = float(numbers.min()), float(numbers.max())
    if high - low > max(_ALIKE * max(abs(low), abs(high)), _ZERO):
        return None
    return 0.0 if abs(high) < _ZERO else float(numbers[0])


def said_constant(value: float) -> str:
    """The words "constant at 0.61"."""
    return gettext("constant at %s") % short(value)


def short(value: float) -> str:
    """A number with two digits that count, as it stands in a figure beside what it is the value of."""
    written = f"{value:.0f}" if value == 0 or abs(value) >= 10 else f"{value:#.2g}".rstrip(".")
    whole = written.endswith(".0")
    return localised((written[:-2] if whole else written).replace("-", "−"))


def spoken_words() -> list[str]:
    """All words of this room as the language that is spoken has them."""
    return [gettext(word) for word in WORDS]
