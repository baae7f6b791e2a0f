"""The limits on one submission: what it does counts, not what else the machine does."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from generator.commands.check_limits import limits, reason
from generator.running.executors.processes import WorkerDiedError

LIMITED = """
import time
from generator.commands.check_limits import limits
with limits(1, {patience}):
    {action}
print("went on")
"""


def limited(action: str, patience: int = 60) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LIMITED.format(action=action, patience=patience)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="limits need a POSIX system")
def test_what_takes_too_long_is_ended_by_the_system_whatever_it_does() -> None:
    # A pattern that backtracks for ever never gives another thread of Python a turn.
    done = limited("__import__('re').match(r'(a+)+$', 'a' * 60 + 'b')")
    assert done.returncode == -signal.SIGXCPU


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit of addresses")
def test_what_takes_too_much_memory_is_refused_it() -> None:
    done = limited("bytearray(8_000_000_000)")
    assert "MemoryError" in done.stderr


def test_what_is_quick_goes_on_and_is_not_ended_later() -> None:
    assert limited("pass").stdout == "went on\n"
    # The limit of one second counts from the next full one; a count of steps may take less than that.
    over = "pass\nspent = time.process_time()\nwhile time.process_time() < spent + 2.5: pass"
    assert limited(over).stdout == "went on\n"


def test_waiting_for_the_processor_is_not_working() -> None:
    assert limited("time.sleep(2)").stdout == "went on\n"


@pytest.mark.skipif(sys.platform == "win32", reason="limits need a POSIX system")
def test_what_waits_for_ever_is_ended_by_the_clock() -> None:
    assert limited("time.sleep(30)", patience=2).returncode == -signal.SIGALRM


def test_a_submission_out_of_time_is_said_to_be() -> None:
    died = WorkerDiedError(f"The worker process died of signal {int(signal.SIGXCPU)} (CPU time limit exceeded)")
    assert reason(died) == "it took more than 120 s of the processor's time"
    died = WorkerDiedError(f"The worker process died of signal {int(signal.SIGALRM)} (Alarm clock)")
    assert reason(died) == "it took longer than 20 min"
    assert reason(ValueError("x")) == "ValueError: x"


@pytest.mark.skipif(sys.platform == "win32", reason="limits need a POSIX system")
def test_the_limits_end_with_what_they_are_for() -> None:
    import resource

    kinds = (resource.RLIMIT_AS, resource.RLIMIT_CPU)
    before = [resource.getrlimit(kind) for kind in kinds]
    with limits():
        assert [resource.getrlimit(kind) for kind in kinds] != before
    assert [resource.getrlimit(kind) for kind in kinds] == before
