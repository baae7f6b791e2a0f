"""What a build leaves for the next call of the same: the words with which it may say that it has nothing to do."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from generator.jobs import ExitCode

if TYPE_CHECKING:
    from generator.cli.build_display import BuildDisplay
    from generator.commands.build import BuildReport
    from generator.commands.session import Settings
    from generator.store.unchanged import Note, Said

_TOOK = "\x1a"  # in the place of the time that the next build takes


def keep_note(note: Note | None, settings: Settings, report: BuildReport, display: BuildDisplay | None) -> None:
    """Note what a build rests on that has nothing left to do; without a ``display``, it says so as JSON."""
    if note is None or report.looked_at is None or report.exit_code is not ExitCode.OK:
        return
    seen = report.looked_at()
    idle = dataclasses.replace(report, written=False, computed=0, cached=report.cached + report.computed)
    said = _as_json(settings, idle) if display is None else _in_words(display, idle)
    note.keep(said, seen.read, seen.absent, seen.made, seen.written, seen.current)


def _as_json(settings: Settings, idle: BuildReport) -> Said:
    from generator.commands.output import build_output

    return f"{build_output(settings, idle).text()}\n", "", ""


def _in_words(display: BuildDisplay, idle: BuildReport) -> Said:
    with display.errors.capture() as errors, display.output.capture() as output:
        display.conclude(idle, _TOOK)
    before, _, after = output.get().partition(_TOOK)
    return before, after, errors.get()
