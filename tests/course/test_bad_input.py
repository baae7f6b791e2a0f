"""Whatever the bytes of the course's files, reading them works or names a file; nothing else is ever raised.

Covers course/forms.py, course/parsing.py, errors.py too.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import InputError, Mistake
from generator.folders import questions_folder, templates_folder
from generator.planning.catalogue import Catalogue, read_catalogue
from generator.store.memo import Memo
from tests.course_for_tests import A1, COURSE, COURSE_FILE, LAB, Q1, Q2, Course, read_and_check, write_course


def test_the_real_course_has_no_mistake() -> None:
    course = read_and_check(questions_folder(), templates_folder() / "answers", read_catalogue(Memo(None)))
    assert [question.address for question in course.questions()]


def test_all_mistakes_of_all_files_are_named_at_once(course: Course) -> None:
    course.edit(COURSE_FILE, "rate: 1\n", "rate: {valeu: 1}\n")
    course.edit(LAB, "title: A lab", "title: A lab\nintro: x")
    course.edit(Q1, "mark: starred", "mark: star")
    course.edit(Q2, "figure: bars", "figure: bar\n    colour: red")
    course.write(A1, "{% if %}")
    found = {mistake.path.name for mistake in course.mistakes() if mistake.path}
    assert found == {"course.yaml", "lab.yaml", "q01.yaml", "q02.yaml"}


def test_a_faulty_question_does_not_hide_what_others_name_wrongly(course: Course) -> None:
    course.edit(Q1, "mark: starred", "mark: star")
    course.edit(Q2, "figure: bars", "figure: bar")
    assert sorted((m.path.name, m.place) for m in course.mistakes() if m.path) == [
        ("q01.yaml", "mark"),
        ("q02.yaml", "figures.bars.figure"),
    ]


def test_a_faulty_course_file_does_not_hide_its_labs(course: Course) -> None:
    course.edit(COURSE_FILE, "title: A course", "titel: A course")
    course.edit(LAB, "title: A lab", "titel: A lab")
    course.edit(Q1, "mark: starred", "mark: star")
    assert {m.path.name for m in course.mistakes() if m.path} == {"course.yaml", "lab.yaml", "q01.yaml"}


def test_a_question_in_no_section_a_missing_answer_and_a_wrong_ending_are_named(course: Course) -> None:
    course.write("questions/1-a/q09.yaml", "title: x\n")
    course.write("questions/1-a/q10.yml", "title: x\n")
    course.path(A1).unlink()
    told = {m.path.name: str(m) for m in course.mistakes() if m.path}
    assert "is in no section" in told["q09.yaml"]
    assert "must end in .yaml" in told["q10.yml"]
    assert "the answer of 1-a/q01 is missing" in told["q01.md"]


@pytest.mark.parametrize("roles", [
    "a: {computation: compare, params: {first: {role: a}, second: {role: a}}}",
    "a: {computation: compare, params: {first: {role: b}, second: {role: b}}}\n"
    "      b: {computation: compare, params: {first: {role: a}, second: {role: a}}}",
])  # fmt: skip
def test_roles_that_need_themselves_are_named(course: Course, roles: str) -> None:
    course.edit(COURSE_FILE, "dataset: embedded_scenes", f"dataset: embedded_scenes\n      {roles}")
    (mistake, *_) = course.mistakes()
    assert "its inputs go round in a circle" in str(mistake)
    assert mistake.line == course.line(COURSE_FILE, " a: {")


def test_inputs_that_go_round_in_a_circle_are_named(course: Course) -> None:
    course.edit(Q1, "{first: net, second:", "{first: pear, second:")
    pear = "  pear:\n    computation: compare\n    inputs: {first: pair, second: net}\ntables:"
    course.edit(Q1, "tables:", pear)
    (mistake,) = course.mistakes()
    assert "1-a/q01/pair → 1-a/q01/pear → 1-a/q01/pair" in str(mistake)
    assert mistake.line == course.line(Q1, "inputs: {first: pear")


def test_an_answer_that_is_not_text_is_named_with_its_line(course: Course) -> None:
    course.path(A1).write_bytes(b"one\ntwo \xff\n")
    (mistake,) = [m for m in course.mistakes() if m.path == course.path(A1)]
    assert mistake.line == 2


PIECES = ["", "x", "'", '"', "[", "]", "{", "}", "{{", "}}", "{%", "%}", "- ", ": ", "\t", "\n", "&a ", "*a", "!x ",
          "|", ">", "~", "1", "1e9", "true", "No", "roles", "role", "{role: rate}", "net[", "this", "[@", "\x00", "é",
          "\u2028", "../", "/", "<<: ", "1-a", "null"]  # fmt: skip


def mutate(text: str, rng: random.Random) -> str:
    """Some cuts, copies and insertions at random places."""
    for _ in range(rng.randint(1, 3)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice([0, 1, 3, 20]))
        match rng.randrange(4):
            case 0:
                text = text[:start] + rng.choice(PIECES) + text[end:]
            case 1:
                text = text[:start] + text[end:]
            case 2:
                lines = text.splitlines(keepends=True) or [""]
                lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
                text = "".join(lines)
            case 3:
                words = text.split(" ")
                words[rng.randrange(len(words))] = rng.choice(PIECES)
                text = " ".join(words)
    return text


def mistakes_of(questions: Path, answers: Path, catalogue: Catalogue) -> tuple[Mistake, ...] | None:
    """What is wrong with a course, or None; any other error than an InputError fails the test."""
    try:
        read_and_check(questions, answers, catalogue)
    except InputError as error:
        return error.mistakes
    return None


def read_mutated(questions: Path, answers: Path, catalogue: Catalogue, files: list[Path], seed: int) -> None:
    rng = random.Random(seed)
    chosen = rng.choice(files)
    before = chosen.read_bytes()
    try:
        chosen.write_text(mutate(before.decode(), rng), encoding="utf-8", errors="replace")
        found = mistakes_of(questions, answers, catalogue)
        assert found is None or found
        for mistake in found or ():
            assert mistake.path is not None, str(mistake)
            text = mistake.path.read_text(encoding="utf-8", errors="replace") if mistake.path.is_file() else ""
            assert mistake.line is None or mistake.line <= text.count("\n") + 1, str(mistake)
    finally:
        chosen.write_bytes(before)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return write_course(tmp_path_factory.mktemp("small"))


@given(st.integers(0, 2**32))
@settings(max_examples=400)
def test_any_change_of_a_small_course_is_read_or_named(small: Course, seed: int) -> None:
    files = [small.path(name) for name in COURSE]
    read_mutated(small.path("questions"), small.path("answers"), small.catalogue(), files, seed)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    shutil.copytree(questions_folder(), folder / "questions")
    shutil.copytree(templates_folder() / "answers", folder / "answers")
    return folder


@given(st.integers(0, 2**32))
@settings(max_examples=25)
def test_any_change_of_the_real_course_is_read_or_named(real: Path, seed: int) -> None:
    files = sorted(path for path in real.rglob("*.*") if path.is_file())
    read_mutated(real / "questions", real / "answers", read_catalogue(Memo(None)), files, seed)


@given(st.sampled_from(sorted(COURSE)), st.binary(max_size=60))
@settings(max_examples=80)
def test_any_bytes_in_place_of_a_file_are_read_or_named(small: Course, name: str, content: bytes) -> None:
    before = small.path(name).read_bytes()
    try:
        small.path(name).write_bytes(content)
        assert all(mistake.path is not None for mistake in small.mistakes())
    finally:
        small.path(name).write_bytes(before)


PLAN = """
import sys, time
from pathlib import Path
from generator.commands.session import Folders, Settings, open_session
began = time.process_time()
session = open_session(Settings(folders=Folders(Path(sys.argv[1]), Path(sys.argv[1]))))
jobs = session.plan().jobs
session.save()
print(time.process_time() - began, len(jobs), *sorted({"torch", "numpy", "pandas", "scipy", "PIL"} & set(sys.modules)))
"""


def test_planning_the_real_course_is_quick_and_imports_nothing_heavy(tmp_path: Path) -> None:
    time.sleep(1.1)  # files that were written just now are not remembered
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", PLAN, str(tmp_path)], capture_output=True, text=True, check=True, env=os.environ
        )
    seconds, jobs, *heavy = done.stdout.split()
    assert int(jobs) > 0
    assert heavy == []
    assert float(seconds) < 2  # of processor time; measured: 0.3 s for four labs
