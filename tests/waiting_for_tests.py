"""Waiting for what must come, however busy the machine is; looking at processes that may be gone the next moment."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

LONGEST = 120.0  # seconds: reached only by what never comes


def until(holds: Callable[[], object], what: str = "it did not happen", seconds: float = LONGEST) -> None:
    """Wait for it."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def tick(path: Path) -> None:
    """Wait until a file that is written now has another time than this one: clocks of files tick in up to a second."""
    before = path.stat().st_ctime_ns
    with tempfile.NamedTemporaryFile() as probe:

        def later() -> bool:
            os.utime(probe.name)
            return Path(probe.name).stat().st_ctime_ns > before

        until(later)


def gone(pid: int) -> bool:
    """Whether the process has ended; one that waits to be reaped has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):  # the latter where it goes between opening and reading
        return True


def children(pid: int) -> list[int]:
    """The processes that any of a process's threads has started; none where it has ended."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in list(Path(f"/proc/{pid}/task").iterdir()):
            with suppress(FileNotFoundError, ProcessLookupError):  # a thread that ends meanwhile
                found += map(int, (task / "children").read_text().split())
    return found
