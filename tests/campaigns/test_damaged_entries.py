"""Entries damaged in every way, several at once: they are computed again, it is said, and the report is the same."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from generator.store.cache import Cache
from generator.store.entry import ARRAYS, MANIFEST, RESULT
from generator.store.files import digest
from tests.campaigns.campaign import Campaign, Case
from tests.campaigns.toy_project import leftovers
from tests.end_to_end.project import Project
from tests.store.test_soundness import DOCUMENTS, MANIFESTS, TENSORS, listed, put

AT_ONCE = 3  # entries damaged before a build
FILES = (RESULT, ARRAYS, MANIFEST)
Damage = Callable[[Path, random.Random], str]


def flip(place: Path, rng: random.Random) -> str:
    path = place / rng.choice(FILES)
    content = bytearray(path.read_bytes())
    for _ in range(rng.randint(1, 3)):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)
    return f"bits of {path.name} flipped"


def shorten(place: Path, rng: random.Random) -> str:
    path = place / rng.choice(FILES)
    size = rng.choice([0, rng.randrange(path.stat().st_size)])
    os.truncate(path, size)
    return f"{path.name} cut to {size} bytes"


def lengthen(place: Path, rng: random.Random) -> str:
    path = place / rng.choice(FILES)
    path.write_bytes(path.read_bytes() + rng.randbytes(rng.randint(1, 40)))
    return f"{path.name} lengthened"


def remove(place: Path, rng: random.Random) -> str:
    names = rng.sample(FILES, rng.randint(1, 3))
    for name in names:
        (place / name).unlink()
    return f"without {', '.join(names)}"


def swap(place: Path, rng: random.Random) -> str:
    """Take a file, or all, of another entry."""
    other = rng.choice([path for path in sorted(place.parents[1].glob("??/*")) if path != place])
    names = rng.choice([[RESULT], [ARRAYS], [MANIFEST], list(FILES)])
    for name in names:
        if (other / name).is_file() and not (place / name).is_dir():
            shutil.copyfile(other / name, place / name)
    return f"{', '.join(names)} of {other.name[:12]}"


def replace(place: Path, rng: random.Random) -> str:
    """Put something that is no plain file in a file's place."""
    path = place / rng.choice(FILES)
    path.unlink()
    kind = rng.choice(["a folder", "a link to nothing", "a link to itself", "a link to a device"])
    if kind == "a folder":
        path.mkdir()
    else:
        path.symlink_to({"a link to nothing": "nothing", "a link to itself": path.name}.get(kind, "/dev/null"))
    return f"{kind} for {path.name}"


def craft(place: Path, rng: random.Random) -> str:
    """Write what no computation returns, with checksums that are right."""
    cache, fingerprint = Cache(place.parents[2]), place.name
    files = {name: (place / name).read_bytes() for name in (RESULT, ARRAYS)}
    name, content = rng.choice(
        [*((RESULT, d) for d in sorted(DOCUMENTS.items())), *((ARRAYS, d) for d in sorted(TENSORS.items()))]
    )
    files[name] = content[1]
    manifest = cache._manifest(fingerprint)
    put(cache, {**manifest, "files": listed(files)}, files, fingerprint)
    return f"crafted {name}: {content[0]}"


def edit(place: Path, rng: random.Random) -> str:
    """Edit the manifest and seal it again."""
    name = rng.choice(sorted(MANIFESTS))
    cache = Cache(place.parents[2])
    put(cache, MANIFESTS[name](cache._manifest(place.name)), {}, place.name)
    return f"manifest: {name}"


WAYS: tuple[Damage, ...] = (flip, shorten, lengthen, remove, swap, replace, craft, edit)


def damage(case: Case, entries: list[Path]) -> None:
    """Damage some entries; one that is damaged already cannot be read to be crafted, so each has one way."""
    for place in case.rng.sample(entries, AT_ONCE):
        way = case.rng.choice(WAYS)
        case.note(f"{place.name[:12]}: {way(place, case.rng)}")


def test_damaged_entries(campaign: Campaign, toy: Project, tmp_path: Path) -> None:
    expected, shown = toy.metrics(), (toy.folder / "build/report.html").read_bytes()
    project = toy.copy(tmp_path / "project")
    entries = sorted(path for path in (toy.folder / "cache/entries").glob("??/*"))
    sound = {path: digest(b"".join((path / name).read_bytes() for name in FILES)) for path in entries}
    for case in campaign.run(full=600 // AT_ONCE, short=1):
        shutil.rmtree(project.folder)
        toy.copy(project.folder)
        with case:
            places = [project.folder / path.relative_to(toy.folder) for path in entries]
            damage(case, places)
            harmed = [place for place, known in zip(places, sound.values(), strict=True) if signature(place) != known]
            campaign.cases += max(0, len(harmed) - 1)
            seen = [place.name for place in harmed if Cache(project.folder / "cache").has(place.name)]
            shutil.rmtree(project.folder / "build")
            done = project.run("build", "--jobs", "2", "--format", "html")
            case.note(done.stdout + done.stderr)
            case.hold(project.metrics() == expected, "wrong", "other metrics than before the damage")
            case.hold((project.folder / "build/report.html").read_bytes() == shown, "wrong", "another page")
            cache = Cache(project.folder / "cache")
            case.hold(all(cache.is_sound(place.name) for place in places), "wrong", "a damaged entry is still there")
            again = done.stderr.count(": computed in")
            case.hold(again == len(harmed), "wrong", f"{again} computed again, not {len(harmed)}")
            # An entry that lacks a file, or has one of another size, counts as none, and is computed without a word.
            silent = [name for name in seen if f"entry {name[:12]} is damaged" not in done.stderr]
            case.hold(not silent, "wrong", f"nothing was said of {silent}")
            case.hold(not leftovers(project.folder), "wrong", f"left behind: {leftovers(project.folder)}")


def signature(place: Path) -> str:
    """A digest of an entry's files; empty when one is no file."""
    try:
        return digest(b"".join((place / name).read_bytes() for name in FILES))
    except OSError:
        return ""
