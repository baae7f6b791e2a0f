"""What a shell can complete: labs and questions, students' projects, profiles, roles.

Runs at each press of the key, so it reads names of files and, for profiles and roles, YAML; it checks nothing and
imports nothing else. Where there is no course to read, nothing is completed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from generator.folders import questions_folder

_COURSE, _PROJECT, _LAB, _PROFILES = "course.yaml", "report.yaml", "lab.yaml", "profiles.yaml"


def selections(context: click.Context, option: click.Parameter, begun: str) -> list[CompletionItem]:
    """Labs (2-a), questions (2-a/q03) once a lab is begun, and folders that are projects, as the first word."""
    taken = context.params.get(option.name or "") or ()
    names: list[CompletionItem] = []
    with suppress(OSError):
        for lab, folder in _labs(_course(context)):
            questions = sorted(f"{lab}/{path.stem}" for path in folder.glob("*.yaml") if _is_question(path))
            begins = begun.startswith(lab)
            names += [CompletionItem(name) for name in (questions if begins else [lab]) if name.startswith(begun)]
            if begins and lab.startswith(begun):
                names.append(CompletionItem(lab))
        if not taken and "/" not in begun:
            projects = (path.parent.name for path in Path().glob(f"*/{_PROJECT}"))
            names += [CompletionItem(name, help="project") for name in sorted(projects) if name.startswith(begun)]
    return [item for item in names if item.value not in taken]


def profiles(context: click.Context, option: click.Parameter, begun: str) -> list[CompletionItem]:
    """The course's profiles, with their titles."""
    found = _read(_course(context) / _COURSE).get("profiles")
    entries = found.items() if isinstance(found, dict) else ()
    titles = {name: entry.get("title", "") if isinstance(entry, dict) else "" for name, entry in entries}
    return [CompletionItem(name, help=title) for name, title in titles.items() if str(name).startswith(begun)]


def roles(context: click.Context, option: click.Parameter, begun: str) -> list[CompletionItem]:
    """The roles of all profiles and labs, each with the sign behind which a value stands."""
    course = _course(context)
    entries = _read(course / _COURSE).get("profiles")
    found: list[Any] = [one.get("roles") for one in entries.values() if isinstance(one, dict)] if entries else []
    for _, folder in _labs(course):
        found += _read(folder / _PROFILES).values()
    names = sorted({str(name) for given in found if isinstance(given, dict) for name in given})
    return [CompletionItem(f"{name}=") for name in names if name.startswith(begun)]


def _course(context: click.Context) -> Path:
    """The course's folder, by --course, by where one stands, or by the project there; else our own."""
    named = context.params.get("course")
    if named:
        return Path(named).expanduser()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / _PROJECT).is_file():
            own = _read(folder / _PROJECT).get("from")
            return folder / own if isinstance(own, str) and (folder / own / _COURSE).is_file() else questions_folder()
        if (folder / _COURSE).is_file():
            return folder
    return questions_folder()


def _labs(course: Path) -> Iterator[tuple[str, Path]]:
    below = course / "questions" if (course / "questions").is_dir() else course
    for folder in sorted(below.iterdir()) if below.is_dir() else ():
        if (folder / _LAB).is_file():
            yield folder.name, folder


def _is_question(path: Path) -> bool:
    return path.name not in (_LAB, _PROFILES)


def _read(path: Path) -> dict[str, Any]:
    """What a YAML file holds, without looking at whether it is right; nothing where it cannot be read."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with path.open("rb") as file:
            found = yaml.load(file, loader) if os.fstat(file.fileno()).st_size < 1_000_000 else None  # noqa: S506
    except (OSError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}
