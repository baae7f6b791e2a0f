"""Results that others computed, taken from where they put them: marked, verified, and never in the way of a build.

Covers cli/packs.py too.
"""

from __future__ import annotations

import dataclasses
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli.main import cli
from generator.commands.bringing import push
from generator.commands.computing import compute_results
from generator.commands.session import Folders, Settings, open_session
from generator.errors import CacheError, InputError
from generator.jobs import State
from generator.planning.plan import Standing
from tests.courses_for_tests import CourseHere, write_sums


def settings(course: CourseHere, tmp_path: Path, cache: str, *places: Path | str) -> Settings:
    folders = Folders(tmp_path / "data", tmp_path / cache, course.folder)
    return Settings(folders=folders, places=tuple(map(str, places)))


def computed(settings: Settings, say: list[str]) -> dict[str, str]:
    session = open_session(settings)
    plan, outcomes = compute_results(session, session.questions(()), False, lambda event: None, say=say.append)
    session.save()
    assert all(outcome.has_result for outcome in outcomes.values())
    return {address: outcomes[fingerprint].state.value for address, fingerprint in plan.by_address.items()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a course, a teacher's cache, and the shelf that was filled from it."""
    folder = tmp_path_factory.mktemp("made")
    teacher = settings(write_sums(folder / "course"), folder, "teacher")
    computed(teacher, [])
    assert push(teacher, (), folder / "shelf", lambda *words: None) == (2, 0)
    return folder


@pytest.fixture
def course(made: Path, tmp_path: Path) -> CourseHere:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return CourseHere(tmp_path / "course")


@pytest.fixture
def shelf(course: CourseHere, tmp_path: Path) -> Path:
    return tmp_path / "shelf"


def test_what_is_there_is_not_computed_and_bears_its_mark(course: CourseHere, tmp_path: Path, shelf: Path) -> None:
    said: list[str] = []
    student = settings(course, tmp_path, "student", shelf)
    began = datetime.now(UTC).date()
    assert set(computed(student, said).values()) == {State.HIT.value}
    assert said == [f"{shelf}: 2 results copied"]
    session = open_session(student)
    days = {began, datetime.now(UTC).date()}  # midnight may have passed
    origins = {session.cache.provenance(fp).origin for fp in session.plan().jobs}
    assert origins <= {f"{shelf}, copied on {day.isoformat()}" for day in days}
    said.clear()
    computed(student, said)
    assert said == []  # a second time nobody is asked


def test_what_is_pushed_twice_is_there(course: CourseHere, tmp_path: Path, shelf: Path) -> None:
    teacher = settings(course, tmp_path, "teacher")
    assert push(teacher, ("only/q01",), shelf, lambda *words: None) == (0, 1)
    entry = next((shelf / "entries").glob("*/*/result.json"))
    entry.write_bytes(b"{}")
    assert push(teacher, (), shelf, lambda *words: None) == (1, 1)
    with pytest.raises(CacheError, match="is the cache itself"):
        push(teacher, (), tmp_path / "teacher", lambda *words: None)
    with pytest.raises(InputError, match="nothing of this is in the cache"):
        push(settings(course, tmp_path, "empty"), (), shelf, lambda *words: None)


def test_places_that_are_of_no_use_are_named_and_cost_no_result(
    course: CourseHere, tmp_path: Path, shelf: Path
) -> None:
    next((shelf / "entries").glob("*/*/result.json")).write_bytes(b"{}")
    said: list[str] = []
    states = computed(settings(course, tmp_path, "student", "http://127.0.0.1:9", shelf), said)
    assert sorted(states.values()) == ["cached", "computed"]
    assert [line.partition(": ")[2].partition(":")[0] for line in said] == [
        "given up",
        "1 result copied",
        "1 damaged, not taken",
    ]


def test_other_code_is_another_result(course: CourseHere, tmp_path: Path, shelf: Path) -> None:
    course.edit("computations/adding.py", "sum(numbers(n))", "n")
    states = computed(settings(course, tmp_path, "student", shelf), [])
    assert states == {"only/q01/added": "computed", "only/q02/multiplied": "cached"}


def test_a_course_names_its_place(course: CourseHere, tmp_path: Path, shelf: Path) -> None:
    course.edit("course.yaml", "title:", f"read-cache: ['{shelf}']\ntitle:")
    assert set(computed(settings(course, tmp_path, "student"), []).values()) == {"cached"}


def test_forced_is_computed_here(course: CourseHere, tmp_path: Path, shelf: Path) -> None:
    session = open_session(settings(course, tmp_path, "student", shelf))
    said: list[str] = []
    _, outcomes = compute_results(session, session.questions(()), True, lambda event: None, say=said.append)
    assert {outcome.state for outcome in outcomes.values()} == {State.COMPUTED}
    assert said == []


def test_without_trust_what_was_brought_is_not_there(course: CourseHere, tmp_path: Path, shelf: Path) -> None:
    student = settings(course, tmp_path, "student", shelf)
    computed(student, [])
    session = open_session(dataclasses.replace(student, places=()))
    _, outcomes = compute_results(session, (), False, lambda event: None, trusting=False)
    assert {outcome.state for outcome in outcomes.values()} == {State.PENDING}
    assert {planned.standing for planned in session.plan().jobs.values()} == {Standing.HIT}


def test_the_command_says_what_it_put(course: CourseHere, tmp_path: Path, shelf: Path) -> None:
    where = ["--course", str(course.folder), "--cache", str(tmp_path / "teacher")]
    done = CliRunner().invoke(cli, ["push", str(tmp_path / "other"), *where])
    assert done.output == f"2 results put into {tmp_path / 'other'}, 0 were there\n"
