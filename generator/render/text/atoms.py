"""Atoms: what a piece of a formula is to its neighbours, and the space that TeX puts between two of them.

Chromium and ziamath have a dictionary of operators each, with spaces that are neither TeX's nor the other's. So what
the table of The TeXbook (chapter 18) says is put between the atoms as elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from xml.etree.ElementTree import Element

#: What stands for signs in the name of an operator on its way through the converter, which takes letters and stars.
THIN_SPACE, HYPHEN = "*", "**"


class Atom(IntEnum):
    """What a piece of a formula is to its neighbours."""

    ORD, OP, BIN, REL, OPEN, CLOSE, PUNCT, INNER = range(8)


#: The space between an atom (row) and the next (column): 1 thin, 2 medium, 3 thick, a to c the same but not in scripts.
_BETWEEN = ("01bc000a", "11.c000a", "bb..b..b", "cc.0c00c", "00.00000", "01bc000a", "aa.aaaaa", "a1bca0aa")
_EM = {"1": "0.1667em", "2": "0.2222em", "3": "0.2778em"}
_NOT_IN_SCRIPTS = {"a": "1", "b": "2", "c": "3"}
_NOT_BEFORE_BINARY = {None, Atom.BIN, Atom.OP, Atom.REL, Atom.OPEN, Atom.PUNCT}
_NOT_AFTER_BINARY = {Atom.REL, Atom.CLOSE, Atom.PUNCT}

_RELATION = re.compile(
    "[<>=:\u2190-\u21ff\u2208-\u220d\u221d\u2223-\u2226\u2234-\u2237\u2239-\u223d\u2241-\u228b\u228f-\u2292"
    "\u22a2\u22a3\u22a5-\u22b9\u22c8\u22cd\u22d0\u22d1\u22d4-\u22ed\u27c2\u27f0-\u27ff\u2900-\u297f\u2a66-\u2afb]"
)
_BINARY = re.compile(
    "[+*\u2212\u00b1\u00b7\u00d7\u00f7\u2020-\u2022\u2213-\u2219\u2227-\u222a\u2238\u2240\u228c-\u228e\u2293-\u22a1\u22ba-\u22bd"
    "\u22c4-\u22c7\u22c9-\u22cc\u22ce\u22cf\u22d2\u22d3\u25b3\u25b7\u25bd\u25c1\u29b5\u2a22-\u2a65-]"
)
LARGE = re.compile("[\u220f-\u2211\u222b-\u2233\u22c0-\u22c3\u2a00-\u2a1c]")
_OPENING, _CLOSING = "([{⟨⌈⌊⟦⟮⦃", ")]}⟩⌉⌋⟧⟯⦄!?"
_BARS = "|‖"
UNDER = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
BESIDE = {under: beside for beside, under in UNDER.items()}
ROWS = frozenset({"math", "mrow", "mstyle", "mpadded", "mphantom", "menclose", "msqrt", "mtd"})


def space(row: Element, *, script: bool) -> None:
    """Put TeX's spaces between the atoms of a row."""
    items = [(parent, item, kind) for parent, item in _items(row) if (kind := _atom(item)) is not None]
    kinds = [kind for _, _, kind in items]
    _pair_bars([item for _, item, _ in items], kinds)
    before: Atom | None = None
    for number, kind in enumerate(kinds):
        if kind is Atom.BIN and before in _NOT_BEFORE_BINARY:
            kinds[number] = Atom.ORD
        elif kind in _NOT_AFTER_BINARY and before is Atom.BIN:
            kinds[number - 1] = Atom.ORD
        before = kinds[number]
    if before is Atom.BIN:
        kinds[-1] = Atom.ORD
    for (parent, item, _), kind, left in zip(items[1:], kinds[1:], kinds, strict=False):
        amount = _BETWEEN[left][kind]
        amount = _NOT_IN_SCRIPTS.get(amount, amount) if not script else amount
        if amount in _EM:
            parent.insert(list(parent).index(item), Element("mspace", width=_EM[amount]))


def _items(row: Element) -> Iterator[tuple[Element, Element]]:
    """The children of a row, with the element that holds each: a change of style is no atom, what it holds are."""
    for child in row:
        if transparent(child):
            yield from _items(child)
        else:
            yield row, child


def transparent(element: Element) -> bool:
    """Whether an element only changes the style of what it holds, which stands among the neighbours of the element."""
    return element.tag == "mstyle" and len(element) != 1 and element.get("scriptlevel", "0") == "0"


def _pair_bars(items: list[Element], kinds: list[Atom]) -> None:
    """Of bars in even number, each second one closes; none is taller than another, as only a table’s stretch."""
    cores = [_core(item) for item in items]
    bars = [number for number, core in enumerate(cores) if text_of(core) and text_of(core) in _BARS]
    for count, number in enumerate(bars):
        core = cores[number]
        if len(bars) % 2 == 0:
            kinds[number] = Atom.CLOSE if count % 2 else Atom.OPEN
        beside_table = any(item.tag == "mtable" for item in items[max(0, number - 1) : number + 2])
        if core.get("fence") != "true" and not core.get("minsize") and not beside_table:
            core.set("stretchy", "false")


def _core(item: Element) -> Element:
    """The sign that something is about: what scripts, limits and single braces are put around."""
    while len(item) and (item.tag in UNDER or item.tag in BESIDE or (len(item) == 1 and item.tag in ROWS)):
        item = item[0]
    return item


def _atom(item: Element) -> Atom | None:
    """What an element is to its neighbours; None for space."""
    text = text_of(item)
    match item.tag:
        case "mspace":
            return None
        case "mtext":
            return Atom.ORD if text else None
        case "mo" if item.get("form") in ("prefix", "postfix") and item.get("fence") == "true":
            return Atom.OPEN if item.get("form") == "prefix" else Atom.CLOSE
        case "mi" | "mo":
            return Atom.OP if is_name(text) else atom_of_sign(text)
        case "msub" | "msup" | "msubsup":
            return _atom(item[0]) if len(item) else Atom.ORD
        case "munder" | "mover" | "munderover" if len(item):
            core = _core(item)
            return _atom(core) if core is not item else Atom.ORD
        case "mstyle" | "mpadded" if len(item) == 1:
            return _atom(item[0])
        case "mfrac":
            return Atom.INNER
        case "mrow" if len(item) and item[0].get("form") == "prefix":
            return Atom.INNER
        case _:
            return Atom.ORD


def atom_of_sign(text: str) -> Atom:
    """What a sign is by itself; an ordinary one if it is more or less than one character."""
    if len(text) != 1:
        return Atom.ORD
    if text in _OPENING:
        return Atom.OPEN
    if text in _CLOSING:
        return Atom.CLOSE
    if text in ",;":
        return Atom.PUNCT
    if text in "…⋯⋱":
        return Atom.INNER
    for kind, signs in ((Atom.OP, LARGE), (Atom.REL, _RELATION), (Atom.BIN, _BINARY)):
        if signs.fullmatch(text):
            return kind
    return Atom.ORD


def is_name(text: str) -> bool:
    """Whether an operator is a word, such as "log" or one that was named as an operator."""
    name = bare(text)
    return len(name) > 1 and name.isalpha() and name.isascii()


def bare(text: str) -> str:
    """The letters of an operator's name."""
    return re.sub(rf"[\s\u2000-\u200a{THIN_SPACE}]", "", text)


def text_of(element: Element) -> str:
    """What an element says that holds no others."""
    return (element.text or "").strip() if not len(element) else ""
