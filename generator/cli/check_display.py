"""How `genreport check` shows what it does: a line for each submission, and where the summary is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.markup import escape

from generator.cli.build_display import BuildDisplay
from generator.commands.audit import Audit
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
        self._false = 0

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

    def audited(self, audit: Audit) -> None:
        """Say what came of computing brought results again; one that is another number makes the exit code 1."""
        self._false = len(audit.differing)
        self.build.say(
            f"{audit.brought} results from elsewhere; of those computed again, {audit.same} are the same to the last "
            f"bit, {audit.alike} within the spread, {self._false} differ, {len(audit.failed)} failed"
            + (f"; the data of {audit.elsewhere} is not here" if audit.elsewhere else "")
        )
        for address, lines in audit.differing.items():
            self.build.say(f"{address} differs: {'; '.join(lines)}")
        for address, reason in audit.failed.items():
            self.build.say(f"{address} failed: {reason}")

    def conclude(self, found: Sequence[Looked], files: Sequence[Path]) -> int:
        """Say how many there were and where the summary is; the exit code is 1 when one could not be built."""
        broken = sum(bool(looked.problem) for looked in found)
        counts = "1 submission" if len(found) == 1 else f"{len(found)} submissions"
        self.build.output.print(counts + (f", {broken} not built" if broken else ""))
        for path in files:
            self.build.output.print(f"  {escape(str(path))}")
        return int(ExitCode.JOB_FAILED if broken or self._false else ExitCode.OK)
