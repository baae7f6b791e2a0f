"""What the commands print: sizes, times, plain progress lines, and what a build's end says.

Covers cli/build_end.py, cli/doctor_display.py, cli/fetch_display.py, cli/live_display.py, cli/words.py too.
"""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pytest
from rich.console import Console

from generator.cli import build_display as display
from generator.cli.build_display import BuildDisplay
from generator.cli.doctor_display import show_checks
from generator.cli.fetch_display import FetchDisplay
from generator.cli.words import Loudness, human_size, human_time
from generator.commands.build import BuildReport
from generator.commands.computing import Failed
from generator.commands.doctor import Check, Health
from generator.datasets.download import Ending, Fetched
from generator.datasets.sources import RemoteFile
from generator.errors import DownloadError
from generator.jobs import ExitCode, Failure, Job, Outcome, State
from generator.render.outputs.written import Passing, Rendering
from generator.running.events import (
    JobFinished,
    JobProgress,
    JobQueued,
    JobRetried,
    JobSilent,
    JobStarted,
    WorkersReady,
)

JOB = Job("f" * 64, "train", "generator.labs.training", "2-a/q03/model[seed=1]")


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (553_433_881, "553.4 MB"), (2e10, "20.0 GB")],
)
def test_sizes(size: float, words: str) -> None:
    assert human_size(size) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (59.4, "59 s"), (60, "1 min 00 s"), (3_900, "1 h 05 min")]
)
def test_times(seconds: float, words: str) -> None:
    assert human_time(seconds) == words


def test_without_a_terminal_each_event_is_a_plain_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display, "QUIET", -1.0)  # every progress report, not one in five seconds
    with BuildDisplay() as shown:
        shown.listen(WorkersReady("2 processes", 2))
        shown.listen(JobQueued(JOB))
        shown.listen(JobStarted(JOB))
        shown.listen(JobProgress(JOB, 0.5, "epoch 1 of 2 [loss 0.3]"))
        shown.listen(JobSilent(JOB, 61.0, "process 42 on here"))
        shown.listen(JobRetried(JOB, "its worker died"))
        failed = Outcome(State.FAILED, JOB.fingerprint, failure=Failure("ValueError: no [luck]"))
        shown.listen(JobFinished(JOB, failed, 2.0))
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "Computing in 2 processes",
        "2-a/q03/model[seed=1]: started",
        "2-a/q03/model[seed=1]: 50% epoch 1 of 2 [loss 0.3]",
        "2-a/q03/model[seed=1]: no sign of life for 1 min 01 s, last heard of in process 42 on here; Ctrl-C ends "
        "the build and keeps what is finished, ending that process alone has the job tried again",
        "2-a/q03/model[seed=1]: again (its worker died)",
        "[1/1] 2-a/q03/model[seed=1]: failed: ValueError: no [luck]",
    ]


@pytest.mark.parametrize(("written", "words"), [(True, "1 computed, 2 cached"), (False, "the report was up to date")])
def test_a_build_ends_with_counts_files_and_problems(
    capsys: pytest.CaptureFixture[str], written: bool, words: str
) -> None:
    rendering = Rendering((Path("build/report.html"),), ("q1 [x]: is wrong",), ("old",), ("2-a/q02",))
    report = BuildReport(rendering, written, 1, 2, (), (), ExitCode.JOB_FAILED)
    BuildDisplay().conclude(report)
    said = capsys.readouterr()
    assert words in said.out
    assert "  build/report.html" in said.out
    assert "not answered yet (1): 2-a/q02" in said.err
    assert "failed: q1 [x]: is wrong" in said.err
    assert "warning: old" in said.err


def failed(*places: str, hint: str = "", state: State = State.FAILED, reason: str = "ValueError: no [luck]") -> Failed:
    return Failed(places, state, reason, hint)


