"""How `genreport doctor` shows what it found."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib.metadata import requires, version
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from generator.jobs import ExitCode

if TYPE_CHECKING:
    from generator.commands.doctor import Check
    from generator.commands.session import Settings


def look_over(settings: Settings, *, texts: bool) -> list[Check]:
    """Check the machine, or the course's texts."""
    if texts:
        from generator.commands.course_health import diagnose_course

        return diagnose_course(settings)
    from generator.commands.doctor import diagnose

    return diagnose(settings)


def exit_code(checks: Iterable[Check]) -> int:
    """1 when a check failed."""
    return int(ExitCode.JOB_FAILED if any(check.state.value == "fail" for check in checks) else ExitCode.OK)


def show_checks(checks: Iterable[Check], *, quiet: bool = False) -> int:
    """Print each check with its remedy, when ``quiet`` only of what is not well; the exit code is 1 if one failed."""
    console = Console(highlight=False, soft_wrap=True)
    colours = {"ok": "green", "warn": "yellow", "fail": "red"}
    every = [*checks]
    for check in every:
        if quiet and check.state.value == "ok":
            continue
        console.print(
            f"[{colours[check.state.value]}]{check.state.value:5}[/] {escape(check.name)}: {escape(check.found)}"
        )
        if check.mend:
            console.print(f"      [dim]mend:[/] {escape(check.mend)}")
    sys.stdout.flush()
    return exit_code(every)


def show_settings(settings: Settings) -> None:
    """Print which folders are meant, and the version of each package that the program needs."""
    console = Console(highlight=False, soft_wrap=True)
    folders = {"course": settings.folders.course, "data": settings.folders.data, "cache": settings.folders.cache}
    for name, folder in folders.items():
        console.print(f"{name:9} {escape(str(folder))}")
    names = [re.split(r"[^\w.-]", wanted)[0] for wanted in requires("genreport") or () if "extra ==" not in wanted]
    for name in sorted(names):
        console.print(f"{name:15} {version(name)}")
