"""What is said at the end of a build: failures first, each hint once, then warnings, gaps, counts and files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from generator.cli.words import counted, left_out
from generator.jobs import State

if TYPE_CHECKING:
    from generator.commands.build import BuildReport
    from generator.commands.computing import Failed

_HINT = "\n    hint: "


def told(report: BuildReport, *, quiet: bool = False) -> Iterator[str]:
    """The lines about what is wrong, in rich's markup; when ``quiet``, not those about what is only not done yet."""
    yield from _failed(report.failures, report.jobs)
    problems = report.rendering.problems
    if problems:
        yield f"[red bold]{counted(len(problems), 'problem')} in the report:[/]"
        yield from _hints_once(problems, "[red]failed:[/] ")
    if report.warnings:
        yield from _hints_once(report.warnings, "[yellow]warning:[/] ")
    if (gaps := report.rendering.gaps) and not quiet:
        yield f"[yellow]not answered yet ({len(gaps)}):[/] {escape(', '.join(gaps))}"
    if (said := left_out(report.left_out)) and not quiet:
        yield escape(f"not in this report: {said}")
    if report.strict and report.warnings and not report.problems:
        yield f"[red bold]failed:[/] --strict counts {counted(len(report.warnings), 'warning')} as failures"


def _failed(failures: Sequence[Failed], jobs: int) -> Iterator[str]:
    """How many jobs failed and why; what was skipped for want of them is only named."""
    if not failures:
        return
    failed = [one for one in failures if one.state is not State.SKIPPED]
    skipped = [one.places[0] for one in failures if one.state is State.SKIPPED]
    yield f"[red bold]{len(failures)} of {max(jobs, len(failures))} failed:[/]"
    by_reason: dict[str, list[str]] = {}
    for one in failed:
        by_reason.setdefault(one.reason, []).extend(one.places)
    for reason, places in by_reason.items():
        yield f"  {escape(', '.join(places))}: {escape(reason)}"
    if skipped:
        yield f"  skipped, as what they need failed: {escape(', '.join(skipped))}"
    for hint, times in Counter(one.hint for one in failures if one.hint).items():
        yield f"    hint{f' (for {times} of them)' if times > 1 else ''}: {escape(hint)}"


def _hints_once(messages: Sequence[str], head: str) -> Iterator[str]:
    """Messages, with a hint that several have after the last of them."""
    hints = Counter(message.partition(_HINT)[2] for message in messages)
    for message in messages:
        text, _, hint = message.partition(_HINT)
        hints[hint] -= 1
        last = hint and not hints[hint]
        yield head + escape(text + (_HINT + hint if last else ""))
