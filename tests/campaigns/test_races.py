"""Two builds at once in one output folder and one cache, with edits between: each is right, or says why it is not."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from tests.campaigns.campaign import Campaign
from tests.campaigns.toy_project import leftovers
from tests.end_to_end.project import Project

OPTIONS = [["--profile", "quick"], ["--profile", "other"], ["--profile", "quick", "--edition", "worksheet"]]
EDITS = [
    ("generator/labs/toy_steps.py", "STEP = 0.25", "STEP = 0.75"),
    ("templates/answers/2-a/q05.md", "It is a toy", "It is no toy"),
    ("questions/2-a/q02.yaml", "seed: [0, 1, 2, 3]", "seed: [0, 1, 2, 4]"),
]


def start(project: Project, options: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        project.command("build", "--jobs", "1", "--format", "html", *options), cwd=project.folder,
        env=project.environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_races(campaign: Campaign, toy: Project, tmp_path: Path) -> None:
    for case in campaign.run(full=40, short=1):
        project = toy.copy(tmp_path / str(case.number))
        if case.rng.random() < 0.6:
            project.forget()
        with case:
            builds = []
            for options in case.rng.choices(OPTIONS, k=2):
                builds.append(start(project, options))
                pause = case.rng.choice([0.0, case.rng.uniform(0, 3)])
                case.note(f"build {' '.join(options)}, then {pause:.2f} s")
                time.sleep(pause)
            if case.rng.random() < 0.6:
                edit = case.rng.choice(EDITS)
                project.edit(*edit)
                case.note(f"then {edit}")
            for build in builds:
                said = "".join(build.communicate(timeout=300))
                case.note(said)
                case.hold("Traceback" not in said, "tracebacks", "of one of the two")
                case.hold(build.returncode in (0, 1), "wrong", f"ended with {build.returncode}")
                if build.returncode == 1:
                    case.hold("error" in said.lower() or "changed" in said, "wrong", "it failed without a word")
            last = case.rng.choice(OPTIONS[:2])
            project.build("--format", "html", *last)
            found, shown = project.metrics(), (project.folder / "build/report.html").read_bytes()
            case.hold(not leftovers(project.folder), "wrong", f"left behind: {leftovers(project.folder)}")
            project.forget()
            project.build("--format", "html", *last)
            case.hold(project.metrics() == found, "stale", "a cold build of its own gives other metrics")
            case.hold((project.folder / "build/report.html").read_bytes() == shown, "stale", "and another page")
