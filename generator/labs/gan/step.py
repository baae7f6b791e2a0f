"""One step of adversarial training: the two losses, and the two updates that they drive (Goodfellow et al. 2014)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn
from torch.nn import functional

from generator.networks.gan import Discriminator, ImageGenerator
from generator.networks.precision import running_in

GeneratorLoss = Literal["usual", "saturating"]

#: What each step measures, in this order; D(x) and D(G(z)) are means of probabilities before either update.
STEP_MEASURES = ("d_loss", "g_loss", "d_real", "d_fake", "d_gradient", "g_gradient")


@dataclass(frozen=True, eq=False)
class Adversaries:
    """The two networks, each with its optimiser, and the numerical format that they run in."""

    generator: ImageGenerator
    discriminator: Discriminator
    g_optimiser: torch.optim.Optimizer
    d_optimiser: torch.optim.Optimizer
    precision: str


@dataclass(frozen=True, eq=False)
class Batch:
    """Real images (n, channels, size, size), their labels (n,) where the networks take any, and latents (n, nz)."""

    images: torch.Tensor
    labels: torch.Tensor | None
    latent: torch.Tensor


def discriminator_loss(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """−log D(x) − log(1 − D(G(z))), means over logits (n,) (Goodfellow et al. 2014, eq. 1, negated)."""
    return functional.softplus(-real).mean() + functional.softplus(fake).mean()


def generator_loss(fake: torch.Tensor, kind: GeneratorLoss) -> torch.Tensor:
    """The generator's loss on logits (n,) of its images, a mean.

    "usual" is −log D(G(z)); "saturating" is log(1 − D(G(z))), the one of the minimax game, whose gradient vanishes
    where the discriminator is sure of itself (Goodfellow et al. 2014, section 3).
    """
    if kind == "usual":
        return functional.softplus(-fake).mean()
    return -functional.softplus(fake).mean()


def train_step(rivals: Adversaries, batch: Batch, loss: GeneratorLoss) -> torch.Tensor:
    """Update the discriminator, then the generator, on one batch; returns STEP_MEASURES (6,), on the device.

    In a conditional pair the images to tell apart have the same labels, as both expectations are over the labels of
    the data (Mirza and Osindero 2014, eq. 2).
    """
    device = batch.images.device.type
    with running_in(rivals.precision, device):
        fake = rivals.generator(batch.latent, batch.labels)
        real_logits = rivals.discriminator(batch.images, batch.labels).float()
        # Detached: the discriminator's step has no use for the generator's gradients.
        fake_logits = rivals.discriminator(fake.detach(), batch.labels).float()
    d_loss = discriminator_loss(real_logits, fake_logits)
    d_gradient = _update(rivals.d_optimiser, d_loss, rivals.discriminator)
    with running_in(rivals.precision, device):
        logits = rivals.discriminator(fake, batch.labels).float()
    g_loss = generator_loss(logits, loss)
    g_gradient = _update(rivals.g_optimiser, g_loss, rivals.generator)
    with torch.no_grad():
        scores = torch.sigmoid(real_logits).mean(), torch.sigmoid(fake_logits).mean()
        return torch.stack([d_loss.detach(), g_loss.detach(), *scores, d_gradient, g_gradient])


def _update(optimiser: torch.optim.Optimizer, loss: torch.Tensor, network: nn.Module) -> torch.Tensor:
    """One step of ``network`` down ``loss``; returns the length of its gradient before the step."""
    own = list(network.parameters())
    optimiser.zero_grad()
    # Only the gradients of the network's own parameters: the generator's step passes through the discriminator, whose
    # parameters' gradients would cost a third of the pass and be thrown away.
    torch.autograd.backward(loss, inputs=own)
    length = gradient_length(own)
    optimiser.step()
    return length


def gradient_length(parameters: Iterable[nn.Parameter]) -> torch.Tensor:
    """The Euclidean length of all gradients taken as one vector, a scalar on their device."""
    return nn.utils.get_total_norm([parameter.grad for parameter in parameters if parameter.grad is not None])
