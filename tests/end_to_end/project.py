"""A copy of the whole project in a folder of its own, to be built, edited and killed as a user would."""

from __future__ import annotations

import json
import lzma
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
REAL_DATA = Path(os.environ.get("GENREPORT_DATA") or ROOT.parent / "shared" / "data").resolve()


@dataclass
class Project:
    """A checkout of its own; ``run`` calls its command line in a new process."""

    folder: Path
    options: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)  # what to build; everything when empty

    def environment(self, **extra: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GENREPORT_")}
        own = {
            "PYTHONPATH": str(self.folder),
            "GENREPORT_CACHE": str(self.folder / "cache"),
            "SOURCE_DATE_EPOCH": "1700000000",
            "COLUMNS": "200",
        }
        return {**kept, **own, **extra}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "generator.cli", *arguments]

    def run(self, *arguments: str, code: int | None = 0, **extra: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*arguments), cwd=self.folder, env=self.environment(**extra), text=True, capture_output=True,
            timeout=1800, check=False,
        )  # fmt: skip
        said = f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert code is None or done.returncode == code, said
        assert "Traceback" not in done.stdout + done.stderr, said
        return done

    def build(self, *arguments: str, **extra: Any) -> tuple[int, int]:
        """Build, and give how many jobs were computed and how many came from the cache."""
        chosen = [] if any(argument.startswith("2-a") for argument in arguments) else self.questions
        said = self.run("build", *chosen, *self.options, *arguments, **extra).stdout
        found = re.search(r"(\d+) computed, (\d+) cached", said)
        assert found, said
        return int(found[1]), int(found[2])

    def metrics(self) -> dict[str, Any]:
        """All metrics but the measured times, which are others on each run."""
        every = json.loads((self.folder / "build/results/metrics.json").read_text())
        return {name: value for name, value in every.items() if "seconds" not in name.rpartition(".")[2]}

    def first_metrics(self) -> dict[str, Any]:
        """The metrics of the first section; other questions share some of its jobs."""
        return {name: value for name, value in self.metrics().items() if name[:7] in FIRST}

    def copy(self, folder: Path) -> Project:
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Project(folder, list(self.options), list(self.questions))

    def forget(self) -> None:
        """Delete the cache and the report."""
        for name in ("cache", "build"):
            shutil.rmtree(self.folder / name)

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text()
        assert old in text, f"{name} does not hold {old!r}"
        path.write_text(text.replace(old, new, 1))


#: The first section: real networks and photographs, and trainings in `quick`.
FIRST = ["2-a/q01", "2-a/q02", "2-a/q03", "2-a/q04"]


#: What makes every computation of the quick profile a matter of seconds, by role. Nothing that comes of it means
#: anything: this is for tests of where results go, not of what they are.
SMALL = {
    "2-a": {"scratch_epochs": "1", "head_epochs": "2", "tuning_epochs": "1"},
    "2-b": {
        "smoothing_samples": "1",
        "fooled_images": "[0, 3]",
        "attacked_images": "[0, 3]",
        "pixel_attacked_images": "1",
        "carlini_wagner_rounds": "1",
        "carlini_wagner_steps": "5",
        "pixel_candidates": "5",
        "pixel_generations": "1",
        "class_steps": "2",
        "class_step_counts": "[2, 3, 4]",
    },
    "2-c": {
        "adaptation_seeds": "[0, 1]",
        "adaptation_epoch_images": "32",
        "pseudo_rounds": "1",
        "pseudo_epochs": "1",
        "embedded_per_class": "5",
    },
    "2-de": {
        "gan_images": "64",
        "gan_samples": "500",
        "gan_lesson_images": "100",
        "gan_judge_epochs": "12",
        "gan_lesson_epochs": "1",
        "gan_copies": "20",
        "gan_colour_images": "64",
        "gan_colour_judge_images": "100",
        "gan_colour_judge_epochs": "1",
    },
}


def checkout(folder: Path) -> Project:
    for name in ("generator", "questions", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return Project(folder)


def small_checkout(folder: Path) -> Project:
    """A checkout whose quick profile computes next to nothing."""
    project = checkout(folder)
    for lab, roles in SMALL.items():
        path = folder / "questions" / lab / "profiles.yaml"
        text = path.read_text()
        for role, value in roles.items():
            # The quick profile comes first in each file.
            text, found = re.subn(rf"^  {role}: .*$", f"  {role}: {value}", text, count=1, flags=re.MULTILINE)
            assert found, f"{path} has no role {role}"
        path.write_text(text)
    project.edit("questions/course.yaml", "epochs: 15", "epochs: 2")
    _fewer_digits(folder)
    return project


def _fewer_digits(folder: Path) -> None:
    """Put a few of the embedded digits in the place of all: every job of two labs unpacks and scores them."""
    packed = folder / "generator/datasets/embedded/mnist.npy.xz"
    with lzma.open(packed) as stream:
        arrays = [np.lib.format.read_array(stream, allow_pickle=False) for _ in range(4)]
    with lzma.open(packed, "wb") as stream:
        for array, count in zip(arrays, (600, 600, 200, 200), strict=True):
            np.lib.format.write_array(stream, array[:count], allow_pickle=False)
