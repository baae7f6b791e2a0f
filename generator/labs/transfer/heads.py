"""A new fully connected layer on top of a pre-trained network, with and without fine-tuning what is below it."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from generator.datasets.images import ImageSet, load_images
from generator.labs.shared.metrics import accuracy_metrics, accuracy_row
from generator.labs.shared.training import Measures, TrainingState, history_chart, history_table, run_epochs
from generator.networks.backbones import Backbone, load_backbone
from generator.networks.precision import chosen_precision, running_in
from generator.registry import Dataset, Network, computation
from generator.results import Result
from generator.workspace import Workspace

BATCH = 32


@dataclass(frozen=True)
class Schedule:
    """How the head, and what is tuned below it, are trained."""

    epochs: int
    patience: int
    batch_size: int
    head_rate: float
    body_rate: float
    seed: int


@dataclass(frozen=True, eq=False)
class Examples:
    """What the frozen part of the network makes of images (n, …), and their labels (n,)."""

    inputs: torch.Tensor
    labels: torch.Tensor


@computation(
    metrics={
        "exact": ["tuned_from", "parameters", "head_parameters", "fitted_images", "validation_images"],
        "seeded": ["epochs_run", "best_epoch", "train", "validation", "test", "seconds"],
        "margins": ["validation_low", "validation_high", "low", "high"],
    },
    tables={"history": ["epoch", "loss", "validation_loss", "validation_accuracy"]},
    figures=["loss"],
)  # fmt: skip
def train_head(
    workspace: Workspace, *, network: Network, dataset: Dataset, tuned_from: str = "", validation_share: float = 0.1,
    epochs: int = 40, patience: int = 4, batch_size: int = 32, head_rate: float = 3e-3, body_rate: float = 1e-4,
    seed: int = 0,
) -> Result:  # fmt: skip
    """Replace the network's last layer by one for the data set's classes, and train it on the training images.

    Where ``tuned_from`` names one of the network's blocks ("features.15"), that block and all after it are trained too,
    with the smaller learning rate ``body_rate``; batch normalisation keeps its stored statistics. What is frozen runs
    once for each image. AdamW; training stops after ``patience`` epochs without a lower loss on a seeded share of the
    TRAINING images (whole groups, where there are any), and the epoch with the lowest is taken. The array "test/hits"
    says which test images are right. ``seconds`` include the frozen part.
    """
    began = time.perf_counter()
    backbone = load_backbone(network, workspace.data, workspace.device)
    train, test = (load_images(dataset, workspace.data, part) for part in ("train", "test"))
    front, body, width = parts_of(backbone, tuned_from)
    known, unseen = (_through(workspace, backbone, front, images) for images in (train, test))
    head = nn.Linear(width, len(train.class_names))
    _draw(head, workspace.rng(seed, "head"))
    model = nn.Sequential(body, head.to(workspace.device)).requires_grad_(True)
    held = _held_out(train, validation_share, workspace.numpy_rng(seed, "validation"))
    fitted, validation, groups = _select(known, ~held), _select(known, held), train.groups
    best, history = _fit(
        workspace, model, fitted, validation, Schedule(epochs, patience, batch_size, head_rate, body_rate, seed)
    )
    hits = _hits(best, unseen)
    return Result(
        metrics={
            "tuned_from": tuned_from,
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
            "head_parameters": sum(parameter.numel() for parameter in head.parameters()),
            "fitted_images": len(fitted.labels),
            "validation_images": len(validation.labels),
            "epochs_run": len(history),
            "best_epoch": int(np.argmin([measures["validation_loss"] for measures in history])) + 1,
            "train": float(_hits(best, fitted).mean()),
            **accuracy_metrics("validation", _hits(best, validation), None if groups is None else groups[held]),
            **accuracy_row(hits, test.groups),
            "seconds": time.perf_counter() - began,
        },
        tables={"history": history_table(history)},
        figures={
            "loss": history_chart(history, {"loss": "fitted images", "validation_loss": "held-out"}, "cross-entropy"),
        },
        arrays={"test/hits": hits},
    )


def parts_of(backbone: Backbone, tuned_from: str) -> tuple[nn.Module, nn.Module, int]:
    """The frozen and the tuned part of a network without its last layer, and the number of features they end with.

    Works for networks that are ``features`` and a ``classifier`` in a row (VGG, AlexNet, SqueezeNet, MobileNetV2);
    ValueError for others. A classifier of convolutions is replaced as a whole, after averaging the maps.
    """
    features, classifier = (getattr(backbone.module, name, None) for name in ("features", "classifier"))
    if not isinstance(features, nn.Sequential) or not isinstance(classifier, nn.Sequential):
        raise ValueError(f"{backbone.label} is not a row of features and a classifier")
    last = next(layer for layer in reversed(classifier) if isinstance(layer, nn.Linear | nn.Conv2d))
    names = [f"features.{name}" for name, _ in features.named_children()]
    layers = list(features.children())
    if isinstance(last, nn.Conv2d):
        width, layers = last.in_channels, [*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    else:
        pooling = getattr(backbone.module, "avgpool", nn.AdaptiveAvgPool2d(1))
        width, layers = last.in_features, [*layers, pooling, nn.Flatten(), *list(classifier.children())[:-1]]
    if tuned_from and tuned_from not in names:
        raise ValueError(f"{backbone.label} has no block {tuned_from!r}; it has {', '.join(names)}")
    cut = names.index(tuned_from) if tuned_from else len(layers)
    return nn.Sequential(*layers[:cut]).eval(), nn.Sequential(*layers[cut:]), width


@torch.no_grad()
def _through(workspace: Workspace, backbone: Backbone, front: nn.Module, images: ImageSet) -> Examples:
    precision = chosen_precision("auto", workspace.device)
    front.to(memory_format=torch.channels_last)
    found = []
    for start in range(0, len(images), BATCH):
        inputs = backbone.preprocess(images.images[start : start + BATCH]).contiguous(memory_format=torch.channels_last)
        with running_in(precision, workspace.device):
            found.append(front(inputs).float())
        workspace.progress(start, 4 * len(images), f"frozen part, {start} of {len(images)} images")
    return Examples(torch.cat(found), torch.from_numpy(images.labels).to(workspace.device))


def _draw(head: nn.Linear, rng: torch.Generator) -> None:
    """Small weights from the job's own generator, no offsets: every class starts about as likely as any other."""
    with torch.no_grad():
        head.weight.normal_(0.0, 0.01, generator=rng)
        head.bias.zero_()


