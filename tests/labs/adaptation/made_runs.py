"""Runs as ``train_adaptation`` returns them, with numbers that a test chooses."""

from __future__ import annotations

import numpy as np

from generator.results import Result, Table

MEASURES = ("class_loss", "domain_loss", "source_accuracy", "target_accuracy", "factor", "learning_rate")


def made_run(
    target: float,
    *,
    source: float = 0.9,
    seed: int = 0,
    epochs: int = 3,
    diverged: int | None = None,
    images: int = 100,
) -> Result:
    """A run whose accuracy on the target rises to ``target`` in equal steps; its class loss is 1 / epoch.

    It gets the first of the test ``images`` right.
    """
    rows = tuple(
        (epoch, 1 / epoch, None, source, target * epoch / epochs, epoch / epochs, 0.01)
        for epoch in range(1, epochs + 1)
    )
    metrics = {
        "seed": seed,
        "diverged_epoch": diverged,
        "source_domain_accuracy": None,
        "target_domain_accuracy": None,
    }
    for domain, accuracy in (("source", source), ("target", target)):
        ends = {"": accuracy, "_low": accuracy - 0.01, "_high": accuracy + 0.01}
        metrics |= {f"{domain}_accuracy{end}": value for end, value in ends.items()}
    hits = {
        f"hits/{name}": np.arange(images) < share * images for name, share in (("source", source), ("target", target))
    }
    return Result(metrics=metrics, tables={"history": Table(("epoch", *MEASURES), rows)}, arrays=hits)
