"""MathML as TeX would set it: limits below and above, fences in pairs, letters upright or not, spaces written out.

The converter leaves all that to whoever shows the formula, and browsers and ziamath differ in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from generator.render.text.atoms import (
    BESIDE,
    HYPHEN,
    LARGE,
    ROWS,
    THIN_SPACE,
    UNDER,
    Atom,
    atom_of_sign,
    bare,
    is_name,
    space,
    text_of,
    transparent,
)

PRIMES = "′″‴⁗"
_INTEGRAL = re.compile("[\u222b-\u2233\u2a0b-\u2a1c]")
_WITH_LIMITS = frozenset(
    {"det", "gcd", "inf", "injlim", "lim", "liminf", "limsup", "max", "min", "Pr", "projlim", "sup", "argmax", "argmin"}
)
_ACCENTS = frozenset("^~¯\u02c6\u02c7\u02d8-\u02dd\u00a8\u00b4`\u2015\u20d7→⃗")
_BRACES = "\u23de\u23df\u23b4\u23b5\u23dc\u23dd"  # over and under what they embrace: their label is above or below them
_CAPITALS = re.compile("[\u0391-\u03a9]")
#: Where the bold, slanted and other letters begin in Unicode: capitals, small ones, digits, Greek capitals, small ones.
_ALPHABETS = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8, 0x1D6C2),
    "bold-italic": (0x1D468, 0x1D482, 0x1D7CE, 0x1D71C, 0x1D736),
}


@dataclass(frozen=True)
class _Style:
    """How something is set: as displayed or within a line, and how deep in scripts; ``whole`` is how the formula is."""

    display: bool
    level: int = 0
    whole: bool = False

    def script(self, by: int = 1) -> _Style:
        return _Style(False, self.level + by, self.whole)

    def inside(self, element: Element) -> _Style:
        """The style of what stands in an element that may state its own."""
        given = element.get("displaystyle")
        display = given == "true" if given else self.display and element.tag != "mtable"
        level = element.get("scriptlevel", "")
        return _Style(display, int(level) if level.isdigit() else self.level, self.whole)


def set_as_tex_does(root: Element, *, display: bool) -> None:
    """Space the elements of a formula, in place, and put limits, letters and fences into the forms that TeX has."""
    _lay(root, _Style(display, whole=display))


def _lay(element: Element, style: _Style) -> None:
    style = style.inside(element)
    _gather_styles(element)
    _respell(element)
    _move_limits(element, style)
    for number, child in enumerate(element):
        _lay(child, _style_of(element, number, style))
    if element.tag in ROWS and not transparent(element):
        space(element, script=style.level > 0)


def _style_of(parent: Element, number: int, style: _Style) -> _Style:
    """The style of a child by its place: numerators, scripts, limits and roots are set smaller."""
    match parent.tag:
        case "mfrac":
            return _Style(False, style.level, style.whole) if style.display else style.script()
        case "mroot" if number == 1:
            return style.script(2)
        case "msub" | "msup" | "msubsup" | "munder" | "mover" | "munderover" | "mmultiscripts" if number > 0:
            return style if text_of(parent[number]) in _ACCENTS else style.script()
        case _:
            return style


def _gather_styles(row: Element) -> None:
    """Put what follows a change of style in a row into it: in a cell of a table the converter leaves it empty."""
    for number, child in enumerate(row):
        if child.tag == "mstyle" and not len(child) and not text_of(child):
            following = list(row)[number + 1 :]
            child.extend(following)
            for moved in following:
                row.remove(moved)
            return


def _respell(element: Element) -> None:
    """Put letters, operators and tables into forms that are shown alike everywhere."""
    if element.tag == "mi" and atom_of_sign(text_of(element)) not in (Atom.ORD, Atom.INNER):
        element.tag = "mo"
        element.set("stretchy", "false")
    match element.tag:
        case "mo":
            _respell_operator(element)
        case "mi" | "mn":
            _respell_letters(element)
        case "mtable":
            element.attrib.setdefault("displaystyle", "false")
        case "mpadded" if element.get("width", "").startswith("+"):
            element.attrib.clear()  # a label of an arrow, which no browser makes wider by so much
        case "mover" if element.get("accent") == "true" and text_of(element[1]) == "^":
            element[1].text = "\u02c6"
            element[1].set("stretchy", "false")
        case "msup" | "msubsup":
            _raise_primes(element)


def _respell_operator(element: Element) -> None:
    text = text_of(element)
    if is_name(text):
        element.tag, element.text = "mi", text.replace(HYPHEN, "-").replace(THIN_SPACE, "\u2009")
        element.attrib.clear()  # HTML allows none of an operator's
        return
    element.attrib.update(lspace="0em", rspace="0em")
    if element.get("minsize"):
        element.set("stretchy", "true")  # browsers stretch a bar only where it begins or ends a row


def _respell_letters(element: Element) -> None:
    text, variant = text_of(element), element.get("mathvariant", "")
    if element.tag == "mi" and _CAPITALS.fullmatch(text) and not variant:
        element.set("mathvariant", "normal")
    if variant in _ALPHABETS and all(letters := [_letter(letter, variant) for letter in text]):
        element.text = "".join(letters)
        del element.attrib["mathvariant"]


def _raise_primes(scripts: Element) -> None:
    """Primes as large as their letter: the typeface's stand where they belong already, and browsers know no others."""
    for script in list(scripts)[1:]:
        within = script if script.tag == "mrow" else scripts
        for number, child in enumerate(list(within)):
            if child.tag == "mi" and text_of(child) in PRIMES and text_of(child):
                lowered = Element("mpadded", height="0.3em", voffset="-0.5em")
                SubElement(lowered, "mstyle", scriptlevel="0").append(child)
                within[number] = lowered


def _letter(letter: str, variant: str) -> str:
    capital, small, digit, greek, small_greek = _ALPHABETS[variant]
    for first, last, start in (("A", "Z", capital), ("a", "z", small), ("0", "9", digit), ("Α", "Ω", greek)):
        if first <= letter <= last:
            return chr(start + ord(letter) - ord(first))
    return chr(small_greek + ord(letter) - ord("α")) if "α" <= letter <= "ω" else ""


def _move_limits(element: Element, style: _Style) -> None:
    """Scripts of an operator with limits to below and above it in a display, and beside it elsewhere."""
    if not len(element):
        return
    base = element[0]
    if element.tag in UNDER and base.tag in ("mover", "munder") and text_of(base[1]) and text_of(base[1]) in _BRACES:
        element.tag = UNDER[element.tag]
    if not _has_limits(base):
        return
    if element.tag in UNDER and style.display:
        element.tag = UNDER[element.tag]
    elif element.tag in BESIDE and not style.display and style.whole:
        element.tag = BESIDE[element.tag]  # the converter goes by the whole formula; TeX by where the operator stands
    if base.tag == "mo":
        base.set("movablelimits", "false")


def _has_limits(base: Element) -> bool:
    if base.tag not in ("mo", "mi"):
        return False
    text = text_of(base)
    named = base.get("movablelimits") == "true" or bare(text) in _WITH_LIMITS
    return named or bool(LARGE.fullmatch(text) and not _INTEGRAL.match(text))
