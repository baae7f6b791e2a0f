"""What each edition and each theme shows of the sample course.

Covers render/text/own_images.py too.
"""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from generator.course.editions import Edition, Theme
from generator.course.fields import AnswerField, HeadField, read_field, version_of
from generator.course.spec import QuestionSpec
from generator.render.content.document import Report
from generator.render.outputs.report import render_report
from generator.render.outputs.written import Rendering
from tests.render.sample_report import sample_report, silent

HTML = frozenset({"html"})
CLAIM = "Before. {% claim vgg16.fc_share < 0.5 %}Few *parameters* are in the last layers.{% endclaim %} After."


def with_marking(report: Report) -> Report:
    (lab,) = report.course.labs
    sections = tuple(
        replace(section, questions=tuple(replace(q, marking=f"Mark **{q.id}**.") for q in section.questions))
        for section in lab.sections
    )
    return replace(report, course=replace(report.course, labs=(replace(lab, sections=sections),)))


def render(folder: Path, report: Report, formats: frozenset[str] = HTML) -> tuple[str, Rendering]:
    outcome = render_report(report, folder / "build", formats, silent)
    return outcome.documents[0].read_text(), outcome


def test_the_reference_edition_has_marking_notes_and_the_ledger(tmp_path: Path) -> None:
    page, _ = render(tmp_path, with_marking(sample_report(tmp_path)))
    assert "Mark <strong>q02</strong>." in page
    assert 'id="claims"' in page
    with (tmp_path / "build" / "results" / "claims.csv").open() as stream:
        (row,) = csv.DictReader(stream)
    assert row["branch"] == "claim"
    assert "vgg16.fc_share = 0.8937" in row["values"]


def with_exhibits(report: Report, **changes: Any) -> Report:
    """The sample with changes to the table of layers and to the figure of maps."""
    (lab,) = report.course.labs

    def changed(spec: QuestionSpec) -> QuestionSpec:
        tables = {name: replace(t, **changes) if name == "layers" else t for name, t in spec.tables.items()}
        figures = {name: replace(f, **changes) if name == "maps" else f for name, f in spec.figures.items()}
        return replace(spec, tables=tables, figures=figures)

    sections = tuple(replace(one, questions=tuple(map(changed, one.questions))) for one in lab.sections)
    return replace(report, course=replace(report.course, labs=(replace(lab, sections=sections),)))


def test_a_finding_follows_its_caption_on_page_and_sheets(tmp_path: Path) -> None:
    finding = "The *peak* is at {{ this.%s }} [@walt2014]."
    report = sample_report(tmp_path)
    (lab,) = report.course.labs
    first, second = lab.sections[0].questions
    layers = replace(first.tables["layers"], finding=finding % "parameters")
    maps = second.figures["maps"]
    maps = replace(maps, panels=tuple(replace(one, finding="Of {{ this.size }}.") for one in maps.panels))
    questions = (
        replace(first, tables={**first.tables, "layers": layers}),
        replace(second, figures={**second.figures, "maps": maps}),
    )
    sections = (replace(lab.sections[0], questions=questions), *lab.sections[1:])
    report = replace(report, course=replace(report.course, labs=(replace(lab, sections=sections),)))
    page, outcome = render(tmp_path, report, frozenset({"html", "pdf"}))
    assert not [problem for problem in outcome.problems if "peak" in problem]
    assert re.search(r"three quarters of all parameters\. The <em>peak</em> is at [\d\W]+ [^.]*#ref-walt2014", page)
    assert page.count("layer of 224 pixels Of 224.</p>") == 2
    text = " ".join("".join(p.extract_text() for p in PdfReader(tmp_path / "build" / "report.pdf").pages).split())
    assert "three quarters of all parameters. The peak is at" in text


