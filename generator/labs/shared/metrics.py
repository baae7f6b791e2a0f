"""Run a classifier over images and count: logits, hits among the first k, accuracies with their intervals."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from generator.labs.shared.statistics import grouped_interval, wilson_interval
from generator.networks.backbones import Backbone
from generator.results import Value

#: Images at a time: VGG16's widest layer takes 13 MB for each in 32-bit floating point.
BATCH = 32


@torch.no_grad()
def logits_of(backbone: Backbone, inputs: torch.Tensor) -> torch.Tensor:
    """Logits (n, classes) in eval mode for preprocessed inputs (n, 3, size, size), on the processor."""
    return torch.cat([backbone.module(batch).cpu() for batch in torch.split(inputs, BATCH)])


def hits_within(logits: torch.Tensor, labels: NDArray[np.int64], k: int) -> NDArray[np.bool_]:
    """For each image, whether its true class is among the ``k`` highest of its logits (n, classes)."""
    first = logits.topk(min(k, logits.shape[1]), dim=1).indices.numpy()
    hits: NDArray[np.bool_] = (first == labels[:, None]).any(axis=1)
    return hits


def true_ranks(logits: torch.Tensor, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each image's true class among its logits (n, classes), 1 for the highest."""
    own = logits.gather(1, torch.from_numpy(labels)[:, None])
    ranks: NDArray[np.int64] = ((logits > own).sum(1) + 1).numpy()
    return ranks


def share_metrics(name: str, count: int, total: int) -> dict[str, Value]:
    """``name``, the share of ``count`` in ``total``, and its 95 % interval, ``name_low`` to ``name_high``."""
    low, high = wilson_interval(count, total)
    return {name: count / total, f"{name}_low": low, f"{name}_high": high}


def accuracy_row(hits: NDArray[np.bool_], groups: NDArray[np.int64] | None = None) -> dict[str, Value]:
    """``test``, the accuracy, with the ends ``low`` and ``high`` of its 95 % interval: a row of a table."""
    low, high = grouped_interval(hits, groups)
    return {"test": float(hits.mean()), "low": low, "high": high}


def accuracy_metrics(name: str, hits: NDArray[np.bool_], groups: NDArray[np.int64] | None = None) -> dict[str, Value]:
    """``name`` (a proportion of ``hits``), and the ends ``name_low`` and ``name_high`` of its 95 % interval."""
    low, high = grouped_interval(hits, groups)
    return {name: float(hits.mean()), f"{name}_low": low, f"{name}_high": high}
