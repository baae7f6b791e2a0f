"""Disks that are full and writes that fail at a random point: it is said, nothing is lost, and later it is right."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from generator.store.packs import open_pack
from tests.campaigns.campaign import FULL, Campaign
from tests.end_to_end.project import Project

BLOCK = 4096  # bytes: the least that a file takes on the small disk
#: Lets so many writes of a process pass and then says that the disk is full, as Python's own start-up file.
FAILING = """
import builtins, errno, io, os

_left = int(os.environ.get("WRITES_LEFT", "1000000000"))


def _spend(path):
    global _left
    if "cache" in str(path) or "build" in str(path):
        _left -= 1
        if _left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


_open, _replace, _mkdir = io.open, os.replace, os.mkdir


def _opened(file, mode="r", *rest, **more):
    if any(sign in mode for sign in "wax+"):
        _spend(file)
    return _open(file, mode, *rest, **more)


def _replaced(source, target, **more):
    _spend(target)
    return _replace(source, target, **more)


def _made(path, *rest, **more):
    _spend(path)
    return _mkdir(path, *rest, **more)


builtins.open = io.open = _opened
os.replace, os.mkdir = _replaced, _made
"""


def kept(folder: Path) -> dict[str, bytes]:
    """The report's documents."""
    return {path.name: path.read_bytes() for path in folder.glob("report.*")}


def test_a_small_disk(campaign: Campaign, toy: Project, small_disk: Path, tmp_path: Path) -> None:
    expected, shown = toy.metrics(), (toy.folder / "build/report.html").read_bytes()
    # Two reports beside each other, the old and the new, do not fit on the fixture's 4 MB.
    subprocess.run(["mount", "-o", "remount,size=32m", str(small_disk)], check=True)
    for case in campaign.run(full=30, short=1):
        project = toy.copy(tmp_path / "project")
        for path in small_disk.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        with case:
            before = kept(project.folder / "build")
            where = case.rng.choice([["--cache"], ["--output"], ["--cache", "--output"]])
            options = [part for option in where for part in (option, str(small_disk / option[2:]))]
            if "--output" in where:
                shutil.copytree(project.folder / "build", small_disk / "output")
            free = shutil.disk_usage(small_disk).free
            left = case.rng.choice([0, case.rng.randrange(20_000), case.rng.randrange(400_000), free])
            (small_disk / "ballast").write_bytes(bytes(max(0, free - left)))
            case.note(f"{where} on a disk with room for {left} bytes")
            project.edit("generator/labs/toy_steps.py", "STEP = 0.25", f"STEP = {case.number + 1}")
            done = project.run("build", "--jobs", "2", "--format", "html", *options, code=None)
            case.note(done.stdout + done.stderr)
            case.hold(done.returncode in (0, 1), "wrong", f"ended with {done.returncode}")
            full = "No space left" in done.stderr or "make room" in done.stderr
            case.hold(done.returncode == 0 or full, "wrong", "nothing was said of the disk")
            if done.returncode:
                output = small_disk / "output" if "--output" in where else project.folder / "build"
                case.hold((output / "report.html").is_file(), "files lost", "the report of before is gone")
            if "--output" in where:
                case.hold(kept(project.folder / "build") == before, "files lost", "the other report was touched")
            (small_disk / "ballast").unlink()
            project.edit("generator/labs/toy_steps.py", f"STEP = {case.number + 1}", "STEP = 0.25")
            project.build("--format", "html", *options)
            place = small_disk / "output" if "--output" in where else project.folder / "build"
            if "--output" in where:
                shutil.copytree(place, project.folder / "build", dirs_exist_ok=True)
            case.hold(project.metrics() == expected, "wrong", "other metrics once there is room")
            case.hold((place / "report.html").read_bytes() == shown, "wrong", "another page once there is room")
        shutil.rmtree(project.folder)


