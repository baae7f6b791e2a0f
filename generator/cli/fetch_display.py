"""How `genreport fetch` shows downloads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from generator.cli.live_display import LiveDisplay
from generator.cli.words import human_size
from generator.jobs import ExitCode

if TYPE_CHECKING:
    from generator.datasets.download import Fetched
    from generator.datasets.sources import RemoteFile


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
        fetched = [*fetched]
        for item in fetched:
            bad = bad or item.error is not None
            colour = "red" if item.error else "green"
            self.console.print(f"[{colour}]{item.ending.value}[/]: {escape(str(item.path))}")
            if item.error is not None:
                self.console.print(f"    {escape(str(item.error))}")
        for hint in by_hand:
            self.console.print(f"[red]missing[/], to be had by hand: {escape(hint)}")
        if not fetched and not bad:
            self.console.print("There is nothing to fetch: the profile needs no file that the packages do not have.")
        elif not bad:
            self.console.print(f"All that the profile needs is in {escape(str(self.data))}.")
        return int(ExitCode.JOB_FAILED if bad else ExitCode.OK)
