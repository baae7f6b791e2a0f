"""Numbers in the prose of an answer that look measured, and were typed: they would stay when the results change.

A share of 63 % or a number of four digits such as 57.82 is hardly ever a setting. Round shares, numbers behind a sign
of equality, formulas, code and sentences with a citation are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_FORMULA = re.compile(r"\$\$.{0,4000}?\$\$|\$[^$\n]{1,2000}\$", re.DOTALL)
_NUMBER = re.compile(
    r"(?<![\w.,^/=≈-])(?<![=≈<>][ \u00a0])(\d+(?:\.\d+)?)(?:[ \u202f\u00a0]?(%)(?! quantile))?(?![\w^]|[.,]\d)"
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
_CITED = re.compile(r"\[@[^\]\n]+\]")
_DIGITS = 4  # of a number that is no share; fewer are settings and constants as often as results
_ROUND = 5  # per cent


def typed_results(prose: str) -> Iterator[tuple[str, int]]:
    """Each such number with its line in ``prose``, as ``read_prose`` gives it; lines count from 1."""
    prose = _FORMULA.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), prose)
    begin = 0
    for end, after in [*(found.span() for found in _SENTENCE_END.finditer(prose)), (len(prose), len(prose))]:
        sentence = prose[begin:end]
        if not _CITED.search(sentence):
            for number in _NUMBER.finditer(sentence):
                if _looks_measured(number[1], share=number[2] is not None):
                    yield number[0], prose.count("\n", 0, begin + number.start()) + 1
        begin = after


def _looks_measured(number: str, *, share: bool) -> bool:
    if share:
        return float(number) % _ROUND != 0
    return "." in number and len(number.replace(".", "").lstrip("0")) >= _DIGITS
