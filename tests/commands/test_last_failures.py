"""The last failure of a computation: in a line where it failed, whole on demand, told by `why` until it is mended."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.cli.main import cli
from generator.commands.last_failures import LONGEST, LastFailures
from generator.jobs import Failure, Job, Outcome, State
from generator.running.events import JobFinished
from tests.courses_for_tests import CourseHere, write_sums

JOB = Job("f" * 64, "train", "computations.training", "2-a/q03/model[seed=1]")


def failed(job: Job = JOB, traceback: str = "Traceback\n  more") -> JobFinished:
    return JobFinished(
        job, Outcome(State.FAILED, job.fingerprint, failure=Failure("it broke", "mend it", traceback)), 1
    )


def test_a_failure_is_kept_until_the_job_is_computed(tmp_path: Path) -> None:
    path = tmp_path / "failures.json"
    LastFailures(path, "/a course", "quick").heard(failed())
    kept = LastFailures(path, "/a course", "quick")
    last = kept.last(["2-a/q01/other", JOB.address])
    assert last is not None
    assert (last.reason, last.hint, last.traceback) == ("it broke", "mend it", "Traceback\n  more")
    assert last.fingerprint == JOB.fingerprint
    assert kept.last(["2-a/q01/other"]) is None
    kept.heard(JobFinished(JOB, Outcome(State.SKIPPED, JOB.fingerprint, failure=Failure("its input failed")), 0))
    assert kept.last([JOB.address]) == last
    kept.heard(JobFinished(JOB, Outcome(State.COMPUTED, JOB.fingerprint), 0))
    assert kept.last([JOB.address]) is None


def test_courses_and_profiles_have_their_own(tmp_path: Path) -> None:
    path = tmp_path / "failures.json"
    LastFailures(path, "", "quick").heard(failed())
    for course, profile in (("/b", "quick"), ("", "light")):
        assert LastFailures(path, course, profile).last([JOB.address]) is None
        LastFailures(path, course, profile).heard(JobFinished(JOB, Outcome(State.COMPUTED, JOB.fingerprint), 0))
    assert LastFailures(path, "", "quick").last([JOB.address]) is not None


def test_of_a_long_traceback_the_end_is_kept(tmp_path: Path) -> None:
    kept = LastFailures(tmp_path / "failures.json", "", "quick")
    kept.heard(failed(traceback="x" * LONGEST + "the end"))
    last = kept.last([JOB.address])
    assert last is not None
    assert len(last.traceback) == LONGEST
    assert last.traceback.endswith("the end")


@pytest.mark.parametrize(
    "content", ["", "[]", '{"version": 1, "failures": {"\\nquick:2-a/q03/model[seed=1]": {"reason": 3}}}']
)
def test_a_damaged_file_holds_nothing_and_is_written_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "failures.json").write_text(content)
    kept = LastFailures(tmp_path / "failures.json", "", "quick")
    assert kept.last([JOB.address]) is None
    kept.heard(failed())
    assert kept.last([JOB.address]) is not None


@pytest.fixture
def sums(tmp_path: Path) -> CourseHere:
    course = write_sums(tmp_path / "sums")
    course.edit("computations/steps.py", "return [*", "raise ValueError('no [numbers]')\n    return [*")
    return course


def run(course: CourseHere, *words: str, code: int = 0) -> Result:
    folder = course.folder.parent
    ways = ["--course", str(course.folder), "--cache", str(folder / "cache")]
    done = CliRunner().invoke(cli, [*words, *ways])
    assert done.exit_code == code, done.output
    return done


def test_build_says_it_in_a_line_or_whole_and_why_tells_it_afterwards(sums: CourseHere) -> None:
    building = ("build", "--format", "html", "--output", str(sums.folder.parent / "build"), "--jobs", "1")
    line = "computations/steps.py, line 5: ValueError: no [numbers]"
    told = run(sums, *building, code=1).output
    assert f"only/q01/added: failed: {line}" in told
    assert "Traceback" not in told
    page = (sums.folder.parent / "build" / "report.html").read_text()
    assert line in page
    assert "Traceback" not in page
    whole = run(sums, *building, "--traceback", code=1).output
    for words in (line, "Traceback (most recent call last)", "raise ValueError('no [numbers]')"):
        assert words in whole
    story = run(sums, "why", "only/q01").output
    assert f"UTC: {line}" in story
    assert "            raise ValueError('no [numbers]')" in story
    assert "failed on" not in run(sums, "why", "only/q02").output
    sums.edit("computations/steps.py", "no [numbers]", "none")
    assert "before something changed: computations/steps.py, line 5" in run(sums, "why", "only/q01").output
    sums.edit("computations/steps.py", "raise ValueError('none')\n    ", "")
    run(sums, *building)
    assert "failed on" not in run(sums, "why", "only/q01").output
