"""An executor of processes on this machine that outlives the death of any of them."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import SpawnProcess
from typing import Any, ParamSpec, TypeVar

from generator.errors import ExecutorError
from generator.running.fresh_code import begin_worker
from generator.running.progress import Note

P = ParamSpec("P")
T = TypeVar("T")

_PR_SET_PDEATHSIG = 1  # of Linux's prctl.h
_channel: Connection | None = None  # in a worker: the way to the main process
_one_sender = threading.Lock()  # the progress thread and the main thread share it


class WorkerDiedError(ExecutorError):
    """The worker process that computed a job ended; the job may be tried again."""


class ProcessExecutor(Executor):
    """One spawned process for each slot, each with environment variables of its own.

    Unlike ``ProcessPoolExecutor``, which breaks as a whole: when a process dies, only its own job fails, with
    WorkerDiedError, and the slot gets a new process. A pipe for each process, rather than queues with locks, lets a
    process be killed at any instant without blocking the others.
    """

    def __init__(self, environments: Sequence[Mapping[str, str]], on_note: Callable[[Note], None]) -> None:
        self._slots = [_Slot(environment, on_note) for environment in environments]
        self._free: queue.SimpleQueue[_Slot] = queue.SimpleQueue()
        for slot in self._slots:
            self._free.put(slot)
        self._threads = ThreadPoolExecutor(len(self._slots), thread_name_prefix="slot")

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call ``fn`` in the next free process; it and its arguments must be importable there."""
        return self._threads.submit(self._call, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let running calls end, then stop the processes."""
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        if wait:
            self.terminate()

    def terminate(self) -> None:
        """Kill every process at once; running calls end with WorkerDiedError."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for slot in self._slots:
            slot.kill()
        self._threads.shutdown(wait=True)

    def _call(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        slot = self._free.get()
        try:
            return slot.call(function, args, kwargs)
        finally:
            self._free.put(slot)


class _Slot:
    """One process at a time, started when it is first needed and again after a death."""

    def __init__(self, environment: Mapping[str, str], on_note: Callable[[Note], None]) -> None:
        self._environment, self._on_note = dict(environment), on_note
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._closed = False
        self._starting = threading.Lock()

    def call(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """The function's value, or its exception; notes that arrive meanwhile are passed on."""
        pipe = self._running()
        try:
            pipe.send((function, args, kwargs))
            while (message := pipe.recv())[0] == "note":
                self._on_note(message[1])
        except (EOFError, ConnectionError) as error:
            raise WorkerDiedError(*self._autopsy()) from error
        kind, content = message
        if kind == "error":
            raise content
        return content

    def kill(self) -> None:
        """End the process for good."""
        with self._starting:
            self._closed = True
            if self._process is not None:
                self._process.kill()
                self._process.join()

    def _running(self) -> Connection:
        with self._starting:
            if self._closed:
                raise WorkerDiedError("The build was stopped")
            if self._pipe is None:
                context = multiprocessing.get_context("spawn")  # forking a process that has threads can block it
                ours, theirs = context.Pipe()
                process = context.Process(target=begin_worker, args=(theirs, self._environment), daemon=True)
                with theirs:  # closed here, so that the death of the process is the end of the pipe
                    process.start()
                # Only now: where the system has no process left, the next call tries anew.
                self._pipe, self._process = ours, process
            return self._pipe

    def _autopsy(self) -> tuple[str, str]:
        """The reason and the hint for a death; the next call then starts a new process."""
        assert self._process is not None
        assert self._pipe is not None
        self._process.join()
        code = self._process.exitcode or 0
        self._pipe.close()
        self._pipe = None
        if code == -signal.SIGKILL:
            return (
                "The worker process was killed (SIGKILL), most often because the memory ran out",
                "try --jobs 1 or a smaller profile",
            )
        if code < 0:
            return f"The worker process died of signal {-code} ({signal.strsignal(-code)})", ""
        return f"The worker process ended of itself with exit code {code}", ""


def send_note(note: Note) -> None:
    """In a worker process: send a note to the main process."""
    _send("note", note)


def serve(channel: Connection, environment: Mapping[str, str]) -> None:
    """The life of a worker process: calls come through the channel until it closes."""
    global _channel
    _channel = channel
    os.environ.update(environment)  # before torch and NumPy are imported: they read it only then
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the main process ends the workers
    _kill_with_parent()
    threading.Thread(target=_die_with_parent, daemon=True).start()
    while True:
        try:
            received = channel.recv_bytes()
        except EOFError:
            return
        try:
            function, args, kwargs = pickle.loads(received)  # noqa: S301 - from the main process, through its own pipe
            _send("value", function(*args, **kwargs))
        except Exception as error:
            _send_error(error)


def _send_error(error: Exception) -> None:
    try:
        _send("error", error)
    except Exception:  # an exception may hold what cannot be sent; its words always can
        _send("error", ExecutorError(f"{type(error).__name__}: {error}"))


def _send(kind: str, content: Any) -> None:
    assert _channel is not None
    with _one_sender:
        _channel.send((kind, content))


def _kill_with_parent() -> None:
    """Have Linux kill this process when the main process is gone: it may be stopped then, and unable to end itself.

    What counts is the thread that started it: one of the executor's, which live as long as the executor.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _die_with_parent() -> None:
    """End this process when the main process is gone, even by SIGKILL: nobody waits for its results."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait_for([parent.sentinel])
    os._exit(1)
