"""How a computation is called so that it gives the same numbers each time; all of this module is part of every result.

Planning files these definitions among the code of each job, so that editing one recomputes everything. What else a
worker does is not part of a result, and for a reason:

- ``results.encode``, ``store.files`` and ``store.cache`` decide the form on the disk, not the numbers. Who changes the
  form raises FORMAT in ``store.entry``: entries of another format count as absent. A test holds the form to its bytes.
- ``running.device`` chooses where to compute. Device, precision and versions are recorded with the result: they change
  roundings, which the reader is told, and no fingerprint, so that a result travels from one machine to another.
- ``running.worker``, ``allocator``, ``schedule`` and the executors decide when and where a job runs, how its progress
  is told and what memory it keeps. They hand a computation nothing but what passes through :func:`call`.
- ``registry`` and ``errors`` file computations and word failures, which are no results.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import random
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from generator.results import Result
from generator.workspace import Workspace, stream_seed


def call(
    function: Callable[..., Result],
    workspace: Workspace,
    parameters: Mapping[str, Any],
    inputs: Mapping[str, Any],
    seed: str,
    threads: int,
) -> Result:
    """Call a computation with its parameters and its inputs, under settings that give the same numbers twice.

    ``inputs`` are results by parameter, in a list for one that takes several. ``seed`` is any text, another
    for each job: for what draws from a global generator although it should from ``workspace.rng``.
    """
    number = stream_seed(0, seed)
    random.seed(number)
    _once_loaded("numpy", partial(_settle_numpy, number))
    _once_loaded("torch", partial(_settle_torch, number, threads))
    try:
        return function(workspace, **parameters, **inputs)
    finally:
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Awaited)]


def _settle_numpy(seed: int) -> None:
    import numpy as np

    np.random.seed(seed % 2**32)


def _settle_torch(seed: int, threads: int) -> None:
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS is deterministic only with a fixed workspace
    import torch

    torch.set_num_threads(threads)
    # Not use_deterministic_algorithms, which imports torch's compiler for a second to tell it too.
    torch.set_deterministic_debug_mode("warn")
    warnings.filterwarnings("ignore", message=".*does not have a deterministic implementation")  # nothing to be done
    # A debugging aid that costs a write for each new tensor. Torch's stubs do not know this property of a module.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.manual_seed(seed)


def _once_loaded(name: str, settle: Callable[[], None]) -> None:
    """Call ``settle`` now if the module is loaded, or as soon as it is: loading torch takes seconds."""
    if name in sys.modules:
        settle()
    else:
        sys.meta_path.insert(0, _Awaited(name, settle))


class _Awaited(importlib.abc.MetaPathFinder):
    """Finds nothing itself, but sees to it that a module is settled once it has been loaded."""

    def __init__(self, name: str, settle: Callable[[], None]) -> None:
        self._name, self._settle = name, settle

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's own spec, with a loader that settles it afterwards."""
        if fullname != self._name or self not in sys.meta_path:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_and_settle(module: ModuleType) -> None:
                load(module)
                self._settle()

            spec.loader.exec_module = load_and_settle  # type: ignore[method-assign]
        return spec
