"""The sample report in French: no English word of the program's own, what is untranslated says so, and all is valid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from tinyhtml5 import parse

from generator.course.editions import Edition, Theme
from generator.course.spec import ExpectedSpec, LabSpec
from generator.course.yaml_source import Source
from generator.languages import speaking
from generator.render.content.document import Report
from generator.render.content.gather import gather
from generator.render.outputs.html import Page
from generator.render.outputs.report import render_report
from tests.judges_for_tests import faults
from tests.languages_for_tests import english_in, foreign_words, in_the_language
from tests.render.outputs.test_further import with_further
from tests.render.sample_report import sample_report, silent

PDF = frozenset({"pdf"})
EMPTY = dict.fromkeys(("q01", "q02", "q03", "q04"), "")
PUBLISHED = (
    ExpectedSpec("vgg16.parameters", 138357544, "by hand", profile="any"),
    ExpectedSpec("vgg16.fc_share", 0.5, "by hand", profile="any", rounding=5e-4, digits=3, images=1000),
    ExpectedSpec("vgg16.fc_share", 0.5, "by hand"),
    ExpectedSpec("", 0.5, "by hand", incomparable="none of ours"),
)


def untranslated() -> Source:
    return Source(Path("sample.yaml"), translated=set())


def french(root: Path, **changes: Any) -> Report:
    """The sample in French: none of its own texts is translated, so that all else is the program's."""
    report = with_further(sample_report(root, language="fr", theme=Theme.CHAPTERS, source=untranslated(), **changes))
    foreign = report.course.edition is Edition.REFERENCE
    labs = tuple(_untranslated(lab, foreign=foreign) for lab in report.course.labs)
    return replace(report, course=replace(report.course, labs=labs), versions="torch 2")


def _untranslated(lab: LabSpec, *, foreign: bool) -> LabSpec:
    sections = [
        replace(section, questions=tuple(
            replace(spec, source=untranslated(), answer=replace(spec.answer, foreign=foreign),
                    expected=PUBLISHED if foreign and spec.id == "q01" else ())
            for spec in section.questions
        ))
        for section in lab.sections
    ]  # fmt: skip
    return replace(lab, sections=tuple(sections), source=untranslated())


def pages(report: Report) -> Iterator[Any]:
    document = gather(report, silent)
    for paged in (False, True):
        yield parse(Page(document, paged).text(), namespace_html_elements=False)


def words(page: Any) -> str:
    """The texts of elements that are not said to be in English, and of their attributes that people read."""
    return "\n".join(in_the_language(page, "fr"))


def english_words(page: Any) -> list[str]:
    """The program's own words, and those that the sample brings nowhere but in elements of its language."""
    return english_in(words(page), "fr") + list(foreign_words(page, "fr"))


@pytest.mark.parametrize("changes", [
    {"edition": Edition.WORKSHEET, "answers": EMPTY},
    {"edition": Edition.STUDENT, "answers": {**EMPTY, "q02": "{% claim effect.p > 1 %}Non.{% endclaim %}"}},
    {},
], ids=["worksheet", "student", "reference"])  # fmt: skip
def test_no_english_word_of_the_program_stands_in_french_text(tmp_path: Path, changes: dict[str, Any]) -> None:
    for page in pages(french(tmp_path, **changes)):
        assert page.get("lang") == "fr"
        assert english_words(page) == []


def test_the_search_finds_english_words(tmp_path: Path) -> None:
    report = french(tmp_path, edition=Edition.WORKSHEET, answers=EMPTY)
    document = gather(report, silent)
    text = Page(document).text().replace("Table des matières", "Contents").replace("Lire l’animation", "Play animation")
    found = english_words(parse(text, namespace_html_elements=False))
    assert set(found) == {"Contents", "Play animation", "contents", "play"}
    assert english_words(parse('<html lang="fr"><p>Je <i lang="en">the</i> <b>know</b> <code>of</code>', False)) == [
        "know"
    ]


def test_what_is_not_translated_stands_in_elements_of_its_language(tmp_path: Path) -> None:
    report = french(tmp_path)
    page, _ = pages(report)
    marked = {"".join(element.itertext()).strip() for element in page.iter() if element.get("lang") == "en"}
    assert {"How many parameters?", "Transfer learning", "The classes lie apart.", "Parameters", "VGG16"} <= marked
    text = words(page)
    assert "Langue des réponses de référence\u00a0: anglais." in text
    assert not re.search(r"How many|Transfer|fully connected layers|Three photographs", text)
    assert page.find(".//div[@class='answer']").get("lang") == "en"
    assert {figure.get("lang") for figure in page.iter("figure")} == {"fr"}


def test_languages_are_said_where_they_change(tmp_path: Path) -> None:
    claim = "{% claim effect.p < 1 %}Small enough.{% otherwise %}Too large.{% endclaim %}"
    for page in pages(french(tmp_path, answers={"q02": claim})):
        marked = [element for element in page.iter() if element.get("lang") == "en"]
        assert all("".join(element.itertext()).strip() or element.get("alt") for element in marked)
        foreign = {"".join(element.itertext()) for element in marked}
        assert (
            "Very Deep Convolutional Networks for Large-Scale Image Recognition" in foreign
        )  # a title among the references
    page = next(pages(french(tmp_path, answers={"q02": claim})))
    (sentence,) = [link for link in page.iter("a") if link.get("lang") and link.text == "Small enough."]
    assert sentence.get("lang") == "en"


