"""A page becomes a PDF in another process. Covers render/outputs/pdf_layout.py, render/outputs/pdf_process.py too."""

import os
import shutil
import stat
import sys
import time
from pathlib import Path

import pytest
from pypdf import PdfReader

from generator.errors import RenderError
from generator.render.outputs.html import report_folder
from generator.render.outputs.pdf import write_pdf
from generator.render.outputs.report import render_report
from generator.render.outputs.written import Passing
from tests.render.sample_report import sample_report, silent


@pytest.fixture(scope="module")
def reader(rendered):
    return PdfReader(rendered[0] / "report.pdf")


def page(folder: Path, body: str) -> Path:
    file = folder / "page.html"
    file.write_text(f"<!DOCTYPE html><html lang=en><title>t</title><body>{body}")
    return file


def test_the_pdf_is_tagged_titled_and_in_its_language(reader):
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Deep learning for computer vision"
    assert reader.metadata.author == "Ada Lovelace, Alan Turing"
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_bookmarks_follow_labs_sections_and_questions(reader):
    def titles(entries, depth=0):
        for entry in entries:
            if isinstance(entry, list):
                yield from titles(entry, depth + 1)
            else:
                yield depth, entry.title

    found = list(titles(reader.outline))
    assert (0, "1 Transfer learning") in found
    assert (1, "1.1 VGG16") in found
    assert any(depth == 2 and title.startswith("Question 1") for depth, title in found)
    assert (0, "References") in found


def test_a_new_part_ends_the_running_title_of_the_section_before_it(reader):
    text = [sheet.extract_text() for sheet in reader.pages]
    assert sum("1.1 VGG16" in page for page in text[4:-2]) > 0
    assert "References" in text[-1]
    assert "1.1 VGG16" not in text[-1]


def test_pages_are_a4_and_carry_headers_and_numbers_but_the_cover(reader):
    for sheet in reader.pages:
        assert [round(float(side)) for side in sheet.mediabox[2:]] == [595, 842]
    assert "1 Transfer learning" in reader.pages[4].extract_text()
    assert reader.pages[4].extract_text().rstrip().endswith("5") or "5" in reader.pages[4].extract_text().split()
    cover = reader.pages[0].extract_text()
    for words in ("Ada Lovelace", "Sorbonne Université", "2026–2027", "Quick profile", "2 CPU cores"):
        assert words in cover


def test_the_contents_give_page_numbers(reader):
    contents = reader.pages[0].extract_text() + reader.pages[1].extract_text()
    assert "Contents" in contents
    assert "References" in contents
    assert str(len(reader.pages)) in contents.split()


def test_every_font_is_embedded_and_is_one_of_ours(reader):
    names = set()
    for sheet in reader.pages:
        for font in sheet["/Resources"].get("/Font", {}).values():
            names.add(font.get_object()["/BaseFont"].split("+")[-1].lower().replace("-", ""))
    assert names
    for name in names:
        assert name.startswith(("stixtwo", "stix", "sourcesans3", "sourcecodepro", "source")), names


def test_every_image_has_its_alternative_text(reader):
    alternatives = []

    def visit(element):
        element = element.get_object()
        if not isinstance(element, dict):
            return
        if element.get("/S") in ("/Figure", "/Formula") and "/Alt" in element:
            alternatives.append(str(element["/Alt"]))
        children = element.get("/K", [])
        for child in children if isinstance(children, list) else [children]:
            if hasattr(child, "get_object") and not isinstance(child.get_object(), int):
                visit(child)

    visit(reader.trailer["/Root"]["/StructTreeRoot"])
    assert "Alternative text of curves." in alternatives
    assert any("\\frac" in text for text in alternatives)
    assert not any("\ue010" in text for text in alternatives)  # the mark by which formulas are known is taken off again


def test_the_same_inputs_give_the_same_bytes(rendered, tmp_path):
    render_report(sample_report(tmp_path), tmp_path / "again", frozenset({"pdf"}), silent)
    assert (tmp_path / "again" / "report.pdf").read_bytes() == (rendered[0] / "report.pdf").read_bytes()
    assert not (tmp_path / "again" / "assets").exists()


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ('<img src="missing.png" alt="x">', "missing.png"),
        ('<img src="/etc/passwd" alt="x">', "outside of the report's folder"),
        ('<img src="http://127.0.0.1:9/x.png" alt="x">', "disallowed protocol"),
        ('<img src="there.svg">', "alt"),
    ],
)
def test_holes_are_errors(tmp_path, body, part):
    (tmp_path / "there.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>'
    )
    with pytest.raises(RenderError, match=part):
        write_pdf(page(tmp_path, body), tmp_path / "x.pdf")


def test_it_is_told_how_far_the_pdf_is(tmp_path):
    said = []
    write_pdf(page(tmp_path, "<p>x"), tmp_path / "x.pdf", say=said.append)
    assert said[0] == "the PDF: page 1"
    assert said[-1] == "the PDF: writing its 1 pages"
    assert all(isinstance(words, Passing) for words in said)


def test_a_layout_that_hangs_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr("generator.render.outputs.pdf._PATIENCE", 600)  # on however busy a machine
    with pytest.raises(RenderError, match="not ready after 1 s of the processor's time"):
        write_pdf(page(tmp_path, "<p>" + "x " * 300_000), tmp_path / "x.pdf", seconds=1)


