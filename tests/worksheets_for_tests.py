"""A worksheet of the sample course as a PDF with fields, filled in as a viewer does it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pypdf import PdfReader, PdfWriter

from generator.course.editions import Edition
from generator.course.fields import answer_field, head_field
from generator.course.spec import CourseSpec
from generator.render.content.document import Report
from generator.render.outputs.report import render_report
from tests.render.sample_report import sample_report, silent


def sample_worksheet(folder: Path) -> Report:
    """The sample as a worksheet whose PDF has fields."""
    answers = dict.fromkeys(("q01", "q02", "q03", "q04"), "")
    return replace(sample_report(folder, answers=answers, edition=Edition.WORKSHEET), fields=True, frames=True)


def worksheet_pdf(folder: Path) -> bytes:
    """Its PDF, with nothing filled in."""
    render_report(sample_worksheet(folder), folder / "build", frozenset({"pdf"}), silent)
    return (folder / "build" / "worksheet.pdf").read_bytes()


def names(course: CourseSpec) -> dict[str, str]:
    """The names of its fields by what they hold: "names", "2-a/q01"."""
    heads = {what: head_field(what, course) for what in ("names", "group", "date")}
    return {**heads, **{question.address: answer_field(question) for question in course.questions()}}


def fill(pdf: bytes, values: Mapping[str, str]) -> bytes:
    """The PDF with these values, by the names of its fields."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    for page in writer.pages:
        if "/Annots" in page:
            writer.update_page_form_field_values(page, dict(values), auto_regenerate=False)
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    """The bytes that a writer makes."""
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
