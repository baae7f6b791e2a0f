"""Formulas: TeX to MathML for the page, and to SVG on the baseline for the PDF."""

from __future__ import annotations

import base64
import re
from functools import cache
from html import escape
from xml.etree import ElementTree

_LONGEST = 4000  # characters
_SIZE = 10.0  # points; sizes are given to the page in em, so that formulas follow the text around them
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


class MarkupError(ValueError):
    """Something in a text that cannot be shown; the message says what about it."""


class FormulaError(MarkupError):
    """A formula that cannot be typeset."""


def _clean(tex: str) -> str:
    """TeX as the converter takes it; sources may hold the thin spaces and signs of formatted numbers."""
    tex = tex.replace("\u202f", r"\,").replace("\u2212", "-").strip()
    tex = re.sub(r"(?<!\\)%", r"\\%", tex)
    tex = tex.replace(r"\begin{aligned}", r"\begin{align*}").replace(r"\end{aligned}", r"\end{align*}")
    return re.sub(r"\\mathrm\s*\{([A-Za-z ]+)\}", r"\\text{\1}", tex)  # as one word, which is scaled as one


@cache
def mathml(tex: str, *, display: bool) -> str:
    """MathML for a formula, with its TeX as annotation for readers that take it; FormulaError names what is wrong."""
    from latex2mathml.converter import convert

    if len(tex) > _LONGEST:
        raise FormulaError(f"a formula of {len(tex)} characters; at most {_LONGEST} are allowed")
    try:
        converted = convert(_clean(tex), display="block" if display else "inline")
        root = ElementTree.fromstring(converted)  # noqa: S314 (made by the converter, which writes no entities)
    except Exception as error:  # the converter has no error type of its own
        raise FormulaError(f"cannot read ${tex}$: {error or type(error).__name__}") from error
    for element in root.iter():
        name = element.tag.removeprefix(_NAMESPACE)
        if name not in _ELEMENTS:
            raise FormulaError(f"cannot set ${tex}$: <{name}> is not allowed")
        element.tag = name
        if name == "mi" and element.text == "~":  # the converter writes \sim as an identifier, without its spaces
            element.tag, element.text = "mo", "\u223c"
        element.attrib = {key: value for key, value in element.attrib.items() if key in _ATTRIBUTES}
        if (element.text or "").startswith("\\"):
            raise FormulaError(f"unknown command {element.text} in ${tex}$")
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


@cache
def svg_image(tex: str, *, display: bool) -> str:
    """An ``<img>`` of a formula with its TeX as alternative text; sizes in em, inline ones stand on the baseline."""
    from ziamath.zmath import Math

    source = mathml(tex, display=display)  # the same checks, so that both formats fail on the same formulas
    try:
        drawn = Math(_for_ziamath(source), size=_SIZE, margin=_MARGIN)
        root = drawn.svgxml()
    except Exception as error:  # ziamath has no error type of its own
        raise FormulaError(f"cannot draw ${tex}$: {error or type(error).__name__}") from error
    width, height = (float(root.attrib[side]) / _SIZE for side in ("width", "height"))
    drop = (drawn.getyofst() - _MARGIN) / _SIZE
    style = f"width:{width:.3f}em;height:{height:.3f}em" + ("" if display else f";vertical-align:{drop:.3f}em")
    data = base64.b64encode(ElementTree.tostring(root)).decode()
    return f'<img class="formula" alt="{escape(tex.strip())}" style="{style}" src="data:image/svg+xml;base64,{data}">'


def _for_ziamath(source: str) -> str:
    """Accents as ziamath takes them: it stretches combining ones, and leaves those in ASCII small and low."""
    source = re.sub(
        r'(<mover accent="true">(?:(?!<mover).)*?)<mo>\^</mo></mover>', "\\1<mo>\u02c6</mo></mover>", source
    )
    source = source.replace('<mo stretchy="false">~</mo></mover>', "<mo>\u02dc</mo></mover>")
    source = source.replace("<mo>^</mo>", "<mo>\u0302</mo>").replace("<mo>~</mo></mover>", "<mo>\u0303</mo></mover>")
    return source.replace('columnspacing="0em 2em"', 'columnspacing="0em 0.3em"')
