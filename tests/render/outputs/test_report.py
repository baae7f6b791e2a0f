"""Covers render/content/document.py, render/content/exhibits.py, render/content/gather.py, render/outputs/exports.py
too."""

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from generator.course.exhibits import FigureSpec, PanelSpec
from generator.errors import RenderError
from generator.render.outputs import pdf
from generator.render.outputs.folder import OutputFolder
from generator.render.outputs.report import render_report
from generator.render.outputs.table import DOCUMENTS
from generator.render.outputs.written import NAME
from tests.render.sample_report import sample_report, silent

HTML = frozenset({"html"})


def files(folder: Path) -> set[str]:
    """All files but the list of them and the lock."""
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return found - {NAME, ".genreport.lock"}


def test_everything_is_written_and_nothing_is_left_over(rendered):
    folder, outcome = rendered
    written = files(folder)
    assert {"report.html", "report.pdf", "assets/page.js", "assets/figures/2-a-q01-shares.svg"} <= written
    assert {"results/metrics.json", "results/claims.json", "results/tables/2-a-q01-layers.csv"} <= written
    assert {"assets/figures/2-a-q02-maps-a.webp", "assets/figures/2-a-q02-maps-b.webp"} <= written
    assert not [name for name in written if name.startswith("results/figures")]  # they lie once, with the page
    assert not [name for name in written if "print" in name or name.startswith(".")]
    assert outcome.problems == ()
    assert outcome.documents == (folder / "report.html", folder / "report.pdf")
    assert len(PdfReader(folder / "report.pdf").pages) > 5