def test_a_process_that_waits_for_ever_is_ended_by_the_clock(tmp_path, monkeypatch):
    monkeypatch.setattr("generator.render.outputs.pdf._PATIENCE", 1)
    (tmp_path / "weasyprint.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(RenderError, match=r"not ready after 2 s\n"):
        write_pdf(page(tmp_path, "<p>x"), tmp_path / "x.pdf", seconds=2)


def test_time_that_others_take_from_the_processor_does_not_count(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import time\ntime.sleep(7)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    began = time.monotonic()
    assert write_pdf(page(tmp_path, "<p>x"), tmp_path / "x.pdf", seconds=6).pages == 1
    assert time.monotonic() - began > 7


def test_without_pango_the_message_says_what_to_type(tmp_path, monkeypatch):
    """A WeasyPrint that cannot load its libraries, in the place of the real one."""
    (tmp_path / "weasyprint").mkdir()
    (tmp_path / "weasyprint" / "__init__.py").write_text(
        "raise OSError(\"cannot load library 'libpango-1.0-0': not found\")"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(RenderError, match="apt install libpango"):
        write_pdf(page(tmp_path, "x"), tmp_path / "x.pdf")


def test_a_crash_gives_its_last_line(tmp_path, monkeypatch):
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho 'Segmentation fault' >&2\nexit 139\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", os.fspath(script))
    with pytest.raises(RenderError, match="Segmentation fault"):
        write_pdf(page(tmp_path, "x"), tmp_path / "x.pdf")


def crashing(folder: Path, times: int) -> None:
    """Put before the real WeasyPrint one at which the process crashes as often."""
    (folder / "sitecustomize.py").write_text(
        "import faulthandler, sys\nfrom pathlib import Path\n"
        f"crashes = Path({os.fspath(folder / 'crashes')!r})\n"
        "seen = crashes.read_text() if crashes.exists() else ''\n"
        "def spoil():\n    faulthandler._sigsegv()\n"
        f"if any('pdf_process' in word for word in sys.orig_argv) and len(seen) < {times}:\n"
        "    crashes.write_text(seen + 'x')\n    spoil()\n"
    )


def test_after_a_crash_the_process_is_started_once_more(tmp_path, monkeypatch):
    """Libraries of the system have crashed: 1 of some 3,000 PDFs, for Pango's threads."""
    crashing(tmp_path, 1)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    said = []
    assert write_pdf(page(tmp_path, "<p>x"), tmp_path / "x.pdf", say=said.append).pages == 1
    assert said[0] == "the PDF: its process crashed (SIGSEGV) and is started once more"
    assert not isinstance(said[0], Passing)  # it stays in sight


def test_a_process_that_crashes_twice_says_where(tmp_path, monkeypatch):
    crashing(tmp_path, 2)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(RenderError, match=r"crashed twice \(SIGSEGV\), the second time in File .* in spoil"):
        write_pdf(page(tmp_path, "<p>x"), tmp_path / "x.pdf")
    assert (tmp_path / "crashes").read_text() == "xx"


def test_nothing_is_left_beside_the_page(tmp_path):
    shutil.copytree(report_folder() / "fonts", tmp_path / "fonts")
    styles = (report_folder() / "print.css").read_text()
    before = {path.name for path in tmp_path.iterdir()}
    write_pdf(page(tmp_path, f"<style>{styles}</style><p>x"), tmp_path / "x.pdf")
    assert {path.name for path in tmp_path.iterdir()} - before == {"page.html", "x.pdf"}


PLACES = (
    "<strong>The last convolution</strong> (Figure\xa01.6) is another world.\n"
    '<span id="a"></span>It has 64 maps, but of\nonly 4 × 4 values, each of which sees a large part of the photograph.'
    '\n<span id="b"></span>It is much more selective:\n81.1\u202f% of its values are zero, and 18 maps\n'
    'are silent altogether for this photograph.\n<span id="c"></span>Luminance, colour and edges\n'
    "explain only 6.2\u202f% of its maps, against\n50.0\u202f% in the first layer. What these maps answer to is no "
    "longer where something bright or an edge is, but where\nsomething is that matters for the classes."
)
STRONG = (
    "Other uses follow from the same idea. Where the maps of a class light up a watermark or the background, the "
    "network has learnt a\n<strong>shortcut</strong>, and hiding that part is the proof. Photographs whose map avoids "
    "the labelled object are worth a look when <strong>cleaning\ndata</strong>. Outside the salient region one may "
    "<strong>crop or compress</strong> more. And the same gradient tells which change of the image changes the answer"
    "\nmost, which is the <strong>attack</strong> of the next section."
)


OPENING = (
    "A saliency map shows where a class score answers to the pixels, typically as scattered points "
    '<span>[<a href="#x">20</a>]</span>.\n<span id="x"></span>The points do follow what is in the photograph, but they '
    "say\nwhere the network looks and not why it answers as it does. "
    "This sentence only makes the paragraph one line longer."
)


@pytest.mark.parametrize("text", [PLACES, STRONG, OPENING], ids=["places of links", "strong words", "an opening word"])
def test_no_line_ends_far_too_early(tmp_path, text):
    """WeasyPrint 70 ended a line after "81.1 %", "same" and "A" in these texts."""
    shutil.copytree(report_folder() / "fonts", tmp_path / "fonts")
    styles = "".join((report_folder() / name).read_text() for name in ("common.css", "print.css"))
    write_pdf(page(tmp_path, f"<style>{styles}</style><main><p>{text}</p></main>"), tmp_path / "x.pdf")
    lines = PdfReader(tmp_path / "x.pdf").pages[0].extract_text().splitlines()
    full = [line for line in lines if line.strip() != "1"][:-1]
    assert len(full) >= 3
    assert min(map(len, full)) > 60
