"""A lock on a folder, held by one process at a time and gone with it, however it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from pathlib import Path

_PAUSE = 0.2  # seconds between two tries


@contextmanager
def locked(file: Path, waiting: Callable[[str], None]) -> Iterator[bool]:
    """Hold the lock that ``file`` stands for; the file itself stays, as removing it would let two hold it at once.

    While another process has it, ``waiting`` is told once, by the number of that process, and this one waits: the other
    takes seconds, and what comes after it can be right without anybody having to try again. Yields False, and locks
    nothing, on a file system that knows no locks. OSError when the file cannot be written.
    """
    with file.open("a+b") as handle:
        held = _wait(handle.fileno(), file, waiting)
        if held:
            handle.truncate(0)
            handle.write(str(os.getpid()).encode())
            handle.flush()
        yield held  # closing the file gives the lock back


def acquire(path: Path, on_wait: Callable[[], None], given_up: Callable[[], bool]) -> int:
    """A descriptor that holds the lock on the file that now has this name, whose holder may remove it at the end.

    While another has it ``on_wait`` is called once, and ``given_up`` again and again. Raises CancelledError when that
    is true, OSError where the file cannot be made or the file system knows no locks.
    """
    waited = held = False
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try_lock(descriptor)
            held = os.fstat(descriptor).st_ino == path.stat().st_ino
            if held:
                return descriptor
        except FileNotFoundError:
            pass  # its holder removed it in between: lock the file that takes its name
        except (BlockingIOError, PermissionError):
            if not waited:
                on_wait()
            waited = True
            if given_up():
                raise CancelledError(f"{path.name} is waited for no longer") from None
            time.sleep(_PAUSE)
        finally:
            if not held:
                os.close(descriptor)


def _wait(handle: int, file: Path, waiting: Callable[[str], None]) -> bool:
    told = False
    while True:
        try:
            try_lock(handle)
        except (BlockingIOError, PermissionError):
            if not told:
                told = True
                waiting(_holder(file))
            time.sleep(_PAUSE)
        except OSError:
            return False
        else:
            return True


def try_lock(handle: int) -> None:
    """Take the lock at once; BlockingIOError or PermissionError where another has it."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, _FAR, os.SEEK_SET)  # what is locked cannot be read there, and the number is at the beginning
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


_FAR = 1 << 20


def _holder(file: Path) -> str:
    try:
        number = file.read_bytes()[:20].decode("ascii", "replace")
    except OSError:
        number = ""
    return number if number.isdigit() else "unknown"
