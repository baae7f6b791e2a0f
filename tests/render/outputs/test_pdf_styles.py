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
