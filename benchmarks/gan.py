"""One step of a GAN's training: the loop that one writes first against this project's, side by side.

The first reads MNIST through a DataLoader with Pillow transforms, feeds ten 32 × 32 label maps for each image, ends the
discriminator in a sigmoid, keeps the generator's graph through the discriminator's step, and computes in float32,
channels first. Ours (``generator.labs.gan``) has the data in memory, the label maps' features once for each class,
logits, detached fakes and no gradients that nobody reads, in channels_last and in bfloat16 where the processor has it.
All start from the same weights. Median of several rounds, processor time on one core:

    python benchmarks/gan.py --data ../shared/data
"""

from __future__ import annotations

import argparse
import copy
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from torchvision import datasets, transforms

from generator.labs.gan.match import Match, Recipe
from generator.labs.gan.real_images import load_real_images
from generator.labs.gan.step import Batch, train_step
from generator.networks.gan import Discriminator, ImageGenerator, LabelMaps
from generator.networks.precision import chosen_precision
from generator.workspace import Workspace

BATCH = 128
LEARNING_RATES = {"d_rate": 2e-4, "g_rate": 5e-4}
BETAS = (0.5, 0.999)


def recipe(conditional: bool, precision: str) -> Recipe:
    """The course's settings."""
    return Recipe(
        conditional=conditional, condition_discriminator=True, nz=100, ngf=32, ndf=32, epochs=1, batch_size=BATCH,
        **LEARNING_RATES, betas=BETAS, initialisation="dcgan", loss="usual", precision=precision, seed=0,
    )  # fmt: skip


def label_features(branch: LabelMaps, maps: torch.Tensor) -> torch.Tensor:
    """A label branch on maps (n, classes, side, side), image by image."""
    features = branch.convolution(maps)
    rectified: torch.Tensor = branch.rectifier(features if branch.norm is None else branch.norm(features))
    return rectified


class PlainGenerator(nn.Module):
    """The generator as one writes it first, on label maps, with the weights of ours."""

    def __init__(self, own: ImageGenerator) -> None:
        super().__init__()
        self.own = copy.deepcopy(own)

    def forward(self, latent: torch.Tensor, maps: torch.Tensor | None) -> torch.Tensor:
        """Images for latents (n, nz, 1, 1) and label maps (n, classes, 32, 32)."""
        features = self.own.latent(latent)
        if self.own.label is not None and maps is not None:
            features = torch.cat([features, label_features(self.own.label, maps[:, :, :1, :1])], 1)
        images: torch.Tensor = self.own.blocks(self.own.join(features))
        return images


class PlainDiscriminator(nn.Module):
    """The discriminator as one writes it first, up to its sigmoid, with the weights of ours."""

    def __init__(self, own: Discriminator) -> None:
        super().__init__()
        self.own = copy.deepcopy(own)

    def forward(self, images: torch.Tensor, maps: torch.Tensor | None) -> torch.Tensor:
        """Probabilities for images and label maps (n, classes, 32, 32)."""
        features = self.own.image(images)
        if self.own.label is not None and maps is not None:
            features = torch.cat([features, label_features(self.own.label, maps)], 1)
        return torch.sigmoid(self.own.blocks(self.own.join(features)))


def plain_steps(data: Path, match: Match, steps: int) -> Iterator[Callable[[], list[float]]]:
    """The first loop, step by step; each returns its two losses."""
    scaling = transforms.Compose([transforms.Resize(32), transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    loader = torch.utils.data.DataLoader(datasets.MNIST(str(data), transform=scaling), BATCH)
    generator, discriminator = PlainGenerator(match.rivals.generator), PlainDiscriminator(match.rivals.discriminator)
    g_adam = torch.optim.Adam(generator.parameters(), LEARNING_RATES["g_rate"], BETAS)
    d_adam = torch.optim.Adam(discriminator.parameters(), LEARNING_RATES["d_rate"], BETAS)
    criterion = nn.BCELoss()
    noise = torch.Generator().manual_seed(0)
    batches = iter(loader)

    def step() -> list[float]:
        images, labels = next(batches)
        maps = None
        if match.recipe.conditional:
            maps = functional.one_hot(labels, 10).float().view(-1, 10, 1, 1).expand(-1, 10, 32, 32).contiguous()
        real, fake = torch.ones(BATCH), torch.zeros(BATCH)
        d_adam.zero_grad()
        drawn = generator(torch.randn(BATCH, match.recipe.nz, generator=noise).view(BATCH, -1, 1, 1), maps)
        d_loss = criterion(discriminator(images, maps), real) + criterion(discriminator(drawn, maps), fake)
        d_loss.backward(retain_graph=True)
        d_adam.step()
        g_adam.zero_grad()
        g_loss = criterion(discriminator(drawn, maps), real)
        g_loss.backward()
        g_adam.step()
        return [d_loss.item(), g_loss.item()]

    for _ in range(steps):
        yield step


def own_steps(match: Match, steps: int) -> Iterator[Callable[[], list[float]]]:
    """This project's loop on the same images and latents."""
    noise = torch.Generator().manual_seed(0)
    position = 0

    def step() -> list[float]:
        nonlocal position
        chosen = torch.arange(position, position + BATCH)
        position += BATCH
        labels = match.real.labels[chosen] if match.recipe.conditional else None
        images = match.real.batch(chosen).contiguous(memory_format=torch.channels_last)
        batch = Batch(images, labels, torch.randn(BATCH, match.recipe.nz, generator=noise))
        return train_step(match.rivals, batch, match.recipe.loss)[:2].tolist()

    for _ in range(steps):
        yield step


def compare(data: Path, conditional: bool, steps: int) -> None:
    """Run all ways in turn, step by step, so that a busy machine slows all of them, and print what they took."""
    real = load_real_images("mnist", data, "train", 32, count=steps * BATCH)
    best = chosen_precision("auto", "cpu")
    matches = {p: Match(Workspace("cpu", data), real, recipe(conditional, p)) for p in sorted({"float32", best})}
    ways = {
        "plain loop": plain_steps(data, matches["float32"], steps),
        **{f"ours, {precision}": own_steps(match, steps) for precision, match in matches.items()},
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    losses: dict[str, list[list[float]]] = {name: [] for name in ways}
    for _ in range(steps):
        for name, way in ways.items():
            step = next(way)
            began = time.process_time()
            losses[name].append(step())
            times[name].append(time.process_time() - began)
    print("conditional DCGAN" if conditional else "DCGAN")
    base = statistics.median(times["plain loop"][2:])
    reference = torch.tensor(losses["plain loop"])
    for name, values in times.items():
        median = statistics.median(values[2:])  # the first steps choose kernels
        found = torch.tensor(losses[name])
        first, late = (found - reference)[:3].abs().max(), (found - reference)[-steps // 2 :].mean(0).abs().max()
        print(
            f"  {name:15s} {1000 * median:7.1f} ms a step, {base / median:4.2f} times as fast; losses differ by "
            f"{first:.5f} at most in the first 3 steps, by {late:.3f} in the mean of the last half"
        )


def main() -> None:
    """Print processor time for a step of each, and how far the losses are apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--network", choices=["dcgan", "cdcgan"], help="only this one")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    for name, conditional in (("dcgan", False), ("cdcgan", True)):
        if chosen.network in (None, name):
            compare(chosen.data, conditional, chosen.steps if not conditional else max(8, chosen.steps // 4))


if __name__ == "__main__":
    main()
