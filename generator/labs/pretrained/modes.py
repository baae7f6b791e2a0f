"""Train mode against eval mode: what dropout and batch normalisation do to predictions that should stand still."""

from __future__ import annotations

import copy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from generator.datasets.images import ImageSet, load_images
from generator.labs.shared.metrics import hits_within
from generator.labs.shared.statistics import detectable_difference, paired_p
from generator.networks.backbones import Backbone, load_backbone
from generator.registry import Dataset, Network, computation
from generator.results import Figure, LineChart, Panels, Result, Series, Value
from generator.workspace import Workspace, stream_seed


@computation(
    metrics={
        "exact": ["label", "images", "passes", "batch_size", "dropout_layers", "batch_norm_layers", "buffers_changed"],
        "measured": ["eval_top1", "eval_changed", "eval_changed_share", "eval_spread"],
        "seeded": [
            "train_top1", "train_top1_worst", "train_top1_best", "train_changed", "train_changed_share", "train_spread",
            "first_pass_top1",
        ],
        "margins": ["first_pass_p", "first_pass_detectable"],
    },
    figures=["passes"],
)  # fmt: skip
def mode_effect(
    workspace: Workspace,
    *,
    network: Network,
    dataset: Dataset,
    examples: list[int],
    passes: int = 10,
    batch_size: int = 8,
    seed: int = 0,
) -> Result:
    """Send the whole test part through the network ``passes`` times in train mode and as often in eval mode.

    Each pass puts the images in another order, in batches of ``batch_size``, because batch normalisation in train mode
    makes a prediction depend on its companions. Train mode runs on a copy, so that its running statistics change
    nothing else; ``buffers_changed`` counts the copy's buffers that did change.

    ``…_top1`` is the mean accuracy over passes, in train mode between ``train_top1_worst`` and ``…_best``.
    ``…_changed`` counts images whose predicted class isn't the same in all passes; ``…_spread`` is the standard
    deviation over passes of the probability of the class that eval mode predicts, averaged over images.
    ``first_pass_p`` is the exact paired p value of eval mode against the first pass in train mode
    (``first_pass_top1``), whose test would show a difference of ``first_pass_detectable`` with 80 % probability.
    """
    backbone = load_backbone(network, workspace.data, workspace.device)
    images = load_images(dataset, workspace.data)
    inputs = backbone.preprocess(images.images)
    trained = copy.deepcopy(backbone.module).train()
    orders = [torch.randperm(len(images), generator=workspace.rng(seed, f"order/{n}")) for n in range(passes)]
    evaluated = _repeated(workspace, backbone.module, inputs, orders, batch_size, seed, "eval mode")
    shaken = _repeated(workspace, trained, inputs, orders, batch_size, seed, "train mode")
    return Result(
        metrics={
            "label": backbone.label,
            "images": len(images),
            "passes": passes,
            "batch_size": batch_size,
            "dropout_layers": sum(isinstance(layer, nn.Dropout) for layer in backbone.module.modules()),
            "batch_norm_layers": sum(isinstance(layer, nn.BatchNorm2d) for layer in backbone.module.modules()),
            "buffers_changed": _changed_buffers(backbone.module, trained),
            **_measures(images, evaluated, shaken),
        },
        figures={"passes": _chart(backbone, images, evaluated, shaken, examples)},
    )


@torch.no_grad()
def _repeated(
    workspace: Workspace,
    module: nn.Module,
    inputs: torch.Tensor,
    orders: list[torch.Tensor],
    batch_size: int,
    seed: int,
    message: str,
) -> torch.Tensor:
    """Logits (passes, n, classes), the images always in their own order."""
    device = torch.device(workspace.device)
    found = []
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(stream_seed(seed, "dropout"))  # dropout takes no generator of its own
        for number, order in enumerate(orders, start=1):
            logits = torch.cat([module(inputs[batch]).cpu() for batch in torch.split(order, batch_size)])
            restored = torch.empty_like(logits)
            restored[order] = logits
            found.append(restored)
            workspace.progress(number, len(orders), f"{message}, pass {number} of {len(orders)}")
    return torch.stack(found)


def _measures(images: ImageSet, evaluated: torch.Tensor, shaken: torch.Tensor) -> dict[str, Value]:
    reference = evaluated[0].argmax(1)
    right = hits_within(evaluated[0], images.labels, 1)
    first_pass = hits_within(shaken[0], images.labels, 1)
    measures: dict[str, Value] = {
        "first_pass_top1": float(first_pass.mean()),
        "first_pass_p": paired_p(right, first_pass, images.groups),
        "first_pass_detectable": detectable_difference(right, first_pass, images.groups),
    }
    for mode, logits in (("eval", evaluated), ("train", shaken)):
        accuracies = [float(hits_within(one_pass, images.labels, 1).mean()) for one_pass in logits]
        classes = logits.argmax(2)
        changed = int((classes != classes[0]).any(dim=0).sum())
        measures |= {
            f"{mode}_top1": float(np.mean(accuracies)),
            f"{mode}_changed": changed,
            f"{mode}_changed_share": changed / len(images),
            f"{mode}_spread": float(_probability_of(logits, reference).std(axis=0).mean()),
        }
    # The accuracies are now those of train mode; in eval mode every pass has the same.
    return {**measures, "train_top1_worst": min(accuracies), "train_top1_best": max(accuracies)}


def _probability_of(logits: torch.Tensor, classes: torch.Tensor) -> NDArray[np.float64]:
    """Softmax probability (passes, n) of one class for each image."""
    index = classes[None, :, None].expand(len(logits), -1, 1)
    probabilities: NDArray[np.float64] = logits.double().softmax(2).gather(2, index).squeeze(2).numpy()
    return probabilities


def _changed_buffers(before: nn.Module, after: nn.Module) -> int:
    pairs = zip(before.buffers(), after.buffers(), strict=True)
    return sum(not torch.equal(old, new) for old, new in pairs)


def _chart(
    backbone: Backbone, images: ImageSet, evaluated: torch.Tensor, shaken: torch.Tensor, examples: list[int]
) -> Panels:
    """One panel for each example; its title gives the true class and, quoted, the class that is followed."""
    reference = evaluated[0].argmax(1)
    steady, shaking = _probability_of(evaluated, reference), _probability_of(shaken, reference)
    numbers = np.arange(1, len(shaking) + 1)
    panels: list[Figure] = []
    titles: list[str] = []
    for index in examples:
        curves = (
            Series("train mode", numbers, shaking[:, index]),
            Series("eval mode", numbers, steady[:, index], dashed=True),
        )
        panels.append(LineChart(curves, "pass", "probability", y_limits=(0.0, 1.0)))
        titles.append(f"{images.true_class(index)}: “{backbone.class_names[int(reference[index])]}”")
    return Panels(tuple(panels), columns=len(examples), titles=tuple(titles))
