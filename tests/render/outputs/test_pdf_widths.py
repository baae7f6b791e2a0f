"""Tables and formulas that are wider than the text."""

import re
import shutil

import pytest
from pypdf import PdfReader

from generator.render.content.exhibits import _GAP
from generator.render.figures import TEXT_WIDTH
from generator.render.outputs.html import report_folder
from generator.render.outputs.pdf import write_pdf
from generator.render.outputs.pdf_widths import _TURNED, choice
from generator.render.outputs.report import render_report
from tests.judges_for_tests import pdf_faults
from tests.render.outputs.test_pdf import page
from tests.render.sample_report import sample_report, silent


@pytest.mark.parametrize(
    ("reach", "wrapped", "wraps", "turns", "share"),
    [
        (1.1, 0.5, False, False, 0.9),
        (1.3, 0.9, True, False, 1.0),
        (1.5, 1.4, False, True, 1.0),
        (2.2, 1.5, True, True, 1.0),
        (9.0, 8.0, True, True, 0.85),
    ],
)
def test_the_least_change_that_makes_a_table_fit_is_chosen(reach, wrapped, wraps, turns, share):
    assert choice(reach, wrapped, 1.0) == (wraps, turns, pytest.approx(share))


def written(folder, columns, word):
    """A PDF with a table of that many columns, each as wide as the word, and what is said of it."""
    shutil.copytree(report_folder() / "fonts", folder / "fonts", dirs_exist_ok=True)
    styles = "".join((report_folder() / name).read_text() for name in ("common.css", "print.css"))
    heads = f"<th class='words'>{word}</th>" * columns
    cells = f"<td class='number'>{word}</td>" * columns
    table = (
        "<figure class='exhibit table'><figcaption><span class='label'>Table 1.7</span> caption</figcaption>"
        f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{cells}</tr></tbody></table></figure>"
    )
    printed = write_pdf(page(folder, f"<style>{styles}</style><main>{table}<p>after</p></main>"), folder / "x.pdf")
    sheets = PdfReader(folder / "x.pdf").pages
    sizes = []

    def visit(text, _, matrix, font, size):
        if word[:4] in text:
            sizes.append(round(abs(size), 2))

    for sheet in sheets:
        sheet.extract_text(visitor_text=visit)
    return printed, [sheet.mediabox.width > sheet.mediabox.height for sheet in sheets], sizes


def test_a_table_that_fits_is_left_as_it_is(tmp_path):
    printed, turned, sizes = written(tmp_path, 5, "1234567890")
    assert printed.warnings == ()
    assert turned == [False]
    assert sizes == pytest.approx([8.8 / 0.75] * len(sizes), abs=0.01)


def test_a_table_that_is_a_little_too_wide_is_printed_smaller(tmp_path):
    printed, turned, sizes = written(tmp_path, 8, "1234567890")
    assert printed.warnings == ()
    assert turned == [False]
    assert 7.4 / 0.75 < min(sizes) < 8.7 / 0.75


def test_a_wider_one_is_turned(tmp_path):
    printed, turned, _ = written(tmp_path, 12, "1234567890")
    assert printed.warnings == ()
    assert True in turned
    assert pdf_faults(tmp_path / "x.pdf") == []


def test_one_much_too_wide_is_told_by_its_name(tmp_path):
    printed, _, _ = written(tmp_path, 30, "1234567890")
    (warning,) = printed.warnings
    assert warning.startswith("Table 1.7: a table reaches ")
    assert "mm beyond the text" in warning


@pytest.mark.parametrize("columns", [2, 3, 4])
def test_panels_in_a_row_fill_it_and_no_more(columns):
    """The styles know the space between panels as a share of the text, which the figures are drawn for."""
    styles = (report_folder() / "common.css").read_text()
    between = float(re.search(r"\.panel \+ \.panel \{ margin-left: ([\d.]+)%", styles)[1])
    share = 100 * (TEXT_WIDTH - _GAP * (columns - 1)) / columns / TEXT_WIDTH
    assert 99.9 < columns * share + (columns - 1) * between <= 100


def test_turned_pages_are_as_wide_as_the_styles_make_them():
    upright, turned = (
        float(
            re.search(rf"{name} \{{[^}}]*?margin: [\d.]+mm ([\d.]+)mm", (report_folder() / "print.css").read_text())[1]
        )
        for name in ("@page", "@page turned")
    )
    assert pytest.approx((297 - 2 * turned) / (210 - 2 * upright)) == _TURNED


def test_the_text_is_as_wide_as_figures_are_drawn():
    beside = float(
        re.search(r"@page \{[^}]*?margin: [\d.]+mm ([\d.]+)mm", (report_folder() / "print.css").read_text())[1]
    )
    assert 140 <= 210 - 2 * beside <= 150
    assert pytest.approx(210 - 2 * beside, abs=0.3) == TEXT_WIDTH * 25.4


def test_a_formula_that_is_too_wide_becomes_smaller_or_is_told_by_its_question(tmp_path):
    terms = [f"a_{{{number}}}" for number in range(60)]
    for count, warned in ((20, False), (60, True)):
        answer = f"$${' + '.join(terms[:count])} = 1$$"
        report = sample_report(tmp_path, answers={"q01": answer})
        warnings = render_report(report, tmp_path / "build", {"pdf"}, silent).warnings
        found = [warning for warning in warnings if "beyond the text" in warning]
        assert [warning.startswith("2-a, Question 1: a line reaches ") for warning in found] == [True] * warned
