"""Random changes around a build: when it says without the program that nothing is to do, the program says so too."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from tests.campaigns.campaign import FULL, Campaign
from tests.courses_for_tests import CourseHere, write_sums
from tests.end_to_end.project import ROOT

CODE = "import sys; from generator.cli.entry import main; main(); print('generator.cli.main' in sys.modules)"
#: The course is named: where its course.yaml was removed, the built-in one would be built, for minutes.
COMMAND = [sys.executable, "-c", CODE, "build", "--format", "html", "--jobs", "1", "--course", "."]


def build(course: CourseHere) -> tuple[bool, str]:
    """Whether the program was not asked, and what was said besides the time."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GENREPORT_CACHE": str(course.folder.parent / "cache")}
    done = subprocess.run(COMMAND, cwd=course.folder, env=environment, capture_output=True, text=True, check=False)
    light = done.stdout.endswith("False\n")
    said = [line.partition(" cached, ")[0] + line.partition(";")[2] for line in done.stdout.splitlines()]
    return light, "\n".join([*said[: -1 if light else None], str(done.returncode)])


def change(course: CourseHere, rng: random.Random) -> str:
    """Change, touch, remove, swap or add a file, or nothing; mostly at the same length and with the time put back."""
    folder = course.folder.parent
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "unchanged" not in path.parts)
    path = rng.choice([path for path in files if path.suffix in (".md", ".yaml", ".py", ".html", ".json", ".css")])
    kind = rng.choice(["nothing", "nothing", "same length", "time", "remove", "add", "swap", "link"])
    before = path.stat()
    if kind == "same length":
        content = path.read_bytes().replace(b"sum", b"Sum") if rng.random() < 0.5 else path.read_bytes()[::-1]
        path.write_bytes(content)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    elif kind == "time":
        path.touch()
    elif kind == "remove":
        path.unlink()
    elif kind == "add":
        shutil.copy2(path, path.with_name(f"more{path.suffix}"))
    elif kind == "swap":
        path.rename(path.with_name("aside"))
        shutil.copy2(path.with_name("aside"), path)
    elif kind == "link":
        path.rename(path.with_name("aside"))
        path.symlink_to(path.with_name("aside"))
    return f"{kind}: {path.relative_to(folder)}"


def test_nothing_to_do(campaign: Campaign, tmp_path: Path) -> None:
    made = write_sums(tmp_path / "made" / "course")
    build(made)
    found = 0
    for case in campaign.run(full=60, short=1):
        with case:
            folder = shutil.copytree(tmp_path / "made", tmp_path / str(case.number), symlinks=True)
            course = CourseHere(Path(folder) / "course")
            build(course)
            build(course)
            for _ in range(3 if FULL else 1):
                case.note(change(course, case.rng))
                light, said = build(course)
                if light:
                    found += 1
                    shutil.rmtree(course.folder.parent / "cache" / "unchanged")
                    asked, again = build(course)
                    case.hold(not asked, "wrong", "there is a note that was removed")
                    case.hold(said == again, "stale", f"{said}\nbut the program says\n{again}")
                    build(course)
            shutil.rmtree(folder)
    assert found or campaign.cases < 5  # it is about what is found without the program
