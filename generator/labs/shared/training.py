"""The one training loop: epochs with checkpoints, so that a killed job goes on to the same final numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

from generator.results import LineChart, Series, Table
from generator.workspace import Workspace, stream_seed

if TYPE_CHECKING:
    from generator.results import Array

Measures = dict[str, float]


@dataclass(frozen=True, eq=False)
class TrainingState:
    """Everything that changes while a network trains, each part under a name of its own.

    ``generators`` are the random generators drawn from in training (order, augmentation, noise). Learning rates are
    not kept: each epoch sets them from how much of the training is done.
    """

    modules: Mapping[str, nn.Module]
    optimisers: Mapping[str, Optimizer]
    generators: Mapping[str, torch.Generator]


def run_epochs(
    workspace: Workspace,
    state: TrainingState,
    epochs: int,
    seed: int,
    run_epoch: Callable[[int], Measures],
    enough: Callable[[Sequence[Measures]], bool] = lambda history: False,
) -> list[Measures]:
    """Call ``run_epoch(number)`` for each epoch from 0 and return what each measured, in order.

    Training ends before ``epochs`` where ``enough``, asked after each epoch with all that was measured, says so.

    After each epoch the state is checkpointed and progress reported. Where a checkpoint of this job exists, training
    goes on after its epoch, and ends with the very numbers of an uninterrupted run: parameters, optimiser, every random
    generator and torch's own (seeded here for dropout and put back afterwards) are restored.
    """
    device = torch.device(workspace.device)
    cards = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=cards):
        # Dropout draws from torch's own generator and takes no other.
        torch.manual_seed(stream_seed(seed, "dropout"))
        history = _resume(workspace, state)
        for epoch in range(len(history), epochs):
            if history and enough(history):  # asked here, so that a resumed training ends where it did before
                break
            measures = run_epoch(epoch)
            history.append(measures)
            workspace.checkpoints.save(_pack(state, device), {"history": history})
            shown = ", ".join(f"{name.replace('_', ' ')} {value:.3g}" for name, value in measures.items())
            workspace.progress(epoch + 1, epochs, f"epoch {epoch + 1} of {epochs}, {shown}")
    return history


def cosine_rate(optimiser: Optimizer, peak: float, done: float) -> None:
    """Set the learning rate to ``peak`` · (1 + cos π·done) / 2, ``done`` in [0, 1] (Loshchilov, Hutter 2017)."""
    for group in optimiser.param_groups:
        group["lr"] = peak * 0.5 * (1.0 + float(np.cos(np.pi * done)))


def history_table(history: Sequence[Measures]) -> Table:
    """One row for each epoch, counted from 1, with everything that was measured in it."""
    names = tuple(history[0])
    rows = tuple((number, *(measures[name] for name in names)) for number, measures in enumerate(history, start=1))
    return Table(("epoch", *names), rows)


def history_chart(history: Sequence[Measures], names: Mapping[str, str], y_label: str) -> LineChart:
    """Curves of the measures in ``names`` (measure to its label) over the epochs."""
    epochs = np.arange(1, len(history) + 1)
    curves = (
        Series(label, epochs, np.array([measures[name] for measures in history])) for name, label in names.items()
    )
    return LineChart(tuple(curves), x_label="epoch", y_label=y_label)


def state_arrays(module: nn.Module) -> dict[str, Array]:
    """The module's parameters and buffers as arrays under their ``state_dict`` names, copied to the processor."""
    # Contiguous copies: channels_last tensors have other strides, and a later step must not change what was kept.
    return {name: tensor.detach().cpu().contiguous().clone().numpy() for name, tensor in module.state_dict().items()}


def _pack(state: TrainingState, device: torch.device) -> dict[str, Array]:
    arrays: dict[str, Array] = {"generators/torch": torch.get_rng_state().numpy()}
    if device.type == "cuda":
        arrays["generators/cuda"] = torch.cuda.get_rng_state(device).numpy()
    for name, generator in state.generators.items():
        arrays[f"generators/own/{name}"] = generator.get_state().numpy()
    for name, module in state.modules.items():
        arrays |= {f"modules/{name}/{key}": array for key, array in state_arrays(module).items()}
    for name, optimiser in state.optimisers.items():
        for number, slots in optimiser.state_dict()["state"].items():
            for key, value in slots.items():
                if isinstance(value, torch.Tensor):
                    arrays[f"optimisers/{name}/{number}/{key}"] = value.detach().cpu().contiguous().clone().numpy()
    return arrays


def _resume(workspace: Workspace, state: TrainingState) -> list[Measures]:
    """Restore the last checkpoint into ``state`` and return its history, empty where there is none."""
    kept = workspace.checkpoints.load()
    if kept is None:
        return []
    arrays, record = kept
    tensors = {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
    for name, module in state.modules.items():
        module.load_state_dict(_below(tensors, f"modules/{name}/"), strict=True)
    for name, optimiser in state.optimisers.items():
        slots: dict[int, dict[str, Any]] = {}
        for path, tensor in _below(tensors, f"optimisers/{name}/").items():
            number, _, key = path.partition("/")
            slots.setdefault(int(number), {})[key] = tensor
        optimiser.load_state_dict({**optimiser.state_dict(), "state": slots})
        _lay_out_as_parameters(optimiser)
    for name, generator in state.generators.items():
        generator.set_state(tensors[f"generators/own/{name}"])
    torch.set_rng_state(tensors["generators/torch"])
    if "generators/cuda" in tensors:
        torch.cuda.set_rng_state(tensors["generators/cuda"], torch.device(workspace.device))
    return list(record["history"])


def _lay_out_as_parameters(optimiser: Optimizer) -> None:
    """Give each slot the memory layout of its parameter, which arrays do not keep.

    A fused optimiser goes through the memory of both side by side: a channels_last parameter with contiguous slots
    would be given the steps of other weights.
    """
    for parameter, slots in optimiser.state.items():
        for key, value in slots.items():
            if isinstance(value, torch.Tensor) and value.ndim and value.shape == parameter.shape:
                slots[key] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)


def _below(tensors: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
