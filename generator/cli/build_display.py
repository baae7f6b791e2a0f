"""How commands show what they do: live progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from generator.cli.live_display import LiveDisplay
from generator.cli.words import human_time, left_out
from generator.jobs import State
from generator.running.runner import (
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

QUIET = 5.0  # seconds between two plain progress lines of one job


class BuildDisplay(LiveDisplay):
    """Shows a build's events on standard error and its end on standard output.

    With ``tracebacks``, all of why a job failed.
    """

    def __init__(self, *, tracebacks: bool = False) -> None:
        self.tracebacks = tracebacks
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
            case JobSilent(job=job, seconds=seconds, worker=worker):
                last = f", last heard of in {worker}" if worker else ""
                self.say(
                    f"{job.address}: no sign of life for {human_time(seconds)}{last}; Ctrl-C ends the build and keeps "
                    "what is finished, ending that process alone has the job tried again"
                )
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
        if self.tracebacks and outcome.failure and outcome.failure.traceback:
            self.say(outcome.failure.traceback.rstrip())

    def _drop(self, fingerprint: str) -> None:
        bar = self.bars.pop(fingerprint, None)
        if bar is not None:
            self.progress.remove_task(bar)

    def conclude(self, report: BuildReport) -> None:
        """Say how the build ended and where the report is."""
        for warning in report.warnings:
            self.errors.print(f"[yellow]warning:[/] {escape(warning)}")
        if gaps := report.rendering.gaps:
            self.errors.print(f"[yellow]not answered yet ({len(gaps)}):[/] {escape(', '.join(gaps))}")
        if said := left_out(report.left_out):
            self.errors.print(escape(f"not in this report: {said}"))
        for problem in report.problems:
            self.errors.print(f"[red bold]failed:[/] {escape(problem)}")
        took = human_time(time.monotonic() - self.began)
        counts = f"{report.computed} computed, {report.cached} cached"
        state = "" if report.written else "; the report was up to date"
        self.output.print(f"{counts}, {took}{state}")
        for path in report.rendering.documents:
            self.output.print(f"  {escape(str(path))}")
