"""Draw images from a trained generator, each a function of its own latent vector and label and of nothing else.

In training, batch normalisation makes an image depend on the others of its batch. For sampling the generator is in eval
mode, with statistics measured once with its final weights ("standing statistics": Brock et al. 2019, section 4.1) in
place of the moving means, which mix in those of earlier weights. In a trial on MNIST and on the embedded digits, the
measures of samples drawn in training mode differed from these by about as much as those of two draws do.
"""

from __future__ import annotations

import torch
from torch import nn

from generator.networks.gan import ImageGenerator
from generator.results import Result
from generator.workspace import Workspace

#: Images at a time in sampling, and batches that the standing statistics are measured on.
BATCH = 250
STANDING_BATCHES = 16


def trained_generator(gan: Result, device: str = "cpu") -> ImageGenerator:
    """The generator of a ``train_gan`` result, in eval mode; ``generator.classes`` is 0 where it takes no labels."""
    numbers = {name: int(str(gan.metrics[name])) for name in ("nz", "ngf", "channels", "image_size", "classes")}
    generator = ImageGenerator(
        numbers["nz"], numbers["ngf"], numbers["channels"], numbers["image_size"], numbers["classes"]
    )
    prefix = "generator/"
    weights = {
        name.removeprefix(prefix): torch.from_numpy(array.copy())
        for name, array in gan.arrays.items()
        if name.startswith(prefix)
    }
    generator.load_state_dict(weights, strict=True)
    return generator.to(device).eval()


def latent_vectors(workspace: Workspace, seed: int, count: int, nz: int) -> torch.Tensor:
    """Latent vectors (count, nz) from N(0, 1), on the workspace's device; apart from those of training by purpose."""
    return torch.randn(count, nz, generator=workspace.rng(seed, "samples")).to(workspace.device)


def balanced_labels(count: int, classes: int, device: str) -> torch.Tensor:
    """Labels (count,) that go through the classes in turn: as often each, as far as ``count`` allows."""
    return torch.arange(count, device=device) % classes


@torch.no_grad()
def draw_images(generator: ImageGenerator, latent: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
    """Images (n, channels, size, size) in [-1, 1] for latents (n, nz) and labels (n,), in the generator's own mode."""
    rows = torch.split(torch.arange(len(latent), device=latent.device), BATCH)
    return torch.cat([generator(latent[row], None if labels is None else labels[row]) for row in rows])


@torch.no_grad()
def settle(generator: ImageGenerator, rng: torch.Generator, device: str) -> None:
    """Put the generator in eval mode with the statistics of its final weights, over 4,000 latents from ``rng``."""
    norms = [module for module in generator.modules() if isinstance(module, nn.BatchNorm2d)]
    usual = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # PyTorch's word for the mean over all batches, none counting more
    generator.train()
    labels = balanced_labels(BATCH, generator.classes, device) if generator.classes else None
    for _ in range(STANDING_BATCHES):
        generator(torch.randn(BATCH, generator.nz, generator=rng).to(device), labels)
    for norm, momentum in zip(norms, usual, strict=True):
        norm.momentum = momentum
    generator.eval()