def test_failures_come_first_and_each_hint_once(capsys: pytest.CaptureFixture[str]) -> None:
    failures = (
        failed("2-a/q01/a", hint="fetch it"),
        failed("2-a/q02/b", "2-a/q03/b", hint="fetch it"),
        failed("2-a/q04/c", state=State.SKIPPED, reason="an input is missing"),
    )
    rendering = Rendering(
        (), ("q1.md:3: x\n    hint: mend it", "q2.md:4: y\n    hint: mend it"), ("old",), ("2-a/q05",)
    )
    BuildDisplay().conclude(BuildReport(rendering, True, 17, 0, failures, (), ExitCode.JOB_FAILED, jobs=20))
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "3 of 20 failed:",
        "  2-a/q01/a, 2-a/q02/b, 2-a/q03/b: ValueError: no [luck]",
        "  skipped, as what they need failed: 2-a/q04/c",
        "    hint (for 2 of them): fetch it",
        "2 problems in the report:",
        "failed: q1.md:3: x",
        "failed: q2.md:4: y",
        "    hint: mend it",
        "warning: old",
        "not answered yet (1): 2-a/q05",
    ]


def test_strict_says_why_and_a_quiet_end_only_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    rendering = Rendering((Path("build/report.html"),), (), ("old", "older"), ("2-a/q05",))
    report = BuildReport(rendering, True, 1, 0, (), (), ExitCode.JOB_FAILED, jobs=1, strict=True)
    BuildDisplay(loudness=Loudness.QUIET).conclude(report)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "warning: old",
        "warning: older",
        "failed: --strict counts 2 warnings as failures",
    ]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_times_stay_visible_on_narrow_terminals(width: int) -> None:
    jobs = [
        dataclasses.replace(JOB, fingerprint=n * 64, address=f"{JOB.address}/{n * 30}", seconds=600.0) for n in "ab"
    ]
    shown = BuildDisplay()
    shown.live = True
    for event in (*map(JobQueued, jobs), WorkersReady("2 processes", 2), *map(JobStarted, jobs)):
        shown.listen(event)
    shown.listen(JobProgress(jobs[0], 0.5, "epoch 12 of 24, loss 0.3333, accuracy 0.9876, and so on and on"))
    shown.said -= 10
    shown.listen(JobProgress(jobs[1], 0.0, "reading"))
    console = Console(width=width, file=io.StringIO())
    console.print(shown.progress.get_renderable())
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 3
    assert all(len(line) <= width for line in lines)
    assert "0 of 2 done" in lines[0]
    assert [line.rstrip().endswith(" left") for line in lines] == [True] * 3


def test_what_rendering_took_the_last_time_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(display.time, "monotonic", lambda: now[0])
    shown = BuildDisplay()
    shown.live = True
    shown.expect(90.0)
    jobs = [dataclasses.replace(JOB, fingerprint=name * 64, seconds=30.0) for name in "ab"]
    for event in (*map(JobQueued, jobs), WorkersReady("1 process", 1), JobStarted(jobs[0])):
        shown.listen(event)
    assert shown.progress.tasks[0].fields["times"] == "2 min left"
    for job in jobs:
        shown.listen(JobFinished(job, Outcome(State.HIT, job.fingerprint), 0.0))
    shown.say("writing the PDF")
    shown.say(Passing("the PDF: page 3"))
    (stage,) = shown.progress.tasks
    assert stage.fields["times"] == "90 s left"
    now[0] += 60.0
    shown.say(Passing("the PDF: page 4"))
    assert stage.fields["times"] == "30 s left"
    now[0] += 60.0
    shown.say(Passing("the PDF: page 5"))
    assert stage.fields["times"] == ""


def test_the_time_that_is_left_is_that_of_all_jobs_before_the_first_has_begun() -> None:
    shown = BuildDisplay()
    shown.live = True
    jobs = [dataclasses.replace(JOB, fingerprint=name * 64, seconds=60.0) for name in "abcdefgh"]
    for job in jobs:
        shown.listen(JobQueued(job))
    assert shown.progress.tasks == []
    shown.listen(WorkersReady("2 processes", 2))
    assert shown.progress.tasks[0].fields["times"] == "4 min left"


