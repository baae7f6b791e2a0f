"""What a training left: its curves, which test images it got right, and the network as it was after the last epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from numpy.typing import NDArray

from generator.labs.adaptation.domains import Normalisation, Scale, chosen_normalisation
from generator.networks.dann import DomainNetwork, build_domain_network
from generator.results import Result
from generator.workspace import Workspace

if TYPE_CHECKING:
    from generator.results import Array

#: How a result calls the arrays beside its network: the test images of a domain that it gets right.
HITS = "hits/"


def column(run: Result, name: str) -> NDArray[np.float64]:
    """One measure of the run by epoch, shape (epochs,), NaN where it was not measured.

    Raises ValueError where the history has no such column.
    """
    history = run.tables["history"]
    place = history.columns.index(name)
    values = (row[place] for row in history.rows)
    return np.array([np.nan if value is None else float(value) for value in values])


def hit_arrays(hits: Mapping[str, NDArray[np.bool_]]) -> dict[str, Array]:
    """The arrays under which a result keeps the hits (images,) of each domain, by the domain's name."""
    return {HITS + domain: found for domain, found in hits.items()}


def hits_of(run: Result, domain: str) -> NDArray[np.bool_]:
    """Which test images of the domain the run got right, shape (images,), in the data set's order."""
    return np.asarray(run.arrays[HITS + domain], dtype=np.bool_)


def lost(run: Result) -> bool:
    """Whether the training diverged, which is for the run itself to say."""
    return run.metrics["diverged_epoch"] is not None


def trained_network(workspace: Workspace, run: Result) -> tuple[DomainNetwork, Normalisation]:
    """The run's network, on the workspace's device and channels_last, and the normalisation of its inputs."""
    seed = int(str(run.metrics["seed"]))
    network = build_domain_network(int(str(run.metrics["classes"])), workspace.rng(seed, "weights"))
    state = {name: array for name, array in run.arrays.items() if not name.startswith(HITS)}
    network.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in state.items()})
    network.to(workspace.device).to(memory_format=torch.channels_last)
    scale = cast(Scale, run.metrics["normalisation"])
    return network, chosen_normalisation(scale, workspace.numpy_rng(seed, "normalisation"))
