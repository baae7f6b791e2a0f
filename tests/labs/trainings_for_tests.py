"""What the tests of trainings share: kill one, go on, and hold the end to that of an uninterrupted one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).parents[2]

_CHILD = """
import os, signal, sys
from pathlib import Path
import torch
from generator.store.checkpoints import DiskCheckpoints
from generator.workspace import Workspace
torch.set_num_threads(1)
def kill(done, total, message):
    if done == {killed_after} and ", step 0" not in message:
        os.kill(os.getpid(), signal.SIGKILL)
workspace = Workspace("cpu", Path("nowhere"), kill, DiskCheckpoints(Path(sys.argv[1])))
{code}
"""


class MemoryCheckpoints:
    """Keeps the last checkpoint, as the runner's do on disk."""

    def __init__(self):
        self.kept = None

    def save(self, arrays, state):
        self.kept = ({name: np.array(array) for name, array in arrays.items()}, dict(state))

    def load(self):
        return self.kept


class KilledError(Exception):
    """Stands for the end of the process."""


def killed_after(epochs):
    """A progress function that ends the training after so many epochs; GANs report within them, too, at a step 0."""

    def kill(done, total, message):
        if message.startswith("epoch") and done == epochs and ", step 0" not in message:
            raise KilledError

    return kill


def run_until_killed(code, folder, epochs):
    """Run ``code``, which trains in ``workspace``, in a process of its own that gets SIGKILL after so many epochs."""
    child = subprocess.run(
        [sys.executable, "-c", _CHILD.format(killed_after=epochs, code=code), str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert child.returncode == -signal.SIGKILL


def same_arrays(first, second):
    assert first.arrays.keys() == second.arrays.keys()
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(array, second.arrays[name])


def same_numbers(first, second):
    """All metrics, tables and arrays of two results are equal, to the last bit."""
    assert first.metrics == second.metrics
    assert first.tables == second.tables
    same_arrays(first, second)


def torchs_own_generator_is_left_alone(train):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train()
    assert torch.equal(torch.rand(3), expected)


def disturbed():
    """Draw from torch's own generator at some other place."""
    torch.manual_seed(99)
    torch.rand(10)
