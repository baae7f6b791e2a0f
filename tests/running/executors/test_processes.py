"""The executor of processes: it outlives its workers, and they do not outlive it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.running.executors.processes import ProcessExecutor, WorkerDiedError, send_note
from generator.running.progress import Note
from tests.waiting_for_tests import gone, until

SCRIPT = """
import os, sys, time
from generator.running.executors.processes import ProcessExecutor
if __name__ == "__main__":
    executor = ProcessExecutor([{}, {}], on_note=lambda note: None)
    print(*[executor.submit(os.getpid).result() for _ in range(2)], flush=True)
    for _ in range(2):
        executor.submit(time.sleep, 600)
    time.sleep(600)
"""


def talk(count: int) -> str:
    for number in range(count):
        send_note(Note("fp", number / count, f"note {number}"))
    return os.environ["GREETING"]


def raise_error(error: Exception) -> None:
    raise error


def interrupt_self() -> str:
    os.kill(os.getpid(), signal.SIGINT)
    return "still here"


@pytest.fixture
def notes() -> list[Note]:
    return []


@pytest.fixture
def executor(notes: list[Note]) -> Iterator[ProcessExecutor]:
    with ProcessExecutor([{"GREETING": "one"}, {"GREETING": "two"}], notes.append) as opened:
        yield opened


def test_values_errors_notes_and_environments(executor: ProcessExecutor, notes: list[Note]) -> None:
    assert {executor.submit(talk, 3).result() for _ in range(2)} == {"one", "two"}
    assert [note.message for note in notes[:3]] == ["note 0", "note 1", "note 2"]
    for kind in (LookupError, EOFError, ConnectionResetError):  # the last two look like the end of the pipe
        with pytest.raises(kind, match="here"):
            executor.submit(raise_error, kind("here")).result()
    assert executor.submit(interrupt_self).result() == "still here"  # Ctrl-C is the main process's affair


def test_processes_are_kept_and_the_main_one_is_not_used(executor: ProcessExecutor) -> None:
    pids = {executor.submit(os.getpid).result() for _ in range(6)}
    assert len(pids) == 2
    assert os.getpid() not in pids


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((os._exit, 3), "exit code 3"),
        ((signal.raise_signal, signal.SIGKILL), "SIGKILL.*memory"),
        ((signal.raise_signal, signal.SIGSEGV), "signal 11"),
    ],
)
def test_a_death_costs_only_its_own_call(executor: ProcessExecutor, arguments: tuple, reason: str) -> None:
    other = executor.submit(time.sleep, 0.5)
    with pytest.raises(WorkerDiedError, match=reason):
        executor.submit(*arguments).result()
    other.result()
    assert {executor.submit(talk, 0).result() for _ in range(4)} == {"one", "two"}


def test_what_cannot_be_sent_is_an_error_and_not_a_death(executor: ProcessExecutor) -> None:
    with pytest.raises(Exception, match="pickle"):
        executor.submit(lambda: None).result()
    with pytest.raises(Exception, match="pickle"):
        executor.submit(open, os.devnull).result()
    assert executor.submit(os.getpid).result()


def test_where_no_process_can_be_started_the_next_call_tries_anew(
    executor: ProcessExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(process: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    with monkeypatch.context() as changed:
        changed.setattr("multiprocessing.context.SpawnProcess.start", full)
        for _ in range(2):
            with pytest.raises(BlockingIOError):
                executor.submit(os.getpid).result(60)
    assert executor.submit(os.getpid).result(60) != os.getpid()


def test_terminate_ends_running_calls_at_once(executor: ProcessExecutor) -> None:
    pid = executor.submit(os.getpid).result()
    calls = [executor.submit(time.sleep, 600) for _ in range(3)]
    began = time.monotonic()
    executor.terminate()
    assert time.monotonic() - began < 300  # half of what the calls take
    assert all(call.cancelled() or isinstance(call.exception(), WorkerDiedError) for call in calls)
    assert gone(pid)


def test_workers_end_when_the_main_process_is_killed() -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", SCRIPT]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as main:
        assert main.stdout is not None
        pids = [int(word) for word in main.stdout.readline().split()]
        assert len(pids) == 2
        assert not any(gone(pid) for pid in pids)
        main.kill()
        until(lambda: all(map(gone, pids)), "workers are left")
