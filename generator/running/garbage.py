"""When the garbage collector looks for reference cycles: not at what imports have left, and not after each tiny job."""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path

#: Bytes by which a process may grow before the next look is due, however little time has passed since the last.
GROWTH = 32 * 2**20
#: How many times as long as a look there is none: looks take at most a thirtieth of the time.
_REST = 30

_modules_frozen = 0  # how many modules were loaded when the collector was last told to leave them alone
_looked, _took, _size = 0.0, 0.0, 0  # when the last look ended, how long it took, and the process's size after it


def freeze_modules() -> None:
    """Take what imports have left out of the collector's sight: 360,000 objects with torch, 160 ms a look."""
    global _modules_frozen
    if _modules_frozen != len(sys.modules):
        gc.collect()
        gc.freeze()
        _modules_frozen = len(sys.modules)


def collect(*, can_wait: bool) -> bool:
    """Free what a job has left in reference cycles: a network there would take the next job's memory.

    Returns False where it ``can_wait`` and does, as little memory and little time have gone since the last look. A
    card's memory is not seen here, so that after jobs there it cannot.
    """
    global _looked, _took, _size
    if can_wait and time.monotonic() - _looked < _REST * _took and 0 < _resident() < _size + GROWTH:
        return False
    began = time.monotonic()
    gc.collect()
    _looked = time.monotonic()
    _took, _size = _looked - began, _resident()
    return True


def _resident() -> int:
    """The bytes of this process in memory; 0 where nobody says."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
