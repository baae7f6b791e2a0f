"""Train a narrow network of a known family on a small image collection, to stand in for a pre-trained one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from generator.datasets.images import ImageSet, load_images
from generator.labs.shared.classifier_training import Recipe, fit_classifier
from generator.labs.shared.metrics import accuracy_metrics
from generator.labs.shared.training import history_chart, history_table, state_arrays
from generator.networks.backbones import LABELS
from generator.networks.narrow import build_narrow, initialise
from generator.networks.preprocessing import IMAGENET_MEAN, IMAGENET_STD, normalised, scaled
from generator.registry import Dataset, computation
from generator.results import Result, Table
from generator.workspace import Workspace


@computation(
    metrics={
        "exact": [
            "architecture", "label", "width", "input_size", "parameters", "training_images", "test_images", "classes",
            "epochs",
        ],
        "seeded": ["train_accuracy", "top1"],
        "margins": ["top1_low", "top1_high"],
    },
    tables={"classes": ["class_name", "training_images"], "history": ["epoch", "loss", "train_accuracy"]},
    figures=["loss"],
)  # fmt: skip
def train_narrow_network(
    workspace: Workspace, *, architecture: Literal["narrow_vgg16", "narrow_squeezenet"],
    dataset: Dataset = "embedded_scenes", width: int = 8, image_size: int = 64, epochs: int = 20, batch_size: int = 32,
    learning_rate: float = 1e-3, weight_decay: float = 0.05, seed: int = 0,
) -> Result:  # fmt: skip
    """Train on the data set's training part, and score the last epoch (never the best) on its test part.

    AdamW, a cosine learning rate, random horizontal flips. ``width`` is the number of maps in the first block,
    ``image_size`` the side of the input in pixels. The arrays are the trained network's ``state_dict`` and
    "test/hits", which test images it gets right. ``top1`` is a proportion with its 95 % interval, ``train_accuracy``
    is that of the training images afterwards, in eval mode too.
    """
    train, test = (load_images(dataset, workspace.data, part) for part in ("train", "test"))
    module = build_narrow(architecture, width, image_size, len(train.class_names))
    initialise(module, workspace.rng(seed, "weights"))
    module.to(workspace.device).to(memory_format=torch.channels_last)
    flips = workspace.rng(seed, "flips")
    inputs = _flipping(_inputs(workspace, train, image_size), flips)
    labels = torch.from_numpy(train.labels).to(workspace.device)
    recipe = Recipe(epochs, batch_size, learning_rate, seed, weight_decay)
    history = fit_classifier(workspace, module, inputs, labels, recipe, {"flips": flips})
    known = _hits(module, _inputs(workspace, train, image_size), train.labels)
    hits = _hits(module, _inputs(workspace, test, image_size), test.labels)
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
            "train_accuracy": float(known.mean()),
            **accuracy_metrics("top1", hits, test.groups),
        },
        tables={"classes": _class_table(train), "history": history_table(history)},
        figures={"loss": history_chart(history, {"loss": "training loss"}, "cross-entropy")},
        arrays={**state_arrays(module), "test/hits": hits},
    )


def _class_table(train: ImageSet) -> Table:
    counts = np.bincount(train.labels, minlength=len(train.class_names))
    return Table.of(
        {"class_name": name, "training_images": int(count)}
        for name, count in zip(train.class_names, counts, strict=True)
    )


def _flipping(images: torch.Tensor, flips: torch.Generator) -> Callable[[torch.Tensor], torch.Tensor]:
    """Images by their numbers, half of them mirrored."""

    def some(chosen: torch.Tensor) -> torch.Tensor:
        flipped = (torch.rand(len(chosen), 1, 1, 1, generator=flips) < 0.5).to(images.device)
        return torch.where(flipped, images[chosen].flip(3), images[chosen])

    return some


def _inputs(workspace: Workspace, images: ImageSet, size: int) -> torch.Tensor:
    """The whole set as one normalised tensor: it fits in memory, and batches are then index slices."""
    pixels = normalised(scaled(images.images, size), IMAGENET_MEAN, IMAGENET_STD)
    return pixels.to(workspace.device, memory_format=torch.channels_last)


@torch.no_grad()
def _hits(module: nn.Module, images: torch.Tensor, labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which images the network gets right in eval mode."""
    module.eval()
    predicted = torch.cat([module(batch).argmax(1) for batch in torch.split(images, 100)]).cpu()
    hits: NDArray[np.bool_] = predicted.numpy() == labels
    return hits
