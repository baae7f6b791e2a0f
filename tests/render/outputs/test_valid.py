"""The sample report before other people's validators, in each edition: pages and PDFs that claim to be valid are.

Covers render/outputs/pdf_tags.py too.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from generator.course.editions import Edition, Theme
from generator.render.outputs.report import render_report
from tests.judges_for_tests import faults, html_faults, pdf_faults, syntax_faults
from tests.render.outputs.test_further import with_further
from tests.render.sample_report import sample_report, silent

BOTH = frozenset({"html", "pdf"})
HEADINGS = "### Deep\n\nwords\n\n# Shallow\n\n###### Deeper\n\nwords [with a link](https://example.org) among them\n"


@pytest.mark.parametrize("theme", Theme)
def test_the_reference_edition(browser: Any, tmp_path: Path, theme: Theme) -> None:
    render_report(with_further(sample_report(tmp_path, theme=theme)), tmp_path / "build", BOTH, silent)
    assert faults(browser, tmp_path / "build") == []


@pytest.mark.parametrize("changes", [{}, {"frames": True}, {"fields": True}])
def test_worksheets(browser: Any, tmp_path: Path, changes: dict[str, Any]) -> None:
    empty = dict.fromkeys(("q01", "q02", "q03", "q04"), "")
    report = sample_report(tmp_path, answers=empty, edition=Edition.WORKSHEET)
    render_report(replace(report, **changes), tmp_path / "build", BOTH, silent)
    assert faults(browser, tmp_path / "build") == []


def test_a_students_report_with_headings_as_they_come(browser: Any, tmp_path: Path) -> None:
    report = sample_report(
        tmp_path,
        answers={"q01": HEADINGS, "q02": ""},
        edition=Edition.STUDENT,
        introduction=HEADINGS,
    )
    render_report(report, tmp_path / "build", BOTH, silent)
    assert faults(browser, tmp_path / "build") == []


def test_the_judges_find_what_is_wrong(tmp_path: Path) -> None:
    page = tmp_path / "wrong.html"
    page.write_text("<!DOCTYPE html><html lang=en><title>x</title><p><div>never closed")
    assert html_faults(page)
    from weasyprint import HTML

    HTML(string="<html lang=en><title>x</title><h1>a</h1><h4>b</h4>").write_pdf(
        tmp_path / "wrong.pdf", pdf_variant="pdf/ua-1", pdf_tags=True
    )
    assert any("HEADING" in fault for fault in pdf_faults(tmp_path / "wrong.pdf"))


def test_a_damaged_pdf_is_found(tmp_path: Path) -> None:
    pytest.importorskip("pikepdf")
    from weasyprint import HTML

    HTML(string="<p>whole").write_pdf(tmp_path / "whole.pdf")
    assert syntax_faults(tmp_path / "whole.pdf") == []
    (tmp_path / "cut.pdf").write_bytes((tmp_path / "whole.pdf").read_bytes()[:-600])
    assert syntax_faults(tmp_path / "cut.pdf")


def test_formulas_can_be_searched_and_copied_where_they_stand(tmp_path: Path) -> None:
    answer = "Cross-validation chooses $C = \\frac{1}{10}$, the largest.\n\n- one\n\n  two with $x_1$\n"
    render_report(sample_report(tmp_path, answers={"q01": answer}), tmp_path / "build", BOTH, silent)
    words = "".join(page.extract_text() for page in PdfReader(tmp_path / "build/report.pdf").pages)
    assert "Cross-validation chooses C = \\frac{1}{10}, the largest." in " ".join(words.split()).replace(" ,", ",")
    assert pdf_faults(tmp_path / "build/report.pdf") == []
