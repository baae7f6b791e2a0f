"""What new-course, new-question and new-computation write, what they leave alone, and what they refuse.

That what they make is built, the test of the tutorial shows. Covers cli/scaffolds.py too.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli.main import cli
from generator.commands.scaffold import add_computation, add_question, begin_course, course_to_change
from generator.course.folder import read_course_folder
from generator.errors import InputError, Mistake
from tests.courses_for_tests import CourseHere, write_sums


@pytest.fixture
def sums(tmp_path: Path) -> CourseHere:
    return write_sums(tmp_path / "sums")


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def question(course: CourseHere, address: str, section: int | None = None) -> Mistake:
    before = files(course.folder)
    with pytest.raises(InputError) as caught:
        add_question(read_course_folder(course.folder), address, section)
    assert files(course.folder) == before
    return caught.value.mistakes[0]


def computation(course: CourseHere, name: str) -> Mistake:
    before = files(course.folder)
    with pytest.raises(InputError) as caught:
        add_computation(read_course_folder(course.folder), name)
    assert files(course.folder) == before
    return caught.value.mistakes[0]


def test_each_file_of_a_new_course_begins_by_saying_what_it_is_for(tmp_path: Path) -> None:
    written = begin_course(tmp_path / "made")
    assert {path.relative_to(tmp_path / "made").as_posix() for path in written} == {
        "course.yaml", "references.bib", "style.css",
        "questions/dice/lab.yaml", "questions/dice/q01.yaml", "questions/dice/q02.yaml",
        "answers/dice/q01.md", "answers/dice/q02.md",
        "computations/__init__.py", "computations/dice.py", "computations/test_dice.py",
    }  # fmt: skip
    for path in written:
        text, line = path.read_text(), re.compile(r"# yaml-language-server: \$schema=(.+)\n")
        if path.suffix == ".yaml":
            found = line.match(text)
            assert found is not None
            assert (path.parent / found[1]).is_file()
        assert re.match(r"(# |% |\{# |/\* |\"\"\").{20}", line.sub("", text)), path


def test_a_course_is_made_in_a_new_or_empty_folder_and_never_in_a_project(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    assert begin_course(tmp_path / "empty")
    for taken in (tmp_path / "empty", tmp_path / "file", tmp_path):
        before = files(tmp_path)
        with pytest.raises(InputError, match="holds other things"):
            begin_course(taken)
        assert files(tmp_path) == before
    (tmp_path / "report.yaml").write_text("authors: [{name: Ada}]\n")
    with pytest.raises(InputError, match="student's project"):
        begin_course(tmp_path / "inside" / "it")
    (tmp_path / "report.yaml").unlink()
    with pytest.raises(InputError, match="cannot be written"):
        begin_course(tmp_path / "file" / "below")


def test_a_question_is_named_in_the_last_section_or_the_one_that_is_asked_for(sums: CourseHere) -> None:
    lab = sums.write(
        "questions/only/lab.yaml",
        "title: Lab\nsections:\n- {title: One, questions: [q01]} # first\n- title: Two\n  questions:\n"
        "  - q02 # second\n",
    )
    course = read_course_folder(sums.folder)
    made = add_question(course, "only/q03")
    assert (made.lab, made.line, made.section) == (lab, 7, "Two")
    assert made.files == (sums.folder / "questions/only/q03.yaml", sums.folder / "answers/only/q03.md")
    assert add_question(course, "only/intro", 1).section == "One"
    assert lab.read_text() == (
        "title: Lab\nsections:\n- {title: One, questions: [q01, intro]} # first\n- title: Two\n  questions:\n"
        "  - q02 # second\n  - q03\n"
    )
    assert "3" in question(sums, "only/q04", 3).got


def test_a_question_that_a_section_names_already_is_not_named_twice(sums: CourseHere) -> None:
    sums.edit("questions/only/lab.yaml", "q02]", "q02, q03]")
    before = (sums.folder / "questions/only/lab.yaml").read_bytes()
    assert add_question(read_course_folder(sums.folder), "only/q03").line == 2
    assert (sums.folder / "questions/only/lab.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("address", "message", "expected", "hint"),
    [
        ("q03", "this is no address of a question", "only/q12", ""),
        ("only/q03/x", "this is no address of a question", "only/q12", ""),
        ("only/../../x", "this is no address of a question", "only/q12", ""),
        ("onyl/q03", "there is no such lab", "only", "did you mean 'only'?"),
        ("only/lab", "another file of the lab has this name", "only/q12", ""),
        ("only/q02", "the file is there already", "", "no file is ever overwritten"),
    ],
)
def test_an_address_that_cannot_be_is_said_with_what_is_expected(
    sums: CourseHere, address: str, message: str, expected: str, hint: str
) -> None:
    mistake = question(sums, address)
    assert mistake.message == message
    assert expected in mistake.expected
    assert hint in mistake.hint


def test_an_answer_that_lies_there_is_kept(sums: CourseHere) -> None:
    sums.write("answers/only/q03.md", "mine")
    assert question(sums, "only/q03").path == sums.folder / "answers/only/q03.md"


def test_a_course_without_answers_gets_a_question_without_one(sums: CourseHere) -> None:
    (sums.folder / "answers").rename(sums.folder / "elsewhere")
    made = add_question(read_course_folder(sums.folder), "only/q03")
    assert made.answer is None
    assert made.files == (sums.folder / "questions/only/q03.yaml",)


def test_a_computation_lies_in_the_courses_package_with_its_test(sums: CourseHere) -> None:
    written = add_computation(read_course_folder(sums.folder), "coin")
    assert written == [sums.code / "coin.py", sums.code / "test_coin.py"]
    assert "new_name" not in "".join(path.read_text() for path in written)


def test_a_course_without_code_gets_a_package(sums: CourseHere) -> None:
    sums.code.rename(sums.folder / "elsewhere")
    written = add_computation(read_course_folder(sums.folder), "coin")
    assert [path.name for path in written] == ["__init__.py", "coin.py", "test_coin.py"]
    sums.edit("course.yaml", "title", "code: genreport\ntitle")
    assert "code: [computations, genreport]" in computation(sums, "dice").expected


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Coin", "this is no name of a computation"),
        ("a-coin", "this is no name of a computation"),
        ("../coin", "this is no name of a computation"),
        ("lambda", "this is no name of a computation"),
        ("test_coin", "this is a test's name"),
        ("np", "the name stands for something else in the file that is made"),
        ("metrics", "the name stands for something else in the file that is made"),
        ("float", "the name stands for something else in the file that is made"),
        ("add", "there is a computation of this name"),
        ("steps", "the file is there already"),
    ],
)
def test_a_name_that_cannot_be_one_of_a_computation(sums: CourseHere, name: str, message: str) -> None:
    assert computation(sums, name).message == message


def test_only_the_course_that_one_stands_in_or_names_is_changed(
    sums: CourseHere, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GENREPORT_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="you stand in no course"):
        course_to_change("")  # the program's own is meant elsewhere, and is not changed here
    assert course_to_change("sums").folder == sums.folder
    sums.edit("course.yaml", "title", "answers: nowhere\ntitle")
    with pytest.raises(InputError, match="there is no such folder"):
        course_to_change("sums")


def test_the_command_line_says_what_was_made_and_what_to_do(sums: CourseHere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sums.code)
    said = CliRunner().invoke(cli, ["new-question", "only/q03"])
    assert said.exit_code == 0, said
    assert f"{sums.folder}/questions/only/lab.yaml:2: q03 is in the section “The only section”" in said.output
    assert "genreport build only/q03" in said.output
    said = CliRunner().invoke(cli, ["new-computation", "coin"])
    assert "coin.py\ntest_coin.py\n" in said.output
    sums.write(
        "questions/only/lab.yaml", "title: Lab\nsections:\n- title: One\n  questions:\n  -\n    q01\n  - |-\n    q02\n"
    )
    sums.write("questions/only/q02.yaml", "title: x\nstatement: x\n")
    said = CliRunner().invoke(cli, ["new-question", "only/q04"])
    assert "Now write it into the list `questions:` of a section of" in said.output
