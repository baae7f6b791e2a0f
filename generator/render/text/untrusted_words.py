"""Words that somebody else typed, made harmless for a terminal, a page and a spreadsheet."""

from __future__ import annotations

import re
import unicodedata

#: Invisible and needed: joiners of scripts and of emoji, and the thin spaces that are not in these categories anyway.
_JOINERS = frozenset("\u200c\u200d")
_INVISIBLE = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))
#: Where a cell begins, under whatever separator a spreadsheet is set to, and what makes a formula of it there; the
#: full-width signs are taken for the plain ones.
_FORMULA = re.compile(r"(^|[;,\t\r\n|])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def visible(text: str, longest: int | None = None) -> str:
    """The text with every sign shown that would draw on a terminal or turn the order of words around.

    Line feeds stay; what is longer than ``longest`` characters is cut, with a sign that it is.
    """
    if longest is not None and len(text) > longest:
        text = text[: longest - 1] + "…"
    return "".join(sign if _plain(sign) else f"\\u{ord(sign):04x}" for sign in text)


def _plain(sign: str) -> bool:
    return sign == "\n" or sign in _JOINERS or unicodedata.category(sign) not in _INVISIBLE


def cell(text: str) -> str:
    """The text as a cell of a table, with an apostrophe before what a spreadsheet would take for a formula."""
    return _FORMULA.sub(r"\1\2'", text)
