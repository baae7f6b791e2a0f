"""How builds grow with the number of questions: processor time and memory for courses of 10 to 3,000 questions.

    python benchmarks/growth.py [--questions 10 100 1000 3000] [--rounds 3] [--results 20] [--profile] [CHECKOUT…]

Each course is made here: labs of up to 50 questions, each with a result, a table and an answer with a claim; of every
ten questions one refers to another. There are --results jobs, of which the questions share the results, so that
computing counts for little. Printed are medians of the processor seconds of the page's build with all its child
processes, and the most memory of one process, cold, with no change and with one word more in one answer.
"""

from __future__ import annotations

import argparse
import os
import pstats
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
A_LAB = 50  # questions

COMPUTATION = '''\
"""Counting, for a course that grows."""

from generator import Result, Table, Workspace, computation


@computation(metrics={"exact": ["count", "square"]}, tables={"counts": ["position", "power"]})
def count(workspace: Workspace, *, number: int) -> Result:
    """A number, its square, and five powers."""
    rows = [{"position": n, "power": number**n} for n in range(5)]
    return Result(metrics={"count": number, "square": number**2}, tables={"counts": Table.of(rows)})
'''

QUESTION = """\
title: The powers of {number}
statement: |
  Count to {number}, and say what its square $n^2$ is. How does the next power compare with it?
results:
  counted:
    computation: count
    params: {{number: {number}}}
tables:
  powers:
    from: counted
    table: counts
    caption: Powers of {number}, from the zeroth to the fourth.
    columns:
      position: {{title: Power, format: integer}}
      power: {{title: Value, format: integer}}
"""

ANSWER = """\
The square of {{{{ counted.count }}}} is {{{{ counted.square }}}} ({{{{ ref("powers") }}}}).
Each power is as many times the one before.

{{% claim counted.square > counted.count %}}It is larger than the number.{{% otherwise %}}It is no larger than the
number.{{% endclaim %}}
{refers}
{{{{ table("powers") }}}}
"""


def write_course(folder: Path, questions: int, results: int) -> None:
    """A course of so many questions."""
    labs: dict[str, list[str]] = {}
    for number in range(questions):
        labs.setdefault(f"lab-{number // A_LAB + 1}", []).append(f"q{number % A_LAB + 1:02}")
    files = {
        "course.yaml": f"title: {questions} questions\nyear: 2026\nintroduction: |\n  They are many.\n"
        f"labs: [{', '.join(labs)}]\n"
        "profiles:\n  short:\n    title: Short\n    description: Everything.\n    roles: {}\n",
        "computations/__init__.py": '"""Counting."""\n',
        "computations/counting.py": COMPUTATION,
    }
    counter = 0
    for lab, names in labs.items():
        sections = f"sections:\n  - title: Counting\n    questions: [{', '.join(names)}]\n"
        files[f"questions/{lab}/lab.yaml"] = f"title: Counting, {lab}\nintroduction: |\n  It counts.\n{sections}"
        for name in names:
            files[f"questions/{lab}/{name}.yaml"] = QUESTION.format(number=counter % results + 2)
            refers = f'\nSee {{{{ ref("{lab}/{names[0]}/powers") }}}} as well.\n' if counter % 10 == 9 else ""
            files[f"answers/{lab}/{name}.md"] = ANSWER.format(refers=refers)
            counter += 1
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


class Made:
    """A course that a checkout builds, with a cache of its own."""

    def __init__(self, checkout: Path, folder: Path, questions: int, results: int) -> None:
        self.checkout, self.folder = checkout, folder / "course"
        write_course(self.folder, questions, results)
        own = {"PYTHONPATH": str(checkout), "GENREPORT_CACHE": str(folder / "cache")}
        self.environment = {**os.environ, **own}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as for whoever builds every day
        self.words = 0

    def build(self, profile: Path | None = None) -> tuple[float, float]:
        """Processor seconds of a build, and the most MiB that one of its processes took."""
        inspect = ["-m", "cProfile", "-o", str(profile)] if profile else []
        command = [sys.executable, *inspect, "-m", "generator.cli", "build", "--format", "html", "--output", "../build"]
        # In a process of its own, whose children's time and memory are those of this build alone.
        measured = (
            "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL);"
            "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
            "print(code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)"
        )
        ended = subprocess.run(
            [sys.executable, "-c", measured, *command],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        code, seconds, memory = ended.stdout.split()
        if code != "0":
            sys.exit(ended.stderr[-3000:])
        return float(seconds), float(memory)

    def change_word(self) -> None:
        """Another word at the end of the last answer of the first lab."""
        self.words += 1
        path = sorted((self.folder / "answers" / "lab-1").iterdir())[-1]
        kept = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("One word")]
        path.write_text("\n".join([*kept, f"One word more: word{self.words}."]) + "\n", "utf-8")


def show_profile(made: Made) -> None:
    """Where one word's build spends its time."""
    made.change_word()
    place = made.folder.parent / "profile"
    made.build(place)
    for order, lines in (("tottime", 30), ("cumulative", 90)):
        pstats.Stats(str(place)).sort_stats(order).print_stats(lines)


def main() -> None:
    """Measure, and print a row for each course and checkout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="*", type=Path, default=[HERE])
    parser.add_argument("--questions", nargs="*", type=int, default=[10, 100, 1000, 3000])
    parser.add_argument("--results", type=int, default=20, help="jobs that the questions share")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="show where one word's build spends its time")
    options = parser.parse_args()
    print(f"{'processor seconds':28}{'cold':>9}{'no change':>11}{'one word':>10}{'MiB':>7}{'clock':>8}", flush=True)
    for count in options.questions:
        for checkout in options.checkouts:
            with tempfile.TemporaryDirectory() as place:
                made = Made(checkout.resolve(), Path(place), count, options.results)
                cold, memory = made.build()
                time.sleep(1.5)  # so that no file is as new as one that could change again within a tick
                made.build()
                still = [made.build()[0] for _ in range(options.rounds)]
                words, clock = [], []
                for _ in range(options.rounds):
                    made.change_word()
                    began = time.perf_counter()
                    words.append(made.build()[0])
                    clock.append(time.perf_counter() - began)
                name = f"{checkout.resolve().name}, {count} questions"
                print(
                    f"{name:28}{cold:9.2f}{statistics.median(still):11.2f}{statistics.median(words):10.2f}{memory:7.0f}"
                    f"{statistics.median(clock):8.2f}", flush=True,
                )  # fmt: skip
                if options.profile:
                    show_profile(made)
    print("load", *(f"{number:.1f}" for number in os.getloadavg()))


if __name__ == "__main__":
    main()
