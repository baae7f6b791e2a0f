"""Limits, fences, letters and styles of formulas as TeX sets them, in the MathML that both forms are made of."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from generator.render.text.maths import FormulaError, mathml


def every(tex: str, tag: str, *, display: bool = False) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(mathml(tex, display=display)).iter(tag))


@pytest.mark.parametrize(
    "tex", [r"\min_G f", r"\max_x f", r"\lim_{x \to 0} f", r"\argmin_x f", r"\sup_x f", r"\operatorname*{arg\,max}_x f"]
)
def test_limits_stand_below_in_a_display_and_beside_within_a_line(tex: str) -> None:
    assert len(every(tex, "munder", display=True)) == 1
    assert not every(tex, "msub", display=True)
    assert len(every(tex, "msub")) == 1
    assert not every(tex, "munder")


def test_limits_are_those_of_the_place_where_an_operator_stands() -> None:
    assert every(r"\frac{1}{\sum_j x_j}", "munder", display=True) == []
    assert every(r"e^{\max_j x_j}", "munder", display=True) == []
    assert len(every(r"{\displaystyle \max_j x_j}", "munder")) == 1
    assert every(r"\sum\nolimits_j x_j", "munder", display=True) == []
    assert len(every(r"\int\limits_0^1 x", "munderover")) == 1
    assert every(r"\int_0^1 x", "munderover", display=True) == []
    assert len(every(r"\overbracket{a+b}^{c}", "mover", display=True)) == 2
    assert len(every(r"\underset{*}{x}^2", "msup", display=True)) == 1


@pytest.mark.parametrize("tex", [r"\lVert g_k \rVert_2", r"\|x\|^2", r"|x|", r"\lvert x \rvert", r"\langle x \rangle"])
def test_fences_that_should_not_stretch_are_as_high_on_both_sides(tex: str) -> None:
    fences = [operator for operator in every(tex, "mo", display=True) if operator.text in ("‖", "|", "⟨", "⟩")]
    assert [fence.get("stretchy") for fence in fences] == ["false", "false"]


def test_bars_that_were_made_large_stretch_wherever_they_stand() -> None:
    assert {bar.get("stretchy") for bar in every(r"a\Big| b \bigg| c", "mo")} == {"true"}
    assert {bar.get("stretchy") for bar in every(r"\left| a \right|", "mo")} == {"true"}
    assert {bar.get("stretchy") for bar in every(r"\begin{vmatrix} a \end{vmatrix}", "mo")} == {None}


def test_letters_are_tex_s() -> None:
    assert [letter.get("mathvariant") for letter in every(r"\Sigma \Pi \sigma x", "mi")] == [
        "normal",
        "normal",
        None,
        None,
    ]
    assert [letter.text for letter in every(r"\boldsymbol{\alpha A}", "mi")] == ["𝜶", "𝑨"]
    assert [name.text for name in every(r"\operatorname{arg\,max} \operatorname{Gam-ma} \operatorname g", "mi")] == [
        "arg\u2009max",
        "Gam-ma",
    ]


def test_primes_are_as_large_as_their_letter_and_are_not_raised_twice() -> None:
    for tex in ("x'", "x'^2", "x''_3"):
        (lowered,) = every(tex, "mpadded")[:1]
        assert lowered.get("voffset", "").startswith("-")
        assert lowered[0].get("scriptlevel") == "0"


def test_a_change_of_style_in_a_cell_holds_to_the_end_of_the_cell() -> None:
    (style,) = every(r"\begin{array}{l} \displaystyle \sum_i x \end{array}", "mstyle")
    assert [child.tag for child in style if child.tag != "mspace"] == ["munder", "mi"]


def test_tables_say_of_themselves_whether_they_are_displayed() -> None:
    assert every(r"\begin{matrix} a \end{matrix}", "mtable", display=True)[0].get("displaystyle") == "false"
    assert every(r"\begin{aligned} a &= b \end{aligned}", "mtable")[0].get("displaystyle") == "true"


@pytest.mark.parametrize(
    "tex", [r"\max_x f", r"\argmin_x f", r"\lim_x f", r"\operatorname*{sup}_x f", r"\Pr_x", r"\log x"]
)
@pytest.mark.parametrize("display", [True, False])
def test_names_have_none_of_the_attributes_of_operators(tex: str, display: bool) -> None:
    assert all(not name.attrib for name in every(tex, "mi", display=display))


def test_accents_are_small() -> None:
    (hat,) = every(r"\hat x", "mo")
    assert (hat.text, hat.get("stretchy")) == ("\u02c6", "false")


def test_labels_of_arrows_stand_in_the_middle() -> None:
    assert not re.search(r"lspace=\"0\.5", mathml(r"\xrightarrow[ab]{ABC}", display=False))


def test_a_formula_nested_so_deep_that_nobody_can_walk_it_is_refused() -> None:
    with pytest.raises(FormulaError):
        mathml(r"\sqrt" * 790 + "x", display=False)
