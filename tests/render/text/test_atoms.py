"""The spaces of formulas as TeX sets them, in the MathML that both forms are made of."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from generator.render.text.maths import mathml

WIDTHS = {"0.1667em": " ", "0.2222em": "  ", "0.2778em": "   "}


def line(tex: str, *, display: bool = False) -> str:
    """A formula's row in letters, its spaces shown as one, two or three."""
    return "".join(_letters(ElementTree.fromstring(mathml(tex, display=display))[0]))


def _letters(row: ElementTree.Element) -> Iterator[str]:
    for item in row:
        if item.tag == "mstyle":
            yield from _letters(item)
        else:
            yield WIDTHS.get(item.get("width", ""), "␣") if item.tag == "mspace" else "".join(item.itertext())


def every(tex: str, tag: str, *, display: bool = False) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(mathml(tex, display=display)).iter(tag))


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("a + b = c", "a  +  b   =   c"),
        ("= -D", "=   −D"),
        ("(-x)", "(−x)"),
        ("a - -b", "a  −  −b"),
        (r"1 + 1/n", "1  +  1/n"),
        (r"-2\log 2", "−2 log 2"),
        (r"[\log D(x)]", "[log D(x)]"),
        (r"\sin\cos x", "sin cos x"),
        (r"\log(x)", "log(x)"),
        (r"\operatorname{sign}\bigl(x\bigr)", "sign(x)"),
        ("D(x, y)", "D(x, y)"),
        (r"x \sim p", "x   ∼   p"),
        (r"a \mid b", "a   ∣   b"),
        (r"\lambda \lVert x \rVert", "λ‖x‖"),
        (r"\lvert -x \rvert + 1", "|−x|  +  1"),
        ("p(x | y)", "p(x|y)"),
        (r"f(\tfrac12)", "f(12)"),
        (r"a\frac{1}{2}b", "a 12 b"),
        (r"\sum_i x_i", "∑i xi"),
        (r"\partial x \nabla f", "∂x∇f"),
        (r"a \stackrel{?}{=} b", "a   =?   b"),
        (r"1, \ldots, n", "1, … , n"),
        (r"f\colon X \to Y", "f:␣X   →   Y"),
        (r"a + \displaystyle b = c", "a  +  b   =   c"),
    ],
)
def test_between_atoms_there_are_tex_s_spaces(tex: str, expected: str) -> None:
    assert line(tex) == expected


@pytest.mark.parametrize("tex", ["x_{k+1=2}", r"e^{-\gamma p}", r"\sum_{i=1}^{n-1}", r"\scriptstyle a + b"])
def test_in_scripts_binary_operators_and_relations_have_no_spaces(tex: str) -> None:
    assert not every(tex, "mspace")


def test_operators_have_no_spaces_of_their_own() -> None:
    for operator in every(r"a + b = -\left(c \times \sum_i d\right), e", "mo"):
        assert (operator.get("lspace"), operator.get("rspace")) == ("0em", "0em")
