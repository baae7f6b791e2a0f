"""How commands show what they do: live progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Column

from generator.cli.build_end import told
from generator.cli.live_display import LiveDisplay
from generator.cli.remaining import Remaining
from generator.cli.words import Loudness, human_time, short_time
from generator.jobs import Job, State
from generator.render.outputs.written import Passing
from generator.running.events import (
    Event,
    JobFinished,
    JobProgress,
    JobQueued,
    JobRetried,
    JobSilent,
    JobStarted,
    WorkersReady,
)

if TYPE_CHECKING:
    from generator.commands.build import BuildReport

QUIET = 5.0  # seconds between two plain progress lines of one job, or of all
REDRAW = 0.1  # seconds between two looks at how far all jobs together are
_STAGE = "stage"  # among the bars, what is done when all is computed
TIMES = 17  # characters, whatever the width of the terminal: 59 min 59 s


class BuildDisplay(LiveDisplay):
    """Shows a build's events on standard error and its end on standard output.

    With ``tracebacks``, all of why a job failed. A quiet one says only what is wrong, a loud one also what each job is.
    """

    def __init__(self, *, tracebacks: bool = False, loudness: Loudness = Loudness.NORMAL) -> None:
        self.tracebacks = tracebacks
        self.loudness = loudness
        self.errors = Console(stderr=True, highlight=False)  # one for lines and bars, or they draw over each other
        self.output = Console(highlight=False, soft_wrap=True)
        self.live = self.errors.is_terminal and loudness is not Loudness.QUIET
        self.began = time.monotonic()
        self.remaining = Remaining(time.monotonic)
        self.rendering = 0.0  # when it began
        self.queued = 0
        self.finished = 0
        self.said = time.monotonic()  # when the whole was last told in a plain line
        self.drawn = 0.0  # when the bar of all jobs was last brought up to date
        self.shown: dict[str, float] = {}
        self.bars: dict[str, TaskID] = {}
        self.total: TaskID | None = None
        self.progress = Progress(
            TextColumn("{task.description}", table_column=_cut(ratio=3)),
            BarColumn(bar_width=12),
            TextColumn("{task.fields[message]}", table_column=_cut(ratio=2)),
            TextColumn("{task.fields[times]}", justify="right", table_column=Column(no_wrap=True, min_width=TIMES)),
            console=self.errors,
            expand=True,
            transient=True,
            disable=not self.live,
            refresh_per_second=10,
        )

    def expect(self, seconds: float | None) -> None:
        """Take it that rendering, when all is computed, takes so long."""
        self.remaining.after = seconds or 0.0

    def say(self, text: str) -> None:
        """A line of its own, above the progress bars; what is passing has a bar, or a plain line now and then."""
        if self.loudness is Loudness.QUIET:
            return
        self.rendering = self.rendering or time.monotonic() * (self.finished == self.queued)
        if not isinstance(text, Passing):
            self._drop(_STAGE)
            self.errors.print(escape(text), soft_wrap=True)
        elif self.live:
            if _STAGE not in self.bars:
                self.bars[_STAGE] = self.progress.add_task("", total=None, message="", times="")
            left = self.remaining.rest - (time.monotonic() - self.rendering)
            times = f"{short_time(left)} left" if left > 0 else ""
            self.progress.update(self.bars[_STAGE], description=escape(text), times=times)
        elif time.monotonic() - self.shown.get(_STAGE, self.began) > QUIET:
            self.shown[_STAGE] = time.monotonic()
            self.errors.print(escape(text), soft_wrap=True)

    def listen(self, event: Event) -> None:
        """Take one event of the runner."""
        match event:
            case WorkersReady(description=description, slots=slots):
                self.remaining.ready(slots)
                self.say(f"Computing in {description}")
            case JobQueued(job=job):
                self.queued += 1
                self.remaining.queued(job)
                return  # all are, before the first says anything: of a few, the time that is left would be wrong
            case JobStarted(job=job):
                self._started(job)
            case JobProgress():
                self._progress(event)
            case JobSilent(job=job, seconds=seconds, worker=worker):
                last = f", last heard of in {worker}" if worker else ""
                self.say(
                    f"{job.address}: no sign of life for {human_time(seconds)}{last}; Ctrl-C ends the build and keeps "
                    "what is finished, ending that process alone has the job tried again"
                )
            case JobRetried(job=job, reason=reason):
                self._drop(job.fingerprint)
                self.remaining.again(job)
                self.say(f"{job.address}: again ({reason})")
            case JobFinished():
                self._finished(event)
        self._all()

    def _started(self, job: Job) -> None:
        self.shown[job.fingerprint] = time.monotonic()
        self.remaining.progress(job, 0.0)
        if self.live:
            self._bar(job)
        else:
            self.say(f"{job.address}: started")
        if self.loudness is Loudness.VERBOSE:
            given = ", ".join(f"{name}={value!r}" for name, value in job.parameters.items())
            self.say(f"    {job.computation}({given})")

    def _bar(self, job: Job) -> TaskID:
        """The bar of a job; one that is tried again gets another with its next word."""
        if job.fingerprint not in self.bars:
            name = f"  {escape(job.address)}"
            self.bars[job.fingerprint] = self.progress.add_task(name, total=1.0, message="", times="")
        return self.bars[job.fingerprint]

    def _progress(self, event: JobProgress) -> None:
        fingerprint = event.job.fingerprint
        self.remaining.progress(event.job, event.fraction)
        if self.live:
            message, left = escape(event.message), self.remaining.of(event.job)
            times = "" if left is None else f"{short_time(left)} left"
            self.progress.update(self._bar(event.job), completed=event.fraction, message=message, times=times)
        elif time.monotonic() - self.shown.get(fingerprint, 0.0) > QUIET:
            self.shown[fingerprint] = time.monotonic()
            self.say(f"{event.job.address}: {event.fraction:.0%} {event.message}")

    def _finished(self, event: JobFinished) -> None:
        self._drop(event.job.fingerprint)
        self.shown.pop(event.job.fingerprint, None)
        self.remaining.ended(event.job, whole=event.outcome.state is State.COMPUTED)
        self.finished += 1
        outcome = event.outcome
        reason = f": {outcome.failure.reason}" if outcome.failure else ""
        took = f" in {human_time(event.duration)}" if outcome.state is State.COMPUTED else ""
        self.say(f"[{self.finished}/{self.queued}] {event.job.address}: {outcome.state.value}{took}{reason}")
        if self.tracebacks and outcome.failure and outcome.failure.traceback:
            self.say(outcome.failure.traceback.rstrip())

    def _all(self) -> None:
        """Show how far all jobs together are: a bar below the others, or a plain line now and then."""
        due = time.monotonic() - self.said > (1.0 if self.live else QUIET)
        if self.total is not None and self.finished == self.queued:
            self.progress.remove_task(self.total)
            self.total = None
        if self.queued < 2 or self.finished == self.queued or not (self.live or due):
            return
        if self.total is not None and time.monotonic() - self.drawn < REDRAW:
            return  # it goes through all jobs: with thousands of small ones, it would cost more than they
        self.drawn = time.monotonic()
        left = self.remaining.seconds() if due or self.total is None else None
        if self.live:
            if self.total is None:
                self.total = self.progress.add_task("[bold]all[/]", total=1.0, message="", times="")
            message = f"{self.finished} of {self.queued} done"
            self.progress.update(self.total, completed=self.remaining.fraction(), message=message)
            if left is not None:
                self.progress.update(self.total, times=f"{short_time(left)} left")
        else:
            known = f", about {human_time(left)} left" if left is not None else ""
            self.say(f"{self.finished} of {self.queued} done{known}")
        if due:
            self.said = time.monotonic()

    def _drop(self, fingerprint: str) -> None:
        bar = self.bars.pop(fingerprint, None)
        if bar is not None:
            self.progress.remove_task(bar)

    def conclude(self, report: BuildReport, took: str = "") -> None:
        """Say how the build ended and where the report is, after the time that it ``took``, or since it began."""
        for line in told(report, quiet=self.loudness is Loudness.QUIET):
            self.errors.print(line, soft_wrap=True)
        if self.loudness is Loudness.QUIET:
            return
        took = took or human_time(time.monotonic() - self.began)
        counts = f"{report.computed} computed, {report.cached} cached"
        state = "" if report.written else "; the report was up to date"
        self.output.print(f"{counts}, {took}{state}")
        for path in report.rendering.documents:
            self.output.print(f"  {escape(str(path))}")


def _cut(ratio: int) -> Column:
    """A column that gives way to the others, and says by an ellipsis that it did."""
    return Column(ratio=ratio, no_wrap=True, overflow="ellipsis")
