"""Train a classifier from scratch: AdamW on cross-entropy, a cosine learning rate, batches in random order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from generator.labs.shared.training import Measures, TrainingState, cosine_rate, run_epochs
from generator.workspace import Workspace


@dataclass(frozen=True)
class Recipe:
    """How long and how fast to train; ``learning_rate`` is the first and largest one."""

    epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    weight_decay: float = 0.05


def fit_classifier(
    workspace: Workspace,
    module: nn.Module,
    inputs: Callable[[torch.Tensor], torch.Tensor],
    labels: torch.Tensor,
    recipe: Recipe,
    generators: Mapping[str, torch.Generator] | None = None,
) -> list[Measures]:
    """Train ``module`` in place and return each epoch's ``loss`` and ``train_accuracy``, means over its batches.

    ``labels`` are int64 (n,) on the module's device; ``inputs(chosen)`` gives what the module takes for the images with
    the numbers ``chosen``, int64 (m,) on that device. ``generators`` are those that ``inputs`` draws from, by name:
    they are checkpointed with the network. The measures are taken in training mode, dropout included.
    """
    optimiser = torch.optim.AdamW(module.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    order = workspace.rng(recipe.seed, "order")

    def run_epoch(epoch: int) -> Measures:
        batches = torch.split(torch.randperm(len(labels), generator=order), recipe.batch_size)
        total_loss, right = (torch.zeros((), device=labels.device) for _ in range(2))
        module.train()
        for number, batch in enumerate(batches):
            cosine_rate(optimiser, recipe.learning_rate, (epoch + number / len(batches)) / recipe.epochs)
            chosen = batch.to(labels.device)
            logits = module(inputs(chosen))
            loss = functional.cross_entropy(logits, labels[chosen])
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            total_loss += loss.detach() * len(chosen)
            right += (logits.detach().argmax(1) == labels[chosen]).sum()
        return {"loss": total_loss.item() / len(labels), "train_accuracy": right.item() / len(labels)}

    state = TrainingState({"network": module}, {"adamw": optimiser}, {"order": order, **(generators or {})})
    return run_epochs(workspace, state, recipe.epochs, recipe.seed, run_epoch)