def test_a_box_for_what_cannot_be_shown_speaks_english_and_says_so(tmp_path: Path) -> None:
    report = french(tmp_path, edition=Edition.STUDENT, answers={**EMPTY, "q01": "Voici $\\foo$."})
    for page in pages(report):
        (box,) = [span for span in page.iter("span") if span.get("class") == "broken" and "foo" in span.text]
        assert (box.get("lang"), box.text) == ("en", "cannot set $\\foo$: unknown command \\foo")


def test_references_are_written_small_within_a_sentence(tmp_path: Path) -> None:
    answer = (
        'Voir {{ ref("layers") }}. {{ ref("shares") }} le montre, cf. {{ ref("shares") }} :\n\n- {{ ref("2-a/q02") }}'
    )
    page = next(pages(french(tmp_path, edition=Edition.STUDENT, answers={**EMPTY, "q01": answer})))
    text = "".join(page.find(".//div[@class='answer']").itertext())
    said = "Voir tableau 1.1. Figure 1.1 le montre, cf. figure 1.1 : Question 2 "
    assert " ".join(text.split()).startswith(said)
    labels = {span.text for span in page.iter("span") if span.get("class") == "label"}
    assert {"Tableau 1.1", "Figure 1.1"} <= labels


def test_what_is_folded_away_is_told_by_a_whole_phrase(tmp_path: Path) -> None:
    report = french(tmp_path)
    (lab,) = report.course.labs
    spec = lab.sections[0].questions[0]
    tables = {name: replace(table, caption="Le coût : en opérations.") for name, table in spec.tables.items()}
    section = replace(lab.sections[0], questions=(replace(spec, tables=tables),))
    report = replace(report, course=replace(report.course, labs=(replace(lab, sections=(section,)),)))
    (page, _) = pages(report)
    assert [summary[0].tail + summary[1].text for summary in page.iter("summary") if len(summary) > 1] == [" Le coût"]


def test_the_tags_of_the_pdf_say_languages_too(tmp_path: Path) -> None:
    render_report(french(tmp_path, edition=Edition.WORKSHEET, answers=EMPTY), tmp_path / "build", PDF, silent)
    reader = PdfReader(tmp_path / "build/worksheet.pdf")
    assert reader.root_object["/Lang"] == "fr"
    found: dict[str, set[str]] = {}
    for element in tagged(reader.root_object["/StructTreeRoot"]["/K"]):  # type: ignore[index]
        found.setdefault(str(element.get("/Lang", "")), set()).add(element["/S"])
    assert {"/Span", "/TH", "/Figure"} <= found["en"]
    assert "/NonStruct" in found["fr"]  # figures, whose words are the program's


def tagged(element: Any) -> Iterator[Any]:
    element = element.get_object()
    if isinstance(element, dict) and "/S" in element:
        yield element
    kids = element.get("/K", []) if isinstance(element, dict) else element if isinstance(element, list) else []
    for kid in kids if isinstance(kids, list) else [kids]:
        yield from tagged(kid)


def test_numbers_follow_the_text_around_them(tmp_path: Path) -> None:
    page = next(pages(french(tmp_path)))
    answer = "".join(page.find(".//div[@class='answer']").itertext())
    assert "138.4 million" in answer
    cells = {cell.text for cell in page.iter("td")}
    assert "138,4" in cells


def test_in_a_translated_course_only_the_machine_speaks_english(tmp_path: Path) -> None:
    report = sample_report(tmp_path, language="fr", written="fr", edition=Edition.WORKSHEET, answers=EMPTY)
    for page in pages(report):
        cited = [reference for reference in page.iter("li") if "ref-" in reference.get("id", "")]
        named = {title for reference in cited for title in reference.iter()}
        notices = {element for notice in page.iter("div") if "failed" in notice.get("class", "") for element in notice}
        assert {element for element in page.iter() if element.get("lang") == "en"} <= notices | named


def test_figures_have_decimal_commas(tmp_path: Path) -> None:
    from generator.render.figures import draw_figure
    from tests.render.sample_report import results

    figure = results()["2-a/q02/effect"].figures["curves"]
    english_drawing = draw_figure(figure)
    with speaking("fr"):
        french_drawing = draw_figure(figure)
    assert french_drawing.svg != english_drawing.svg
    assert draw_figure(figure).svg == english_drawing.svg


@pytest.mark.parametrize("changes", [
    {"edition": Edition.WORKSHEET, "answers": EMPTY},
    {"edition": Edition.STUDENT, "answers": {"q01": "Voici : « rien »."}},
    {},
], ids=["worksheet", "student", "reference"])  # fmt: skip
def test_french_reports_are_valid(browser: Any, tmp_path: Path, changes: dict[str, Any]) -> None:
    report = french(tmp_path, **changes)
    report = replace(report, fields=report.course.edition is Edition.WORKSHEET)
    render_report(report, tmp_path / "build", frozenset({"html", "pdf"}), silent)
    assert faults(browser, tmp_path / "build") == []