@pytest.mark.parametrize("edition", Edition)
def test_a_worksheet_has_frames_in_the_place_of_solutions_alone(tmp_path: Path, edition: Edition) -> None:
    report = sample_report(tmp_path, answers=dict.fromkeys(("q01", "q02", "q03", "q04"), ""), edition=edition)
    page, _ = render(tmp_path, with_exhibits(report, solution=True))
    framed = edition is Edition.WORKSHEET
    assert ('id="table-2-a-q01-layers"' in page, 'id="figure-2-a-q02-maps"' in page) == (True, True)
    empty = page.count('<table class="frame">') + page.count('<div class="frame-row">')
    assert empty == (2 if framed else 0)
    assert ("conv13" not in page, "2-a-q02-maps-b.webp" not in page) == (framed, framed)
    assert "2-a-q02-curves.svg" in page
    files = {path.name for path in (tmp_path / "build").rglob("*") if path.is_file()}
    assert ("2-a-q01-layers.csv" in files, "2-a-q02-maps-b.webp" in files) == (not framed, not framed)


def test_a_students_claim_that_does_not_hold_is_printed_with_a_warning(tmp_path: Path) -> None:
    report = sample_report(tmp_path, answers={"q01": CLAIM, "q02": ""}, edition=Edition.STUDENT)
    page, outcome = render(tmp_path, report)
    assert "Few <em>parameters</em>" in page
    assert page.count('class="contradicted"') == 1
    assert "<code>vgg16.fc_share &lt; 0.5</code>: <code>vgg16.fc_share</code> = 0.8937" in page
    (warning,) = outcome.warnings
    assert warning.startswith(f"{tmp_path / 'q01.md'}:1: ")
    assert outcome.gaps == ("2-a/q02",)
    assert "Not answered yet" in page
    for part in ('id="claims"', 'id="reproduction"', "marking-title"):
        assert part not in page


def test_a_students_claim_that_holds_is_printed_as_it_is(tmp_path: Path) -> None:
    answer = CLAIM.replace("<", ">")
    page, outcome = render(tmp_path, sample_report(tmp_path, answers={"q01": answer}, edition=Edition.STUDENT))
    assert "Few <em>parameters</em>" in page
    assert 'class="contradicted"' not in page
    assert outcome.warnings == ()


