"""How `genreport check` shows what it does: a line for each submission, and where the summary is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.markup import escape

from generator.cli.build_display import BuildDisplay
from generator.commands.check_found import Looked
from generator.jobs import ExitCode
from generator.running.runner import Event

_REMARKS = {
    "contradicted": "contradicted by the results",
    "unsupported": "unsupported numbers",
    "differing": "other results",
    "faults": "faults",
}


class CheckDisplay:
    """Shows the computing that comes first as a build does, then each submission as it is finished."""

    def __init__(self) -> None:
        self.build = BuildDisplay()

    def __enter__(self) -> Self:
        self.build.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.build.__exit__(kind, error, trace)

    def listen(self, event: Event) -> None:
        """Take one event of the runner."""
        self.build.listen(event)

    def finished(self, looked: Looked, number: int, total: int) -> None:
        """Say what was found in one submission; answers alike are known only when all are there."""
        found = [f"{len(getattr(looked, kind))} {words}" for kind, words in _REMARKS.items() if getattr(looked, kind)]
        words = ", ".join([f"{looked.answered} of {looked.questions} answered", *found])
        if looked.problem:
            words = "not built: " + looked.problem.splitlines()[0]
        self.build.say(f"[{number}/{total}] {looked.name}: {words}")

    def conclude(self, found: Sequence[Looked], files: Sequence[Path]) -> int:
        """Say how many there were and where the summary is; the exit code is 1 when one could not be built."""
        broken = sum(bool(looked.problem) for looked in found)
        counts = "1 submission" if len(found) == 1 else f"{len(found)} submissions"
        self.build.output.print(counts + (f", {broken} not built" if broken else ""))
        for path in files:
            self.build.output.print(f"  {escape(str(path))}")
        return int(ExitCode.JOB_FAILED if broken else ExitCode.OK)
