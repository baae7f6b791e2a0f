"""How commands show what they do: live progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from generator.outcomes import ExitCode, State
from generator.plan import Plan, PlannedJob, Standing
from generator.runner import Event, JobFinished, JobProgress, JobQueued, JobRetried, JobStarted, WorkersReady

if TYPE_CHECKING:
    from generator.datasets.download import Fetched
    from generator.datasets.sources import RemoteFile
    from generator.doctor import Check
    from generator.pipeline import BuildReport
    from generator.session import Session

QUIET = 5.0  # seconds between two plain progress lines of one job
STYLES = {Standing.HIT: "green", Standing.MISS: "yellow", Standing.BLOCKED: "red"}


def human_size(size: float) -> str:
    """A number of bytes as people say it: 12.3 MB."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def human_time(seconds: float) -> str:
    """A duration as people say it: 0.4 s, 12 s, 3 min 20 s, 1 h 05 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


class LiveDisplay:
    """Something with progress bars that are drawn as long as it is entered."""

    progress: Progress

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()


class BuildDisplay(LiveDisplay):
    """Shows a build's events on standard error and its end on standard output."""

    def __init__(self) -> None:
        self.errors = Console(stderr=True, highlight=False, soft_wrap=True)
        self.output = Console(highlight=False, soft_wrap=True)
        self.live = self.errors.is_terminal
        self.began = time.monotonic()
        self.queued = 0
        self.finished = 0
        self.shown: dict[str, float] = {}
        self.bars: dict[str, TaskID] = {}
        self.progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[message]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self.errors,
            transient=True,
            disable=not self.live,
            refresh_per_second=10,
        )

    def say(self, text: str) -> None:
        """A line of its own, above the progress bars."""
        self.errors.print(escape(text))

    def listen(self, event: Event) -> None:
        """Take one event of the runner."""
        match event:
            case WorkersReady(description=description):
                self.say(f"Computing in {description}")
            case JobQueued():
                self.queued += 1
            case JobStarted(job=job):
                self.shown[job.fingerprint] = time.monotonic()
                if self.live:
                    self.bars[job.fingerprint] = self.progress.add_task(escape(job.address), total=1.0, message="")
                else:
                    self.say(f"{job.address}: started")
            case JobProgress():
                self._progress(event)
            case JobRetried(job=job, reason=reason):
                self._drop(job.fingerprint)
                self.say(f"{job.address}: again ({reason})")
            case JobFinished():
                self._finished(event)

    def _progress(self, event: JobProgress) -> None:
        fingerprint = event.job.fingerprint
        if self.live and fingerprint in self.bars:
            message = escape(event.message)
            self.progress.update(self.bars[fingerprint], completed=event.fraction, message=message)
        elif not self.live and time.monotonic() - self.shown.get(fingerprint, 0.0) > QUIET:
            self.shown[fingerprint] = time.monotonic()
            self.say(f"{event.job.address}: {event.fraction:.0%} {event.message}")

    def _finished(self, event: JobFinished) -> None:
        self._drop(event.job.fingerprint)
        self.finished += 1
        outcome = event.outcome
        reason = f": {outcome.failure.reason}" if outcome.failure else ""
        took = f" in {human_time(event.duration)}" if outcome.state is State.COMPUTED else ""
        self.say(f"[{self.finished}/{self.queued}] {event.job.address}: {outcome.state.value}{took}{reason}")

    def _drop(self, fingerprint: str) -> None:
        bar = self.bars.pop(fingerprint, None)
        if bar is not None:
            self.progress.remove_task(bar)

    def conclude(self, report: BuildReport) -> None:
        """Say how the build ended and where the report is."""
        for warning in report.warnings:
            self.errors.print(f"[yellow]warning:[/] {escape(warning)}")
        if report.gaps:
            self.errors.print(f"[yellow]not answered yet ({len(report.gaps)}):[/] {escape(', '.join(report.gaps))}")
        for problem in report.problems:
            self.errors.print(f"[red bold]failed:[/] {escape(problem)}")
        took = human_time(time.monotonic() - self.began)
        counts = f"{report.computed} computed, {report.cached} cached"
        state = "" if report.written else "; the report was up to date"
        self.output.print(f"{counts}, {took}{state}")
        for path in report.files:
            self.output.print(f"  {escape(str(path))}")


def show_plan(planned: Iterable[PlannedJob]) -> None:
    """Print every job with its standing and, for a miss, what changed."""
    console = Console(highlight=False, soft_wrap=True)
    jobs = list(planned)
    for job in jobs:
        head = f"[{STYLES[job.standing]}]{job.standing.value:12}[/] {escape(', '.join(job.addresses))}"
        time_ = f" (about {human_time(job.job.seconds)})" if job.standing is Standing.MISS and job.job.seconds else ""
        console.print(f"{head} [dim]{job.job.computation} {job.job.fingerprint[:12]}{time_}[/]")
        _print_reasons(console, job)
    missing = [job for job in jobs if job.standing is Standing.MISS]
    known = sum(job.job.seconds or 0.0 for job in missing)
    unknown = sum(1 for job in missing if job.job.seconds is None)
    estimate = f", about {human_time(known)} of computing" if known else ""
    estimate += f" ({unknown} of unknown length)" if unknown else ""
    console.print(f"{len(jobs)} jobs: {len(jobs) - len(missing)} stay, {len(missing)} to compute{estimate}")


