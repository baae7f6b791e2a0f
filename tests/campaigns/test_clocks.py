"""Clocks and times of files that are wrong by ten years: edits are seen, and nothing is computed for nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.campaigns.campaign import Campaign, Case
from tests.end_to_end.project import Project

YEARS = 10 * 365 * 86_400
#: Sets the clock of every process of the checkout, as Python's own start-up file.
SHIFTED = """
import os, time

_shift = float(os.environ.get("SHIFT", "0"))
_time, _time_ns, _gmtime, _localtime, _strftime = time.time, time.time_ns, time.gmtime, time.localtime, time.strftime
time.time = lambda: _time() + _shift
time.time_ns = lambda: _time_ns() + int(_shift * 1e9)
time.gmtime = lambda seconds=None: _gmtime(time.time() if seconds is None else seconds)
time.localtime = lambda seconds=None: _localtime(time.time() if seconds is None else seconds)
time.strftime = lambda form, when=None: _strftime(form, time.localtime() if when is None else when)
"""


def shift(case: Case, folder: Path) -> None:
    """Give random files of the course, the cache and the report other times."""
    files = [path for name in ("generator/labs", "questions", "templates/answers", "cache", "build")
             for path in sorted((folder / name).rglob("*")) if path.is_file()]  # fmt: skip
    by = case.rng.choice([-YEARS, YEARS])
    chosen = files if case.rng.random() < 0.4 else case.rng.sample(files, len(files) // 3)
    for path in chosen:
        os.utime(path, (time.time() + by, time.time() + by))
    case.note(f"times of {len(chosen)} of {len(files)} files set {by // 31_536_000} years off")


def edit(case: Case, project: Project, number: int) -> tuple[int, str]:
    """Edit something, its time as before or not; how many jobs that concerns, and what the page then shows."""
    name, old, new, jobs, shown = case.rng.choice([
        ("generator/labs/toy_steps.py", "STEP = 0.25", f"STEP = 0.{number + 30}", 4, ""),
        ("questions/course.yaml", "width: 5", f"width: {10 + number}", 5, ""),
        ("questions/2-a/q02.yaml", "seed: [0, 1, 2, 3]", f"seed: [0, 1, 2, 3{number}]", 1, f"3{number}"),
        ("templates/answers/2-a/q05.md", "It is a toy", f"It is toy {number}", 0, f"It is toy {number}"),
        ("questions/2-a/q01.yaml", "How large", f"How {number} large", 0, f"How {number} large"),
    ])  # fmt: skip
    path = project.folder / name
    before = path.stat()
    project.edit(name, old, new)
    if kept := case.rng.random() < 0.5:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    case.note(f"{name}: {old} → {new}{', its time as before' if kept else ''}")
    return jobs, shown


def test_clocks(campaign: Campaign, toy: Project, tmp_path: Path) -> None:
    for case in campaign.run(full=40, short=1):
        project = toy.copy(tmp_path / str(case.number))
        (project.folder / "sitecustomize.py").write_text(SHIFTED)
        with case:
            shift(case, project.folder)
            clocks = [str(case.rng.choice([-YEARS, 0, YEARS])) for _ in range(3)]
            case.note(f"clocks {clocks}")
            computed, _ = project.build("--format", "html", SHIFT=clocks[0])
            case.hold(computed == 0, "wrong", f"{computed} computed for nothing")
            jobs, shown = edit(case, project, case.number + 10)
            computed, _ = project.build("--format", "html", SHIFT=clocks[1])
            case.hold(computed >= jobs, "stale", f"{computed} computed, not {jobs}")
            case.hold(computed <= jobs, "wrong", f"{computed} computed, not {jobs}")
            page = (project.folder / "build/report.html").read_text()
            case.hold(shown in page, "stale", f"the page does not show {shown!r}")
            found = project.metrics()
            computed, _ = project.build("--format", "html", SHIFT=clocks[2])
            case.hold(computed == 0, "wrong", f"{computed} computed for nothing after the edit")
            project.forget()
            project.build("--format", "html")
            case.hold(project.metrics() == found, "stale", "a cold build gives other metrics")
            case.hold((project.folder / "build/report.html").read_text() == page, "stale", "and another page")