def test_a_job_that_is_tried_again_has_a_bar_again() -> None:
    shown = BuildDisplay()
    shown.live = True
    for event in (JobQueued(JOB), WorkersReady("1 process", 1), JobStarted(JOB), JobProgress(JOB, 0.5, "epoch 1")):
        shown.listen(event)
    shown.listen(JobRetried(JOB, "its worker died"))
    assert shown.progress.tasks == []
    shown.listen(JobProgress(JOB, 0.25, "epoch 2"))
    (bar,) = shown.progress.tasks
    assert (bar.description, bar.completed, bar.fields["message"]) == ("  2-a/q03/model\\[seed=1]", 0.25, "epoch 2")
    shown.listen(JobFinished(JOB, Outcome(State.COMPUTED, JOB.fingerprint), 2.0))
    assert shown.progress.tasks == []


def test_what_is_passing_is_no_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    shown = BuildDisplay()
    shown.say(Passing("the PDF: page 3"))
    shown.say("writing the PDF")
    BuildDisplay(loudness=Loudness.QUIET).say("writing the PDF")
    assert capsys.readouterr().err.splitlines() == ["writing the PDF"]
    shown.live = True
    shown.say(Passing("the PDF: page 4"))
    assert [task.description for task in shown.progress.tasks] == ["the PDF: page 4"]
    shown.say("done")
    assert shown.progress.tasks == []


def test_one_failed_download_makes_the_exit_code_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = RemoteFile("a.npz", "https://example.org/a.npz", "00", 10)
    here = Fetched(file, tmp_path / "a.npz", Ending.PRESENT)
    gone = Fetched(file, tmp_path / "a.npz", Ending.FAILED, DownloadError("it answers 404", "look elsewhere"))
    with FetchDisplay(tmp_path) as shown:
        shown.listen(file, 5, 10)
    assert shown.conclude([here]) == 0
    assert shown.conclude([here, gone]) == 1
    said = capsys.readouterr().err
    assert shown.conclude([here], ["copy 15-Scene there"]) == 1
    by_hand = capsys.readouterr().err
    assert "copy 15-Scene there" in by_hand
    assert "All that the profile needs" not in by_hand
    assert "fetching a.npz (10 bytes)" in said
    assert "it answers 404" in said
    assert "look elsewhere" in said


def test_a_warning_of_the_doctor_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    warned = Check("data", Health.WARN, "missing", "genreport fetch")
    assert show_checks([warned]) == 0
    assert show_checks([warned, Check("torch", Health.FAIL, "broken", "pip install")]) == 1
    assert "mend: genreport fetch" in capsys.readouterr().out


def test_thousands_of_jobs_do_not_each_have_all_of_them_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = BuildDisplay()
    shown.live = True
    counted: list[int] = []
    monkeypatch.setattr(shown.remaining, "fraction", lambda: counted.append(1) or 0.5)
    jobs = [dataclasses.replace(JOB, fingerprint=f"{number:064}") for number in range(1000)]
    for job in jobs:
        shown.listen(JobQueued(job))
    for job in jobs[:-1]:
        shown.listen(JobFinished(job, Outcome(State.HIT, job.fingerprint), 0.0))
    assert 0 < len(counted) < 500  # in a tenth of a second, once


def test_what_was_shown_of_a_job_is_forgotten_with_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    shown = BuildDisplay()
    for number in range(20):
        job = dataclasses.replace(JOB, fingerprint=f"{number:064}")
        shown.listen(JobStarted(job))
        assert set(shown.shown) == {job.fingerprint}
        shown.listen(JobFinished(job, Outcome(State.COMPUTED, job.fingerprint), 0.0))
    assert not shown.shown
    assert capsys.readouterr().err.count("started") == 20
