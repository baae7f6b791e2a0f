import re
import time
from xml.etree import ElementTree

import pytest

from generator.render.text.maths import FORMULA, FormulaError, in_both_forms, mathml, svg_image

FORMULAS = [
    r"\lambda_p = \frac{2}{1 + e^{-2p}} - 1",
    r"\operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_{j=1}^{K} e^{z_j}}",
    r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
    r"x \leftarrow x + \eta \frac{g}{\left\|g\right\|_2}",
    r"c_{\mathrm{out}} (k^2 c_{\text{in}} + 1)",
    r"\begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}",
    r"\mathbb{E}_{x \sim p_{\text{data}}} \log D(x)",
    "138\u202f357 \u2212 20%",
    r"\textcolor{red}{x}",
    r"\color{blue} x",
    r"x \text{}",
    r"{\Huge x} + y",
]


@pytest.mark.parametrize("tex", FORMULAS)
@pytest.mark.parametrize("display", [True, False])
def test_formulas_of_the_labs_become_mathml_and_svg(tex, display):
    root = ElementTree.fromstring(mathml(tex, display=display))
    assert root.tag == "math"
    assert root.get("display") == ("block" if display else "inline")
    around = ElementTree.fromstring(re.sub(r"(<img[^>]*)>", r"\1/>", svg_image(tex, display=display)))
    image = around.find("img")
    assert image.get("alt") == FORMULA + tex
    assert around.find("span").text == tex
    assert image.get("src", "").startswith("data:image/svg+xml;base64,")


def test_inline_formulas_stand_on_the_baseline():
    def drop(tex: str) -> float:
        return float(svg_image(tex, display=False).split("vertical-align:")[1].split("em")[0])

    assert drop("x") > drop("y")  # only y reaches below the line
    assert drop(r"\frac{1}{2}") < drop("x") <= 0


@pytest.mark.parametrize("tex", [r"\bogus x", r"\frac{1}{", r"\begin{tabularx} & & \end{tabularx}", "x" * 5000])
@pytest.mark.parametrize("form", [mathml, svg_image])
def test_formulas_that_cannot_be_set_are_errors_in_both_forms(tex, form):
    with pytest.raises(FormulaError):
        form(tex, display=True)


@pytest.mark.parametrize("tex", [r"\href{javascript:alert(1)}{x}", r"\class{evil}{x}", r"\style{x:y}{x}"])
def test_formulas_carry_no_links_classes_or_styles(tex):
    try:
        text = mathml(tex, display=False)
    except FormulaError:
        return
    for part in ("href", 'javascript:alert(1)"', "class=", "style="):
        assert part not in text


def test_sim_is_a_relation_with_its_spaces():
    assert re.search(
        r'<mspace width="0.2778em"></mspace><mo[^>]*>\u223c</mo><mspace', mathml(r"x \sim p", display=False)
    )


@pytest.mark.parametrize(
    ("tex", "named"),
    [
        (r"x + \KaTeX", r"\KaTeX"),
        (r"a \nosuchthing{b} \\y", r"unknown command \nosuchthing"),
        (r"\begin{rcases} a & b \end{rcases}", r"\begin{rcases}"),
        (r"\limits", r"\limits"),
        (r"\frac{1}", r"\frac{1}"),
        (r"\begin{matrix}\end{matrix}", "missing"),
    ],
)
def test_a_formula_that_one_form_cannot_take_is_named_before_either_is_written(tex, named):
    with pytest.raises(FormulaError) as caught:
        in_both_forms(tex, display=False)
    assert named in str(caught.value)


def test_a_formula_nested_so_deep_that_drawing_it_takes_minutes_is_refused_at_once():
    began = time.process_time()
    with pytest.raises(FormulaError, match="nested too deeply"):
        svg_image(r"x^{" * 25 + "x" + "}" * 25, display=False)
    assert time.process_time() - began < 5  # measured: 0.02; each level doubles what drawing it takes
