"""The sample report in French: no English word of the program's own, what is untranslated says so, and all is valid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
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
from tests.languages_for_tests import english_in
from tests.render.outputs.test_further import with_further
from tests.render.sample_report import sample_report, silent

EMPTY = dict.fromkeys(("q01", "q02", "q03", "q04"), "")
PUBLISHED = (
    ExpectedSpec("vgg16.parameters", 138357544, "by hand", profile="any"),
    ExpectedSpec("vgg16.fc_share", 0.5, "by hand", profile="any", rounding=5e-4, digits=3, images=1000),
    ExpectedSpec("vgg16.fc_share", 0.5, "by hand"),
    ExpectedSpec("", 0.5, "by hand", incomparable="none of ours"),
)
#: Where the machine speaks, in English whatever the report's language, and names of things.
NAMES = ("code", "script", "style")


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


def words(element: Any, language: str = "") -> Iterator[str]:
    """The texts of elements that are not said to be in English, and of their attributes that people read."""
    language = element.get("lang", language)
    if language == "fr" and element.tag not in NAMES:
        yield element.text or ""
        yield from (element.get(name, "") for name in ("alt", "title", "aria-label"))
    for child in element:
        yield from words(child, language)
        if language == "fr":
            yield child.tail or ""


def english_words(page: Any) -> list[str]:
    return english_in("\n".join(words(page)), "fr")


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
    assert set(english_words(parse(text, namespace_html_elements=False))) == {"Contents", "Play animation"}


def test_what_is_not_translated_stands_in_elements_of_its_language(tmp_path: Path) -> None:
    report = french(tmp_path)
    page, _ = pages(report)
    marked = {"".join(element.itertext()).strip() for element in page.iter() if element.get("lang") == "en"}
    assert {"How many parameters?", "Transfer learning", "The classes lie apart.", "Parameters", "VGG16"} <= marked
    text = "\n".join(words(page))
    assert "Langue des réponses de référence\u00a0: anglais." in text
    assert not re.search(r"How many|Transfer|fully connected layers|Three photographs", text)
    assert page.find(".//div[@class='answer']").get("lang") == "en"
    assert {figure.get("lang") for figure in page.iter("figure")} == {"fr"}


def test_numbers_follow_the_text_around_them(tmp_path: Path) -> None:
    page = next(pages(french(tmp_path)))
    answer = "".join(page.find(".//div[@class='answer']").itertext())
    assert "138.4 million" in answer
    cells = {cell.text for cell in page.iter("td")}
    assert "138,4" in cells


def test_in_a_translated_course_only_the_machine_speaks_english(tmp_path: Path) -> None:
    report = sample_report(tmp_path, language="fr", written="fr", edition=Edition.WORKSHEET, answers=EMPTY)
    for page in pages(report):
        notices = {element for notice in page.iter("div") if "failed" in notice.get("class", "") for element in notice}
        assert {element for element in page.iter() if element.get("lang") == "en"} <= notices


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
