"""A part of the real course in French before other people's validators, and searched for English words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from tinyhtml5 import parse

from generator.commands.computing import compute_results
from generator.commands.session import Folders, Settings, open_session
from generator.course.editions import Edition
from generator.render.text.words import Words
from tests.end_to_end.project import Project
from tests.judges_for_tests import faults
from tests.languages_for_tests import foreign_words, in_the_language, untranslated, vocabulary, words_of

ANSWERS = {
    "q01": """\
VGG16 a {{ vgg16.parameters | millions }} de paramètres [@simonyan2015very], comme le dit le {{ ref("layers") }}.

{{ figure("shares") }}

{% claim vgg16.linear_share < 0.5 %}Peu d’entre eux sont dans les couches entièrement connectées.{% endclaim %}
""",
    "q02": "Voir « la suite » : $\\inconnu{x}$ ; {{ scores.label }}.\n",
}


def pages(folder: Path) -> Any:
    (path,) = folder.glob("*.html")
    return parse(path.read_text("utf-8"), namespace_html_elements=False)


def said_in_the_pdf(folder: Path) -> str:
    (path,) = folder.glob("*.pdf")
    reader = PdfReader(path)
    assert reader.root_object["/Lang"] == "fr"
    text = "\n".join(page.extract_text() for page in reader.pages)
    text = re.sub(r"\\[a-z]+", "", text)  # commands of formulas
    return re.sub(r"\.\n(?=\d)", ".", text)  # names of layers over two lines


def unexplained(folder: Path) -> set[str]:
    """The English words of the PDF that the page does not mark as English, or as what the machine says."""
    every = words_of(" ".join(element.itertext()) for element in [pages(folder)])
    spoken = words_of(in_the_language(pages(folder), "fr"))
    return (words_of([said_in_the_pdf(folder)]) & vocabulary("fr")) - (every - spoken)


def test_a_worksheet(lab_copy: Project, browser: Any) -> None:
    options = ["--edition", "worksheet", "--fields", "--language", "fr", "--only", "2-a/q01", "2-a/q03"]
    lab_copy.build(*options, "--output", "feuille")
    assert faults(browser, lab_copy.folder / "feuille") == []
    assert foreign_words(pages(lab_copy.folder / "feuille"), "fr") == {}
    assert unexplained(lab_copy.folder / "feuille") == set()


def test_a_students_report(lab_copy: Project, browser: Any) -> None:
    lab_copy.run("init", "rapport", "--language", "fr")
    begun = [path.read_text("utf-8") for path in sorted((lab_copy.folder / "rapport").rglob("*.md"))]
    names = re.compile(r"^ +NOM : .*(?:\n {6}.*)*|\bNOM\b", re.MULTILINE)
    begun = [
        names.sub("", re.sub(r"\{\{.*?\}\}|\{%.*?%\}|^  \S+\.NOM", "", text, flags=re.MULTILINE)) for text in begun
    ]
    assert words_of(begun) & vocabulary("fr") == frozenset()
    for name, text in ANSWERS.items():
        (lab_copy.folder / f"rapport/answers/2-a/{name}.md").write_text(text, encoding="utf-8")
    lab_copy.run("build", "rapport", "2-a/q01", "2-a/q02", "2-a/q04", "--only", code=1)
    built = lab_copy.folder / "rapport/build"
    assert faults(browser, built) == []
    assert foreign_words(pages(built), "fr") == {}
    assert unexplained(built) == set()
    page = pages(built)
    assert {element.get("lang") for element in page.iter("span") if element.get("class") == "broken"} == {"en"}
    text = "".join(page.itertext())
    for words in ("138,4 millions", "tableau 1.1", "Les résultats contredisent ceci", "Pas encore de réponse"):
        assert words in text.replace("\u00a0", " ").replace("\u202f", " "), words


def test_a_part_of_the_reference_edition(lab_copy: Project, browser: Any) -> None:
    lab_copy.build("--language", "fr", "--only", "2-a/q01", "--output", "référence")
    assert faults(browser, lab_copy.folder / "référence") == []
    assert foreign_words(pages(lab_copy.folder / "référence"), "fr") == {}


def test_no_figure_of_the_course_has_an_english_word(built_course: Project) -> None:
    folder = built_course.folder
    folders = Folders(cache=folder / "cache", course=folder / "questions")
    session = open_session(Settings(folders=folders, edition=Edition.WORKSHEET, language="fr"))
    plan, outcomes = compute_results(session, (), False, lambda event: None)
    words = Words(session.course.words)
    said: set[str] = set()
    for fingerprint in plan.jobs:
        if outcomes[fingerprint].has_result:
            said |= {text for figure in outcomes[fingerprint].load().figures.values() for text in texts_of(figure)}
    assert "epoch" in said
    assert untranslated({text for text in said if words.lacks(text)}, "fr") == set()


def texts_of(figure: Any) -> Iterator[str]:
    """Every word of a figure; names of colours are none."""
    if isinstance(figure, str):
        yield figure
    elif isinstance(figure, tuple):
        for inner in figure:
            yield from texts_of(inner)
    elif is_dataclass(figure):
        for one in fields(figure):
            yield from texts_of(getattr(figure, one.name)) if one.name not in ("colormap", "tones") else ()


def test_a_third_language_is_one_catalogue_and_one_folder(lab_copy: Project, tmp_path: Path) -> None:
    project = lab_copy.copy(tmp_path / "project")
    catalogue = project.folder / "templates/locale/nl/LC_MESSAGES/genreport.po"
    catalogue.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr ""\n"Language: nl\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    catalogue.write_text(f'{head}\nmsgid "Contents"\nmsgstr "Inhoud"\n\nmsgid "Table %s"\nmsgstr "Tabel %s"\n')
    translation = project.folder / "questions/nl/2-a/q03.yaml"
    translation.parent.mkdir(parents=True)
    translation.write_text("title: Wat ziet het netwerk?\n")
    options = ["--edition", "worksheet", "--language", "nl", "--only", "2-a/q03", "--format", "html"]
    project.build(*options, "--output", "werkblad")
    page = pages(project.folder / "werkblad")
    text = "\n".join(in_the_language(page, "nl"))
    for words in ("Inhoud", "Tabel 1.", "Wat ziet het netwerk?"):
        assert words in text
    (title,) = [title for title in page.iter("h4") for span in title if span.get("class") == "question-title"]
    assert "Wat ziet het netwerk?" in "".join(title.itertext())
    (statement,) = [part for part in page.iter("div") if part.get("class") == "statement"]
    assert statement.get("lang") == "en"  # not translated, and said to be so
    cells = [cell.text or "" for cell in page.iter("td")]
    # Numbers are as the language writes them, which no catalogue needs to say.
    assert any(re.fullmatch(r"\d+,\d+", cell) for cell in cells)
    assert not any(re.fullmatch(r"\d+\.\d+", cell) for cell in cells)
