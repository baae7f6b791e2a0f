"""Formulas: TeX to MathML for the page, and to SVG on the baseline for the PDF."""

from __future__ import annotations

import base64
import re
from functools import cache
from html import escape
from typing import Any
from xml.etree import ElementTree

from generator.render.text.drawable import as_ziamath_takes_it
from generator.render.text.tex import cleaned, refusal
from generator.render.text.typesetting import set_as_tex_does

_LONGEST = 4000  # characters
_LONGEST_SHOWN = 200  # characters of a formula in a message
_MOST_DRAWN = 50_000  # parts that ziamath would draw, counted as often as it does; measured: some 15,000 a second
_SIZE = 10.0  # points; sizes are given to the page in em, so that formulas follow the text around them
#: What the alternative text of a formula's picture begins with, by which the PDF's tags know it.
FORMULA = "\ue010"
_INK = "#1a1d21"  # that of the sheets' text, which a picture cannot ask for
_SMALLEST, _DRAWN_FOR = 5.0, 24.0  # points: of scripts of scripts, and of the size that ziamath measures it by
_LETTER = 0.6  # em: how wide each letter of the text for code is
_MARGIN = 0.5  # points around the ink, so that no stroke is cut
_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"

# What MathML may hold; everything else (links, classes, colours) is dropped, as answers are not trusted.
_ELEMENTS = frozenset({
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
    "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
    "mmultiscripts", "mprescripts", "none",
})  # fmt: skip
_ATTRIBUTES = frozenset({
    "accent", "accentunder", "align", "columnalign", "columnlines", "columnspacing", "depth", "display",
    "displaystyle", "fence", "form", "height", "largeop", "linethickness", "lspace", "mathvariant", "maxsize",
    "minsize", "movablelimits", "notation", "rowlines", "rowspacing", "rspace", "scriptlevel", "separator",
    "stretchy", "symmetric", "voffset", "width",
})  # fmt: skip

#: How many parts these need; with another number one form draws what it is given and the other fails.
_PARTS = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
#: ziamath draws what stands in one of these twice, first to measure it: nested, that doubles at each level.
_ROWS = frozenset({"math", "mrow", "mtd"})
_COMMAND = re.compile(r"\\begin\s*\{([^{}]*)\}|\\([A-Za-z]+)|\\.")
_INSIDE_OTHERS = frozenset({"", "end", "cr", "hline", "hdashline", "left", "right", "middle", "limits", "nolimits"})


class MarkupError(ValueError):
    """Something in a text that cannot be shown; the message says what about it."""


class FormulaError(MarkupError):
    """A formula that cannot be typeset."""

    def __init__(self, verb: str, tex: str, reason: str) -> None:
        shown = tex.strip() if len(tex) <= _LONGEST_SHOWN else f"{tex.strip()[:_LONGEST_SHOWN]}…"
        super().__init__(f"cannot {verb} ${shown}$: {reason}")


@cache
def mathml(tex: str, *, display: bool) -> str:
    """MathML for a formula; FormulaError names what is wrong with it."""
    from latex2mathml.converter import convert

    if len(tex) > _LONGEST:
        raise FormulaError("read", tex, f"it has {len(tex)} characters; at most {_LONGEST} are allowed")
    written = cleaned(tex)
    if reason := refusal(written):
        raise FormulaError("set", tex, reason)
    try:
        converted = convert(written, display="block" if display else "inline")
        root = ElementTree.fromstring(converted)  # noqa: S314 (made by the converter, which writes no entities)
    except Exception as error:  # the converter has no error type of its own
        raise FormulaError("read", tex, _suspects(tex) or _reason(error)) from error
    for element in root.iter():
        _check(element, tex)
    if _drawn(root) > _MOST_DRAWN:
        raise FormulaError("set", tex, "it is nested too deeply")
    set_as_tex_does(root, display=display)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


@cache
def with_tex(tex: str, *, display: bool) -> str:
    """The same with its TeX as annotation: what the page copies, and readers that take it speak."""
    head, _, rest = mathml(tex, display=display).partition(">")
    inner = rest.removesuffix("</math>")
    source = f'<annotation encoding="application/x-tex">{escape(tex.strip(), quote=False)}</annotation>'
    return f"{head}><semantics><mrow>{inner}</mrow>{source}</semantics></math>"