def test_a_students_own_picture_goes_into_page_and_pdf(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    Image.new("RGB", (30, 20), "teal").save(tmp_path / "images" / "sketch.jpg")
    report = sample_report(tmp_path, answers={"q01": "![A sketch](images/sketch.jpg)"}, edition=Edition.STUDENT)
    page, outcome = render(tmp_path, replace(report, images=tmp_path), frozenset({"html", "pdf"}))
    assert not [problem for problem in outcome.problems if "q01.md" in problem]
    (written,) = (tmp_path / "build" / "assets" / "figures").glob("own-*.webp")
    assert f'src="assets/figures/{written.name}"' in page
    assert Image.open(BytesIO(written.read_bytes())).size == (30, 20)


@pytest.mark.parametrize("changes", [{}, {"frames": True}, {"fields": True}])
def test_a_worksheet_has_room_to_write_and_no_answer(tmp_path: Path, changes: dict[str, Any]) -> None:
    empty = dict.fromkeys(("q01", "q02", "q03", "q04"), "")
    report = sample_report(tmp_path, answers=empty, edition=Edition.WORKSHEET)
    page, outcome = render(tmp_path, replace(report, **changes), frozenset({"html", "pdf"}))
    assert page.count('class="ruled-line"') == 14 + 3 * 9  # one starred question and three others
    assert page.count('class="head-line"') == 3
    assert ("Alternative text" in page) == (not changes.get("frames"))
    sheets = "".join(one.extract_text() for one in PdfReader(tmp_path / "build" / "worksheet.pdf").pages)
    assert sheets.index("Names") < sheets.index("Group") < sheets.index("Contents")
    for text in (page, sheets):  # where nothing is computed, nothing says that it was, nor under which profile
        assert ("Computed on" in text) == ("Quick profile" in text) == (not changes.get("frames"))
    assert "Where the numbers of this answer come from" not in page
    assert outcome.gaps == ()
    fields = PdfReader(tmp_path / "build" / "worksheet.pdf").get_fields() or {}
    assert len(fields) == (3 + 4 if changes.get("fields") else 0)


def test_fields_say_what_they_hold_to_programs_and_to_people(tmp_path: Path) -> None:
    empty = dict.fromkeys(("q01", "q02", "q03", "q04"), "")
    report = replace(sample_report(tmp_path, answers=empty, edition=Edition.WORKSHEET), fields=True, frames=True)
    render(tmp_path, report, frozenset({"html", "pdf"}))
    fields = PdfReader(tmp_path / "build" / "worksheet.pdf").get_fields() or {}
    said = [(read_field(name), field["/TU"]) for name, field in fields.items()]
    assert said[:3] == [(HeadField(what.lower(), "en"), what) for what in ("Names", "Group", "Date")]
    second = next(spec for spec in report.course.questions() if spec.id == "q02")
    title = "Answer to question 2: What does the normalisation do to x?"
    assert said[4] == (AnswerField("2-a/q02", version_of(second)), title)


def test_a_frame_says_what_to_draw_and_leaves_room_for_it(tmp_path: Path) -> None:
    empty = dict.fromkeys(("q01", "q02", "q03", "q04"), "")
    report = replace(sample_report(tmp_path, answers=empty, edition=Edition.WORKSHEET), frames=True)
    page, outcome = render(tmp_path, replace(report, outcomes={}))
    assert outcome.problems == ()
    assert "The target’s loss falls three times as slowly; …." in page.replace("'", "’")
    table = page[page.index('id="table-2-a-q01-comparison"') :].partition("</table>")[0]
    assert re.findall(r'<th scope="row" class="words unbroken">(\w+)</th>', table) == [
        "vgg16",
        "alexnet",
        "resnet50",
        "squeezenet1_1",
    ]
    assert table.count("<td></td>") == 4 * 3
    maps = page[page.index('id="figure-2-a-q02-maps"') :].partition("</figure>")[0]
    assert maps.count('class="frame-box low"') == 2
    assert "(b)</span> layer of … pixels" in maps


def test_chapters_number_from_one_in_each_lab(tmp_path: Path) -> None:
    report = sample_report(tmp_path, theme=Theme.CHAPTERS)
    (lab,) = report.course.labs
    second = replace(lab, id="2-b", sections=tuple(
        replace(section, questions=tuple(replace(q, lab="2-b", results={}, tables={}, figures=q.figures) for q in
                                         section.questions[:1])) for section in lab.sections[:1]))  # fmt: skip
    page, _ = render(tmp_path, replace(report, course=replace(report.course, labs=(lab, second))))
    for label in ("Table\u00a01.1", "Figure 1.1", "Figure 2.1", "(1.1)", "Figure A.1"):
        assert label.replace("\u00a0", " ") in page.replace("\u00a0", " "), label
    assert 'class="theme-chapters' in page


@pytest.mark.parametrize(("theme", "contents"), [(Theme.CHAPTERS, 1), (Theme.SECTIONS, 0)])
def test_chapters_have_a_cover_and_sections_a_title_above_the_contents(
    tmp_path: Path, theme: Theme, contents: int
) -> None:
    report = sample_report(tmp_path, theme=theme)
    render_report(report, tmp_path / "build", frozenset({"pdf"}), silent)
    pages = [page.extract_text() for page in PdfReader(tmp_path / "build" / "report.pdf").pages]
    assert "Ada Lovelace" in pages[0]
    assert next(number for number, text in enumerate(pages) if "Contents" in text) == contents
    assert any("Chapter 1" in text for text in pages) == (theme is Theme.CHAPTERS)


@pytest.mark.parametrize("theme", Theme)
def test_a_part_keeps_the_numbers_of_the_whole_under_each_theme(tmp_path: Path, theme: Theme) -> None:
    report = sample_report(tmp_path, theme=theme)
    page, _ = render(tmp_path, report)
    outcome = render_report(replace(report, only=frozenset({"2-a/q02"})), tmp_path / "part", HTML, silent)
    part = outcome.documents[0].read_text()
    sections = ("Table 3", "Figure 3", "(2)", ">1.1<")
    labels = sections if theme is Theme.SECTIONS else ("Table 1.3", "Figure 1.3", "(1.2)", ">1.1<")
    for label in (*labels, "Figure A.1", "Question 2"):
        assert label in page.replace("\u00a0", " ")
        assert label in part.replace("\u00a0", " "), label
