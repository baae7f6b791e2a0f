"""A course's own code in plans: read like ours, part of fingerprints like ours, and its names are its own.

Covers planning/catalogue.py and planning/code/names.py where they meet a course.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.commands.session import Folders, Settings, open_session
from generator.course.editions import Edition
from generator.errors import InputError
from generator.folders import PACKAGE
from generator.planning.catalogue import read_catalogue
from generator.planning.fingerprint import CodeReader
from generator.store.memo import Memo
from tests.courses_for_tests import ADDING, CourseHere, write_sums

ADD, MULTIPLY = ("computations.adding", "add"), ("computations.multiplying", "multiply")


@pytest.fixture
def course(tmp_path: Path) -> CourseHere:
    return write_sums(tmp_path / "course")


def identity(course: CourseHere, of: tuple[str, str] = ADD, package: Path = PACKAGE) -> str:
    return CodeReader(Memo(None), package, [course.code]).reach(*of).identity


def fingerprints(course: CourseHere) -> dict[str, str]:
    folders = Folders(course.folder / "data", course.folder / "cache", course.folder)
    return dict(open_session(Settings(folders=folders, edition=Edition.WORKSHEET)).plan().by_address)


def test_the_catalogue_has_the_courses_computations_and_ours_where_wanted(course: CourseHere) -> None:
    own = read_catalogue(Memo(None), courses=[course.code], ours=False)
    assert [*own] == ["add", "multiply"]
    assert (own["add"].module, own["add"].path) == ("computations.adding", course.code / "adding.py")
    both = read_catalogue(Memo(None), courses=[course.code])
    assert {"add", "network_summary"} <= {*both}


def test_a_computation_in_the_packages_own_file_is_in_the_package(course: CourseHere) -> None:
    course.write("computations/__init__.py", ADDING.replace("def add", "def plus"))
    assert read_catalogue(Memo(None), courses=[course.code], ours=False)["plus"].module == "computations"


def test_tests_beside_the_code_are_not_read(course: CourseHere) -> None:
    course.write("computations/test_adding.py", "def broken(:\n")
    course.write("computations/conftest.py", "def broken(:\n")
    assert [*read_catalogue(Memo(None), courses=[course.code], ours=False)] == ["add", "multiply"]


def test_code_that_is_not_python_is_named_with_file_and_line(course: CourseHere) -> None:
    course.edit("computations/adding.py", "    rows =", "    rows ==== 1\n    rows =")
    with pytest.raises(InputError) as caught:
        fingerprints(course)
    (mistake,) = caught.value.mistakes
    assert (mistake.path, mistake.line) == (course.code / "adding.py", 11)
    assert mistake.message.startswith("is not Python")


@pytest.mark.parametrize("name", ["multiply", "network_summary"])
def test_a_name_that_another_computation_has_is_named_with_both_places(course: CourseHere, name: str) -> None:
    course.edit("computations/adding.py", "def add", f"def {name}")
    with pytest.raises(InputError) as caught:
        read_catalogue(Memo(None), courses=[course.code])
    (mistake,) = caught.value.mistakes
    assert mistake.message == "two computations of one name"
    assert {str(mistake.path), mistake.got.partition("taken by ")[2].partition(":")[0]} in (
        {str(course.code / "multiplying.py"), "adding.py"},
        {str(course.code / "adding.py"), "architecture.py"},
    )
    assert mistake.line


def test_editing_a_helper_changes_exactly_what_reaches_it(course: CourseHere) -> None:
    before = fingerprints(course)
    course.edit("computations/steps.py", "[*range(1, last + 1)]", "[*range(1, last + 1, 1)]")
    after = fingerprints(course)
    assert before.keys() == after.keys() == {"only/q01/added", "only/q02/multiplied"}
    assert before["only/q01/added"] != after["only/q01/added"]
    assert before["only/q02/multiplied"] == after["only/q02/multiplied"]


def test_words_that_compute_nothing_change_nothing(course: CourseHere) -> None:
    before = fingerprints(course)
    course.edit("computations/steps.py", '"""What adding uses."""', '"""Other words."""\n\n# and a remark\n')
    course.write("computations/unused.py", "NUMBER = 1\n")
    assert fingerprints(course) == before


def test_a_file_beside_the_code_is_part_of_what_reads_it(course: CourseHere) -> None:
    course.write("data/steps.csv", "1,2,3")
    course.write("data/other.csv", "1,2,3")
    course.write(
        "computations/steps.py",
        "from pathlib import Path\n\nHERE = Path(__file__).parent\n\n\ndef numbers(last):\n"
        '    return (HERE.parent / "data" / "steps.csv").read_text().split(",")\n',
    )
    before = fingerprints(course)
    course.write("data/other.csv", "4")
    assert fingerprints(course) == before
    course.write("data/steps.csv", "4")
    after = fingerprints(course)
    assert [address for address in before if before[address] != after[address]] == ["only/q01/added"]


def test_where_the_course_lies_and_what_its_package_is_called_changes_nothing(
    course: CourseHere, tmp_path: Path
) -> None:
    before = fingerprints(course)
    shutil.move(course.folder, tmp_path / "elsewhere" / "renamed")
    moved = CourseHere(tmp_path / "elsewhere" / "renamed")
    moved.code.rename(moved.folder / "sums_code")
    moved.edit("course.yaml", "labs:", "code: sums_code\nlabs:")
    assert fingerprints(moved) == before


def test_the_same_names_in_another_course_are_other_jobs(course: CourseHere, tmp_path: Path) -> None:
    other = write_sums(tmp_path / "other")
    assert fingerprints(other) == fingerprints(course)  # the same code gives the same results, whoever asks
    other.edit("computations/adding.py", "sum(numbers(n))", "sum(numbers(n)) + 1")
    assert fingerprints(other)["only/q01/added"] != fingerprints(course)["only/q01/added"]


def test_our_code_that_a_course_uses_is_part_of_its_fingerprints(course: CourseHere, tmp_path: Path) -> None:
    program = tmp_path / "generator"
    shutil.copytree(PACKAGE, program, ignore=shutil.ignore_patterns("__pycache__", "embedded"))
    course.edit(
        "computations/steps.py",
        "def numbers",
        "from generator.labs.shared.statistics import holm_adjusted\n\n\ndef numbers",
    )
    course.edit("computations/steps.py", "[*range(1, last + 1)]", "holm_adjusted([*range(1, last + 1)])")
    before = {of: identity(course, of, program) for of in (ADD, MULTIPLY)}
    path = program / "labs" / "shared" / "statistics.py"
    text = path.read_text(encoding="utf-8")
    start = text.index("def holm_adjusted")
    path.write_text(text[:start] + text[start:].replace("sorted(", "list(", 1), encoding="utf-8")
    assert text != path.read_text(encoding="utf-8")
    assert identity(course, ADD, program) != before[ADD]
    assert identity(course, MULTIPLY, program) == before[MULTIPLY]


def test_it_does_not_matter_from_where_a_public_name_is_imported(course: CourseHere) -> None:
    before = identity(course)
    course.edit(
        "computations/adding.py", "from generator import Result, Table, Workspace, computation",
        "from generator.registry import computation\nfrom generator.results import Result, Table\n"
        "from generator.workspace import Workspace",
    )  # fmt: skip
    assert identity(course) == before


def test_a_new_version_with_new_public_names_changes_nothing(course: CourseHere, tmp_path: Path) -> None:
    program = tmp_path / "generator"
    shutil.copytree(PACKAGE, program, ignore=shutil.ignore_patterns("__pycache__", "embedded"))
    before = {of: identity(course, of) for of in (ADD, MULTIPLY)}
    face = program / "__init__.py"
    text = face.read_text(encoding="utf-8").replace('__version__ = "', '__version__ = "9')
    face.write_text(text.replace('"Bars",', '"Bars", "Something",'), encoding="utf-8")
    assert {of: identity(course, of, program) for of in (ADD, MULTIPLY)} == before


def test_a_public_class_is_part_of_what_uses_it(course: CourseHere, tmp_path: Path) -> None:
    program = tmp_path / "generator"
    shutil.copytree(PACKAGE, program, ignore=shutil.ignore_patterns("__pycache__", "embedded"))
    before = identity(course, ADD, program)
    results = program / "results.py"
    text = results.read_text(encoding="utf-8")
    results.write_text(text.replace("rows = list(records)", "rows = list(records)[:]", 1), encoding="utf-8")
    assert identity(course, ADD, program) != before
