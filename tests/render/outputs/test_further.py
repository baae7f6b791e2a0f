"""Exhibits that are further: folded on the page, written to the results, only named in the PDF.

Their numbers are tested here too.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from generator.course.editions import Edition, Theme
from generator.render.content.document import Report
from generator.render.outputs.report import render_report
from generator.render.text.numbering import number_course
from tests.render.sample_report import sample_report, silent

BOTH = frozenset({"html", "pdf"})
FURTHER = {"q01": {"comparison"}, "q02": {"curves", "further", "maps"}, "q03": {"lost"}}


def with_further(report: Report) -> Report:
    """The sample with some exhibits marked as further, one of them in the appendix, one of a failed job."""
    (lab,) = report.course.labs
    sections = []
    for section in lab.sections:
        questions = []
        for spec in section.questions:
            names = FURTHER.get(spec.id, set())
            tables = {name: replace(table, further=name in names) for name, table in spec.tables.items()}
            figures = {name: replace(figure, further=name in names) for name, figure in spec.figures.items()}
            questions.append(replace(spec, tables=tables, figures=figures))
        sections.append(replace(section, questions=tuple(questions)))
    return replace(report, course=replace(report.course, labs=(replace(lab, sections=tuple(sections)),)))


def words(path: Path) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    return " ".join(text.replace("\u200b", "").replace("\u00a0", " ").split())


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("further")
    outcome = render_report(with_further(sample_report(root)), root / "build", BOTH, silent)
    assert outcome.problems == ()  # a link without a target would be one
    return root / "build"


def test_further_exhibits_have_numbers_of_their_own_and_leave_no_gaps(tmp_path: Path) -> None:
    for theme, first in ((Theme.SECTIONS, "S"), (Theme.CHAPTERS, "S1.")):
        numbering = number_course(with_further(sample_report(tmp_path, theme=theme)).course)
        labels = {name: numbered.label for (_, name), numbered in numbering.exhibits.items()}
        prefix = first.removeprefix("S")
        assert labels["comparison"] == f"Table {first}1"
        assert labels["accuracy"] == f"Table {prefix}2"
        figures = ("shares", "predictions", "confusion", "embedding", "film")
        assert [labels[name] for name in figures] == [f"Figure {prefix}{n}" for n in range(1, 6)]
        placed = [labels[name] for name in ("maps", "curves", "further", "lost")]
        assert placed == [f"Figure {first}{n}" for n in range(1, 5)]


def test_the_page_folds_them_with_their_first_words_in_sight(build: Path) -> None:
    page = (build / "report.html").read_text()
    folds = re.findall(r'<details class="further"><summary>(.*?)</summary>\s*<figure[^>]* id="([^"]+)"', page, re.S)
    assert [anchor for _, anchor in folds] == [
        "table-2-a-q01-comparison", "figure-2-a-q02-maps", "figure-2-a-q02-curves", "figure-2-a-q02-further",
    ]  # fmt: skip
    assert "Table S1" in folds[0][0]
    assert folds[0][0].endswith("</span> Parameters, and where they lie")
    assert (build / "assets" / "figures" / "2-a-q02-curves.svg").is_file()
    assert 'href="#figure-2-a-q02-maps"' not in page  # nothing refers to it, and nothing else does
    assert 'href="#table-2-a-q01-comparison">Table\u00a0S1</a>' in page


def test_their_numbers_are_in_the_results_and_their_pictures_with_the_page(build: Path) -> None:
    assert (build / "results" / "tables" / "2-a-q01-comparison.csv").is_file()
    for name in ("2-a-q02-curves", "2-a-q02-further-a", "2-a-q02-maps-b"):
        assert [path.suffix for path in (build / "assets" / "figures").glob(f"{name}.*")] in ([".svg"], [".webp"])


def test_the_pdf_says_in_one_line_for_each_question_where_they_are(build: Path) -> None:
    text = words(build / "report.pdf")
    assert "On the web page and in results/: Table S1 (tables/2-a-q01-comparison.csv)." in text
    later = re.search(r"On the web page: (Figure S1, Figure S2, [^.]*?)\. ", text)
    assert later
    assert re.findall(r"Figure S\d", later[1]) == ["Figure S1", "Figure S2", "Figure S3"]
    assert text.count("On the web page and") == text.count("On the web page:") == 1
    assert "Parameters, and where they lie" not in text
    assert "The same maps, larger" not in text
    assert "Appendix" not in text


def test_one_that_failed_is_not_hidden(build: Path) -> None:
    page = (build / "report.html").read_text()
    box = page.index("The result 2-a/q03/broken failed")
    assert page.rfind("<details", 0, box) <= page.rfind("</details>", 0, box)
    assert "The result 2-a/q03/broken failed" in words(build / "report.pdf")


@pytest.mark.parametrize("edition", [Edition.STUDENT, Edition.WORKSHEET])
@pytest.mark.parametrize("only", [None, frozenset({"2-a/q02"})])
def test_they_fold_in_all_editions_and_in_parts(tmp_path: Path, edition: Edition, only: frozenset[str] | None) -> None:
    answers = {} if edition is Edition.STUDENT else dict.fromkeys(("q01", "q02", "q03", "q04"), "")
    report = with_further(sample_report(tmp_path, answers=answers, edition=edition, only=only))
    outcome = render_report(report, tmp_path / "build", BOTH, silent)
    page, sheets = outcome.documents
    assert outcome.problems == ()
    assert page.read_text().count('<details class="further">') == (4 if only is None else 3)
    results = "worksheet-results" if edition is Edition.WORKSHEET else "results"
    said, times = (f"On the web page and in {results}/:", 1) if only is None else ("On the web page: Figure S1", 1)
    assert words(sheets).count(said) == times
    assert "larger" not in words(sheets)


def test_a_worksheet_of_frames_has_none_for_them(tmp_path: Path) -> None:
    answers = dict.fromkeys(("q01", "q02", "q03", "q04"), "")
    report = with_further(sample_report(tmp_path, answers=answers, edition=Edition.WORKSHEET))
    outcome = render_report(replace(report, frames=True), tmp_path / "build", BOTH, silent)
    assert outcome.problems == ()
    for text in (outcome.documents[0].read_text(), words(outcome.documents[1])):
        assert "Map size" in text  # the head of a table that is not further
        assert "Share of fully connected layers" not in text
        assert "On the web page" not in text
