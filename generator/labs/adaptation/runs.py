"""What a run of ``train_adaptation`` left: its curves, and the network as it was after the last epoch."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from generator.labs.adaptation.domains import Normalisation, Scale, chosen_normalisation
from generator.networks.dann import DomainNetwork, build_domain_network
from generator.results import Result
from generator.workspace import Workspace


def column(run: Result, name: str) -> NDArray[np.float64]:
    """One measure of the run by epoch, shape (epochs,), NaN where it was not measured.

    Raises ValueError where the history has no such column.
    """
    history = run.tables["history"]
    place = history.columns.index(name)
    values = (row[place] for row in history.rows)
    return np.array([np.nan if value is None else float(value) for value in values])


def trained_network(workspace: Workspace, run: Result) -> tuple[DomainNetwork, Normalisation]:
    """The run's network, on the workspace's device and channels_last, and the normalisation of its inputs."""
    seed = int(str(run.metrics["seed"]))
    network = build_domain_network(int(str(run.metrics["classes"])), workspace.rng(seed, "weights"))
    network.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in run.arrays.items()})
    network.to(workspace.device).to(memory_format=torch.channels_last)
    scale = cast(Scale, run.metrics["normalisation"])
    return network, chosen_normalisation(scale, workspace.numpy_rng(seed, "normalisation"))
