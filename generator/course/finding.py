"""Which course is meant: one that is named, the one that one stands in, the one that a project names, or our own.

A course's code runs as its author's program does, so nobody but the user chooses it. A project comes from a student:
what it names is taken only if it is installed here, or was used here before at the user's own word.
"""

from __future__ import annotations

import importlib.util
import os
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path

from generator.course.folder import FILE, is_course
from generator.course.parsing import nearest
from generator.course.project import Project, is_project
from generator.errors import InputError, Mistake
from generator.folders import questions_folder
from generator.store.memo import read_json, write_json

#: Packages say by an entry point of this group which of their modules lies beside a course.yaml.
GROUP = "genreport.courses"
KNOWN = "courses.json"  # its name in the cache folder


def find_course(named: str, project: Project | None, cache: Path, here: Path | None = None) -> Path:
    """The folder of the course that is meant.

    ``named`` is a folder or the name of an installed course, or empty; ``here`` is where one stands. What is named so
    is noted in the cache folder, and may then be named by a project. Raises InputError.
    """
    if named:
        return _remember(_named(named), cache)
    if (around := course_around(here or Path.cwd())) is not None:
        return _remember(around, cache)
    if project is not None and project.form.source:
        return _of_project(project, cache)
    return questions_folder()


def name_for(course: Path, project: Path) -> str:
    """How a project can name a course: as an installed one, or by the way to it; empty for the program's own."""
    folder = course.resolve()
    if folder == questions_folder().resolve():
        return ""
    for name, package in installed_courses().items():
        with suppress(InputError):
            if _installed(name, package).resolve() == folder:
                return name
    return os.path.relpath(folder, project.resolve())


def installed_courses() -> dict[str, str]:
    """The installed courses: their names, and the package that each lies in."""
    return {entry.name: entry.value for entry in entry_points(group=GROUP)}


def course_around(here: Path) -> Path | None:
    """The course that a folder is in or is, if any; nothing that lies in a student's project is one."""
    found = None
    for folder in (here, *here.parents):
        if is_project(folder):
            found = None
        elif found is None and is_course(folder):
            found = folder
    return found


def project_around(here: Path) -> Path | None:
    """The student's project that a folder is in or is, if any; nothing that lies in a course is one."""
    for folder in (here, *here.parents):
        if is_project(folder):
            return folder
        if is_course(folder):
            return None
    return None


def _named(name: str) -> Path:
    folder = Path(name).expanduser()
    if is_course(folder):
        return folder.absolute()
    if os.path.isfile(other := folder / f"{Path(FILE).stem}.yml"):  # noqa: PTH113 (no error where no file can be)
        raise InputError([Mistake("would not be read", other, expected=FILE, hint=f"its name must be {FILE}")])
    known = installed_courses()
    if name in known:
        return _installed(name, known[name])
    expected = f"a folder with {FILE}, or an installed course" + (f": {', '.join(sorted(known))}" if known else "")
    hint = nearest(name, sorted(known))
    raise InputError([Mistake("there is no such course", expected=expected, got=repr(name), hint=hint)])


def _installed(name: str, package: str) -> Path:
    """The folder of an installed course; its package is found, not imported."""
    if len(both := sorted({entry.value for entry in entry_points(group=GROUP) if entry.name == name})) > 1:
        hint = "uninstall all but one, or name the folder of the one that is meant"
        message = f"several installed courses are called {name!r}"
        raise InputError([Mistake(message, expected="one package", got=", ".join(both), hint=hint)])
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        spec = None
    places = [Path(place) for place in (spec.submodule_search_locations or ())] if spec is not None else []
    for folder in places:
        if is_course(folder):
            return folder
    expected = f"{FILE} in the package {package}"
    hint = "install the course again"
    raise InputError([Mistake(f"the installed course {name!r} has no files", expected=expected, hint=hint)])


def _of_project(project: Project, cache: Path) -> Path:
    """The course that a project names, if the user has chosen it before."""
    name = project.form.source
    known = installed_courses()
    if name in known:
        return _installed(name, known[name])
    folder = (project.folder / name).resolve()
    if str(folder) in _known(cache) and is_course(folder):
        return folder
    if is_course(folder):
        message, got = "the course that the project names was never used here, and its code would run", str(folder)
        hint = f"if you trust it: --course {folder}, once"
    else:
        message, got = "the project names a course that is not there", repr(name)
        hint = nearest(name, sorted(known)) or "install it, or name its folder with --course"
    expected = f"an installed course, or a folder with {FILE} that was used before"
    raise InputError([project.source.mistake(message, ("from",), expected=expected, got=got, hint=hint)])


def _known(cache: Path) -> list[str]:
    listed = read_json(cache / KNOWN).get("used")
    return [folder for folder in listed if isinstance(folder, str)] if isinstance(listed, list) else []


def _remember(folder: Path, cache: Path) -> Path:
    """Note a course that the user has named, so that a project may name it."""
    known, own = _known(cache), str(folder.resolve())
    if own not in known and folder.resolve() != questions_folder().resolve():
        write_json(cache / KNOWN, {"used": sorted([*known, own])})
    return folder
