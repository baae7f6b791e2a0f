"""Where figures, tables and room to write stand on sheets."""

import shutil
from pathlib import Path

import pytest
from pypdf import PdfReader

from generator.render.outputs.html import report_folder
from generator.render.outputs.pdf import write_pdf
from tests.judges_for_tests import pdf_faults
from tests.render.outputs.test_pdf import page


def filler(count: int, word: str) -> str:
    return "".join(f"<p style='height:100px;margin:0'>{word}{number}</p>" for number in range(count))


def test_text_runs_on_in_front_of_a_figure_that_does_not_fit_but_no_figure_passes_another(tmp_path):
    """A4 with the default margins is about 970 pixels high: five paragraphs leave a gap of half a page."""
    figures = "".join(
        f"<figure class='exhibit figure' style='height:600px;margin:0;break-inside:avoid'>picture{number}</figure>"
        for number in range(2)
    )
    body = f"<main><div>{filler(5, 'before')}{figures}{filler(9, 'after')}<h4>end</h4></div></main>"
    write_pdf(page(tmp_path, body), tmp_path / "x.pdf")
    sheets = [sheet.extract_text() for sheet in PdfReader(tmp_path / "x.pdf").pages]
    assert "after0" in sheets[0]
    words = "\n".join(sheets).split()
    assert words.index("picture0") < words.index("picture1") < words.index("end")
    assert [word for word in words if word.startswith("after")] == [f"after{number}" for number in range(9)]


def test_the_gap_in_front_of_a_figure_is_filled_by_the_text_after_it(tmp_path):
    figure = "<figure class='exhibit figure' style='height:600px;margin:0;break-inside:avoid'>picture</figure>"
    body = f"<main><div>{filler(5, 'before')}{figure}{filler(7, 'after')}<h4>end</h4></div></main>"
    write_pdf(page(tmp_path, body), tmp_path / "x.pdf")
    first, second = (sheet.extract_text() for sheet in PdfReader(tmp_path / "x.pdf").pages)
    assert "after0" in first
    assert "picture" in second


def test_no_figure_comes_after_the_marking_notes_of_its_answer(tmp_path):
    figure = "<figure class='exhibit figure' style='height:600px;margin:0;break-inside:avoid'>picture</figure>"
    marking = f"<div class='marking'>{filler(5, 'marking')}</div>"
    body = f"<main><div>{filler(5, 'before')}{figure}{marking}<h4>end</h4></div></main>"
    write_pdf(page(tmp_path, body), tmp_path / "x.pdf")
    words = " ".join(sheet.extract_text() for sheet in PdfReader(tmp_path / "x.pdf").pages).split()
    assert words.index("picture") < words.index("marking0")


PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="{height}"><path d="M0 0h600v{height}H0z"/></svg>'


def figure(folder: Path, height: int) -> str:
    """An exhibit as the templates write it, 600 pixels wide on a page of 970 by about 640."""
    (folder / "picture.svg").write_text(PICTURE.format(height=height))
    return (
        "<figure class='exhibit figure'><div class='row'><div class='panel' "
        "style='width:90.000%'><img src='picture.svg' alt='x'></div></div><figcaption>caption</figcaption></figure>"
    )


def full(count: int, word: str) -> str:
    """Paragraphs of 100 pixels, with words down to their feet."""
    lines = "<br>more" * 4
    return "".join(f"<p style='margin:0;line-height:20px'>{word}{number}{lines}</p>" for number in range(count))


def sheets_of(folder: Path, body: str) -> list[list[str]]:
    style = "img { display: block; width: 100%; height: auto } .exhibit { margin: 0; break-inside: avoid }"
    write_pdf(page(folder, f"<style>{style}</style><main><div>{body}</div></main>"), folder / "x.pdf")
    return [sheet.extract_text().split() for sheet in PdfReader(folder / "x.pdf").pages]


def test_a_figure_that_nearly_fits_becomes_a_little_smaller(tmp_path):
    # Four paragraphs leave 570 pixels; the picture needs 617 with its caption, that is 10 % less.
    first, second = sheets_of(tmp_path, full(4, "before") + figure(tmp_path, 620) + "<h4>end</h4>" + full(3, "x"))
    assert "caption" in first
    assert "end" in second


def test_a_last_page_of_two_lines_is_pulled_back_by_a_smaller_picture(tmp_path):
    last = "<p style='margin:0;line-height:20px'>last<br>line</p>"
    (only,) = sheets_of(tmp_path, figure(tmp_path, 480) + full(5, "x") + last)
    assert only[-2:] == ["last", "line"]
    assert len(sheets_of(tmp_path, figure(tmp_path, 560) + full(5, "x") + last)) == 2, "a page of seven lines may stay"


def test_a_figure_moves_up_where_nothing_follows_that_could_fill_the_gap(tmp_path):
    body = full(6, "before") + figure(tmp_path, 700) + "<h4>end</h4>" + full(3, "x")
    first, second, *_ = sheets_of(tmp_path, body)
    assert "caption" in first
    moved = first.index("caption")
    assert [word for word in first[:moved] if word != "more"] in (["before0"], ["before0", "before1"])
    assert [word for word in (*first, *second) if word.startswith("before")] == [f"before{n}" for n in range(6)]
    assert "end" in second


