"""What `plan`, `list` and `why` say, of a course and inside of a student's project. Covers cli/plan_display.py too."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.cli.main import cli
from generator.cli.plan_display import summed_up
from generator.errors import InputError
from generator.jobs import Failure, Job
from generator.planning.fingerprint import Ingredients
from generator.planning.plan import PlannedJob, Standing
from tests.courses_for_tests import COURSE, LAB, Q2, CourseHere, write_sums

PROFILES = "profiles:\n  short: {title: Short, description: Small}\n  long: {title: Long, description: Large}\n"
MINE = "authors: [{name: Ada}]\nlabs: [only]\nprofile: long\nfrom: ../course\n"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CourseHere:
    """A course of two labs beside a student's project that shows one of them, under another profile."""
    monkeypatch.setenv("GENREPORT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")
    course = write_sums(tmp_path / "course")
    course.write("course.yaml", COURSE.replace("[only]", "[only, other]") + PROFILES)
    course.write("questions/other/lab.yaml", LAB.replace("[q01, q02]", "[q01]"))
    course.write("questions/other/q01.yaml", Q2)
    course.write("answers/other/q01.md", "It is {{ multiplied.product }}.\n")
    course.write("../mine/report.yaml", MINE)
    course.write("../mine/answers/only/q01.md", "{# nothing but\na comment #}\n")
    course.write("../mine/answers/only/q02.md", "It is {{ multiplied.product }}.\n")
    monkeypatch.chdir(course.folder)
    run("list")  # the user uses the course, which a project may then name
    return course


def run(*words: str) -> None:
    cli.main(list(words), standalone_mode=False)


def test_inside_a_project_all_is_about_the_project(
    course: CourseHere, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("list")
    assert "other/q01" in capsys.readouterr().out
    monkeypatch.chdir(course.folder.parent / "mine" / "answers")  # wherever inside of it
    run("list")
    said = capsys.readouterr().out
    assert "other/q01" not in said
    rows = {line.split()[0]: line for line in said.splitlines()}
    assert "none yet" in rows["only/q01"]
    assert "answered" in rows["only/q02"]
    run("plan")
    assert capsys.readouterr().out.splitlines()[-1].startswith("2 jobs: 0 stay, 2 to compute")
    run("why", "only/q02")
    said = capsys.readouterr().out
    assert "../answers/only/q02.md" in said
    assert "course/answers" not in said
    with pytest.raises(InputError, match="there is no such selection"):
        run("why", "other/q01")


def test_the_first_word_can_be_a_project(course: CourseHere, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    run("plan", "../mine", "only/q01")
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 job: 0 stay, 1 to compute")


def test_no_reference_edition_lands_in_a_project(course: CourseHere, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="does not go into a student's project"):
        run("build", "--output", "../mine/build")
    monkeypatch.chdir(course.folder.parent / "mine" / "answers")
    with pytest.raises(InputError, match="does not go into a student's project"):
        run("build", "--edition", "reference")
    assert not list((course.folder.parent / "mine").rglob("report.html"))


def planned(name: str, standing: Standing, **inputs: str) -> PlannedJob:
    job = Job(name, "train", "m", f"1-a/q01/{name}", inputs=inputs, seconds=60.0)
    failure = Failure("data missing: x") if standing is Standing.BLOCKED else None
    return PlannedJob(job, standing, Ingredients("train", {}, {}, {}, {}, {}), (job.address,), (), failure)


def test_what_lacks_data_neither_stays_nor_is_to_be_computed() -> None:
    jobs = [
        planned("hit", Standing.HIT),
        planned("blocked", Standing.BLOCKED),
        planned("waits", Standing.MISS, net="blocked"),
        planned("kept", Standing.HIT, net="blocked"),
        planned("miss", Standing.MISS, net="hit"),
    ]
    words = "5 jobs: 2 stay, 1 to compute, 2 cannot be computed, as data is missing; about 1 min 00 s of computing"
    assert summed_up(jobs) == words
