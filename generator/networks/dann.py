"""The course's network for domain adaptation: one feature extractor, a class classifier and a domain classifier."""

from __future__ import annotations

import math

import torch
from torch import nn

#: Maps after the two convolutions, and the number of features that they give for images of 28 × 28 pixels.
MAPS = (32, 48)
SIDE = 28
FEATURES = MAPS[1] * (SIDE // 4) ** 2
HIDDEN = 100


class ReverseGradient(torch.autograd.Function):
    """The gradient reversal layer of Ganin and Lempitsky (2015, eq. 17-18): identity forwards, -λ times backwards.

    ``factor`` is λ as a tensor without dimensions, so that it can change from batch to batch without a copy to the
    processor; -1 gives an ordinary connection.
    """

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, features: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
        """Return ``features`` of any shape unchanged."""
        ctx.save_for_backward(factor)
        return features.view_as(features)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        """The gradient for ``features``, in their own format; none for λ."""
        (factor,) = ctx.saved_tensors  # type: ignore[attr-defined]
        return (-factor * gradients[0]).to(gradients[0].dtype), None


class DomainNetwork(nn.Module):
    """The network of the lab: 2,352 features, classified as one of ``classes`` and as one of two domains.

    Takes (n, 3, 28, 28). Module names are those of the parts: ``features``, ``classifier``, ``domain``.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.classes = classes
        # Pooled before the ReLU, which gives the same values and gradients (both keep the order of numbers) and
        # rectifies a quarter as many.
        self.features = nn.Sequential(
            nn.Conv2d(3, MAPS[0], 5, padding=2), nn.MaxPool2d(2), nn.ReLU(inplace=True),
            nn.Conv2d(MAPS[0], MAPS[1], 5, padding=2), nn.MaxPool2d(2), nn.ReLU(inplace=True),
            nn.Flatten(),
        )  # fmt: skip
        self.classifier = nn.Sequential(
            nn.Linear(FEATURES, HIDDEN), nn.ReLU(inplace=True),
            nn.Linear(HIDDEN, HIDDEN), nn.ReLU(inplace=True),
            nn.Linear(HIDDEN, classes),
        )  # fmt: skip
        self.domain = nn.Sequential(nn.Linear(FEATURES, HIDDEN), nn.ReLU(inplace=True), nn.Linear(HIDDEN, 1))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Class logits of shape (n, classes)."""
        logits: torch.Tensor = self.classifier(self.features(images))
        return logits

    def domain_logits(self, features: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
        """One logit for each row of ``features``, of shape (n,): above 0 for the target domain.

        The gradient that reaches ``features`` is reversed and multiplied by ``factor``.
        """
        logits: torch.Tensor = self.domain(ReverseGradient.apply(features, factor))
        return logits.squeeze(1)


def build_domain_network(classes: int, rng: torch.Generator) -> DomainNetwork:
    """A fresh network with PyTorch's default weights, drawn from ``rng``.

    Weights and biases are uniform in ±1/√fan-in, as PyTorch's layers draw them (LeCun et al. 1998, section 4.6).
    """
    with torch.device("meta"):  # so that PyTorch draws nothing from its global generator
        network = DomainNetwork(classes)
    network.to_empty(device="cpu")
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            bound = 1 / math.sqrt(module.weight[0].numel())
            with torch.no_grad():
                for parameter in module.parameters():
                    parameter.uniform_(-bound, bound, generator=rng)
    return network