def test_no_figure_comes_between_a_colon_and_what_it_announces(tmp_path):
    announced = "<p style='margin:0'>namely:</p><p style='margin:0;line-height:20px'>list" + "<br>more" * 20 + "</p>"
    body = full(2, "before") + announced + figure(tmp_path, 700) + "<h4>end</h4>"
    words = [word for sheet in sheets_of(tmp_path, body) for word in sheet]
    assert words.index("list") == words.index("namely:") + 1
    assert "caption" in words


def test_a_figure_passes_a_title_within_an_answer_with_text_below_it(tmp_path):
    body = full(5, "before") + figure(tmp_path, 700) + "<h5>title</h5>" + full(4, "after") + "<h4>end</h4>"
    first, *_ = sheets_of(tmp_path, body)
    assert first.index("title") + 1 == first.index("after0")
    assert "caption" not in first


def test_no_figure_comes_between_a_title_and_its_text(tmp_path):
    """The text after the title fills the gap only as far as a paragraph that may not be divided."""
    tall = "<p style='height:900px;margin:0;break-inside:avoid'>tall</p>"
    body = full(4, "before") + figure(tmp_path, 800) + full(3, "after") + "<h5>title</h5>" + tall + "<h4>end</h4>"
    words = [word for sheet in sheets_of(tmp_path, body) for word in sheet]
    assert words.index("tall") == words.index("title") + 1


def table(rows: int) -> str:
    """A table as the template writes it, whose first row bears what to print above its rest."""
    inside = "<tr data-continued='Table 1 (continued)'><td>row0</td></tr>"
    inside += "".join(f"<tr><td>row{row}</td></tr>" for row in range(1, rows))
    return (
        "<figure class='exhibit table'><figcaption>caption</figcaption><div class='scroll'>"
        f"<table><thead><tr><th>head</th></tr></thead><tbody>{inside}</tbody></table></div></figure>"
    )


@pytest.fixture
def print_styles(tmp_path):
    shutil.copytree(report_folder() / "fonts", tmp_path / "fonts")
    return "".join((report_folder() / name).read_text() for name in ("common.css", "print.css"))


@pytest.mark.parametrize("rows", [20, 24])
def test_a_table_of_less_than_25_rows_is_not_split(tmp_path, print_styles, rows):
    body = f"<style>{print_styles}</style><main><div>{full(5, 'before')}{table(rows)}<h4>end</h4></div></main>"
    write_pdf(page(tmp_path, body), tmp_path / "x.pdf")
    sheets = [sheet.extract_text() for sheet in PdfReader(tmp_path / "x.pdf").pages]
    (place,) = [number for number, text in enumerate(sheets) if "row" in text]
    assert f"row{rows - 1}" in sheets[place]
    assert "caption" in sheets[place]
    assert not any("continued" in text for text in sheets)


def test_a_split_table_says_at_the_head_of_the_next_page_that_it_is_continued(tmp_path, print_styles):
    body = (
        f"<style>{print_styles}</style><main><div>{full(5, 'before')}{table(40)}<p>end</p>{full(9, 'x')}</div></main>"
    )
    write_pdf(page(tmp_path, body), tmp_path / "x.pdf")
    sheets = [sheet.extract_text() for sheet in PdfReader(tmp_path / "x.pdf").pages]
    parts = [number for number, text in enumerate(sheets) if "row" in text]
    assert len(parts) == 2
    assert ["Table 1 (continued)" in text for text in sheets] == [number == parts[1] for number in range(len(sheets))]
    assert all("head" in sheets[part] for part in parts)
    assert pdf_faults(tmp_path / "x.pdf") == []


def test_room_to_write_goes_on_to_the_foot_of_its_page_but_never_becomes_more_than_twice_as_high(tmp_path):
    style = "<style>.ruled-line { height: 30px; border-bottom: 1px solid black }</style>"
    rule = "<div class='ruled'>" + "<div class='ruled-line'></div>" * 5 + "</div>"
    body = f"{style}<main><div>{full(4, 'before')}{rule}</div><h4 style='break-before:page'>end</h4></main>"
    write_pdf(page(tmp_path, body), tmp_path / "x.pdf")
    drawn = PdfReader(tmp_path / "x.pdf").pages[0].get_contents().get_data()
    write_pdf(page(tmp_path, body.replace("'ruled'", "'other'")), tmp_path / "bare.pdf")
    before = PdfReader(tmp_path / "bare.pdf").pages[0].get_contents().get_data()
    assert drawn.count(b" re") == 2 * before.count(b" re") > 0


def test_a_field_of_one_line_stays_one(tmp_path):
    """The field for a date is no room to write, even where it is the last on its page."""
    field = "<input type='text' class='field' name='date' title='Date' style='display:block;height:30px;width:300px'>"
    body = f"<main><div>{filler(1, 'before')}{field}</div><h2 style='break-before:page'>next</h2></main>"
    write_pdf(page(tmp_path, body), tmp_path / "x.pdf", fields=True)
    (annotation,) = PdfReader(tmp_path / "x.pdf").pages[0]["/Annots"]
    _, first, _, second = annotation.get_object()["/Rect"]
    assert abs(first - second) == pytest.approx(30 * 0.75, abs=1)
