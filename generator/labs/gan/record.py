"""What is kept of an adversarial training beside the networks: each step's measures, samples of fixed latents."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from generator.labs.gan.real_images import to_bytes
from generator.labs.gan.step import STEP_MEASURES

#: Latent vectors that stay fixed through training; the samples shown are the first of them.
FIXED = 100
#: How many times the samples are kept, before the first step and after the last one included, and the earliest after
#: the first: before that many steps there is nothing to be seen yet.
MOMENTS = 15
EARLIEST = 20


class Record(nn.Module):
    """Measures of each step (steps, 6), and samples (moments, FIXED, channels, size, size) as bytes.

    A module, so that its buffers travel with the checkpoints; it has no parameters.
    """

    steps: torch.Tensor
    samples: torch.Tensor

    def __init__(self, steps: int, channels: int, size: int) -> None:
        super().__init__()
        self.moments = sample_moments(steps)
        self.register_buffer("steps", torch.zeros(steps, len(STEP_MEASURES)))
        shape = (len(self.moments), FIXED, channels, size, size)
        self.register_buffer("samples", torch.zeros(shape, dtype=torch.uint8))

    def keep_step(self, step: int, measures: torch.Tensor) -> None:
        """Keep what step ``step`` (from 0) measured."""
        self.steps[step] = measures

    def keep_samples(self, step: int, images: torch.Tensor) -> None:
        """Keep the samples (FIXED, channels, size, size) in [-1, 1] that followed ``step`` steps."""
        self.samples[self.moments.index(step)] = to_bytes(images)

    def finite_steps(self, run: int) -> NDArray[np.float32]:
        """The measures of the first ``run`` steps, up to the first one with a number that is not finite."""
        rows = self.steps[:run].cpu().numpy()
        whole = np.isfinite(rows).all(axis=1)
        kept: NDArray[np.float32] = rows[: int(np.argmin(whole))] if not whole.all() else rows
        return kept

    def kept_samples(self, run: int) -> tuple[tuple[int, ...], NDArray[np.uint8]]:
        """The moments that ``run`` steps have reached, and the samples of each."""
        reached = tuple(moment for moment in self.moments if moment <= run)
        return reached, self.samples[: len(reached)].cpu().numpy()


def sample_moments(steps: int) -> tuple[int, ...]:
    """After how many steps to keep samples: 0, ``steps``, and between them the closer the earlier.

    Most of what can be seen happens in the first few hundred steps, hence equal ratios and not equal distances.
    """
    spaced = np.geomspace(min(EARLIEST, steps), steps, MOMENTS - 1)
    return (0, *sorted({round(float(moment)) for moment in spaced}))
