"""What a computation may use from outside: its device, data folder, random generators, checkpoints and progress."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import torch

    from generator.results import Array


class Checkpoints(Protocol):
    """Where a long training keeps its last epoch, so that a killed job goes on from there."""

    def save(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        """Replace the checkpoint atomically by these arrays and this JSON-ready state."""

    def load(self) -> tuple[dict[str, Array], dict[str, Any]] | None:
        """The last checkpoint whose checksum holds, or None."""


class NoCheckpoints:
    """Checkpoints for callers that want none (tests, short jobs)."""

    def save(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        """Keep nothing."""

    def load(self) -> tuple[dict[str, Array], dict[str, Any]] | None:
        """Nothing was kept."""
        return None


def _silent(done: float, total: float, message: str) -> None:
    return None


@dataclass(frozen=True)
class Workspace:
    """A computation's surroundings.

    ``device`` is torch's name for it ("cpu", "cuda:0", "mps"). ``data`` is the data folder. ``progress`` takes how much
    is done, of how much, and a short message ("epoch 3, loss 0.41").
    """

    device: str
    data: Path
    progress: Callable[[float, float, str], None] = _silent
    checkpoints: Checkpoints = field(default_factory=NoCheckpoints)

    def rng(self, seed: int, purpose: str) -> torch.Generator:
        """A torch generator on the CPU, of its own for each purpose ("weights", "order", "noise", "data").

        Drawing more numbers for one purpose never shifts the numbers of another, whatever the device.
        """
        import torch

        return torch.Generator().manual_seed(stream_seed(seed, purpose))

    def numpy_rng(self, seed: int, purpose: str) -> np.random.Generator:
        """The same as a generator of NumPy's, for NumPy and scikit-learn; torch is not loaded for it."""
        import numpy as np

        return np.random.default_rng(stream_seed(seed, purpose))


def stream_seed(seed: int, purpose: str) -> int:
    """A 63-bit seed for one purpose, from the experiment's seed by SHA-256."""
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
