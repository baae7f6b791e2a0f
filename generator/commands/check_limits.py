"""The limits on one submission: processor time, however busy the machine is, and memory."""

from __future__ import annotations

import math
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from generator.errors import GenreportError
from generator.running.executors.processes import WorkerDiedError

SECONDS = 120  # of the processor; measured: half a second for a submission, and five for the first of each process
PATIENCE = 10  # times as long by the clock: for what waits without working, on a machine with ten other programs
_MEMORY = 6_000_000_000  # bytes of addresses


@contextmanager
def limits(seconds: int = SECONDS, patience: int = PATIENCE) -> Iterator[None]:
    """For so long, the system itself ends this process when it takes too much time, whatever it does, or memory."""
    if sys.platform == "win32":
        yield
        return
    import resource

    memory = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, memory[1]))
    before = resource.getrlimit(resource.RLIMIT_CPU)
    spent = math.ceil(time.process_time())  # the limit counts from the beginning of the process
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, before[1]))
    signal.alarm(seconds * patience)
    try:
        yield
    finally:
        signal.alarm(0)
        resource.setrlimit(resource.RLIMIT_CPU, before)
        resource.setrlimit(resource.RLIMIT_AS, memory)


def reason(error: Exception) -> str:
    """Why there is no report, for the teacher."""
    if isinstance(error, WorkerDiedError) and sys.platform != "win32":
        if f"signal {int(signal.SIGXCPU)} " in error.message:
            return f"it took more than {SECONDS} s of the processor's time"
        if f"signal {int(signal.SIGALRM)} " in error.message:
            return f"it took longer than {SECONDS * PATIENCE // 60} min"
    return str(error) if isinstance(error, GenreportError) else f"{type(error).__name__}: {error}"
