"""Two cold builds in different folders, in other surroundings, give the same results, pages and PDFs to the byte."""

from __future__ import annotations

from pathlib import Path

from tests.campaigns.campaign import FULL, Campaign, Case
from tests.campaigns.toy_project import toy_checkout
from tests.end_to_end.project import Project


def surroundings(case: Case) -> dict[str, str]:
    """What differs between two users' machines that have the same versions."""
    zone = case.rng.choice(["UTC", "Asia/Kathmandu", "America/St_Johns"])
    language = case.rng.choice(["C", "C.UTF-8", "de_DE.UTF-8"])
    return {"PYTHONHASHSEED": str(case.rng.randrange(2**32)), "TZ": zone, "LANG": language, "LC_ALL": language}


def contents(project: Project) -> dict[str, bytes]:
    """All that was built, and the results in the cache without when they were computed."""
    built = [path for path in (project.folder / "build").rglob("*") if path.is_file() and path.name[0] != "."]
    built += (project.folder / "cache/entries").rglob("result.json")
    built += (project.folder / "cache/entries").rglob("*.safetensors")
    return {path.relative_to(project.folder).as_posix(): path.read_bytes() for path in built}


def test_cold_builds(campaign: Campaign, tmp_path: Path) -> None:
    for case in campaign.run(full=8, short=1):
        with case:
            found = []
            for name in ("one", "a longer name"):
                project = toy_checkout(tmp_path / str(case.number) / name)
                around = surroundings(case)
                options = ["--jobs", case.rng.choice(["1", "2", "3"]), *([] if FULL else ["--format", "html"])]
                case.note(f"{options} {around}")
                project.options = []
                project.build(*options, **around)
                found.append(contents(project))
            one, other = found
            differing = [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]
            case.hold(not differing, "wrong", f"other bytes in {differing}")
            case.hold(len(one) > 20, "wrong", f"only {sorted(one)} were compared")
