"""What ziamath is given, so that a formula looks in the PDF as it does on the page."""

from __future__ import annotations

import base64
import re
from xml.etree import ElementTree

import pytest

from generator.render.text.drawable import as_ziamath_takes_it
from generator.render.text.maths import mathml, svg_image


def drawn(tex: str, *, display: bool = False) -> ElementTree.Element:
    return as_ziamath_takes_it(ElementTree.fromstring(mathml(tex, display=display)), display=display)


def width(tex: str, *, display: bool = False) -> float:
    """Of the picture, in em."""
    return float(re.search(r"<img[^>]* style=\"width:([\d.]+)em", svg_image(tex, display=display))[1])


def height(tex: str) -> float:
    return float(re.search(r"<img[^>]*height:([\d.]+)em", svg_image(tex, display=False))[1])


def test_an_em_is_an_em() -> None:
    assert width(r"a\quad b") - width("ab") == pytest.approx(1, abs=0.02)
    assert width("a = b") - width("ab") - width("=") == pytest.approx(2 * 5 / 18, abs=0.1)
    assert height(r"\bigl(") == pytest.approx(1.2 + 0.1, abs=0.08)


def test_names_are_not_padded_and_fractions_hardly() -> None:
    assert width(r"(\log)") - width("()") == pytest.approx(width(r"\log") - 0.1, abs=0.05)
    assert width(r"(\frac{1}{2})", display=True) - width("()") < width(r"\frac{1}{2}", display=True) + 0.15


def test_scripts_of_scripts_are_smaller_than_scripts() -> None:
    assert width("x^{x}") - width("x") > 1.2 * (width("x^{x^{x}}") - width("x^{x}"))


def test_limits_in_a_fraction_stand_beside_their_sum_which_is_small() -> None:
    (fraction,) = drawn(r"\frac{a}{\sum_j b}", display=True).iter("mfrac")
    assert [part.get("displaystyle") for part in fraction] == ["false", "false"]
    (total,) = [sign for sign in fraction.iter("mo") if sign.text == "∑"]
    assert total.get("movablelimits") == "false"


def test_an_integral_in_a_line_is_no_taller_than_a_sum() -> None:
    assert height(r"\int_0^1 x") < height(r"\displaystyle\int_0^1 x") - 0.3


def test_primes_are_as_ziamath_raises_them() -> None:
    (power,) = drawn("x'").iter("msup")
    assert (power[1].tag, power[1].text) == ("mi", "′")


def test_the_formula_of_the_page_is_left_as_it_is() -> None:
    root = ElementTree.fromstring(mathml(r"\log \frac{a}{b}", display=True))
    before = ElementTree.tostring(root)
    as_ziamath_takes_it(root, display=True)
    assert ElementTree.tostring(root) == before


def test_formulas_are_drawn_in_the_ink_of_the_text() -> None:
    for tex in ("x", r"\frac{1}{2}", r"\sqrt{\overline{x}}"):
        data = re.search(r"base64,([^\"]*)", svg_image(tex, display=False))[1]
        picture = base64.b64decode(data).decode()
        assert "#1a1d21" in picture
        assert "black" not in picture
