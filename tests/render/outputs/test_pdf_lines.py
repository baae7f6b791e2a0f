"""Lines of text are set once: the same sheets as when each layout sets them anew."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
import weasyprint
from weasyprint.layout import inline, preferred
from weasyprint.text import fonts, line_break

from generator.render.outputs.pdf_lines import _READ, Lines

STYLE = """<style>@page { size: 300px 200px; margin: 20px }
p { text-align: justify; hyphens: auto } .wide { letter-spacing: 2px } .link { text-decoration: underline }
.narrow { width: 60px } pre { tab-size: 3 } .broken { width: 30px; overflow-wrap: anywhere }</style>"""
WORDS = "Transferability of representations improves unsurprisingly between neighbouring classes. " * 2
PAGE = f"""<html lang='en'>{STYLE}<p>{WORDS}<p class='wide'>{WORDS}<p class='link'>{WORDS}<p class='narrow'>{WORDS}
<pre>one\ttwo\nthree four</pre><p class='broken'>{WORDS}<p style='direction: rtl'>{WORDS}
<table><tr><td>{WORDS}<td>{WORDS}</table>"""


@pytest.fixture(autouse=True)
def _leave_weasyprint_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")  # which the process sets for itself
    for module in (inline, preferred):
        for name in ("split_first_line", "create_layout", "can_break_text"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, getattr(module, name))


def pdf(page: str) -> bytes:
    return bytes(weasyprint.HTML(string=page).write_pdf(pdf_identifier=b"x"))


def test_sheets_are_the_same_and_no_line_is_set_again(monkeypatch: pytest.MonkeyPatch) -> None:
    anew = pdf(PAGE)
    first = Lines({}, "program")
    first.remember()
    assert pdf(PAGE) == anew
    kept = json.loads(json.dumps(first.used))
    assert len(kept) > 50
    set_anew: list[str] = []

    def noted(text: str, *_: Any) -> None:
        set_anew.append(text)

    monkeypatch.setattr(line_break, "split_first_line", noted)
    monkeypatch.setattr(line_break, "create_layout", noted)
    second = Lines(kept, "program")
    second.remember()
    assert pdf(PAGE) == anew
    assert set_anew == []
    assert second.used == kept


@pytest.mark.parametrize(
    "change",
    [("hyphens: auto", "hyphens: none"), ("letter-spacing: 2px", "letter-spacing: 3px"), ("justify", "left"),
     ("width: 60px", "width: 70px"), ("tab-size: 3", "tab-size: 9"), ("neighbouring", "neighboring"),
     ("lang='en'", "lang='fr'"), ("underline", "line-through")],
)  # fmt: skip
def test_another_style_is_another_line(change: tuple[str, str]) -> None:
    changed = PAGE.replace(*change)
    anew = pdf(changed)
    first = Lines({}, "program")
    first.remember()
    assert pdf(PAGE) != anew
    Lines(first.used, "program").remember()
    assert pdf(changed) == anew


def test_another_program_finds_no_line_of_the_last_one() -> None:
    names = []
    for program in ("one", "two"):
        lines = Lines({}, program)
        lines.remember()
        pdf(PAGE)
        names.append(set(lines.used))
    assert not names[0] & names[1]


def test_all_that_weasyprint_reads_of_a_style_tells_lines_apart() -> None:
    code = [line_break.Layout, line_break.line_size, line_break.first_line_metrics, line_break.create_layout]
    code += [line_break.split_first_line, fonts.get_font_description]
    read = {name for one in code for name in re.findall(r"style\['(\w+)'\]", inspect.getsource(one))}
    assert len(read) > 20
    assert read == set(_READ)


def test_what_is_kept_stands_beside_the_chapters(tmp_path: Path) -> None:
    from generator.render.outputs import pdf_process
    from tests.render.outputs.test_pdf_chapters import book

    known = tmp_path / "known.json"
    known.write_text("{}")
    for words in ("one", "else"):
        pdf_process._write_pdf(book(tmp_path, "same", words), tmp_path / "x.pdf", False, known)
        lines = json.loads(known.read_bytes())["lines"].values()
        texts = {line[0]["text"] for line in lines}
        assert any(words in text for text in texts)
    assert not any(text.startswith("one") for text in texts), "what no page has any more is forgotten"
