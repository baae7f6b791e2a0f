"""Freed memory stays in the process, so that the next step of a training need not ask the system for it."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from generator.running.allocator import keep_freed_memory

STEPS = """
import resource, sys
import numpy as np
if sys.argv[1] == "keep":
    from generator.running.allocator import keep_freed_memory
    assert keep_freed_memory()
def step():
    tensors = [np.empty(2**24, np.uint8) for _ in range(4)]
    for tensor in tensors:
        tensor.fill(1)
for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_steps_after_the_first_take_no_fresh_pages() -> None:
    faults = {}
    for way in ("usual", "keep"):
        child = subprocess.run(
            [sys.executable, "-c", STEPS, way],
            cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
        )  # fmt: skip
        faults[way] = int(child.stdout)
    assert faults["keep"] < faults["usual"] / 10


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    assert not keep_freed_memory.__wrapped__()  # whatever an earlier test has had it say, once and for all
