"""How `genreport doctor` shows what it found."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from generator.jobs import ExitCode

if TYPE_CHECKING:
    from generator.commands.doctor import Check
    from generator.commands.session import Settings


def look_over(settings: Settings, *, texts: bool) -> int:
    """Check the machine, or the course's texts, and show what was found; returns the exit code."""
    if texts:
        from generator.commands.course_health import diagnose_course

        return show_checks(diagnose_course(settings))
    from generator.commands.doctor import diagnose

    return show_checks(diagnose(settings))


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
