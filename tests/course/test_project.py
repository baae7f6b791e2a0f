"""A student's project: its report.yaml, the files that `init` writes, and what the report takes from it.

Covers commands/init.py too.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from generator.answers.syntax import parse_answer
from generator.commands.init import starter, write_project
from generator.course.editions import Theme
from generator.course.project import read_project
from generator.course.spec import CourseSpec
from generator.errors import InputError
from generator.languages import speaking
from generator.planning.binding import bind_course
from tests.course_for_tests import Q1, Course
from tests.languages_for_tests import english_in


def begin(course: Course, folder: Path) -> list[Path]:
    spec, catalogue = course.read(), course.catalogue()
    refs = bind_course(spec, spec.profiles["quick"], catalogue).refs
    return write_project(folder, spec, catalogue, refs, "quick")


@pytest.fixture
def mine(course: Course, tmp_path: Path) -> Path:
    begin(course, tmp_path / "mine")
    return tmp_path / "mine"


def covered(course: Course, folder: Path) -> CourseSpec:
    project = read_project(folder)
    return project.cover(course.read(project.form.language))


def test_a_new_project_can_be_read_and_is_the_courses_own(course: Course, mine: Path) -> None:
    project = read_project(mine)
    assert project.form.profile == "quick"
    spec = project.cover(course.read())
    assert (spec.title, spec.year) == ("A course", "2026")
    assert spec.authors == (("Your name", "12345678"),)
    assert [lab.id for lab in project.choose(course.read()).labs] == ["1-a"]


def test_each_answer_begins_empty_and_says_what_it_can_use(mine: Path) -> None:
    text = (mine / "answers" / "1-a" / "q01.md").read_text()
    shown = ("Train it.", '{{ table("by_width") }}', "columns: Width, Loss", '{{ figure("losses") }}', "Curves.")
    named = ("epochs, a table in the appendix", "net.NAME", 'nets(width="1").NAME', "{% claim net.loss > 0 %}")
    for words in (*shown, *named):
        assert words in text
    for path in (mine / "answers").rglob("*.md"):
        syntax = parse_answer(path.read_text(), path)
        assert not [*syntax.mistakes, *syntax.metrics, *syntax.exhibits, *syntax.citations], path


def test_a_question_without_a_number_goes_by_its_lab_and_title(course: Course) -> None:
    spec, catalogue = course.read(), course.catalogue()
    refs = bind_course(spec, spec.profiles["quick"], catalogue).refs
    question = next(spec.questions())
    assert f"1-a, question 1 (starred): {question.title}" in starter(question, catalogue, refs)
    assert f"\n1-a (starred): {question.title}" in starter(replace(question, number=""), catalogue, refs)


def test_nothing_of_the_reference_answers_is_in_it(course: Course, mine: Path) -> None:
    for path in mine.rglob("*.*"):
        assert "Less." not in path.read_text()


def test_a_scaffold_holds_no_finding_and_says_which_exhibits_are_solutions(course: Course, tmp_path: Path) -> None:
    course.edit(Q1, "    caption: Two losses.", "    finding: They fall.\n    solution: true\n    caption: Two losses.")
    begin(course, tmp_path / "other")
    text = (tmp_path / "other" / "answers" / "1-a" / "q01.md").read_text()
    assert "They fall" not in text
    before, after = text.split('{{ figure("losses") }}\n')
    assert after.lstrip().startswith("an answer to the question, shown only if")
    assert "an answer to the question" not in before


def test_init_again_adds_what_is_new_and_replaces_nothing(course: Course, mine: Path) -> None:
    answer = mine / "answers" / "1-a" / "q01.md"
    answer.write_text("Mine.")
    (mine / "answers" / "1-a" / "q02.md").unlink()
    assert begin(course, mine) == [mine / "answers" / "1-a" / "q02.md"]
    assert answer.read_text() == "Mine."


def test_init_refuses_a_folder_that_holds_other_things(course: Course, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").write_text("x")
    (tmp_path / "file").write_text("x")
    for name in ("other", "file"):
        with pytest.raises(InputError, match="no place for a project"):
            begin(course, tmp_path / name)
    assert sorted(path.name for path in (tmp_path / "other").iterdir()) == ["thesis.tex"]


def test_a_french_project_speaks_french(course: Course, tmp_path: Path) -> None:
    spec, catalogue = course.read("fr"), course.catalogue()
    refs = bind_course(spec, spec.profiles["quick"], catalogue).refs
    with speaking("fr"):
        written = write_project(tmp_path / "mien", spec, catalogue, refs, "quick")
    assert read_project(tmp_path / "mien").form.language == "fr"
    texts = [path for path in written if path.suffix != ".json"]  # the schema is for editors, which speak English
    assert len(texts) == 6
    for path in texts:
        assert english_in(path.read_text("utf-8"), "fr") == [], path.name


def test_a_language_without_words_is_named(course: Course, mine: Path) -> None:
    (mine / "report.yaml").write_text("authors: [{name: Ada}]\nlanguage: xx\n")
    with pytest.raises(InputError, match="no words in this language") as error:
        read_project(mine)
    assert error.value.mistakes[0].line == 2


def test_the_cover_is_the_projects_where_it_says_something(course: Course, mine: Path) -> None:
    (mine / "report.yaml").write_text(
        'title: Mine\nauthors: [{name: Ada, number: "1"}, {name: Alan}]\nyear: 2027\nlanguage: fr\ntheme: sections\n'
    )
    spec = covered(course, mine)
    assert (spec.title, spec.year, spec.language, spec.theme) == ("Mine", "2027", "fr", Theme.SECTIONS)
    assert spec.authors == (("Ada", "1"), ("Alan", ""))
    assert spec.labs == course.read("fr").labs


def test_pictures_are_plain_files(course: Course, mine: Path) -> None:
    (mine / "images" / "a.png").write_bytes(b"x")
    (mine / "images" / "link.png").symlink_to("/etc/passwd")
    os.mkfifo(mine / "images" / "pipe.png")
    assert [path.name for path in read_project(mine).pictures()] == ["a.png"]
    shutil.rmtree(mine / "images")
    (mine / "images").symlink_to("/usr")
    assert read_project(mine).pictures() == ()


@pytest.mark.parametrize(("text", "words"), [
    ("title: x\n", "the key 'authors' is missing"),
    ("authors: []\n", "at least 1"),
    ("authors: [{name: ''}]\n", "some text"),
    ("authors: [{name: A}]\nlabs: [9-z]\n", "there is no such lab"),
    ("authors: [{name: A}]\nthemes: x\n", "did you mean 'theme'"),
    ("authors: [{name: A}]\ntheme: chapter\n", "did you mean 'chapters'"),
    ("authors: [{name: A, number: 12}]\n", "put it in quotes"),
])  # fmt: skip
def test_a_mistake_in_report_yaml_is_named_with_its_line(course: Course, mine: Path, text: str, words: str) -> None:
    (mine / "report.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        read_project(mine).choose(course.read())
    assert words in str(caught.value)
    assert caught.value.mistakes[0].path == mine / "report.yaml"
    assert caught.value.mistakes[0].line


def test_a_folder_without_a_project_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="genreport init"):
        read_project(tmp_path)
