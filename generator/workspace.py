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

    ``rng`` gives random generators of torch's, ``numpy_rng`` of NumPy's; a computation draws from no others, so that
    its seed is all that its numbers hang on. ``device`` is torch's name for it ("cpu", "cuda:0", "mps"). ``data`` is
    the data folder. ``progress`` takes how much is done, of how much, and a short message ("epoch 3, loss 0.41").
    ``checkpoints`` keep the last epoch of a long training: a killed one goes on from there.
    """

    device: str
    data: Path
    progress: Callable[[float, float, str], None] = _silent
    checkpoints: Checkpoints = field(default_factory=NoCheckpoints)

    def rng(self, seed: int, purpose: str) -> torch.Generator:
        """A generator of torch's (torch.Generator), on the CPU, one for each purpose ("weights", "order", "noise").

        For ``torch.rand(3, generator=rng)``; NumPy takes it for none, see ``numpy_rng``. Drawing more numbers for one
        purpose never shifts the numbers of another, whatever the device.
        """
        import torch

        return torch.Generator().manual_seed(stream_seed(seed, purpose))

    def numpy_rng(self, seed: int, purpose: str) -> np.random.Generator:
        """A generator of NumPy's (numpy.random.Generator), one for each purpose, for NumPy, SciPy and scikit-learn.

        For ``rng.normal(size=10)``; torch takes it for none, see ``rng``, and is not loaded for it.
        """
        import numpy as np

        return np.random.default_rng(stream_seed(seed, purpose))


def stream_seed(seed: int, purpose: str) -> int:
    """A 63-bit seed for one purpose, from the experiment's seed by SHA-256."""
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
