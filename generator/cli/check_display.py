"""How `genreport check` shows what it does: a line for each submission, and where the summary is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.markup import escape

from generator.cli.build_display import BuildDisplay
from generator.cli.words import Loudness, counted
from generator.commands.audit import Audit
from generator.commands.check_found import Looked
from generator.jobs import ExitCode
from generator.running.events import Event

_REMARKS = {
    "contradicted": "contradicted by the results",
    "unsupported": "unsupported numbers",
    "differing": "other results",
    "own": "files of own data",
    "faults": "faults",
}


class CheckDisplay:
    """Shows the computing that comes first as a build does, then each submission as it is finished."""

    def __init__(self, loudness: Loudness = Loudness.NORMAL) -> None:
        self.build = BuildDisplay(loudness=loudness)
        self.loudness = loudness
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
        if self.loudness is Loudness.VERBOSE:
            for kind, what in _REMARKS.items():
                for line in getattr(looked, kind):
                    self.build.say(f"    {what}: {line}")

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
        if self.loudness is Loudness.QUIET:
            for looked in found:
                if looked.problem:
                    self.build.errors.print(
                        f"{escape(looked.name)}: not built: {escape(looked.problem)}", soft_wrap=True
                    )
            return self.exit_code(found)
        counts = counted(len(found), "submission")
        self.build.output.print(counts + (f", {broken} not built" if broken else ""))
        for path in files:
            self.build.output.print(f"  {escape(str(path))}")
        return self.exit_code(found)

    def exit_code(self, found: Sequence[Looked]) -> int:
        """1 when a submission could not be built, or a result from elsewhere is another number."""
        broken = any(looked.problem for looked in found)
        return int(ExitCode.JOB_FAILED if broken or self._false else ExitCode.OK)
