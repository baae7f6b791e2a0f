"""How long `genreport check` takes for thirty submissions whose results are cached.

Usage: python benchmarks/submissions.py [COUNT]; the quick profile's results are computed first where they are missing.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = [sys.executable, "-m", "generator.cli"]
TEXT = "the network sees an image and puts out one score for each class which softmax turns into probabilities"


def main(count: int) -> None:
    """Make the submissions, check them, and print the time on the clock and that of the processors."""
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        subprocess.run([*COMMAND, "build", "--format", "html", "--output", str(folder / "reference")], check=True)
        for number in range(count):
            project = folder / "submissions" / f"student-{number:02}"
            subprocess.run([*COMMAND, "init", str(project)], check=True, stdout=subprocess.DEVNULL)
            for answer in sorted((project / "answers").glob("*/q*.md")):
                if rng.random() < 0.8:
                    words = " ".join(rng.choices(TEXT.split(), k=200))
                    answer.write_text(f"{words}, in {rng.randint(13, 999)} cases.\n")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        checking = [*COMMAND, "check", str(folder / "submissions"), "--output", str(folder / "marking")]
        subprocess.run(checking, check=True, stderr=subprocess.DEVNULL)
        took = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{count} submissions: {took:.1f} s on the clock, {used:.1f} s of the processors")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