def _check(element: ElementTree.Element, tex: str) -> None:
    """Clean one element of MathML in place; FormulaError for one that may not be, or cannot be drawn."""
    name = element.tag.removeprefix(_NAMESPACE)
    if name not in _ELEMENTS:
        raise FormulaError("set", tex, f"<{name}> is not allowed")
    if (element.text or "").startswith("\\"):
        raise FormulaError("set", tex, f"unknown command {element.text}")
    if len(element) != _PARTS.get(name, len(element)):
        raise FormulaError("set", tex, _suspects(tex) or "a command lacks what it should be put on, above or below")
    element.tag = name
    if name == "mi" and element.text == "~":  # the converter writes \sim as an identifier
        element.tag, element.text = "mo", "\u223c"
    element.attrib = {key: value for key, value in element.attrib.items() if key in _ATTRIBUTES}
    if (name == "mstyle" and not element.attrib) or (name == "mtext" and not element.text):
        element.tag = "mrow"  # a colour that was dropped, or no words: ziamath stumbles over either


def _drawn(element: ElementTree.Element, times: int = 1) -> int:
    """How many parts ziamath would draw, each as often as it does; counting ends where it is too much."""
    inside = 2 * times if element.tag in _ROWS else times
    total = times
    for child in element:
        if total > _MOST_DRAWN:
            break
        total += _drawn(child, inside)
    return total


def _suspects(tex: str) -> str:
    """The commands and environments of a formula that the converter does not know, in words; empty when it knows all.

    It takes what it does not know for a name, and then fails at something else further on.
    """
    unknown: list[str] = []
    for environment, command in dict.fromkeys(_COMMAND.findall(tex)):
        written = f"\\begin{{{environment}}}" if environment else f"\\{command}"
        if (
            environment and environment != "aligned" and "<mtable" not in _try(f"{written}a\\end{{{environment}}}")
        ) or (command not in _INSIDE_OTHERS and f">{written}<" in _try(written)):
            unknown.append(written)
    return f"unknown command {', '.join(unknown[:5])}" if unknown else ""


def _try(tex: str) -> str:
    """What the converter makes of a piece alone; nothing where it fails, as a command does without what follows it."""
    from latex2mathml.converter import convert

    try:
        return str(convert(tex))
    except Exception:
        return "<mtable"


def _reason(error: Exception) -> str:
    """Why another's code failed, which says little: most often it ran out of what a command should be followed by."""
    return f"a brace or what a command applies to may be missing ({str(error) or type(error).__name__})"


@cache
def svg_image(tex: str, *, display: bool) -> str:
    """A picture of a formula, with its TeX as alternative and as text; sizes in em, inline on the baseline."""
    from ziamath.config import config
    from ziamath.zmath import Math

    config.minsizefraction = _SMALLEST / _DRAWN_FOR
    source = mathml(tex, display=display)  # the same checks, so that both forms fail on nearly the same formulas
    try:
        root = as_ziamath_takes_it(ElementTree.fromstring(source), display=display)  # noqa: S314 (our own)
        drawn = Math(root, size=_SIZE, margin=_MARGIN)
        root = drawn.svgxml()
    except Exception as error:  # ziamath has no error type of its own
        raise FormulaError("draw", tex, _suspects(tex) or _reason(error)) from error
    if missing := _undrawn(source, drawn.font):
        raise FormulaError("draw", tex, f"the mathematical typeface has no {', '.join(missing)}")
    width, height = (float(root.attrib[side]) / _SIZE for side in ("width", "height"))
    drop = (drawn.getyofst() - _MARGIN) / _SIZE
    style = f"width:{width:.3f}em;height:{height:.3f}em" + ("" if display else f";vertical-align:{drop:.3f}em")
    data = base64.b64encode(ElementTree.tostring(root).replace(b'"black"', f'"{_INK}"'.encode())).decode()
    words = escape(tex.strip())
    picture = f'<img alt="{FORMULA}{words}" style="{style}" src="data:image/svg+xml;base64,{data}">'
    # Drawn, it is no text any more: what is searched and copied is its TeX, unseen below the picture and as wide.
    wide = _LETTER * max(1, len(tex.strip()))
    text = f'<span class="tex" style="font-size:{min(1, width / wide):.3f}em">{words}</span>'
    return f'<span class="formula">{text}{picture}</span>'


def _undrawn(source: str, font: Any) -> list[str]:
    """The characters of a formula that the typeface lacks: each would be an empty box."""
    words = "".join(ElementTree.fromstring(source).itertext())  # noqa: S314 (made by the converter)
    letters = sorted(letter for letter in set(words) if ord(letter) > 127 and not letter.isspace())
    return [letter for letter in letters if font.glyphindex(letter) == 0][:5]


def in_both_forms(tex: str, *, display: bool) -> str:
    """MathML for a formula that can be drawn as well: what the page shows and the PDF cannot is found in time."""
    svg_image(tex, display=display)
    return mathml(tex, display=display)
