"""Hostile submissions through `genreport check`: each has its row, none stops another, reads a secret or is lost."""

from __future__ import annotations

import csv
import os
import random
import shutil
from pathlib import Path

from tests.campaigns.campaign import FULL, Campaign, Case
from tests.campaigns.test_mutants import edited_text
from tests.campaigns.test_pictures import mutated, picture
from tests.end_to_end.project import Project
from tests.end_to_end.test_check import write
from tests.render.test_hostile import DRAWING, ESCAPES, HEAVY, MARKUP, REPORTS, SECRET, png

CLASS = 20  # submissions that are checked at once
NAMES = [
    "summary.html",
    "summary.csv",
    "reports",
    "build",
    "2-a",
    "-rf",
    "con",
    "..hidden",
    "a b",
    "=1+1",
    "x\x1b[2J",
    "é",
    "\u202e",
]
ENTRIES = {
    "a pipe": "fifo",
    "a link to the secret": "secret",
    "a link to /": "/",
    "a link to itself": "self",
    "a folder": "folder",
}


def answer(rng: random.Random) -> str:
    kind = rng.randrange(5)
    if kind == 0:
        return rng.choice(HEAVY)
    fragments = rng.sample([*ESCAPES, *MARKUP], rng.randint(1, 5))
    text = "\n\n".join(fragments) if kind < 4 else "".join(fragments)
    return edited_text(text, rng) if kind == 3 else text


def plant(place: Path, rng: random.Random, secret: Path) -> str:
    """Put something in the place of a file or folder of a submission that is none."""
    target = place / rng.choice(
        ["answers", "images", "answers/2-a", "answers/2-a/q01.md", "report.yaml", "build", "build/results/metrics.json"]
    )
    kind = rng.choice(sorted(ENTRIES))
    if target.is_dir():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    match ENTRIES[kind]:
        case "fifo":
            os.mkfifo(target)
        case "folder":
            target.mkdir()
        case "self":
            target.symlink_to(target.name)
        case "secret":
            target.symlink_to(secret.parent if target.suffix == "" else secret)
        case path:
            target.symlink_to(path)
    return f"{kind} for {target.relative_to(place)}"


def hand_in(case: Case, folder: Path, number: int, secret: Path) -> None:
    """Write a submission."""
    rng = case.rng
    name = rng.choice(NAMES) if rng.random() < 0.2 else f"student-{number:03}"
    if (folder / name).exists():
        name = f"student-{number:03}"
    answers = {question: answer(rng) for question in rng.sample(["q01", "q02", "q05", "q99"], rng.randint(1, 3))}
    named = rng.choice(sorted(REPORTS)) if rng.random() < 0.25 else ""
    place = write(folder, name, answers)
    if named:
        (place / "report.yaml").write_bytes(REPORTS[named].encode("latin-1" if named == "no text" else "utf-8"))
    images = place / "images"
    images.mkdir()
    (images / "drawing.svg").write_text(DRAWING)
    (images / "bomb.png").write_bytes(png(60_000, 60_000))
    (images / "own.png").write_bytes(mutated(picture(rng)[1], rng))
    (images / "link.png").symlink_to(secret)
    results = place / "build/results/metrics.json"
    results.parent.mkdir(parents=True)
    results.write_bytes(
        rng.choice(
            [b"", b"{}", b"[" * 50_000, b'{"2-a/q01/vgg16.parameters": ' + b"9" * 5000 + b"}", b'{"a": NaN}', b"\xff"]
        )
    )
    planted = plant(place, rng, secret) if rng.random() < 0.3 else ""
    case.note(f"{name!r}: {named}; {planted}; { ({key: text[:300] for key, text in answers.items()})!r}")


def test_hostile_submissions(campaign: Campaign, toy: Project, tmp_path: Path) -> None:
    size = CLASS if FULL else 3
    for case in campaign.run(full=120 // CLASS, short=1):
        project = toy.copy(tmp_path / str(case.number))
        secret = tmp_path / f"secret-{case.number}" / "q01.md"
        secret.parent.mkdir()
        secret.write_text(SECRET)
        with case:
            campaign.cases += size - 1
            folder = project.folder / "submissions"
            write(folder, "good", {"q05": "It is a toy, and a good one."})
            for number in range(size):
                hand_in(case, folder, number, secret)
            handed = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
            before = {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}
            done = project.run("check", "submissions", "--output", "marking", "--jobs", "2", code=None)
            case.note(done.stdout + done.stderr)
            case.hold(done.returncode in (0, 1), "wrong", f"ended with {done.returncode}")
            with (project.folder / "marking/summary.csv").open(newline="") as stream:
                rows = list(csv.DictReader(stream))
            case.hold(len(rows) == len(handed), "files lost", f"{len(rows)} rows for {handed}")
            case.hold(any(row["page"] and row["name"] == "good" for row in rows), "wrong", "the good one was not built")
            odd = [row["problem"] for row in rows if "Error:" in row["problem"] or "Traceback" in row["problem"]]
            case.hold(not odd, "tracebacks", odd)
            cells = [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
            case.hold(not cells, "leaks", f"formulas in the summary: {cells}")
            for path in (project.folder / "marking").rglob("*"):
                held = path.is_file() and b"examiner" in path.read_bytes()  # of the secret
                case.hold(not held, "leaks", f"the secret is in {path.name}")
                case.hold(not path.is_symlink(), "leaks", f"{path.name} is a link")
            case.hold(secret.read_text() == SECRET, "files lost", "the secret was written to")
            after = {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}
            case.hold(after == before, "files lost", "a submission was changed by looking at it")
