"""Chapters that are laid out one by one, and found again: the same sheets as when all are laid out together."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from pypdf import PdfReader

from generator.render.outputs import pdf_process
from generator.render.outputs.html import report_folder
from tests.render.outputs.test_pdf import page
from tests.render.outputs.test_pdf_places import filler

FIGURE = "<figure class='exhibit figure' style='height:600px;margin:0;break-inside:avoid'>picture</figure>"


def chapter(number: int, words: str) -> str:
    body = f"<div>{filler(4, words)}{FIGURE}{filler(7, words)}</div>"
    return f"<section class='lab' id='lab-{number}'><h2>Chapter {number}</h2><h3>{words}</h3>{body}</section>"


def book(folder: Path, *words: str) -> Path:
    styles = re.sub("@font-face .*", "", (report_folder() / "print.css").read_text())  # there are no fonts beside it
    chapters = "".join(chapter(number, text) for number, text in enumerate(words))
    contents = "".join(f"<li><a href='#lab-{number}'>{text}</a></li>" for number, text in enumerate(words))
    after = "<section id='references'><h2>References</h2><p>One.</p></section>"
    nav = f"<nav class='contents'><ol>{contents}</ol></nav>"
    made = page(folder, f"{nav}<main>{chapters}{after}</main>")
    text = made.read_text().replace("<body>", "<body class='theme-chapters'>")
    assert "theme-chapters" in text
    made.write_text(text.replace("<body", f"<style>{styles}</style><body"))
    return made


@pytest.fixture
def laid_out(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many letters the pages have that are laid out."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")  # which the process sets for itself
    sizes: list[int] = []
    lay_out = pdf_process._Paper._lay_out

    def noted(self):
        sizes.append(len("".join(self.html.etree_element.itertext())))
        return lay_out(self)

    monkeypatch.setattr(pdf_process._Paper, "_lay_out", noted)
    return sizes


def written(folder: Path, known: Path | None, *words: str) -> list[str]:
    """What stands on each sheet, in the order in which it is drawn."""
    folder.mkdir()
    target = folder / "x.pdf"
    assert pdf_process._write_pdf(book(folder, *words), target, False, known)["faults"] == []
    return [sheet.extract_text() for sheet in PdfReader(target).pages]


def test_chapters_are_found_again_and_the_sheets_are_the_same(
    tmp_path: Path, laid_out: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = tmp_path / "chapters.json"
    known.write_text("{}")
    written(tmp_path / "first", known, "one", "two")
    assert len(json.loads(known.read_bytes())["chapters"]) == 2
    before = len(laid_out)
    changed = written(tmp_path / "changed", known, "one", "else")
    assert len(laid_out) < 2 * before
    again = len(laid_out)
    assert written(tmp_path / "again", known, "one", "else") == changed
    assert len(laid_out) == again + 1  # nothing but the whole
    assert written(tmp_path / "cold", None, "one", "else") == changed
    together = SimpleNamespace(**{**vars(pdf_process._beside("pdf_chapters")), "apart": lambda *_: []})
    beside = pdf_process._beside
    monkeypatch.setattr(pdf_process, "_beside", lambda name: together if name == "pdf_chapters" else beside(name))
    assert written(tmp_path / "together", None, "one", "else") == changed
    assert any(words.count("one0") == 2 for words in changed), "text runs on before the figure that did not fit"


def test_another_style_is_another_chapter(tmp_path: Path, laid_out: list[int]) -> None:
    known = tmp_path / "chapters.json"
    known.write_text("{}")
    written(tmp_path / "first", known, "one")
    names = set(json.loads(known.read_bytes())["chapters"])
    folder = tmp_path / "styled"
    folder.mkdir()
    (folder / "x.css").write_text("p { color: red }")
    pdf_process._write_pdf(book(folder, "one"), folder / "x.pdf", False, known)
    assert not names & set(json.loads(known.read_bytes())["chapters"])
