"""Builds killed at random moments, the main process or a worker: the next one goes on to the same numbers."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.campaigns.campaign import Campaign, Case
from tests.campaigns.toy_project import leftovers
from tests.end_to_end.project import Project
from tests.waiting_for_tests import children, gone

LONGEST = 600.0  # seconds for a build of a second or two, on however busy a machine
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


def descendants(pid: int) -> list[int]:
    """The processes below one, itself left out."""
    return [process for child in children(pid) for process in (child, *descendants(child))]


def kill(case: Case, pid: int) -> tuple[bool, signal.Signals]:
    """Kill the build or one of the processes below it; tells which of the two, and with what."""
    whole = case.rng.random() < 0.6
    below = descendants(pid)
    number = case.rng.choice(SIGNALS) if whole else signal.SIGKILL
    victim = pid if whole or not below else case.rng.choice(sorted(below))
    case.note(f"{number.name} to {'the main process' if victim == pid else 'a process below it'}")
    if not gone(victim):
        os.kill(victim, number)
    return victim == pid, number


def ended(case: Case, build: subprocess.Popen[str], below: set[int]) -> str:
    """Wait for a build and all that it started; what it said."""
    try:
        said = "".join(build.communicate(timeout=LONGEST))
        deadline = time.monotonic() + LONGEST
        while any(not gone(pid) for pid in below) and time.monotonic() < deadline:
            time.sleep(0.05)
        case.hold(all(map(gone, below)), "wrong", "processes of the killed build are left")
    except subprocess.TimeoutExpired:
        case.fault("wrong", f"the build hangs; processes {[build.pid, *descendants(build.pid)]}")
        for pid in (*descendants(build.pid), build.pid):
            os.kill(pid, signal.SIGKILL)
        said = "".join(build.communicate())
    return said


def test_kills(campaign: Campaign, toy: Project, tmp_path: Path) -> None:
    expected, shown = toy.metrics(), (toy.folder / "build/report.html").read_bytes()
    for case in campaign.run(full=50, short=1):
        project = toy.copy(tmp_path / str(case.number))
        project.forget()
        own = project.folder / "build/notes.txt"
        own.parent.mkdir()
        own.write_text("mine")
        with case:
            arguments = ["build", "--jobs", "2", *case.rng.choice([["--format", "html"], []])]
            delay = case.rng.uniform(0.3, 4.0 if "--format" in arguments else 8.0)
            case.note(f"{arguments}, {delay:.2f} s after its start")
            build = subprocess.Popen(
                project.command(*arguments), cwd=project.folder, env=project.environment(), text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
            time.sleep(delay)
            below = set(descendants(build.pid))
            kill(case, build.pid)
            said = ended(case, build, below)
            case.note(said)
            case.hold("Traceback" not in said, "tracebacks", "of the killed build")
            project.build("--format", "html")
            case.hold(project.metrics() == expected, "wrong", "other metrics than those of a build that was let be")
            case.hold((project.folder / "build/report.html").read_bytes() == shown, "wrong", "another page")
            case.hold(own.is_file(), "files lost", own)
            case.hold(not leftovers(project.folder), "wrong", f"left behind: {leftovers(project.folder)}")
