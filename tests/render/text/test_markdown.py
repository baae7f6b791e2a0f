"""Markdown to HTML, with what it may refer to.

Covers render/text/surroundings.py too.
"""

import re
from collections.abc import Callable

import pytest

from generator.render.text.markdown import placeholder, to_html, to_inline_html, to_text
from generator.render.text.maths import MarkupError, mathml
from generator.render.text.numbering import Numbered
from generator.render.text.surroundings import Fault, Surroundings


def math(tex: str, *, display: bool) -> str:
    return f"<m{'d' if display else ''}>{tex}</m>"


def html(text: str, **more: object) -> str:
    return to_html(text, Surroundings(math, **more))


@pytest.mark.parametrize("text", ["It costs $5 and $6.", "($5/$6)", "$5, $6 or 7$8"])
def test_money_is_no_formula(text):
    assert "<m" not in html(text)


def test_formulas_inline_displayed_and_labelled():
    assert "<m>x</m>" in html("a $x$ b")
    assert '<div class="equation"><div class="set"><md>x</m></div></div>' in html("$$x$$")
    numbered = html("$$\nx\n$$ (sum)", equations={"sum": Numbered("equation", "3", "eq-a")})
    assert 'id="eq-a"' in numbered
    assert "(3)" in numbered
    assert "<md>\\begin{align}" in html("\\begin{align}\na\n\\end{align}")


def faults(text: str, write: Callable[..., str] = to_html, **more: object) -> list[Fault]:
    """What could not be shown; each fault is a box in its place, and the words around it are there."""
    surroundings = Surroundings(**{"math": math, **more})
    written = write(f"before {text} after", surroundings)
    assert "before" in written
    assert "after" in written
    assert written.count('<span class="broken">') == len(surroundings.faults)
    return surroundings.faults


def test_a_label_without_a_number_is_a_fault():
    (fault,) = faults("\n\n$$x$$ (unknown)\n\n")
    assert "label" in fault.message
    assert fault.text == "(unknown)"


def test_a_formula_that_cannot_be_set_is_a_box_in_its_place():
    (fault,) = faults(r"$x$ and $\bogus<x>$", math=mathml)
    assert r"\bogus" in fault.message
    assert fault.text == r"\bogus<x>"


@pytest.mark.parametrize("text", ["\ue000maps\ue001", "\ue001\ue000", "\ue000\ue001", "\ue002contradicted\ue003"])
@pytest.mark.parametrize("write", [to_html, to_inline_html])
def test_characters_of_our_own_do_no_harm_where_they_are_typed(text, write):
    assert write(text, Surroundings(math)) is not None
    assert faults(text, write) == []


def test_punctuation_is_joined_to_the_formula_before_it():
    assert "</m>\u2060." in html("so $x$.")
    assert "\u2060" not in html("so $x$ is")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<b onclick=x>y</b>",
        "![x](/etc/passwd)",
        "[x](javascript:alert(1))",
        "[x](file:///etc/passwd)",
        "[x](data:text/html,x)",
        "[x](//example.org/y)",
        '*x*{onclick="evil()" style="position:fixed"}',
    ],
)
def test_nothing_dangerous_gets_through(text):
    written = html(text)  # images and links that lead nowhere are refused in words
    for part in ("<script", "<b ", "<img", "href=", 'onclick="', 'style="'):
        assert part not in written


def test_markdown_loads_no_image():
    (fault,) = faults("![x](https://example.org/x.png)")
    assert "images/" in fault.message


def test_safe_links_are_links():
    assert 'href="https://example.org/x"' in html("[x](https://example.org/x)")
    assert 'href="#figure-1"' in html("[x](#figure-1)")


def test_citations_print_their_numbers_and_link_to_the_list():
    written = html("See [@b; @a] and `[@a]`.", citations={"a": 1, "b": 2})
    assert '[<a href="#ref-b">2</a>, <a href="#ref-a">1</a>]' in written
    assert "<code>[@a]</code>" in written


def test_an_exhibit_takes_the_place_of_its_paragraph():
    written = html(f"before\n{placeholder('maps')}\nafter", fragments={"maps": "<figure></figure>"})
    assert "<p>before</p>\n<figure></figure><p>after</p>" in written


def test_headings_stand_below_the_one_above_without_a_gap():
    assert "<h5>" in html("# x")
    assert "<h5>" in html("### x")
    written = html("### a\n# b\n## c\n##### d\n## e\n# f")
    assert re.findall(r"<h(\d)>(\w)", written) == [
        ("5", "a"),
        ("5", "b"),
        ("6", "c"),
        ("6", "d"),
        ("6", "e"),
        ("5", "f"),
    ]
    assert "<h3>" in html("## x", level=2)


def test_footnotes_have_numbers_without_brackets_and_ids_of_their_own():
    written = html("a[^1]\n\n[^1]: note", prefix="2-a-q01")
    assert ">1</a></sup>" in written
    assert 'id="fn-2-a-q01-1"' in written


def test_captions_have_no_paragraph_and_alternative_texts_no_tags():
    assert to_inline_html("a *b*\n c", Surroundings(math)) == "a <em>b</em> c"
    assert to_text("a *b* `c` $x_1 < 2$ \\*") == "a b c x_1 < 2 *"
    with pytest.raises(MarkupError, match="images/"):
        to_text("words ![x](y.png)")
