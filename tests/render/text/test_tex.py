"""TeX before it is converted: what is put into another form, what is refused, and another project's own test cases."""

from __future__ import annotations

import json
import re

import pytest

from generator.render.text.maths import FormulaError, in_both_forms
from generator.render.text.tex import cleaned, refusal
from tests.end_to_end.project import REAL_DATA

#: The formulas of KaTeX's screenshot tests that are drawn. Each was looked at, in both forms; colours and sizes, which
#: are looks, are left out. The others use commands that would be drawn wrongly or not at all.
DRAWN = """
Accents Aligned ArrayMode ArrayRemoveEmptyLine ArrayType Baseline BasicTest BinCancellation BoldSpacing
BoldSymbol ColorImplicit ColorSpacing DisplayMode DisplayStyle Dots Equation Exponents ExtensibleArrows
Functions Gather Gathered GreekLetters GreekUnicode HorizontalBraces HorizontalBrackets Integrands Kern Lap
LeftRight LeftRightListStyling LeftRightMiddle LimitControls Mod ModScript NegativeSpaceBetweenRel
NestedFractions OpLimits OperatorName OverUnderset Pmb PrimeSpacing PrimeSuper RlapBug Sizing SizingBaseline
Smash Spacing Sqrt StackRel StyleSpacing StyleSwitching SupSubCharacterBox SupSubHorizSpacing
SupSubLeftAlignReset SupSubOffsets SurrogatePairs SvgReset VerticalSpacing
"""


def test_katex_formulas_are_drawn_or_say_why_not() -> None:
    path = REAL_DATA / "katex_formulas.json"
    if not path.is_file():
        pytest.skip("the formulas of KaTeX's own tests are not beside this checkout")
    drawn = set()
    for name, formula in json.loads(path.read_text(encoding="utf-8")).items():
        try:
            in_both_forms(formula["tex"], display=formula["display"])
            drawn.add(name)
        except FormulaError as error:
            reason = str(error).rpartition("$: ")[2]
            assert re.search(r"\\\\?\S|typeface|nested|braces|do not nest", reason), reason
    assert drawn == set(DRAWN.split())


@pytest.mark.parametrize(
    ("tex", "written"),
    [
        (r"a \not= b \not\in c", r"a \neq  b \notin  c"),
        (r"\begin{align} a &= 1 \\[2pt] b &= 2 \end{align}", r"\begin{align*} a &= 1 \\ b &= 2 \end{align*}"),
        (r"\begin{gathered} a \end{gathered}", r"\begin{array}{c} a \end{array}"),
        ("x''^2", r"x^{\prime\prime 2}"),
        (r"\text{a~b}~c", "\\text{a\u00a0b}~c"),
        (r"a \bmod 2", r"a \;\text{mod}\; 2"),
        ("10 %", r"10 \%"),
    ],
)
def test_what_the_converter_does_not_know_is_put_into_what_it_knows(tex: str, written: str) -> None:
    assert cleaned(tex) == written


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"\tag{1} x", r"\tag cannot be set"),
        (r"a \not\sim b", r"\not cannot be set"),
        (r"\binom n k", r"\binom needs braces"),
        (r"\bigl. x", r"\bigl. cannot be set"),
        (r"\text{if {x}}", r"\text holds braces"),
        (r"\begin{CD} A \end{CD}", r"\begin{CD}"),
        (r"\text{where $x$}", "do not nest"),
        (rb"\text{\u3067}".decode("unicode_escape"), "typeface has no"),
    ],
)
def test_what_would_be_drawn_wrongly_is_refused_by_name(tex: str, said: str) -> None:
    with pytest.raises(FormulaError, match=re.escape(said)):
        in_both_forms(tex, display=False)


def test_usual_formulas_are_not_refused() -> None:
    for tex in (r"\notin \binom{n}{k} \left. x \right|", r"\$5", r"\bigl( x \bigr)", r"\operatorname{tag}"):
        assert refusal(cleaned(tex)) == ""
