"""The generator's two losses as functions of the discriminator's verdict, and the gradients that they give."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray

from generator.labs.gan.step import GeneratorLoss, discriminator_loss, generator_loss
from generator.registry import computation
from generator.results import LineChart, Result, Series
from generator.workspace import Workspace

NAMES = {"usual": "−log D(G(z))", "saturating": "log(1 − D(G(z)))"}


@computation(
    metrics={
        "exact": [
            "probability", "usual_loss", "saturating_loss", "usual_gradient", "saturating_gradient", "ratio",
            "balanced_d_loss", "balanced_usual_loss", "balanced_saturating_loss",
        ],
    },
    figures=["losses", "gradients"],
)  # fmt: skip
def generator_losses(workspace: Workspace, *, probability: float = 0.01, points: int = 99) -> Result:
    """Both losses, and the absolute value of their derivatives by the logit, over D(G(z)) at ``points`` probabilities.

    The derivatives are those of the training's own loss functions, by automatic differentiation. Metrics hold them at
    one ``probability``, with the ``ratio`` of the usual one's derivative to the other's, and (``balanced_…``) what the
    losses come to where the discriminator gives every image one half. Raises ValueError unless 0 < probability < 1.
    """
    if not 0 < probability < 1:
        raise ValueError(f"the probability is {probability}, expected a number between 0 and 1")
    grid = np.arange(1, points + 1) / (points + 1)
    curves = {kind: _loss_and_gradient(kind, grid) for kind in get_args(GeneratorLoss)}
    at = {kind: _loss_and_gradient(kind, np.array([probability])) for kind in curves}
    half = torch.zeros(1)
    return Result(
        metrics={
            "probability": probability,
            **{f"{kind}_loss": float(loss[0]) for kind, (loss, _) in at.items()},
            **{f"{kind}_gradient": float(gradient[0]) for kind, (_, gradient) in at.items()},
            "ratio": float(at["usual"][1][0] / at["saturating"][1][0]),
            "balanced_d_loss": float(discriminator_loss(half, half)),
            "balanced_usual_loss": float(generator_loss(half, "usual")),
            "balanced_saturating_loss": float(generator_loss(half, "saturating")),
        },
        figures={
            "losses": _chart({kind: loss for kind, (loss, _) in curves.items()}, grid, "loss"),
            "gradients": _chart({kind: slope for kind, (_, slope) in curves.items()}, grid, "size of the derivative"),
        },
    )


def _loss_and_gradient(
    kind: GeneratorLoss, probabilities: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Loss and absolute derivative by the logit, (n,) each, for images that are given these probabilities (n,)."""
    losses, gradients = [], []
    for share in probabilities:
        logit = torch.tensor([math.log(share / (1 - share))], dtype=torch.float64, requires_grad=True)
        loss = generator_loss(logit, kind)
        torch.autograd.backward(loss)
        assert logit.grad is not None
        losses.append(loss.item())
        gradients.append(abs(logit.grad.item()))
    return np.array(losses), np.array(gradients)


def _chart(curves: dict[GeneratorLoss, NDArray[np.float64]], grid: NDArray[np.float64], y_label: str) -> LineChart:
    series = (Series(NAMES[kind], grid, values, dashed=kind == "saturating") for kind, values in curves.items())
    return LineChart(tuple(series), x_label="D(G(z))", y_label=y_label)
