"""What a change of one word costs: processor time of builds of the whole quick report, side by side for checkouts.

    python benchmarks/one_word.py --cache CACHE [--rounds 5] [--pdf] [--cold] [CHECKOUT…]

CACHE is a folder of cached results that has all of the profile's; each checkout gets a copy of it, and is copied
itself, so that its answers can be changed. Without a checkout, this one is measured. Printed are medians of the
processor seconds of the command with all its children, and with --cold seconds on the clock in brackets; the rounds of
all checkouts take turns.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
PARTS = ("generator", "questions", "templates")
ANSWER, FIGURE = "templates/answers/2-a/q05.md", "questions/2-a/q04.yaml"
KEPT = ("drawings", "kept")


class Checkout:
    """A copy of a checkout that is built with a cache of its own."""

    def __init__(self, source: Path, folder: Path, cache: Path, data: Path) -> None:
        self.name = source.name
        self.folder, self.cache, self.data = folder / "code", folder / "cache", data
        for part in PARTS:
            shutil.copytree(source / part, self.folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(cache, self.cache, ignore=shutil.ignore_patterns(*KEPT), copy_function=os.link)
        for path in self.cache.glob("*.json"):  # hard links, but of what builds write anew
            content = path.read_bytes()
            path.unlink()
            path.write_bytes(content)
        self.words, self.answer = 0, ANSWER

    def build(self, formats: str) -> float:
        """Seconds of the processor that a build takes."""
        command = [sys.executable, "-m", "generator.cli", "build", "--format", formats, "--output", "../build"]
        environment = {
            **os.environ, "PYTHONPATH": str(self.folder), "GENREPORT_CACHE": str(self.cache),
            "GENREPORT_DATA": str(self.data),
        }  # fmt: skip
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as for whoever builds every day
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ended = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if ended.returncode != 0:
            sys.exit(f"{self.name}: {ended.stdout}{ended.stderr}")
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def change_word(self) -> None:
        """Another word at the end of an answer's first paragraph."""
        self.words += 1
        path = self.folder / self.answer
        first, *rest = path.read_text("utf-8").split("\n\n")
        first = re.sub(r" One word more: \w+\.$", "", first)
        path.write_text("\n\n".join([f"{first} One word more: word{self.words}.", *rest]), "utf-8")

    def change_style(self) -> None:
        """Another number of columns of the pictures of one figure, and with it their width."""
        self.words += 1
        path = self.folder / FIGURE
        text = path.read_text("utf-8")
        found = re.search(r"(figures:\n(?:.*\n)*?    columns: )(\d)", text)
        assert found, "no figure of this question has columns"
        path.write_text(text.replace(found[0], f"{found[1]}{3 - int(found[2])}", 1), "utf-8")

    def forget(self) -> None:
        """Remove every drawing and whatever else is kept of earlier reports."""
        for name in KEPT:
            shutil.rmtree(self.cache / name, ignore_errors=True)
        shutil.rmtree(self.folder.parent / "build", ignore_errors=True)


def nothing(checkout: Checkout) -> None:
    """No change at all."""


Step = tuple[str, Callable[[Checkout], None], str]
PAGE: list[Step] = [
    ("no change, page", nothing, "html"),
    ("one word, page", Checkout.change_word, "html"),
    ("one figure's style, page", Checkout.change_style, "html"),
]
SHEETS: list[Step] = [("one word, page and PDF", Checkout.change_word, "html,pdf")]
COLD: list[Step] = [("nothing kept, page", Checkout.forget, "html")]
COLD_SHEETS: list[Step] = [("nothing kept, page and PDF", Checkout.forget, "html,pdf")]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="*", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=HERE.parent / "shared" / "data")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pdf", action="store_true", help="the PDF as well")
    parser.add_argument("--cold", action="store_true", help="builds with nothing kept as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.cache.parent) as folder:
        sources = [path.resolve() for path in options.checkouts or [HERE]]
        taken = [
            Checkout(source, Path(folder) / f"{n}", options.cache, options.data) for n, source in enumerate(sources)
        ]
        print(f"{'processor seconds':32}" + "".join(f"{checkout.name:>16}" for checkout in taken), flush=True)
        for steps, formats in ((PAGE, "html"), (SHEETS if options.pdf else [], "html,pdf")):
            for checkout in taken if steps else ():
                checkout.build(formats)  # what is kept is there
            for step in steps:
                _measure(step, taken, options.rounds)
        for step in [*COLD, *(COLD_SHEETS if options.pdf else [])] if options.cold else []:
            _measure(step, taken, options.rounds, clock=True)


def _measure(step: Step, taken: list[Checkout], rounds: int, *, clock: bool = False) -> None:
    name, change, formats = step
    seconds: dict[str, list[tuple[float, float]]] = {str(checkout.folder): [] for checkout in taken}
    for _ in range(rounds):
        for checkout in taken:
            change(checkout)
            began = time.monotonic()
            seconds[str(checkout.folder)].append((checkout.build(formats), time.monotonic() - began))
    medians = ([statistics.median(one) for one in zip(*found, strict=True)] for found in seconds.values())
    shown = (f"{busy:.2f} ({took:.1f})" if clock else f"{busy:.2f}" for busy, took in medians)
    print(f"{name:32}" + "".join(f"{one:>16}" for one in shown), flush=True)


if __name__ == "__main__":
    main()
