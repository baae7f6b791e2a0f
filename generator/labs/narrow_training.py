"""Train a narrow network of a known family on a small image collection, to stand in for a pre-trained one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from generator.datasets.images import ImageSet, load_images
from generator.labs.statistics import wilson_interval
from generator.labs.training import (
    Measures,
    TrainingState,
    cosine_rate,
    history_chart,
    history_table,
    run_epochs,
    state_arrays,
)
from generator.networks.backbones import LABELS
from generator.networks.narrow import build_narrow, initialise
from generator.networks.preprocessing import IMAGENET_MEAN, IMAGENET_STD, normalised, scaled
from generator.registry import Dataset, computation
from generator.results import Result, Table
from generator.workspace import Workspace


@dataclass(frozen=True)
class Recipe:
    """How long and how fast to train; ``learning_rate`` is the first and largest one."""

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    seed: int


@computation(
    metrics=[
        "architecture", "label", "width", "input_size", "parameters", "training_images", "test_images", "classes",
        "epochs", "train_accuracy", "top1", "top1_low", "top1_high",
    ],
    tables={"classes": ["class_name"], "history": ["epoch", "loss", "train_accuracy"]},
    figures=["loss", "accuracy"],
)  # fmt: skip
def train_narrow_network(
    workspace: Workspace,
    *,
    architecture: Literal["narrow_vgg16", "narrow_squeezenet"],
    dataset: Dataset = "embedded_scenes",
    width: int = 8,
    image_size: int = 64,
    epochs: int = 20,
    batch_size: int = 32,
    learning_rate: float = 1e-3,
    weight_decay: float = 0.05,
    seed: int = 0,
) -> Result:
    """Train on the data set's training part, and score the last epoch (never the best) on its test part.

    AdamW, a cosine learning rate, random horizontal flips. ``width`` is the number of maps in the first block,
    ``image_size`` the side of the input in pixels. The arrays are the trained network's ``state_dict``; ``top1`` is a
    proportion with its 95 % Wilson interval.
    """
    train, test = (load_images(dataset, workspace.data, part) for part in ("train", "test"))
    module = build_narrow(architecture, width, image_size, len(train.class_names))
    initialise(module, workspace.rng(seed, "weights"))
    module.to(workspace.device).to(memory_format=torch.channels_last)
    recipe = Recipe(epochs, batch_size, learning_rate, weight_decay, seed)
    history = _fit(workspace, module, _inputs(workspace, train, image_size), train.labels, recipe)
    hits = _hits(module, _inputs(workspace, test, image_size), test.labels)
    low, high = wilson_interval(hits, len(test))
    return Result(
        metrics={
            "architecture": architecture,
            "label": LABELS[architecture],
            "width": width,
            "input_size": image_size,
            "parameters": sum(parameter.numel() for parameter in module.parameters()),
            "training_images": len(train),
            "test_images": len(test),
            "classes": len(train.class_names),
            "epochs": epochs,
            "train_accuracy": history[-1]["train_accuracy"],
            "top1": hits / len(test),
            "top1_low": low,
            "top1_high": high,
        },
        tables={
            "classes": Table(("class_name",), tuple((name,) for name in train.class_names)),
            "history": history_table(history),
        },
        figures={
            "loss": history_chart(history, {"loss": "training loss"}, "cross-entropy"),
            "accuracy": history_chart(history, {"train_accuracy": "training accuracy"}, "accuracy"),
        },
        arrays=state_arrays(module),
    )


def _fit(
    workspace: Workspace, module: nn.Module, images: torch.Tensor, labels: NDArray[np.int64], recipe: Recipe
) -> list[Measures]:
    """Train ``module`` in place; each epoch's loss and accuracy are means over its batches, dropout included."""
    targets = torch.from_numpy(labels).to(images.device)
    optimiser = torch.optim.AdamW(module.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    order, flips = workspace.rng(recipe.seed, "order"), workspace.rng(recipe.seed, "flips")

    def run_epoch(epoch: int) -> Measures:
        batches = torch.split(torch.randperm(len(images), generator=order), recipe.batch_size)
        total_loss = torch.zeros((), device=images.device)
        right = torch.zeros((), device=images.device)
        module.train()
        for number, chosen in enumerate(batches):
            cosine_rate(optimiser, recipe.learning_rate, (epoch + number / len(batches)) / recipe.epochs)
            flipped = (torch.rand(len(chosen), 1, 1, 1, generator=flips) < 0.5).to(images.device)
            batch = chosen.to(images.device)
            logits = module(torch.where(flipped, images[batch].flip(3), images[batch]))
            loss = functional.cross_entropy(logits, targets[batch])
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            total_loss += loss.detach() * len(batch)
            right += (logits.detach().argmax(1) == targets[batch]).sum()
        return {"loss": total_loss.item() / len(images), "train_accuracy": right.item() / len(images)}

    state = TrainingState({"network": module}, {"adamw": optimiser}, {"order": order, "flips": flips})
    return run_epochs(workspace, state, recipe.epochs, recipe.seed, run_epoch)


def _inputs(workspace: Workspace, images: ImageSet, size: int) -> torch.Tensor:
    """The whole set as one normalised tensor: it fits in memory, and batches are then index slices."""
    pixels = normalised(scaled(images.images, size), IMAGENET_MEAN, IMAGENET_STD)
    return pixels.to(workspace.device, memory_format=torch.channels_last)


@torch.no_grad()
def _hits(module: nn.Module, images: torch.Tensor, labels: NDArray[np.int64]) -> int:
    """How many images the network gets right in eval mode."""
    module.eval()
    predicted = torch.cat([module(batch).argmax(1) for batch in torch.split(images, 100)]).cpu()
    return int((predicted == torch.from_numpy(labels)).sum())
