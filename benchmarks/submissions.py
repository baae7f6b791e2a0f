"""How long `genreport check` takes for thirty submissions whose results are cached, and again when none has changed.

Usage: python benchmarks/submissions.py [COUNT]; the quick profile's results are computed first where they are missing.
"""

from __future__ import annotations

import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = [sys.executable, "-m", "generator.cli"]
AGAIN = 3  # times
TEXT = "the network sees an image and puts out one score for each class which softmax turns into probabilities"


def main(count: int) -> None:
    """Make the submissions, check them, and print the time on the clock and that of the processors."""
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        subprocess.run([*COMMAND, "build", "--format", "html", "--output", str(folder / "reference")], check=True)
        subprocess.run([*COMMAND, "init", str(folder / "blank")], check=True, stdout=subprocess.DEVNULL)
        for number in range(count):
            project = folder / "submissions" / f"student-{number:02}"
            shutil.copytree(folder / "blank", project)
            for answer in sorted((project / "answers").glob("*/q*.md")):
                if rng.random() < 0.8:
                    words = " ".join(rng.choices(TEXT.split(), k=200))
                    answer.write_text(f"{words}, in {rng.randint(13, 999)} cases.\n")
        checking = [*COMMAND, "check", str(folder / "submissions"), "--output", str(folder / "marking")]
        print(f"{count} submissions: {spent(checking)}; again: {', '.join(spent(checking) for _ in range(AGAIN))}")


def spent(command: list[str]) -> str:
    """Run a command; the time on the clock, and that of the processors."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{took:.1f} s on the clock, {used:.1f} s of the processors"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
