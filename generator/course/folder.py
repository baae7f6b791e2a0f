"""A course as it lies in a folder: course.yaml, questions, answers, and a package of computations of its own.

    my-course/
      course.yaml            title, labs, profiles …; `requires:`, `answers:`, `code:`
      questions/<lab>/…      or the labs' folders beside course.yaml, as in the course that comes with the program
      answers/<lab>/q01.md   reference answers; a course that is handed out to students has none
      computations/*.py      functions with @computation

What these keys say is needed before the rest can be read. Nothing of the course's code is imported here.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import __version__
from generator.course.parsing import shown
from generator.course.yaml_source import Source, Where, read_yaml
from generator.errors import InputError, Mistake
from generator.folders import PACKAGE, questions_folder

FILE = "course.yaml"
ANSWERS, CODE = "answers", "computations"
#: Among `code:`, the computations that come with the program.
PROGRAM = "genreport"
#: The profile of a course that states none.
ONLY_PROFILE = "standard"
_CODE_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class CourseFolder:
    """Where the parts of a course are.

    ``answers`` is None where it has none. ``code`` are the packages of its own computations; ``with_ours`` says whether
    it uses those of the program too. ``profiles`` are the names of its profiles, the first of which is taken where none
    is asked for. ``mistakes`` are in what was read of course.yaml here.
    """

    folder: Path
    answers: Path | None
    code: tuple[Path, ...] = ()
    with_ours: bool = False
    profiles: tuple[str, ...] = (ONLY_PROFILE,)
    mistakes: tuple[Mistake, ...] = ()

    @property
    def key(self) -> str:
        """What tells its addresses from those of other courses in one cache; empty for the program's own course."""
        own = self.folder.resolve()
        return "" if own == questions_folder().resolve() else str(own)


def is_course(folder: Path) -> bool:
    """Whether a folder holds a course."""
    return os.path.isfile(folder / FILE)  # noqa: PTH113 - Path.is_file raises on a name that is too long


def labs_folder(folder: Path) -> Path:
    """The folder with a folder for each lab: ``questions/`` in the course's, or else that itself."""
    below = folder / "questions"
    return below if below.is_dir() else folder


def read_course_folder(folder: Path) -> CourseFolder:
    """Find the parts of the course in a folder.

    Raises InputError where there is none, or where it needs another version of the program: whatever else would be said
    of its files would be wrong.
    """
    if not is_course(folder):
        hint = f"name a folder with {FILE}, or the name of an installed course"
        raise InputError([Mistake("there is no course here", folder, expected=f"a folder with {FILE}", hint=hint)])
    source = read_yaml(folder / FILE)
    data: Mapping[str, Any] = source.data if isinstance(source.data, Mapping) else {}
    _check_version(source, data.get("requires"))
    mistakes: list[Mistake] = []
    answers = _answers(folder, source, data, mistakes)
    code = [*_code(folder, source, data, mistakes)]
    profiles = data.get("profiles")
    names = [name for name in profiles if isinstance(name, str)] if isinstance(profiles, Mapping) else []
    return CourseFolder(
        folder=folder,
        answers=answers,
        code=tuple(folder / name for name in code if name != PROGRAM),
        with_ours=PROGRAM in code,
        profiles=tuple(names) or (ONLY_PROFILE,),
        mistakes=tuple(mistakes),
    )


def _check_version(source: Source, requires: Any) -> None:
    if not requires:
        return
    from packaging.requirements import InvalidRequirement, Requirement  # here: most courses take any version

    try:
        wanted = Requirement(str(requires))
    except InvalidRequirement:
        wanted = None
    if wanted is None or wanted.name != PROGRAM or wanted.url or wanted.marker or wanted.extras:
        details = {"expected": f"{PROGRAM}>={__version__}, or another version", "got": shown(requires)}
        raise InputError([source.mistake("cannot be read", ("requires",), **details)])
    if not wanted.specifier.contains(__version__, prereleases=True):
        hint = f'python -m pip install --upgrade "{requires}"'
        details = {"expected": str(requires), "got": f"{PROGRAM} {__version__}", "hint": hint}
        raise InputError([source.mistake("the course needs another version of genreport", ("requires",), **details)])


def _answers(folder: Path, source: Source, data: Mapping[str, Any], mistakes: list[Mistake]) -> Path | None:
    """The folder of the answers; one that is named must be there."""
    name = data.get(ANSWERS, ANSWERS)
    if not isinstance(name, str) or not name:
        return None  # said where the whole file is read
    found = Path(os.path.normpath(folder / name))
    if os.path.isdir(found):  # noqa: PTH112 - Path.is_dir raises on a name that is too long
        return found
    if ANSWERS in data:
        details = {"expected": "a folder", "got": shown(name), "hint": "a course without answers has no such key"}
        mistakes.append(source.mistake("there is no such folder", (ANSWERS,), **details))
    elif os.path.lexists(found):
        mistakes.append(_no_folder(found, "a folder with the reference answers, or nothing of this name"))
    return None


def _no_folder(path: Path, expected: str) -> Mistake:
    """What has the name of a part of the course, and is none."""
    got = f"a link to {path.readlink()}, which leads to none" if path.is_symlink() else "a file"
    return Mistake("is no folder", path, expected=expected, got=got)


def _code(folder: Path, source: Source, data: Mapping[str, Any], mistakes: list[Mistake]) -> Iterator[str]:
    """The packages of computations that the course names, those that can be imported."""
    usual = folder / CODE
    given = data.get("code") or ([CODE] if usual.is_dir() else [])
    if not given and os.path.lexists(usual):
        mistakes.append(_no_folder(usual, "a package of computations, or nothing of this name"))
    for number, name in enumerate(given if isinstance(given, list) else [given]):
        if isinstance(name, str) and name != PROGRAM:
            wrong = _code_mistake(folder, name, source, ("code", number) if isinstance(given, list) else ("code",))
            mistakes += [wrong] if wrong else []
            yield from [] if wrong else [name]
        elif isinstance(name, str):
            yield name


def _code_mistake(folder: Path, name: str, source: Source, where: Where) -> Mistake | None:
    """Why a folder cannot be a package of computations, if it cannot."""
    expected = f"a folder of the course, such as {CODE}, or {PROGRAM} for the computations of the program"
    if not _CODE_NAME.fullmatch(name):
        hint = "small letters, digits and _, as Python's packages have"
        return source.mistake("cannot be a package", where, expected=expected, got=shown(name), hint=hint)
    if not os.path.isdir(folder / name):  # noqa: PTH112 - as above
        return source.mistake("there is no such folder", where, expected=expected, got=shown(name))
    if is_taken(name, folder):
        hint = "give the folder another name, here and in what imports it"
        details = {"expected": "a name that no other package has", "got": shown(name), "hint": hint}
        return source.mistake("Python has a module of this name", where, **details)
    return None


def is_taken(name: str, folder: Path) -> bool:
    """Whether importing this name would give something else than what lies in the folder."""
    if name in sys.stdlib_module_names or name == PACKAGE.name:
        return True
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return True
    if spec is None:
        return False
    places = [Path(place) for place in spec.submodule_search_locations or ()]
    # Another course's package is not imported where this one's is.
    return not places or not all(place.parent.samefile(folder) or is_course(place.parent) for place in places)
