"""How far off the time is that a build says is left, once the same was built before: two cold builds of a lab.

    python benchmarks/estimate.py [--history CACHE] [--profile quick] [SELECTION…]

The first build begins with an empty cache and its estimates are only printed; then the cache is cleaned of results and
drawings, the history of how long things took stays, and the second build is held against the truth. With --history, the
history of another cache folder takes the place of the first build. Printed is, at some moments of the build, what a
reader of the terminal sees then: the total, that is the time so far and what is said to be left; how far it is from
what the build took in the end; and the same of what was left alone. Times are of the clock: run it alone.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import takewhile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1]
MOMENTS = (0.05, 0.25, 0.5, 0.75)
ALLOWED = 0.25
HISTORY = ("history.json", "rendering.json")
#: Seconds since the beginning, and those that are said to be left then.
Said = list[tuple[float, float]]


def main() -> None:
    """Build and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("selection", nargs="*", default=["2-b"])
    parser.add_argument("--history", type=Path)
    parser.add_argument("--profile", default="quick")
    parser.add_argument("--format", default="html,pdf")
    parser.add_argument("--data", type=Path, default=HERE.parent / "shared" / "data")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        cache.mkdir()
        if options.history is None:
            show("the first build", *built(options, Path(folder), cache))
        for name in HISTORY:
            source = (options.history or cache) / name
            if source.exists():
                shutil.copyfile(source, Path(folder) / name)
        shutil.rmtree(cache)
        shutil.rmtree(Path(folder) / "build", ignore_errors=True)
        cache.mkdir()
        for name in HISTORY:
            if (Path(folder) / name).exists():
                (Path(folder) / name).rename(cache / name)
        worst = show("with its history", *built(options, Path(folder), cache))
    print(f"worst {worst:.0%} of the whole, allowed {ALLOWED:.0%}")
    sys.exit(worst > ALLOWED)


def built(options: argparse.Namespace, folder: Path, cache: Path) -> tuple[Said, float, float]:
    """What a build said while it ran, how long it took in the end, and its processor seconds."""
    environment = {
        **os.environ, "PYTHONPATH": str(HERE), "GENREPORT_CACHE": str(cache), "GENREPORT_DATA": str(options.data),
    }  # fmt: skip
    said = folder / "said.json"
    arguments = [*options.selection, "--only", "--profile", options.profile, "--format", options.format]
    command = [sys.executable, __file__, "--watched", str(said), "build", *arguments, "--output", str(folder / "build")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode != 0:
        sys.exit(ended.stdout + ended.stderr)
    found: dict[str, Any] = json.loads(said.read_text())
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [(at, left) for at, left in found["said"]], found["took"], spent


def show(name: str, said: Said, took: float, spent: float) -> float:
    """Print what was seen at each moment; the largest error of the total, 100 % where nothing was said."""
    print(f"{name}: {took:.0f} s, {spent:.0f} s of the processors, load {os.getloadavg()[0]:.1f}")
    print(f"{'at':>8}{'after s':>10}{'left s':>10}{'in truth':>10}{'total s':>10}{'error':>10}{'of what is left':>18}")
    worst = 0.0
    for moment in MOMENTS:
        now, truth = moment * took, (1 - moment) * took
        seen = [left for _, left in takewhile(lambda one: one[0] <= now, said)]  # noqa: B023 (used at once)
        if not seen:
            print(f"{moment:8.0%}{now:10.0f}{'nothing is said':>20}")
            worst = 1.0
            continue
        error, of_left = (now + seen[-1]) / took - 1, seen[-1] / truth - 1
        worst = max(worst, abs(error))
        print(
            f"{moment:8.0%}{now:10.0f}{seen[-1]:10.0f}{truth:10.0f}{now + seen[-1]:10.0f}{error:+10.0%}{of_left:+18.0%}"
        )
    return worst


def watched(place: str, arguments: list[str]) -> None:
    """Run the command, and note every second what a terminal shows."""
    from generator.cli.build_display import BuildDisplay
    from generator.cli.main import cli
    from generator.render.outputs.written import Passing

    said: Said = []
    began = time.monotonic()

    def note(left: float | None) -> None:
        now = time.monotonic() - began
        if left is not None and (not said or now - said[-1][0] > 1):  # as often as bars are drawn anew
            said.append((now, left))

    computing, saying = BuildDisplay._all, BuildDisplay.say

    def of_jobs(display: BuildDisplay) -> None:
        computing(display)
        if display.queued >= 2 and display.finished < display.queued:
            note(display.remaining.seconds())

    def of_stages(display: BuildDisplay, text: str) -> None:
        saying(display, text)
        if isinstance(text, Passing) and display.rendering:
            note(max(display.remaining.rest - (time.monotonic() - display.rendering), 0.0))

    BuildDisplay._all, BuildDisplay.say = of_jobs, of_stages  # type: ignore[method-assign]
    try:
        cli(arguments)
    except SystemExit as end:
        Path(place).write_text(json.dumps({"took": time.monotonic() - began, "said": said}))
        raise SystemExit(end.code) from None


if __name__ == "__main__":
    watched(sys.argv[2], sys.argv[3:]) if sys.argv[1:2] == ["--watched"] else main()
