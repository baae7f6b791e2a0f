"""A copy of the package with a computation of its own, whose code a test may edit, and programs that run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from generator.folders import PACKAGE

COMPUTATION = """
from generator.registry import computation
from generator.results import Result
from generator.workspace import Workspace
from generator.labs.toy_constant import CONSTANT


@computation(metrics=["value"])
def toy(workspace: Workspace) -> Result:
    return Result(metrics={"value": CONSTANT})
"""

#: Plans the computation, writes the file that it is told to, and computes: prints the value, or why there is none.
PROGRAM = """
import json, os, sys
from pathlib import Path

if __name__ == "__main__":
    edited, content = sys.argv[1:3]
    from generator.jobs import Job
    from generator.planning.fingerprint import CodeReader, Ingredients
    from generator.running.executors.choose import ExecutorSpec
    from generator.running.runner import run_jobs
    from generator.store.cache import Cache
    from generator.store.memo import Memo

    reader = CodeReader(Memo(None))
    meaning = {"toy": reader.reach("generator.labs.toy", "toy").identity}
    fingerprint = Ingredients("toy", meaning, {}, {}, {}, {}).fingerprint()
    if edited:
        path = Path(edited)
        before = path.stat()
        path.write_text(content)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    job, cache = Job(fingerprint, "toy", "generator.labs.toy", "1-a/q01/toy"), Cache(Path("cache"))
    spec = ExecutorSpec(jobs=1, device="cpu")
    run_jobs([job], cache, spec, data=Path(), on_event=lambda event: None, code=reader.digests())
    there = cache.has(fingerprint)
    value = cache.load(fingerprint).metrics["value"] if there else None
    print(json.dumps([fingerprint, value]))
"""


class PackageCopy:
    """``generator`` below a folder, with ``labs/toy.py`` and the constant that it takes from a module of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(PACKAGE, folder / "generator", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "generator/labs/toy.py").write_text(COMPUTATION)
        self.constant = folder / "generator/labs/toy_constant.py"
        self.constant.write_text("CONSTANT = 1\n")
        (folder / "program.py").write_text(PROGRAM)

    def run(self, edited: Path | str = "", content: str = "") -> tuple[str, Any]:
        """Plan and compute in a new process; the fingerprint, and the stored value, or None where none was stored."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        command = [sys.executable, "program.py", str(edited), content]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=True)
        fingerprint, value = json.loads(done.stdout)
        return fingerprint, value
