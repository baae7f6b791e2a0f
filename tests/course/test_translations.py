"""Translations of a course's files: what they may hold, what they must share, and those of the built-in course."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator.course.editions import Edition
from generator.course.loader import read_course
from generator.course.spec import CourseSpec, QuestionSpec
from generator.course.translations import compare_answers, differences, spoken_and_written, untranslated
from generator.folders import questions_folder, templates_folder
from generator.languages import ENGLISH, languages
from tests.course_for_tests import A1, COURSE_FILE, Course

Q1 = "questions/fr/1-a/q01.yaml"
FRENCH = """\
title: L’entraînement
statement: Entraînez-le, comme dans [@known].
tables:
  by_width:
    caption: La perte de chaque largeur, {{ net.loss | decimal }} pour la première.
    columns:
      width: Largeur
      loss: Perte
figures:
  losses:
    alt: Des courbes.
    panels:
      - {caption: un réseau}
      - {}
"""


def french(course: Course, text: str = FRENCH) -> QuestionSpec:
    course.write(Q1, text)
    return course.read("fr").question("1-a/q01")


def test_texts_take_the_place_of_the_originals_and_nothing_else_changes(course: Course) -> None:
    original, question = course.read().question("1-a/q01"), french(course)
    assert (question.title, question.figures["losses"].alt) == ("L’entraînement", "Des courbes.")
    assert [column.title for column in question.tables["by_width"].columns] == ["Largeur", "Perte"]
    assert question.tables["by_width"].columns[1].interval == original.tables["by_width"].columns[1].interval
    assert [panel.caption for panel in question.figures["losses"].panels] == ["un réseau", "width {{ this.loss }}"]
    assert question.results == original.results


def test_what_is_not_translated_is_known(course: Course) -> None:
    source = french(course).source
    assert not untranslated(source, ("title",))
    assert not untranslated(source, ("tables", "by_width", "columns", "loss", "title"))
    assert untranslated(source, ("figures", "losses", "caption"))
    assert untranslated(course.read("fr").question("1-a/q02").source, ("title",))
    assert not untranslated(course.read().question("1-a/q02").source, ("title",))


@pytest.mark.parametrize(("old", "new", "words"), [
    ("title: L", "titel: L", "the original has no such text"),
    ("caption: La", "digits: 3\n    caption: La", "the original has no such text"),
    ("title: L", "results:\n  net: {computation: entraîner}\ntitle: L", "is no text to translate"),
    ("      loss: Perte", "      loss: {title: Perte, format: percent}", "is no text to translate"),
    ("{{ net.loss | decimal }}", "0,5", "has other numbers than the original"),
    ("{{ net.loss | decimal }}", "{{ net.accuracy }}", "has other numbers than the original"),
    ("{{ net.loss | decimal }}", "{{ net.loss | percent }}", "has other tags than the original"),
    ("width: Largeur", "width: Largeur $w$", "has other formulas than the original"),
    ("loss: Perte", "loss: Perte [@known]", "has other citations than the original"),
    ("caption: un réseau", "caption: 'un réseau {{ this.loss }}'", "has other numbers than the original"),
    ("alt: Des courbes.", "alt: Des courbes {{ net.loss }}.", "has other numbers than the original"),
    ("[@known]", "[@other]", "has other citations than the original"),
    ("[@known]", "[@known], $x$", "has other formulas than the original"),
    ("      - {}\n", "", "has another length"),
    ("alt: Des courbes.", "alt: [Des courbes.]", "has another form than the original"),
])  # fmt: skip
def test_a_slip_is_named_with_the_translations_own_file_and_line(
    course: Course, old: str, new: str, words: str
) -> None:
    assert old in FRENCH
    course.write(Q1, FRENCH.replace(old, new, 1))
    mistakes = [mistake for mistake in course.mistakes("fr") if words in mistake.message]
    assert mistakes, course.mistakes("fr")
    assert mistakes[0].path == course.path(Q1)
    assert mistakes[0].line
    assert course.mistakes() == []


def test_words_of_results_are_pairs_of_words(course: Course) -> None:
    course.write("questions/fr/words.yaml", "loss: perte\n")
    assert course.read("fr").words == {"loss": "perte"}
    assert course.read().words == {}
    course.write("questions/fr/words.yaml", '"{} of {}": "{}"\n')
    (mistake,) = course.mistakes("fr")
    assert (mistake.message, mistake.line) == ("fills other places than the original", 1)
    course.write("questions/fr/words.yaml", "loss: [perte]\n")
    assert [mistake.message for mistake in course.mistakes("fr")] == ["has the wrong form"]


def test_the_language_is_the_courses_own_unless_it_is_translated(course: Course) -> None:
    folder = course.folder / "questions"
    assert spoken_and_written(folder, "", "fr") == ("fr", "fr", "")  # a course written in French
    french(course)
    assert spoken_and_written(folder, "", "fr") == ("fr", "en", "")
    assert spoken_and_written(folder, "fr-CA", None) == ("fr-CA", "en", "")
    assert spoken_and_written(folder, "xx", None)[2]
    course.edit(COURSE_FILE, "year:", "language: fr\nyear:")
    assert course.read().question("1-a/q01").title == "L’entraînement"
    assert (course.read().written, course.read().language) == ("en", "fr")


def test_a_language_without_words_is_a_mistake(course: Course) -> None:
    assert [mistake.message for mistake in course.mistakes("xx")] == ["the program has words in en, fr only"]


def test_a_reference_answer_may_be_translated_and_else_is_foreign(course: Course) -> None:
    assert french(course).answer.foreign
    text = course.text(A1).replace("The loss is", "La perte est").replace("Less.", "Moins.").replace("More.", "Plus.")
    course.write("answers/fr/1-a/q01.md", text)
    answer = course.read("fr").question("1-a/q01").answer
    assert (answer.foreign, "La perte est" in answer.text) == (False, True)
    assert not course.read().question("1-a/q01").answer.foreign
    course.write("answers/fr/1-a/q01.md", text.replace("{{ net.loss | decimal }}", "0,5"))
    assert [mistake.path for mistake in course.mistakes("fr")] == [course.path("answers/fr/1-a/q01.md")]


def test_what_an_edition_withholds_is_not_read_from_a_translation_either(course: Course) -> None:
    course.write(Q1, FRENCH + "marking: |\n  Barème [@nobody].\n")
    course.edit("questions/1-a/q01.yaml", "expected:", "marking: Marks.\nexpected:")
    spec, mistakes = read_course(course.folder / "questions", course.folder / "answers", Edition.WORKSHEET, "fr")
    assert (mistakes, spec.question("1-a/q01").marking if spec else None) == ([], "")
    _, mistakes = read_course(course.folder / "questions", course.folder / "answers", Edition.REFERENCE, "fr")
    assert [mistake.message for mistake in mistakes] == ["has other citations than the original"]


def test_formulas_may_differ_in_the_words_within_them() -> None:
    assert list(differences("$a_\\text{out}$", "ici $a_\\text{sortie}$")) == []
    assert compare_answers("a $x$ b", "a b", Path("q01.md"))


@pytest.mark.parametrize(("original", "translated", "alike"), [
    ("{% claim a.x > 1 %}More.{% otherwise %}Less.{% endclaim %}",
     "{% claim a.x > 1 %}Plus.{% otherwise %}Moins.{% endclaim %}", True),
    ("{% claim a.x > 1 %}More.{% otherwise %}Less.{% endclaim %}",
     "{% claim a.x < 1 %}Plus.{% otherwise %}Moins.{% endclaim %}", False),
    ("{% claim a.x > 1 %}More.{% otherwise %}Less.{% endclaim %}", "{% claim a.x > 1 %}Plus.{% endclaim %}", False),
    ('{{ "one" if a.x == 1 else "several" }}', '{{ "un" if a.x == 1 else "plusieurs" }}', True),
    ("{{ a.x | percent }}", "{{ a.x | percent(2) }}", False),
    ("{% for r in rows('a.t') %}{{ r.y }}{% endfor %}", "{% for r in rows('a.u') %}{{ r.y }}{% endfor %}", False),
])  # fmt: skip
def test_texts_choose_by_the_same_conditions_and_print_in_the_same_way(
    original: str, translated: str, alike: bool
) -> None:
    assert (not list(differences(original, translated))) == alike


def every(spec: CourseSpec) -> dict[str, QuestionSpec]:
    return {question.address: question for question in spec.questions()}


@pytest.mark.parametrize("language", [language for language in languages() if language != ENGLISH])
@pytest.mark.parametrize("edition", Edition)
def test_the_built_in_course_can_be_read_in_every_language_with_the_same_results(
    language: str, edition: Edition
) -> None:
    answers = templates_folder() / "answers"
    original, _ = read_course(questions_folder(), answers, edition)
    spec, mistakes = read_course(questions_folder(), answers, edition, language)
    assert mistakes == []
    assert spec is not None
    assert original is not None
    for address, question in every(spec).items():
        mine = every(original)[address]
        assert (question.results, question.expected, question.space) == (mine.results, mine.expected, mine.space)
        assert read_by(question) == read_by(mine)


def read_by(question: QuestionSpec) -> list[object]:
    """What its tables and figures read, in their order: all of them but their words."""
    tables = [
        (table.name, table.source, table.table, table.appendix, table.further, [row.result for row in table.rows],
         [replace(column, title="") for column in table.columns], bool(table.row_title))
        for table in question.tables.values()
    ]  # fmt: skip
    figures = [
        (figure.name, figure.columns, figure.appendix, figure.further,
         [(panel.source, panel.figure, bool(panel.caption), bool(panel.alt)) for panel in figure.panels])
        for figure in question.figures.values()
    ]  # fmt: skip
    return [*tables, *figures]


@pytest.mark.parametrize(
    "path", sorted(questions_folder().glob("*/*/*.yaml")), ids=lambda path: "/".join(path.parts[-3:])
)
def test_no_translation_is_of_a_file_that_is_gone(path: Path) -> None:
    language, lab, name = path.parts[-3:]
    assert language in languages()
    assert (questions_folder() / lab / name).is_file()