def _print_reasons(console: Console, job: PlannedJob) -> None:
    for reason in job.reasons if job.standing is not Standing.HIT else ():
        console.print(f"             [dim]because:[/] {escape(str(reason))}")
    if job.failure is not None:
        console.print(f"             [red]{escape(job.failure.reason)}[/]")
        console.print(f"             hint: {escape(job.failure.hint)}")


def show_questions(session: Session, plan: Plan) -> None:
    """Print each question with its mark and state."""
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for title in ("question", "title", "mark", "results", "state"):
        table.add_column(title, overflow="fold")
    for question in session.course.questions():
        jobs = [plan.jobs[fp] for address, fp in plan.by_address.items() if address.startswith(f"{question.address}/")]
        standings = [job.standing for job in jobs]
        worst = next((s for s in (Standing.BLOCKED, Standing.MISS) if s in standings), Standing.HIT)
        words = f"{standings.count(worst)} {worst.value}" if worst is not Standing.HIT else "ready"
        state = f"[{STYLES[worst]}]{words}[/]"
        table.add_row(question.address, escape(question.title), question.mark.value, str(len(jobs)), state)
    console.print(table)


def show_story(session: Session, plan: Plan, address: str) -> None:
    """Print one question: its files, its results with where they came from, its exhibits."""
    console = Console(highlight=False, soft_wrap=True)
    question = session.course.question(address)
    console.print(f"[bold]{address}  {escape(question.title)}[/] {question.mark.value}")
    console.print(f"  question  {question.place.path}\n  answer    {question.answer.path}")
    own = [place for place in plan.by_address if place.rpartition("/")[0] == address]
    for fingerprint in dict.fromkeys(plan.by_address[place] for place in own):
        _show_job(console, session, plan, plan.jobs[fingerprint])
    for kind, exhibits in (("table", question.tables), ("figure", question.figures)):
        for name in exhibits:
            console.print(f"  {kind:9} {name}")


def _show_job(console: Console, session: Session, plan: Plan, planned: PlannedJob) -> None:
    """One job with its parameters and, if it was computed, when and where."""
    job = planned.job
    head = f"[{STYLES[planned.standing]}]{planned.standing.value}[/] {escape(', '.join(planned.addresses))}"
    console.print(f"  {head} [dim]{job.fingerprint[:12]}[/]")
    parameters = ", ".join(f"{name}={value!r}" for name, value in job.parameters.items())
    console.print(f"      {job.computation}({escape(parameters)})")
    for name, target in job.inputs.items():
        console.print(f"      {name} from {escape(', '.join(plan.jobs[target].addresses))}")
    if planned.standing is Standing.HIT:
        origin = session.cache.provenance(job.fingerprint)
        console.print(f"      computed {origin.finished} in {human_time(origin.duration)} on {escape(origin.device)}")
    _print_reasons(console, planned)


class FetchDisplay(LiveDisplay):
    """Shows downloads: a bar each on a terminal, a line each elsewhere."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self.bars: dict[str, TaskID] = {}
        self.progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[size]}"),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )

    def listen(self, file: RemoteFile, done: int, total: int) -> None:
        """Take one progress report: bytes done of a file's total."""
        if file.path not in self.bars:
            self.bars[file.path] = self.progress.add_task(escape(file.path), total=total, size="")
            if not self.console.is_terminal:
                self.console.print(f"fetching {escape(file.path)} ({human_size(total)})")
        self.progress.update(self.bars[file.path], completed=done, size=f"{human_size(done)} of {human_size(total)}")

    def conclude(self, fetched: Iterable[Fetched], by_hand: Sequence[str] = ()) -> int:
        """Print each file's end and what is still to get by hand; the exit code is 1 when anything is missing."""
        bad = bool(by_hand)
        for item in fetched:
            bad = bad or item.error is not None
            colour = "red" if item.error else "green"
            self.console.print(f"[{colour}]{item.ending.value}[/]: {escape(str(item.path))}")
            if item.error is not None:
                self.console.print(f"    {escape(str(item.error))}")
        for hint in by_hand:
            self.console.print(f"[red]missing[/], to be had by hand: {escape(hint)}")
        if not bad:
            self.console.print(f"All that the profile needs is in {escape(str(self.data))}.")
        return int(ExitCode.JOB_FAILED if bad else ExitCode.OK)


def show_checks(checks: Iterable[Check]) -> int:
    """Print each check with its remedy; the exit code is 1 when one failed."""
    console = Console(highlight=False, soft_wrap=True)
    colours = {"ok": "green", "warn": "yellow", "fail": "red"}
    bad = False
    for check in checks:
        bad = bad or check.state.value == "fail"
        console.print(
            f"[{colours[check.state.value]}]{check.state.value:5}[/] {escape(check.name)}: {escape(check.found)}"
        )
        if check.mend:
            console.print(f"      [dim]mend:[/] {escape(check.mend)}")
    sys.stdout.flush()
    return int(ExitCode.JOB_FAILED if bad else ExitCode.OK)
