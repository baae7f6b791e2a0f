"""What students type acts neither in a spreadsheet nor on a terminal."""

from __future__ import annotations

import pytest

from generator.render.text.untrusted_words import cell, visible


@pytest.mark.parametrize(("typed", "written"), [
    ("=1+1", "'=1+1"),
    ("Eve;=1+1", "Eve;'=1+1"),
    ("Eve; \t@SUM(1)", "Eve; \t'@SUM(1)"),
    ("\uff1d1\uff0b1", "'\uff1d1\uff0b1"),
    ("one\n-2\n+3", "one\n'-2\n'+3"),
    (" =1", " '=1"),
    ("x.y: -1 instead of +1, or a-b=c", "x.y: -1 instead of +1, or a-b=c"),
    ("Ada Lovelace, Jean-Paul", "Ada Lovelace, Jean-Paul"),
])  # fmt: skip
def test_no_cell_is_a_formula_under_any_separator(typed: str, written: str) -> None:
    assert cell(typed) == written


@pytest.mark.parametrize("sign", "\u2066\u2067\u2068\u2069\u200e\u200f\u202a\u202e\u061c\u0007\x1b\u2028\ue000\ufeff")
def test_signs_that_nobody_sees_are_shown(sign: str) -> None:
    assert visible(f"Eve{sign}x") == f"Eve\\u{ord(sign):04x}x"


def test_words_of_all_scripts_stay_and_long_ones_are_cut() -> None:
    for words in ("Ada Lovelace", "Žofie, 愛, עדה, می‌خواهم, 👩‍🔬", "a\nb"):
        assert visible(words) == words
    assert visible("x" * 500, 100) == "x" * 99 + "…"