def _held_out(images: ImageSet, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which training images only decide when to stop: the same share of each class's groups, at least one of them."""
    groups = np.arange(len(images)) if images.groups is None else images.groups
    held: list[int] = []
    for label in np.unique(images.labels):
        own = np.unique(groups[images.labels == label])
        held.extend(rng.permutation(own)[: max(1, round(share * len(own)))])
    found: NDArray[np.bool_] = np.isin(groups, held)
    return found


def _select(examples: Examples, mask: NDArray[np.bool_]) -> Examples:
    chosen = torch.from_numpy(np.flatnonzero(mask)).to(examples.labels.device)
    return Examples(examples.inputs[chosen], examples.labels[chosen])


def _fit(
    workspace: Workspace, model: nn.Sequential, fitted: Examples, validation: Examples, schedule: Schedule
) -> tuple[nn.Module, list[Measures]]:
    """Train in place; returns a copy of the model at its lowest validation loss, and the measures of each epoch."""
    body, head = model
    groups = [{"params": list(head.parameters()), "lr": schedule.head_rate},
              {"params": list(body.parameters()), "lr": schedule.body_rate}]  # fmt: skip
    optimiser = torch.optim.AdamW([group for group in groups if group["params"]], weight_decay=0.01)
    order = workspace.rng(schedule.seed, "order")
    best = copy.deepcopy(model)
    precision = chosen_precision("auto", workspace.device)

    def run_epoch(epoch: int) -> Measures:
        _training_mode(model)
        total = torch.zeros((), device=fitted.labels.device)
        for chosen in torch.split(torch.randperm(len(fitted.labels), generator=order), schedule.batch_size):
            batch = chosen.to(fitted.labels.device)
            with running_in(precision, workspace.device):
                logits = model(fitted.inputs[batch])
            loss = functional.cross_entropy(logits.float(), fitted.labels[batch])
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            total += loss.detach() * len(batch)
        logits = _logits(model, validation.inputs)
        held = float(functional.cross_entropy(logits, validation.labels))
        right = float((logits.argmax(1) == validation.labels).float().mean())
        measures = {"loss": float(total) / len(fitted.labels), "validation_loss": held, "validation_accuracy": right}
        if held < float(best_loss):
            best_loss.fill_(held)
            best.load_state_dict(model.state_dict())
        return measures

    best_loss = torch.full((), float("inf"), dtype=torch.float64)
    keeper = nn.Module()
    keeper.register_buffer("loss", best_loss)

    def enough(history: Sequence[Measures]) -> bool:
        losses = [measures["validation_loss"] for measures in history]
        return len(losses) - 1 - int(np.argmin(losses)) >= schedule.patience

    state = TrainingState({"model": model, "best": best, "keeper": keeper}, {"adamw": optimiser}, {"order": order})
    return best, run_epochs(workspace, state, schedule.epochs, schedule.seed, run_epoch, enough)


def _training_mode(model: nn.Module) -> None:
    """Dropout on; batch normalisation with its stored statistics, which few images would only spoil."""
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eval()


@torch.no_grad()
def _logits(model: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    model.eval()
    return torch.cat([model(batch).float() for batch in torch.split(inputs, BATCH)])


def _hits(model: nn.Module, examples: Examples) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (_logits(model, examples.inputs).argmax(1) == examples.labels).cpu().numpy()
    return found