def test_exported_results_are_plain_and_complete(rendered):
    results = rendered[0] / "results"
    metrics = json.loads((results / "metrics.json").read_text())
    assert metrics["2-a/q01/networks[architecture=alexnet].parameters"] == 61_100_840
    assert metrics["2-a/q02/effect.without"] == "NaN"
    assert not [key for key in metrics if "broken" in key]
    (claim,) = json.loads((results / "claims.json").read_text())
    assert (claim["question"], claim["branch"]) == ("2-a/q01", "claim")
    with (results / "tables" / "2-a-q01-comparison.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0] == {"row": "vgg16", "parameters": "138357544", "fc_share": "0.8937", "multiply_adds": "15470264320"}


def test_a_failed_question_shows_why_and_a_missing_one_how_to_compute_it(rendered):
    page = (rendered[0] / "report.html").read_text()
    assert "out of memory &lt;here&gt;" in page
    assert "use a smaller batch" in page
    assert "<code>genreport build 2-a/q04</code>" in page


def test_results_are_text_in_the_page_and_cannot_be_markup(rendered):
    page = (rendered[0] / "report.html").read_text()
    assert "&lt;b&gt;*[star]*&lt;/b&gt; $x$" in page


def test_every_link_inside_the_page_has_its_target_and_every_id_is_unique(rendered):
    page = (rendered[0] / "report.html").read_text()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_every_exhibit_says_where_it_comes_from(rendered):
    page = (rendered[0] / "report.html").read_text()
    assert page.count('<details class="origin"><summary>ab12ab12</summary>') == 11  # of twelve, one of which failed
    assert page.count("<summary>Where the numbers of this answer come from</summary>") == 2
    assert "<code>summarise_network(architecture=vgg16, seed=0)</code>, 4 runs; 2 CPU cores; 4.9\u202fs</p>" in page
    assert "<p>torch 2</p>" in page
    assert "<code>2-a/\u200bq01/\u200bvgg16 = " + "ab12" * 16 + "</code>" in page
    links = set(re.findall(r'href="(results/[^"]+)"', page))
    assert {"results/plan.json", "results/metrics.json", "results/tables/2-a-q01-layers.csv"} <= links
    assert all((rendered[0] / link).is_file() for link in links - {"results/plan.json"})  # which a build encloses


def test_the_profiles_note_stands_once_a_chapter(rendered):
    page = (rendered[0] / "report.html").read_text()
    assert page.count("Quick profile: embedded data.") == 1
    assert page.index('id="lab-2-a"') < page.index("Quick profile: embedded data.") < page.index('id="section-1.1"')


def test_the_pdf_sums_up_what_the_page_lists(rendered):
    text = " ".join(page.extract_text() for page in PdfReader(rendered[0] / "report.pdf").pages)
    words = " ".join(text.split())
    assert "1 condition was judged, which holds." in words
    assert "Ledger of claims" not in words
    assert "such as ab12ab12" in words
    assert "summarise_network" not in words


def test_a_second_build_replaces_the_first_and_removes_what_is_out_of_date(tmp_path):
    output, report = tmp_path / "build", sample_report(tmp_path)
    render_report(report, output, HTML, silent)
    before = files(output)
    lab = report.course.labs[0]
    shorter = replace(lab, sections=(replace(lab.sections[0], questions=lab.sections[0].questions[1:]),))
    render_report(replace(report, course=replace(report.course, labs=(shorter,))), output, HTML, silent)
    gone = before - files(output)
    assert {"assets/figures/2-a-q01-shares.svg", "results/tables/2-a-q01-layers.csv"} <= gone
    assert all("2-a-q01" in name for name in gone)


def test_the_same_inputs_give_the_same_page(rendered, tmp_path):
    render_report(sample_report(tmp_path), tmp_path / "again", HTML, silent)
    for name in ("report.html", "results/metrics.json", "assets/figures/2-a-q02-embedding.svg"):
        assert (tmp_path / "again" / name).read_bytes() == (rendered[0] / name).read_bytes()


def test_one_bad_answer_is_one_box_and_is_reported_with_file_and_line(tmp_path):
    report = sample_report(tmp_path, answers={"q01": "fine\n\n{{ vgg16.nonsense }}\n"})
    outcome = render_report(report, tmp_path / "build", HTML, silent)
    (problem,) = outcome.problems
    assert problem.startswith(f"{tmp_path / 'q01.md'}:3: ")
    page = (tmp_path / "build" / "report.html").read_text()
    assert "This answer could not be rendered" in page
    assert "q01.md, line 3: 2-a/q01/vgg16 has no metric nonsense" in page
    assert "Table\u00a02" in page  # the other answer still refers to its exhibits, which are shown
    assert str(tmp_path) not in page


@pytest.mark.parametrize("answer", [r"$\bogus$", "[@nobody]"])
def test_formulas_and_citations_that_do_not_exist_are_reported(tmp_path, answer):
    outcome = render_report(sample_report(tmp_path, answers={"q01": answer}), tmp_path / "build", HTML, silent)
    assert len(outcome.problems) == 1
    assert "bogus" in outcome.problems[0] or "nobody" in outcome.problems[0]


def test_a_picture_without_alternative_text_is_an_error(tmp_path):
    report = sample_report(tmp_path)
    lab = report.course.labs[0]
    section = lab.sections[0]
    bare = FigureSpec("shares", "Caption.", "", (PanelSpec("vgg16", "shares"),))
    question = replace(section.questions[0], figures={"shares": bare})
    section = replace(section, questions=(question, *section.questions[1:]))
    course = replace(report.course, labs=(replace(lab, sections=(section, *lab.sections[1:])),))
    outcome = render_report(replace(report, course=course), tmp_path / "build", HTML, silent)
    assert "no alternative text" in outcome.problems[0]


def test_a_part_keeps_its_numbers_and_leaves_the_whole_report_alone(rendered, tmp_path):
    output = tmp_path / "build"
    render_report(sample_report(tmp_path), output, HTML, silent)
    whole = {name: (output / name).read_bytes() for name in files(output)}
    outcome = render_report(sample_report(tmp_path, only=frozenset({"2-a/q02"})), output, HTML, silent)
    assert outcome.documents == (output / "report-2-a-q02.html",)
    page = outcome.documents[0].read_text()
    for kept in ("Figure 3", "Table 3", "(2)", "Figure A.1", "Question 2"):
        assert kept in page
    assert 'id="ref-walt2014"><span class="reference-number">[3]' in page
    assert "How many parameters?" not in page
    assert {name: (output / name).read_bytes() for name in whole} == whole


def test_when_the_pdf_fails_the_page_is_written_and_no_old_pdf_is_left(tmp_path, monkeypatch):
    output = tmp_path / "build"

    def earlier(page, target, **options):
        return pdf.Printed(target.write_text("from an earlier build"))

    monkeypatch.setattr(pdf, "write_pdf", earlier)
    render_report(sample_report(tmp_path), output, DOCUMENTS, silent)
    assert (output / "report.pdf").is_file()

    def fail(page: Path, target: Path, **options: object) -> int:
        raise RenderError("no Pango")

    monkeypatch.setattr(pdf, "write_pdf", fail)
    outcome = render_report(sample_report(tmp_path), output, DOCUMENTS, silent)
    assert outcome.problems == ("no Pango",)
    assert outcome.documents == (output / "report.html",)
    assert (output / "report.html").is_file()
    assert (output / "results" / "metrics.json").is_file()
    assert not (output / "report.pdf").exists()
    assert not [name for name in files(output) if "print" in name]


def test_a_part_names_what_it_leaves_out_without_a_link_to_it(tmp_path):
    part = sample_report(tmp_path, only=frozenset({"2-a/q02"}))
    outcome = render_report(part, tmp_path / "build", frozenset({"html", "pdf"}), silent)  # a dead link breaks the PDF
    page = outcome.documents[0].read_text()
    assert outcome.problems == ()
    assert "Table\u00a02 told how many parameters" in page
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= set(re.findall(r'id="([^"]+)"', page))


def test_a_part_that_the_course_does_not_number_is_called_by_its_title(tmp_path):
    report = sample_report(tmp_path, answers={"q02": 'As {{ ref("2-a/q01") }} says.'})
    lab = report.course.labs[0]
    first, *others = lab.sections
    unnumbered = replace(first.questions[0], number="", title="The data")
    section = replace(first, questions=(unnumbered, *first.questions[1:]))
    course = replace(report.course, labs=(replace(lab, sections=(section, *others)),))
    page = render_report(replace(report, course=course), tmp_path / "build", HTML, silent).documents[0].read_text()
    assert re.search(r"<h4>(<span[^>]*star.*?</span>)?\s*<span class=\"question-title\">The data", page, re.S)
    assert "Question\N{NO-BREAK SPACE}“The\N{NO-BREAK SPACE}data”" in page
    assert re.search(r'<li><a href="#2-a-q01">The data', page)


def test_what_is_said_of_a_form_is_said_again_while_it_is_current(tmp_path, monkeypatch):
    def written(source, target, **options):
        target.write_bytes(b"%PDF")
        return pdf.Printed(1, ("Table 1.1: a table reaches 20 mm beyond the text",))

    monkeypatch.setattr(pdf, "write_pdf", written)
    report = sample_report(tmp_path)
    first = render_report(report, tmp_path / "build", DOCUMENTS, silent, "key")
    assert first.warnings[-1] == "Table 1.1: a table reaches 20 mm beyond the text"
    monkeypatch.setattr(pdf, "write_pdf", None)
    again = render_report(report, tmp_path / "build", DOCUMENTS, silent, "key")
    assert again == first == OutputFolder(tmp_path / "build").current(report, "key", DOCUMENTS)
    assert len(render_report(report, tmp_path / "build", HTML, silent, "key").warnings) == len(first.warnings) - 1
