"""What a training on two domains came to: its curves, and whether and when it diverged."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from generator.labs.training import Measures, history_chart
from generator.results import LineChart, Panels, Series, Table

#: The columns of the history; those of the domain classifier are empty where it was not trained.
COLUMNS = (
    "class_loss", "domain_loss", "source_accuracy", "target_accuracy", "source_domain_accuracy",
    "target_domain_accuracy", "factor", "learning_rate", "seconds",
)  # fmt: skip
#: Epochs in a row without any learning that make a run count as diverged, and what "without" means: a class loss above
#: this share of what guessing costs.
PATIENCE = 3
GUESSING = 0.99


def diverged_epoch(history: Sequence[Measures], classes: int) -> int | None:
    """The epoch, counted from 1, in which a training was lost; None where it was not.

    A training is lost when its class loss is no longer a number, or when it has stayed for ``PATIENCE`` epochs where
    guessing is, at ln(classes): the features have then become the same for every image, and no gradient leads out.
    """
    guessing = 0
    for epoch, measures in enumerate(history, start=1):
        loss = measures["class_loss"]
        guessing = guessing + 1 if loss > GUESSING * math.log(classes) else 0
        if not math.isfinite(loss) or guessing == PATIENCE:
            return epoch
    return None


def finite(value: float | None) -> float | None:
    """The value, or None for what is missing or no longer a number."""
    return value if value is not None and math.isfinite(value) else None


def history_rows(history: Sequence[Measures]) -> Table:
    """One row for each epoch, counted from 1."""
    rows = tuple(
        (number, *(finite(measures.get(name)) for name in COLUMNS)) for number, measures in enumerate(history, start=1)
    )
    return Table(("epoch", *COLUMNS), rows)


def curves(history: Sequence[Measures], factor: Callable[[float], float], epochs: int) -> dict[str, LineChart | Panels]:
    """The figures of a training: "losses", "accuracies" and the reversal "factor", and all of it in "training".

    ``factor`` gives λ for the share of the ``epochs`` planned that is over.
    """
    domains = "domain_loss" in history[0]
    losses = {"class_loss": "class loss", **({"domain_loss": "domain loss"} if domains else {})}
    loss_chart = history_chart(history, losses, "loss")
    accuracies = {"source_accuracy": "source", "target_accuracy": "target"}
    accuracy_chart = history_chart(history, accuracies, "test accuracy")
    panels, titles = [loss_chart, accuracy_chart], ["Training losses", "Classes"]
    if domains:
        own = {"source_domain_accuracy": "source", "target_domain_accuracy": "target"}
        panels.append(history_chart(history, own, "domain accuracy"))
        titles.append("Domains")
    shares = np.linspace(0, len(history) / epochs, 201)
    factors = Series("λ", shares * epochs, np.array([factor(float(share)) for share in shares]))
    return {
        "losses": loss_chart,
        "accuracies": accuracy_chart,
        "factor": LineChart((factors,), x_label="epoch", y_label="reversal factor λ"),
        "training": Panels(tuple(panels), columns=len(panels), titles=tuple(titles)),
    }
