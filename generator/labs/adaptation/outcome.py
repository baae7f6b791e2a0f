"""What a training on two domains came to: its curves, and whether and when it diverged."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from generator.labs.shared.training import Measures, history_chart
from generator.results import LineChart, Panels, Series, Table

#: What is measured of a domain classifier only; empty in the history where there was none.
OF_DOMAINS = ("domain_loss", "source_domain_accuracy", "target_domain_accuracy")
#: And of every network, in the order of the history's columns.
OF_ALL = ("class_loss", "source_accuracy", "target_accuracy", "factor", "learning_rate", "seconds")
#: A class loss above this share of what guessing costs counts as guessing.
GUESSING = 0.99
#: Epochs of guessing in a row that lose a training which had learnt something before.
PATIENCE = 2


def diverged_epoch(history: Sequence[Measures], classes: int, epochs: int) -> int | None:
    """The epoch, counted from 1, in which a training of ``epochs`` epochs was lost; None where it was not.

    A training is lost when its class loss is no longer a number, or is again what guessing costs, ln(classes), for two
    epochs in a row: the features are then the same for every image, and no gradient leads out. One that has not learnt
    anything by half of its epochs is lost as well; many begin slowly, and are given that time. One that guesses in its
    last epoch is lost without a second: none was left to confirm it, and what is reported is a network that guesses.
    """
    guessing, learnt = 0, False
    for epoch, measures in enumerate(history, start=1):
        loss = measures["class_loss"]
        if not math.isfinite(loss):
            return epoch
        guesses = loss > GUESSING * math.log(classes)
        guessing = guessing + 1 if guesses else 0
        learnt = learnt or not guesses
        patience = PATIENCE if learnt else max(PATIENCE, math.ceil(epochs / 2))
        if guessing >= (1 if epoch == epochs else patience):
            return epoch
    return None


def finite(value: float | None) -> float | None:
    """The value, or None for what is missing or no longer a number."""
    return value if value is not None and math.isfinite(value) else None


def last_change(values: Sequence[float]) -> float | None:
    """By which share of itself the last but one value changed; None where there is no such."""
    return values[-1] / values[-2] - 1 if len(values) > 1 and values[-2] else None


def history_rows(history: Sequence[Measures]) -> Table:
    """One row for each epoch, counted from 1; a measure that an epoch lacks is empty."""
    names = (*OF_DOMAINS, *OF_ALL)
    return Table.of(
        {"epoch": number, **{name: finite(measures.get(name)) for name in names}}
        for number, measures in enumerate(history, start=1)
    )


def curves(history: Sequence[Measures], factor: Callable[[float], float], epochs: int) -> dict[str, LineChart | Panels]:
    """The figures of a training: "losses", "accuracies", and with the reversal factor both in "training".

    ``factor`` gives λ for the share of the ``epochs`` planned that is over.
    """
    domains = "domain_loss" in history[0]
    losses = {"class_loss": "class loss", **({"domain_loss": "domain loss"} if domains else {})}
    loss_chart = history_chart(history, losses, "loss")
    accuracies = {"source_accuracy": "source", "target_accuracy": "target"}
    accuracy_chart = history_chart(history, accuracies, "test accuracy")
    shares = np.linspace(0, len(history) / epochs, 201)
    factors = Series("λ", shares * epochs, np.array([factor(float(share)) for share in shares]))
    factor_chart = LineChart((factors,), x_label="epoch", y_label="reversal factor λ")
    panels: dict[str, LineChart] = {"Training losses": loss_chart, "Accuracies": accuracy_chart}
    if domains:
        panels["Reversal"] = factor_chart
    return {
        "losses": loss_chart,
        "accuracies": accuracy_chart,
        "training": Panels(tuple(panels.values()), columns=len(panels), titles=tuple(panels)),
    }
