"""What a build costs that has nothing to do: its first call, which asks the program, and those that follow.

Usage: python benchmarks/nothing_to_do.py [OPTIONS OF BUILD]; what is missing is built first.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile

COMMAND = [sys.executable, "-m", "generator.cli", "build"]
TIMES = 10


def spent(command: list[str]) -> float:
    """The seconds of the processors that a command took."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(options: list[str]) -> None:
    """Build, and print what each kind of call costs."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*COMMAND, "--output", f"{folder}/build", *options]
        print(f"built: {spent(command):.2f} s of the processors")
        print(f"the first with nothing to do: {spent(command):.3f} s")
        taken = [spent(command) for _ in range(TIMES)]
        print(f"the next {TIMES}: median {statistics.median(taken):.3f} s, {min(taken):.3f} to {max(taken):.3f} s")
        asking = [spent([*command, "--fresh-versions"]) for _ in range(TIMES)]
        print(f"asking the program {TIMES} times: median {statistics.median(asking):.3f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
