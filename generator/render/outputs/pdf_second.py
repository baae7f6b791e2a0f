"""A second process settles some chapters of a long page, where the machine has a processor for it.

Run by the process that writes the PDF, which imports nothing of the package; so does this. What the second process
does not settle, for whatever reason, is settled by the first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

_NAMES = "chapters="
#: Of HTML, which some six pages have: setting less takes no longer than starting a process.
_LEAST = 100_000


def share(sizes: Sequence[tuple[str, int]]) -> list[str]:
    """The names of the chapters, each with its size, that a second process is to settle: about half, or none."""
    if _processors() < 2:
        return []
    ours, theirs, names = 0, 0, []
    for name, size in sorted(sizes, key=lambda one: -one[1]):
        if theirs < ours:
            theirs += size
            names.append(name)
        else:
            ours += size
    return names if theirs >= _LEAST else []


def asked(arguments: Sequence[str]) -> set[str]:
    """The names of the chapters that this process is to settle for another, by its arguments."""
    return {name for word in arguments if word.startswith(_NAMES) for name in word.removeprefix(_NAMES).split(",")}


class Second:
    """The second process: ``program`` with the arguments of the first, and the names of its chapters.

    OSError where there is no room for its file, or for it.
    """

    def __init__(self, program: str, arguments: Sequence[str], names: Collection[str]) -> None:
        page, _, *others = arguments
        # Beside the page, with which it goes however the first process ends.
        handle, name = tempfile.mkstemp(suffix=".json", dir=Path(page).parent)
        os.close(handle)
        self._target = Path(name)
        command = [sys.executable, "-P", "-X", "utf8", program, page, name, *others, _NAMES + ",".join(names)]
        # It ends when this pipe does, as the first one does with the one that started it.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def found(self) -> Mapping[str, Any]:
        """What it found, once it has ended: "chapters" and "lines"; nothing if it failed."""
        try:
            self._process.wait()
            found = json.loads(self._target.read_bytes()) if self._process.returncode == 0 else {}
        except (OSError, ValueError):
            found = {}
        finally:
            self._process.kill()
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process.wait()
            self._target.unlink(missing_ok=True)
        return found if isinstance(found, dict) else {}


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
