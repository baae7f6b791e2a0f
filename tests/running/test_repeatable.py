"""Each computation is called under the same settings, torch is settled only where it is used, the settings count."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from generator.folders import PACKAGE
from generator.planning.fingerprint import CodeReader
from generator.planning.plan import CALLED_BY
from generator.running.repeatable import call
from generator.store.memo import Memo

#: Calls a computation that imports torch itself, in the middle, if it is told to; prints what was loaded and set.
PROGRAM = """
import json, sys
from pathlib import Path
from generator.results import Result
from generator.running.repeatable import call
from generator.workspace import Workspace

def draw(workspace: Workspace, *, module: str) -> Result:
    __import__(module)
    if module == "torch":
        import torch
        return Result(metrics={"draw": float(torch.rand(())), "threads": torch.get_num_threads(),
                               "deterministic": torch.are_deterministic_algorithms_enabled(),
                               "fill": torch.utils.deterministic.fill_uninitialized_memory})
    import numpy as np, random
    return Result(metrics={"draw": float(np.random.rand()), "other": random.random()})

found = []
for module in sys.argv[1:]:
    result = call(draw, Workspace("cpu", Path()), {"module": module}, {}, "seed", 1)
    heavy = [name for name in ("torch", "torch._inductor", "sympy", "triton") if name in sys.modules]
    found.append([dict(result.metrics), heavy, len(sys.meta_path)])
print(json.dumps(found))
"""


def run(*modules: str) -> list[list]:
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-c", PROGRAM, *modules]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_torch_is_loaded_only_by_who_uses_it_and_settled_in_time() -> None:
    (first, without, finders), (late, with_torch, _), (again, _, after) = run("numpy", "torch", "torch")
    assert without == []
    assert "torch._inductor" not in with_torch  # which use_deterministic_algorithms would load, for a second
    assert late == again  # torch imported in the middle of a computation, or before it
    assert (late["threads"], late["deterministic"], late["fill"]) == (1, True, False)
    assert finders == after
    assert run("json", "numpy")[1][0] == first  # numpy too


def test_all_that_settles_numbers_is_part_of_each_fingerprint() -> None:
    module, name = CALLED_BY
    assert (f"generator.{module}", name) == (call.__module__, call.__name__)
    reached = CodeReader(Memo(None)).reach(f"generator.{module}", name).definitions
    inside = {label.rpartition("::")[2] for label in reached if "repeatable" in label}
    assert inside >= {"call", "_settle_numpy", "_settle_torch", "_once_loaded", "_Awaited"}
    assert any("stream_seed" in label for label in reached)
    assert not [label for label in reached if "running" in label and "repeatable" not in label]
