"""Data sets and networks that a course states: planned, fetched and guarded as ours are; what is wrong with one.

Covers planning/data.py where it meets a course.
"""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest

from generator.commands.doctor import Health, check_profile
from generator.commands.fetch import by_hand, remote_files
from generator.commands.session import Folders, Session, Settings, open_session
from generator.errors import InputError
from generator.planning.plan import Standing
from generator.running import loaded_code
from generator.running.worker import Conditions, run_job
from generator.store.cache import Cache
from generator.store.memo import Memo
from tests.courses_for_tests import CourseHere, write_sums

SWINGS = b"1.9\n2.1\n"
DIGEST = hashlib.sha256(SWINGS).hexdigest()
DATA = f"""\
datasets:
  swings:
    title: Swings of a pendulum
    files:
      - {{path: swings/first.txt, url: "https://example.org/first.txt", size: 8, sha256: {DIGEST}}}
      - {{path: swings/second.txt}}
    obtain: ask your teacher for second.txt
"""
READING = """\
from generator import Dataset, Result, Workspace, computation


@computation(metrics={"measured": ["mean"]})
def mean_swing(workspace: Workspace, *, dataset: Dataset) -> Result:
    text = (workspace.data / dataset / "first.txt").read_text()
    values = [float(line) for line in text.split()]
    return Result({"mean": sum(values) / len(values)})
"""


@pytest.fixture
def course(tmp_path: Path) -> CourseHere:
    course = write_sums(tmp_path / "course")
    course.write("course.yaml", "title: Sums\nlabs: [only]\n" + DATA)
    course.write("computations/reading.py", READING)
    course.edit(
        "questions/only/q02.yaml",
        "computation: multiply, params: {last: 5}",
        "computation: mean_swing, params: {dataset: swings}",
    )
    course.edit("answers/only/q02.md", "multiplied.product", "multiplied.mean | decimal(1)")
    return course


@pytest.fixture(autouse=True)
def _left_as_it_was() -> object:
    yield
    loaded_code.adopt(())


def opened(course: CourseHere) -> Session:
    return open_session(Settings(folders=Folders(course.folder / "data", course.folder / "cache", course.folder)))


def mistakes(course: CourseHere) -> list[str]:
    with pytest.raises(InputError) as caught:
        opened(course)
    return [f"{mistake.line}: {mistake.message}" for mistake in caught.value.mistakes]


def test_what_is_missing_is_fetched_or_said_how_to_get(course: CourseHere) -> None:
    session = opened(course)
    datasets, networks = session.needs()
    own, data = session.course.own_data, course.folder / "data"
    assert (datasets, networks) == (frozenset({"swings"}), frozenset())
    assert [file.path for file in remote_files(datasets, networks, own)] == ["swings/first.txt"]
    assert by_hand(datasets, networks, data, own) == [(data / "swings/second.txt", "ask your teacher for second.txt")]
    plan = session.plan()
    planned = plan.jobs[plan.by_address["only/q02/multiplied"]]
    assert planned.standing is Standing.BLOCKED
    assert planned.failure is not None
    assert planned.failure.hint == "ask your teacher for second.txt"
    check = check_profile("standard", data, datasets, networks, Memo(None), own)
    assert (check.state, "first.txt" in check.found) == (Health.WARN, True)
    (data / "swings").mkdir(parents=True)
    (data / "swings/first.txt").write_bytes(SWINGS)
    check = check_profile("standard", data, datasets, networks, Memo(None), own)
    assert (check.state, check.mend) == (Health.FAIL, "ask your teacher for second.txt")


def test_its_files_are_part_of_the_fingerprint_and_guarded(course: CourseHere) -> None:
    folder = course.folder / "data" / "swings"
    folder.mkdir(parents=True)
    for name in ("first.txt", "second.txt"):
        (folder / name).write_bytes(SWINGS)
    plan = opened(course).plan()
    job = plan.jobs[plan.by_address["only/q02/multiplied"]].job
    assert job.own_files == {"dataset/swings": ("swings/first.txt", "swings/second.txt")}
    code = (course.code,)
    snapshot = loaded_code.snapshot(courses=code)
    conditions = Conditions(course.folder / "cache", course.folder / "data", "cpu", 1, snapshot, code)
    assert run_job(job, conditions, lambda note: None).failure is None
    assert Cache(course.folder / "cache").load(job.fingerprint).metrics == {"mean": 2.0}
    (folder / "second.txt").write_text("3\n")
    again = opened(course).plan()
    assert again.by_address["only/q02/multiplied"] != job.fingerprint
    assert again.by_address["only/q01/added"] == plan.by_address["only/q01/added"]
    changed = run_job(dataclasses.replace(job, fingerprint="f" * 64), conditions, lambda note: None)
    assert changed.failure is not None
    assert "swings" in changed.failure.reason


def test_a_name_that_is_none_is_said_with_the_courses_own(course: CourseHere) -> None:
    course.edit("questions/only/q02.yaml", "dataset: swings", "dataset: swing")
    with pytest.raises(InputError, match="did you mean 'swings'"):
        opened(course)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("  swings:", "  mnist:", 4, "the program has one of this name"),
        ("path: swings/second.txt", "path: ../second.txt", 8, "leads elsewhere"),
        ("path: swings/second.txt", "path: /etc/passwd", 8, "leads elsewhere"),
        ("size: 8, ", "", 7, "says not what it must be"),
        ("https://example.org", "file:///etc", 7, "cannot be fetched"),
    ],
)
def test_what_is_wrong_with_one_is_named(course: CourseHere, old: str, new: str, line: int, message: str) -> None:
    course.edit("course.yaml", old, new)
    assert f"{line}: {message}" in mistakes(course)


def test_what_nobody_could_get_is_named(course: CourseHere) -> None:
    course.write("course.yaml", "title: Sums\nlabs: [only]\ndatasets:\n  swings: {title: S, files: [{path: s.txt}]}\n")
    assert mistakes(course) == ["4: nobody could get this"]
