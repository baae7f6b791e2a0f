"""Small computations that workers import in the engine's tests: quick, slow, failing, deadly and checkpointed ones."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path

import numpy as np

from generator.errors import DataMissingError
from generator.registry import computation
from generator.results import LineChart, Result, Series, Table
from generator.workspace import Workspace


def _count_run(folder: str, name: str) -> int:
    """Leave a mark of this run, so that tests can count runs across processes; returns how many there are now."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    os.close(tempfile.mkstemp(prefix=f"{name}.", dir=place)[0])
    return len(list(place.glob(f"{name}.*")))


@computation(metrics=["total"], tables={"terms": ["term", "value"]}, figures=["curve"])
def add(workspace: Workspace, *, numbers: list[float], runs: str = "", name: str = "add") -> Result:
    if runs:
        _count_run(runs, name)
    values = np.asarray(numbers, dtype=np.float64)
    return Result(
        metrics={"total": float(values.sum())},
        tables={"terms": Table(("term", "value"), tuple((i, float(v)) for i, v in enumerate(values)))},
        figures={"curve": LineChart((Series("values", np.arange(len(values)), values),), "term", "value")},
        arrays={"values": values},
    )


@computation(metrics=["total"])
def double(workspace: Workspace, *, source: Result) -> Result:
    return Result(
        metrics={"total": 2 * float(np.sum(source.arrays["values"]))}, arrays={"values": 2 * source.arrays["values"]}
    )


@computation(metrics=["totals"])
def collect(workspace: Workspace, *, sources: list[Result]) -> Result:
    return Result(metrics={"totals": ", ".join(str(source.metrics["total"]) for source in sources)})


@computation(metrics=["total"])
def slow(workspace: Workspace, *, seconds: float, steps: int, runs: str = "", name: str = "slow") -> Result:
    if runs:
        _count_run(runs, name)
    for step in range(steps):
        workspace.progress(step, steps, f"step {step} sent at {time.time():.6f}")
        time.sleep(seconds / steps)
    return Result(metrics={"total": float(steps)}, arrays={"values": np.full(2, float(steps))})


@computation(metrics=["total"])
def fail(workspace: Workspace, *, message: str) -> Result:
    raise ValueError(message)


@computation(metrics=["total"])
def lack_data(workspace: Workspace) -> Result:
    raise DataMissingError("MNIST is not in the data folder", "genreport fetch")


@computation(metrics=["total"])
def break_promise(workspace: Workspace) -> Result:
    return Result(metrics={"totl": 1.0})


@computation(metrics=["total"])
def die(workspace: Workspace, *, runs: str, name: str, times: int, how: str) -> Result:
    """Kill the worker on the first ``times`` runs; ``how`` is "exit" or "kill"."""
    run = _count_run(runs, name)
    if run <= times:
        if how == "exit":
            os._exit(3)
        os.kill(os.getpid(), signal.SIGKILL)
    return Result(metrics={"total": float(run)})


@computation(metrics=["weight", "resumed_from"])
def train(
    workspace: Workspace, *, epochs: int, seed: int, runs: str = "", die_at: int = -1, epoch_seconds: float = 0.0
) -> Result:
    """A random walk that checkpoints each epoch; its first run kills its worker in the middle of epoch ``die_at``."""
    run = _count_run(runs, "train") if runs else 1
    rng = workspace.numpy_rng(seed, "walk")
    weight, first = np.zeros(3), 0
    if (found := workspace.checkpoints.load()) is not None:
        arrays, state = found
        weight, first = arrays["weight"], state["epoch"]
        rng.bit_generator.state = state["rng"]
    for epoch in range(first, epochs):
        workspace.progress(epoch, epochs, f"epoch {epoch}")
        step = rng.normal(size=3)
        if epoch == die_at and run == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(epoch_seconds)
        weight = 0.9 * weight + step
        workspace.checkpoints.save({"weight": weight}, {"epoch": epoch + 1, "rng": rng.bit_generator.state})
    return Result(metrics={"weight": float(weight.sum()), "resumed_from": first}, arrays={"weight": weight})


@computation(metrics=["threads", "sum", "draw", "deterministic"])
def torch_settings(workspace: Workspace) -> Result:
    import torch

    return Result(
        metrics={
            "threads": torch.get_num_threads(),
            "sum": float(torch.ones(10).sum()),
            "draw": float(torch.rand(())),
            "deterministic": torch.are_deterministic_algorithms_enabled(),
        }
    )


@computation(metrics=["total"])
def fill_disk(workspace: Workspace, *, megabytes: int) -> Result:
    return Result(metrics={"total": 1.0}, arrays={"ballast": np.zeros(megabytes * 2**20, dtype=np.uint8)})