@pytest.mark.skipif(not FULL, reason="seconds for each case: make campaigns")
def test_a_small_disk_in_the_middle_of_unpacking(
    campaign: Campaign, toy: Project, small_disk: Path, tmp_path: Path
) -> None:
    toy.run("pack", "--output", str(tmp_path / "toy.genreport"))
    with open_pack(tmp_path / "toy.genreport") as pack:
        packed = {fingerprint: pack.files(fingerprint) for fingerprint in pack.listed}
    cache, ballast = small_disk / "cache", small_disk / "ballast"
    unpack = ["unpack", str(tmp_path / "toy.genreport"), "--cache", str(cache)]
    # Each file takes whole blocks, and so does the mark of each result: with less room, one of the writes fails.
    whole = sum(
        BLOCK + sum(-(-len(content) // BLOCK) * BLOCK for content in files.values()) for files in packed.values()
    )
    for case in campaign.run(full=40, short=2):
        shutil.rmtree(cache, ignore_errors=True)
        shutil.rmtree(toy.folder / "unpacked", ignore_errors=True)
        with case:
            free = shutil.disk_usage(small_disk).free
            left = case.rng.randrange(whole)
            ballast.write_bytes(bytes(free - left))
            case.note(f"{len(packed)} results onto a disk with room for {left} bytes")
            done = toy.run(*unpack, code=None)
            case.note(done.stdout + done.stderr)
            there = entries(cache)
            named = "No space left on the disk" in done.stderr and "choose another --cache" in done.stderr
            case.hold(done.returncode == 1 and named, "wrong", f"{done.returncode}: the disk was not named")
            case.hold(len(there) < len(packed), "wrong", "nothing was cut short, or what was is not said")
            case.hold(there.items() <= packed.items(), "wrong", "an entry is not what was packed")
            case.hold([*cache.glob("partial/*"), *cache.glob("**/*.new")] == [], "wrong", "half a result was left")
            marked = {path.name for path in cache.glob("brought/*") if path.read_bytes()}
            case.hold(there.keys() <= marked, "wrong", "a result has lost the mark of where it is from")
            ballast.unlink()
            said = toy.run(*unpack).stdout
            words = f"{len(packed) - len(there)} results brought, {len(there)} were there"
            case.hold(words.replace("1 results b", "1 result b") in said, "wrong", said)
            case.hold(entries(cache) == packed, "wrong", "the second time did not bring everything")
            counts = toy.build("--format", "html", "--cache", str(cache), "--output", str(toy.folder / "unpacked"))
            case.hold(counts == (0, len(packed)), "wrong", f"{counts} computed and cached")
            shown = (toy.folder / "unpacked/results/metrics.json").read_bytes()
            case.hold(shown == (toy.folder / "build/results/metrics.json").read_bytes(), "wrong", "other metrics")
        ballast.unlink(missing_ok=True)


def entries(cache: Path) -> dict[str, dict[str, bytes]]:
    """The files of each entry of a cache."""
    return {
        folder.name: {path.name: path.read_bytes() for path in folder.iterdir()} for folder in cache.glob("entries/*/*")
    }


def test_failing_writes(campaign: Campaign, toy: Project, tmp_path: Path) -> None:
    expected, shown = toy.metrics(), (toy.folder / "build/report.html").read_bytes()
    for case in campaign.run(full=60, short=1):
        project = toy.copy(tmp_path / "project")
        (project.folder / "sitecustomize.py").write_text(FAILING)
        with case:
            if case.rng.random() < 0.5:
                shutil.rmtree(project.folder / "cache")
            project.edit("templates/answers/2-a/q05.md", "a toy", "another toy")
            writes = case.rng.randrange(case.rng.choice([8, 60, 200]))
            case.note(f"after {writes} writes of each process, none succeeds")
            done = project.run("build", "--jobs", "2", "--format", "html", code=None, WRITES_LEFT=str(writes))
            case.note(done.stdout + done.stderr)
            full = "No space left" in done.stderr or "make room" in done.stderr
            case.hold(done.returncode == 0 or full, "wrong", f"{done.returncode}: nothing was said of the disk")
            case.hold((project.folder / "build/report.html").is_file(), "files lost", "the report of before is gone")
            project.edit("templates/answers/2-a/q05.md", "another toy", "a toy")
            project.build("--format", "html")
            case.hold(project.metrics() == expected, "wrong", "other metrics once writes succeed")
            case.hold((project.folder / "build/report.html").read_bytes() == shown, "wrong", "another page")
        shutil.rmtree(project.folder)
