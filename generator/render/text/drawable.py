"""MathML as ziamath draws it rightly: where it has spaces, sizes and words of its own that TeX has not."""

from __future__ import annotations

import re
from copy import deepcopy
from xml.etree.ElementTree import Element

from generator.render.text.typesetting import PRIMES

_EM = 1.333  # of a real em: how long ziamath's is, which takes sizes for points and draws pixels
_SMALLER = 0.98  # how much: of the sizes of a bracket it takes the next above, browsers the nearest
_LENGTHS = (
    "width",
    "height",
    "depth",
    "lspace",
    "rspace",
    "voffset",
    "minsize",
    "maxsize",
    "rowspacing",
    "columnspacing",
)
_LENGTH = re.compile(r"([+-]?[\d.]+)(em|ex|pt|mu)")
_AROUND_FRACTIONS = 3 / 18 * _EM  # em: what it puts there, where TeX has 0.12
_WANTED = 0.1
_BEFORE_FENCES = 2 / 18 * _EM  # em: before a bracket that stretches, if something stands left of it
_FENCES = tuple("([{⟨⌊⌈⟪")
_LARGE = re.compile("[\u220f-\u2211\u222b-\u2233\u22c0-\u22c3\u2a00-\u2a1c]")
_COLUMNS = "1em"  # between the columns of a matrix, if nothing is said


def as_ziamath_takes_it(root: Element, *, display: bool) -> Element:
    """A copy of a formula for ziamath, which is to look as the formula does on the page."""
    drawn = deepcopy(root)
    for element in drawn.iter():
        _respell(element)
        for name in _LENGTHS:
            if name in element.attrib:
                element.set(name, _LENGTH.sub(_scaled, element.attrib[name]))
        if "minsize" in element.attrib:
            element.set("minsize", _LENGTH.sub(_a_little_smaller, element.attrib["minsize"]))
            element.attrib.pop("maxsize", None)
    _lay(drawn, display)
    return drawn


def _scaled(length: re.Match[str]) -> str:
    return f"{float(length[1]) / _EM:{'+' if length[1].startswith('+') else ''}.4f}{length[2]}"


def _a_little_smaller(length: re.Match[str]) -> str:
    return f"{_SMALLER * float(length[1]):.4f}{length[2]}"


def _respell(element: Element) -> None:
    """Accents that it stretches instead of leaving them small and low, and words that it sets as they are."""
    text = element.text or ""
    if element.tag == "mi" and len(text) > 1:
        element.tag = "mtext"  # a name: an identifier would be padded with spaces
    for number, child in enumerate(element):
        if child.tag == "mpadded" and (prime := child.find("mstyle/mi")) is not None and prime.text in tuple(PRIMES):
            element[number] = prime  # it has raised ones
    if element.tag == "mo" and _LARGE.fullmatch(text):
        element.attrib.update(movablelimits="false", stretchy="false")
    if element.tag == "mtable":
        element.attrib.setdefault("columnspacing", _COLUMNS)
    if element.tag in ("mover", "munder") and len(element) == 2 and element[1].tag == "mo":
        over = element[1]
        if over.text == "~":
            over.text = "\u02dc" if over.get("stretchy") == "false" else "\u0303"
        elif over.text == "^":
            over.text = "\u0302"


def _lay(element: Element, display: bool) -> None:
    """Undo the spaces that it adds by itself; ``display`` says whether operators are large here."""
    given = element.get("displaystyle")
    display = given == "true" if given else display and element.tag != "mtable"
    for number, child in enumerate(list(element)):
        small = element.tag == "mfrac" or (number > 0 and element.tag.startswith(("msu", "mun", "mov")))
        if small and display and element.tag == "mfrac":
            child.set("displaystyle", "false")
        _lay(child, display and not small)
    if element.tag in ("mrow", "math", "mtd", "mstyle", "mpadded", "mphantom", "msqrt"):
        _close_up(element)


def _close_up(row: Element) -> None:
    for child in list(row):
        place = list(row).index(child)
        if child.tag == "mfrac":
            row.insert(place + 1, _space(_WANTED - _AROUND_FRACTIONS))
            row.insert(place, _space(_WANTED - _AROUND_FRACTIONS if place else _WANTED))
        elif place and child.tag == "mrow" and len(child) and child[0].get("form") == "prefix":
            row.insert(place, _space(-_BEFORE_FENCES if child[0].text in _FENCES else 0))


def _space(width: float) -> Element:
    return Element("mspace", width=f"{width / _EM:.4f}em")
