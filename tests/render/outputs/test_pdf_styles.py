"""Styles and typefaces are read once for all layouts of a page, and anew for another page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import weasyprint
import weasyprint.css

from generator.render.outputs import pdf_styles

PAGE = '<style>@page { size: %dpx 200px } p { width: %dpx }</style><p id="p">words'


@pytest.fixture(autouse=True)
def _leave_weasyprint_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weasyprint.css, "find_stylesheets", weasyprint.css.find_stylesheets)
    monkeypatch.setattr(weasyprint.css.ComputedStyle, "__missing__", weasyprint.css.ComputedStyle.__missing__)


def sizes(page: weasyprint.HTML, fonts: Any) -> tuple[float, float]:
    (sheet,) = page.render(fonts).pages
    widths = [box.width for box in sheet._page_box.descendants() if getattr(box.element, "tag", "") == "p"]
    return sheet.width, widths[0]


def test_every_layout_has_the_same_styles_though_they_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    css = weasyprint.css.CSS
    monkeypatch.setattr(weasyprint.css, "CSS", lambda **given: read.append(given["string"]) or css(**given))
    fonts = pdf_styles.read_once()
    assert [sizes(weasyprint.HTML(string=PAGE % (300, 70)), fonts) for _ in range(3)] == [(300, 70)] * 3
    assert len(read) == 1
    assert sizes(weasyprint.HTML(string=PAGE % (400, 80)), fonts) == (400, 80)
    assert len(read) == 2


def test_another_page_does_not_have_the_styles_of_the_last_one(tmp_path: Path) -> None:
    for width in (50, 90):
        (tmp_path / "x.css").write_text(f"@page {{ size: 300px }} p {{ width: {width}px }}", "utf-8")
        page = weasyprint.HTML(string='<link rel="stylesheet" href="x.css"><p>words', base_url=f"{tmp_path.as_uri()}/")
        assert sizes(page, pdf_styles.read_once()) == (300, width)


RULES = """
:root { --accent: #123456; --gap: 4px; font-size: 15px } @page { size: a5 landscape; margin: 9mm }
@page { @top-left { content: "t" } }
body { color: var(--accent); margin-inline-start: 7px; page: named } p { margin: var(--gap) 1em; text-indent: inherit }
p::before { content: "b"; float: left; padding-left: calc(2px + 1em) } .rtl { direction: rtl; padding-inline-end: 3px }
div { border-inline-start: 2px solid; border-left-width: 5px; text-decoration: underline; position: relative; left: 2% }
b { display: inline-block; width: 50%; inline-size: 20px; border-top-left-radius: 3px; clear: inherit }
u { color: initial }
table { border-collapse: collapse; border: var(--none, 1px) solid } i { float: right; letter-spacing: 2px }
"""
ELEMENTS = (
    "<div class=rtl><p lang=de>x <b>y</b> <u>z<i>w</i></u></div>"
    "<table><tr><td>1<td>2</table><p style='margin-left: 3px'>v"
)


def styles() -> list[tuple[str, dict[str, str]]]:
    """All properties of all boxes of a page, the sheet and its margins with them."""
    html = f"<style>{RULES}</style>{ELEMENTS}"
    (sheet,) = weasyprint.HTML(string=html).render().pages
    boxes = [sheet._page_box, *sheet._page_box.descendants()]
    physical = weasyprint.css.PHYSICAL_FUNCTIONS.values()
    logical = {named(block="ttb", inline=inline) for named in physical for inline in ("ltr", "rtl")}
    named = set(weasyprint.css.INITIAL_VALUES) - logical  # which nobody asks for
    return [(type(box).__name__, {key: repr(box.style[key]) for key in named}) for box in boxes]


def test_what_no_rule_sets_is_what_weasyprint_computes_in_full() -> None:
    in_full = styles()
    full = weasyprint.css.ComputedStyle.__missing__
    asked: list[str] = []
    weasyprint.css.ComputedStyle.__missing__ = lambda style, key: asked.append(key) or full(style, key)
    pdf_styles.answer_at_once()
    assert styles() == in_full
    assert len(in_full) > 15
    first = len(asked)
    weasyprint.css.ComputedStyle.__missing__ = weasyprint.css.ComputedStyle.__missing__.in_full
    asked.clear()
    assert styles() == in_full
    assert first < len(asked) / 3  # the others are answered at once
