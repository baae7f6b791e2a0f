"""The game between generator and discriminator, epoch by epoch."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from generator.labs.gan.outcome import has_diverged
from generator.labs.gan.real_images import RealImages, pixel_variance
from generator.labs.gan.record import FIXED, Record
from generator.labs.gan.sampling import draw_images
from generator.labs.gan.step import STEP_MEASURES, Adversaries, Batch, GeneratorLoss, train_step
from generator.labs.shared.replay import Replayed, recorder_for
from generator.labs.shared.training import Measures, TrainingState, run_epochs
from generator.networks.gan import Discriminator, ImageGenerator, Initialisation, initialise_gan
from generator.workspace import Workspace

#: Reports of progress within an epoch, which can take minutes.
REPORTS = 20


@dataclass(frozen=True)
class Recipe:
    """Which networks to train, how long, how fast and on which loss; ``precision`` is the one chosen."""

    conditional: bool
    condition_discriminator: bool
    nz: int
    ngf: int
    ndf: int
    epochs: int
    batch_size: int
    d_rate: float
    g_rate: float
    betas: tuple[float, float]
    initialisation: Initialisation
    loss: GeneratorLoss
    precision: str
    seed: int


@dataclass(frozen=True, eq=False)
class Fixed:
    """Latent vectors (FIXED, nz) that stay the same through training, with their labels where there are any."""

    latent: torch.Tensor
    labels: torch.Tensor | None


class Match:
    """Two networks at the beginning of their training on ``real``, and the record of it."""

    def __init__(self, workspace: Workspace, real: RealImages, recipe: Recipe) -> None:
        # The last batch, where it is not full, is left out: shapes stay the same, and the order changes each epoch.
        self.batches = len(real) // recipe.batch_size
        if not self.batches:
            raise ValueError(f"{len(real)} images do not fill one batch of {recipe.batch_size}")
        self.workspace, self.real, self.recipe = workspace, real, recipe
        self.rivals = _rivals(workspace, real, recipe)
        size = real.pixels.shape[-1]
        self.record = Record(self.batches * recipe.epochs, real.channels, size).to(workspace.device)
        latent = torch.randn(FIXED, recipe.nz, generator=workspace.rng(recipe.seed, "fixed latents"))
        classes = self.rivals.generator.classes
        # As many of each class, class by class, so that a grid of them has a row for each.
        labels = torch.arange(FIXED, device=workspace.device) * classes // FIXED if classes else None
        self.fixed = Fixed(latent.to(workspace.device), labels)
        self._order = workspace.rng(recipe.seed, "order")
        self._latents = workspace.rng(recipe.seed, "latents")
        self._data_variance = real.variance()
        self._step = Replayed(self._learn, recorder_for(torch.device(workspace.device)))

    def train(self) -> list[Measures]:
        """Train to the end, or to the epoch in which a number stopped being finite; returns each epoch's measures."""
        rivals = self.rivals
        state = TrainingState(
            {"generator": rivals.generator, "discriminator": rivals.discriminator, "record": self.record},
            {"generator": rivals.g_optimiser, "discriminator": rivals.d_optimiser},
            {"order": self._order, "latents": self._latents},
        )
        return run_epochs(
            self.workspace, state, self.recipe.epochs, self.recipe.seed, self._run_epoch, enough=has_diverged
        )

    def _run_epoch(self, epoch: int) -> Measures:
        for network in (self.rivals.generator, self.rivals.discriminator):
            network.train()
        order = torch.randperm(len(self.real), generator=self._order).to(self.workspace.device)
        first = epoch * self.batches
        for number in range(self.batches):
            step = first + number
            if step in self.record.moments:
                self.record.keep_samples(step, self._samples())
            chosen = order[number * self.recipe.batch_size : (number + 1) * self.recipe.batch_size]
            self.record.keep_step(step, self._step(chosen, self._drawn(len(chosen))))
            if number % -(-self.batches // REPORTS) == 0:
                message = f"epoch {epoch + 1} of {self.recipe.epochs}, step {number} of {self.batches}"
                self.workspace.progress(epoch + number / self.batches, self.recipe.epochs, message)
        samples = self._samples()
        if epoch + 1 == self.recipe.epochs:
            self.record.keep_samples(first + self.batches, samples)
        return self._measures(self.record.steps[first : first + self.batches], samples)

    def _drawn(self, count: int) -> torch.Tensor:
        """Latents (count, nz), drawn on the processor for any device alike; pinned there, so that no card waits."""
        device = torch.device(self.workspace.device)
        pinned = device.type == "cuda"
        latent = torch.randn(count, self.recipe.nz, generator=self._latents, pin_memory=pinned)
        return latent.to(device, non_blocking=True)

    def _learn(self, chosen: torch.Tensor, latent: torch.Tensor) -> torch.Tensor:
        """One step on the real images at the indices ``chosen`` (n,) and latents (n, nz)."""
        images = self.real.batch(chosen).contiguous(memory_format=torch.channels_last)
        labels = self.real.labels[chosen] if self.recipe.conditional else None
        return train_step(self.rivals, Batch(images, labels, latent), self.recipe.loss)

    def _samples(self) -> torch.Tensor:
        """The fixed latents' images, normalised as a batch of their own, as in training."""
        return draw_images(self.rivals.generator, self.fixed.latent, self.fixed.labels)

    def _measures(self, steps: torch.Tensor, samples: torch.Tensor) -> Measures:
        """Means over the epoch's finite steps (0 where there are none), and what its end shows."""
        rows = steps.cpu().double()
        finite = torch.isfinite(rows).all(dim=1)
        means = rows[finite].mean(dim=0) if finite.any() else torch.zeros(len(STEP_MEASURES))
        measures = dict(zip(STEP_MEASURES, means.tolist(), strict=True))
        measures["variety"] = pixel_variance(samples.float().nan_to_num()) / self._data_variance
        measures["finite"] = float(finite.double().mean())
        return measures


def _rivals(workspace: Workspace, real: RealImages, recipe: Recipe) -> Adversaries:
    classes = len(real.class_names) if recipe.conditional else 0
    size = real.pixels.shape[-1]
    with torch.random.fork_rng(devices=[]):  # PyTorch's own first weights, replaced below, come from its generator
        generator = ImageGenerator(recipe.nz, recipe.ngf, real.channels, size, classes)
        discriminator = Discriminator(recipe.ndf, real.channels, size, classes, recipe.condition_discriminator)
    for network, purpose in ((generator, "generator weights"), (discriminator, "discriminator weights")):
        initialise_gan(network, recipe.initialisation, workspace.rng(recipe.seed, purpose))
        network.to(workspace.device).to(memory_format=torch.channels_last)

    def adam(network: torch.nn.Module, rate: float) -> torch.optim.Optimizer:
        on_card = torch.device(workspace.device).type == "cuda"  # where a step can be recorded
        return torch.optim.Adam(network.parameters(), lr=rate, betas=recipe.betas, fused=True, capturable=on_card)

    return Adversaries(
        generator, discriminator, adam(generator, recipe.g_rate), adam(discriminator, recipe.d_rate), recipe.precision
    )
