"""Twelve sections that each wait one second, print a number and draw a chart: ours beside every peer that is installed.

    python benchmarks/twelve_sections [--ours CHECKOUT…] [--peers FOLDER] [--only NAME…] [--rounds 3]

The same report is written for R Markdown, Snakemake, nbconvert, jupyter-book, Quarto and for us, and built to HTML:
cold, with no change, with one section's code changed, one word of prose, a helper that all sections import, and the
data file that they all read. Each cell has the seconds on the clock, those of the processor with all child processes,
and ``fresh`` where the page then has the numbers, words and pictures that it must have, ``stale`` where it has not. As
the sections sleep, all processor time is the tool's, but for drawing a chart of four points. Python keeps its bytecode
and matplotlib its list of fonts, as they do for whoever uses them every day. A peer is what stands in FOLDER/bin or on
the PATH; FOLDER is a virtual environment with

    pip install snakemake nbconvert ipykernel 'jupyter-book<2' matplotlib
"""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tools import TOOLS, Tool
from written import CHANGES, SECTIONS, Content

HERE = Path(__file__).resolve().parents[2]
BECOME_SUBREAPER = 36  # prctl: what a tool leaves behind becomes our child, and its time counts


@dataclass
class Row:
    """What one tool took: for each step, the seconds of each round, and whether the page was right in all of them."""

    name: str
    clock: dict[str, list[float]] = field(default_factory=dict)
    processor: dict[str, list[float]] = field(default_factory=dict)
    fresh: dict[str, bool] = field(default_factory=dict)

    def cell(self, step: str) -> str:
        """Medians of clock and processor: "11.6 / 3.6 fresh"."""
        clock, processor = statistics.median(self.clock[step]), statistics.median(self.processor[step])
        return f"{clock:5.1f} / {processor:5.2f} {'fresh' if self.fresh[step] else 'stale'}"


def run(tool: Tool, folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds on the clock and of the processor of one build."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended = subprocess.run(
        tool.command(),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    took = time.perf_counter() - began
    if ended.returncode != 0:
        sys.exit(f"{tool.name}: {ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    while True:  # what it left running is over in a moment, or we wait for it
        try:
            os.wait()
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def is_fresh(tool: Tool, folder: Path, content: Content) -> bool:
    """Whether the page has each section's number, as it must be now, its words and a picture."""
    pages = "".join(path.read_text("utf-8") for path in sorted(folder.glob(tool.pages)))
    whole = re.sub(r"</?(span|a|em|strong|code)\b[^>]*>", "", pages)  # within a sentence
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", whole)).split())
    return pages.count("<img ") >= len(SECTIONS) and all(sentence in text for sentence in content.sentences())


def measure(tool: Tool, row: Row, environment: dict[str, str]) -> None:
    """One round: every step in a new folder, each from what the one before left."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve() / "report"
        folder.mkdir()
        own = {**environment, "HOME": place, "XDG_CACHE_HOME": f"{place}/cache", "GENREPORT_CACHE": f"{place}/results"}
        content = Content()
        tool.write(content, folder)
        for step, change in CHANGES.items():
            change(content)
            tool.write(content, folder)  # files whose text is the same are left as they are
            clock, processor = run(tool, folder, own)
            row.clock.setdefault(step, []).append(clock)
            row.processor.setdefault(step, []).append(processor)
            row.fresh[step] = row.fresh.get(step, True) and is_fresh(tool, folder, content)


def main() -> None:
    """Read the options, and begin with no list of fonts of anybody's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", nargs="*", type=Path, default=[HERE], help="checkouts of this program")
    parser.add_argument("--peers", type=Path, help="a virtual environment that has some of them")
    parser.add_argument("--only", nargs="*", help="names of tools")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(BECOME_SUBREAPER, 1, 0, 0, 0)
    path = os.environ["PATH"]
    if options.peers:
        path = f"{options.peers.resolve() / 'bin'}{os.pathsep}{path}"
    with tempfile.TemporaryDirectory() as fonts:
        compare(options, path, {**os.environ, "MPLCONFIGDIR": fonts})


def compare(options: argparse.Namespace, path: str, here: dict[str, str]) -> None:
    """Measure every tool, in turns, and print the table."""
    here.pop("PYTHONDONTWRITEBYTECODE", None)
    environment = {**here, "PATH": path}
    for python in (sys.executable, str(shutil.which("python", path=path))):
        subprocess.run([python, "-c", "import matplotlib.font_manager"], env=here, check=False, capture_output=True)
    taken: list[tuple[Tool, Row, dict[str, str]]] = []
    for kind in TOOLS:
        if options.only and kind.name not in options.only:
            continue
        if kind.name == "ours":
            for checkout in options.ours:
                name = "ours" if len(options.ours) == 1 else f"ours: {checkout.resolve().name}"
                taken.append((kind, Row(name), {**here, "PYTHONPATH": str(checkout.resolve())}))
        elif kind.installed(path):
            taken.append((kind, Row(kind.name), environment))
        else:
            print(f"not installed here: {kind.name}")
    for _ in range(options.rounds):
        for tool, row, own in taken:
            measure(tool, row, own)
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    print(f"seconds on the clock / of the processor, median of {options.rounds}; load {load}")
    width = max(len(row.name) for _, row, _ in taken)
    print(f"{'':{width}}" + "".join(f"  {step:>19}" for step in CHANGES))
    for _, row, _ in taken:
        print(f"{row.name:{width}}" + "".join(f"  {row.cell(step):>19}" for step in CHANGES), flush=True)


if __name__ == "__main__":
    main()
