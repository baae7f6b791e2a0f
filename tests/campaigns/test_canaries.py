"""Editions built one after another into one folder: after one for students, no word that is the teacher's is left."""

from __future__ import annotations

from pathlib import Path

from tests.campaigns.campaign import FULL, Campaign
from tests.end_to_end.project import Project
from tests.end_to_end.test_editions import found_in, plant

PUBLISHED = "61824713"  # in the place of an expected value
FORMATS = [["--format", "html"], ["--format", "pdf"], []]
REFERENCE = [[], ["2-a/q01", "--only"], ["2-a", "--only"]]
SHOWN_TO_STUDENTS = [["--edition", "worksheet"], ["--edition", "worksheet", "--fields"],
                     ["--edition", "worksheet", "--frames"], ["mine"]]  # fmt: skip


def test_canaries(campaign: Campaign, toy: Project, tmp_path: Path) -> None:
    for case in campaign.run(full=15, short=1):
        project = toy.copy(tmp_path / str(case.number))
        project.edit("questions/2-a/q01.yaml", "value: 600", f"value: {PUBLISHED}")
        words = [*plant(project), PUBLISHED]
        with case:
            project.run("init", "mine")
            formats = FORMATS if FULL else FORMATS[:1]
            for _ in range(3 if FULL else 1):
                whole = case.rng.random() < 0.4
                options = [*([] if whole else case.rng.choice(REFERENCE)), *case.rng.choice(formats)]
                project.run("build", *options)
                case.note(f"build {' '.join(options)}")
                if whole:
                    missing = set(words) - found_in(project.folder / "build", words)
                    case.hold(not missing, "wrong", f"the reference edition lacks {missing}")
                options = [*case.rng.choice(SHOWN_TO_STUDENTS), "--output", "build", *case.rng.choice(formats)]
                said = project.run("build", *options, code=None)
                case.note(f"build {' '.join(options)}\n{said.stdout}{said.stderr}")
                told = [word for word in words if word in said.stdout + said.stderr]
                leaked = found_in(project.folder / "build", words) | found_in(project.folder / "mine", words) | {*told}
                case.hold(not leaked, "leaks", leaked)
                case.hold(said.returncode == 0, "wrong", f"ended with {said.returncode}")
