"""Bring a course's code into a process, and guard against code that changed after planning.

A result must come from the code that its fingerprint names.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from generator.errors import GenreportError
from generator.folders import PACKAGE
from generator.registry import REGISTRY
from generator.running.fresh_code import COMPILED, FOLDERS, import_from_source
from generator.store.files import digest

# The digest of each module of the package and the course as this process has it: of the source that it was compiled
# from, or else of its file as it was first seen here, soon after its import. A long-lived cluster worker goes on with
# what it has imported, whatever happens to the files since.
_SEEN: dict[str, str] = {}
# The modules that need no second look: those whose digest is known, and the hundreds that are nobody's of these.
_LOOKED_AT: set[str] = set()


class CodeChangedError(GenreportError):
    """The worker's code is not the code that the build was planned with."""


def adopt(courses: Iterable[Path]) -> None:
    """Let the packages of a course be imported from here on, and forget those of another that were imported before.

    A worker of a cluster computes for one course after another.
    """
    folders = {folder.name: folder for folder in courses}
    for name in [name for name in {**FOLDERS, **folders} if FOLDERS.get(name) != folders.get(name)]:
        for known in (sys.modules, _SEEN, COMPILED):
            for module in [module for module in known if module.partition(".")[0] == name]:
                del known[module]
        _LOOKED_AT.difference_update([module for module in _LOOKED_AT if module.partition(".")[0] == name])
        REGISTRY.forget(name)
        FOLDERS.pop(name, None)
    if folders:
        FOLDERS.update(folders)
        import_from_source()


def snapshot(planned: Mapping[str, str] = MappingProxyType({}), courses: Iterable[Path] = ()) -> dict[str, str]:
    """The SHA-256 of each source file of the package and of the courses' own by module name.

    As planning read it, where it did, or as it is: a second reading of what was planned would pass an edit made in
    between off as the code of the old fingerprint.
    """
    modules = ((path, folder) for folder in (PACKAGE, *courses) for path in folder.rglob("*.py"))
    return {_module_name(path, folder): digest(path.read_bytes()) for path, folder in modules} | dict(planned)


def check(planned: Mapping[str, str]) -> None:
    """Raise CodeChangedError when a module that this process has imported differs from the planned one."""
    ours = {PACKAGE.name, *FOLDERS}
    for name in sys.modules.keys() - _LOOKED_AT:
        file = getattr(sys.modules.get(name), "__file__", None)
        inside = name.partition(".")[0] in ours
        if inside and name not in _SEEN and file:
            _SEEN[name] = COMPILED.get(name) or digest(Path(file).read_bytes())
        if not inside or name in _SEEN:
            _LOOKED_AT.add(name)
    if not _SEEN.items() <= planned.items():
        _refuse(name for name, value in _SEEN.items() if planned.get(name) != value)


def check_files(planned: Mapping[str, str], courses: Iterable[Path] = ()) -> None:
    """Raise CodeChangedError when any of this machine's source files, imported or not, differs from the planned one."""
    here = snapshot(courses=courses)
    _refuse(name for name in {*here, *planned} if here.get(name) != planned.get(name))


def place_of(error: BaseException, courses: Iterable[Path]) -> str:
    """The last line of computations' code that an error went through, "computations/fits.py, line 12: "; else empty.

    That is the course's own code, or, of a computation that came with the program, of its labs.
    """
    if isinstance(error, GenreportError):
        return ""
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    own = [(folder.resolve(), folder.resolve().parent) for folder in courses]
    for root, shown_from in (*own, (PACKAGE / "labs", PACKAGE.parent)):
        for path, line in reversed(frames):
            if path.is_relative_to(root):
                return f"{path.relative_to(shown_from).as_posix()}, line {line}: "
    return ""


def _refuse(changed: Iterable[str]) -> None:
    names = sorted(changed)
    if names:
        raise CodeChangedError(
            f"The code changed between planning and computing, or differs on the worker: {', '.join(names)}",
            "build again; on a cluster, install this version on every worker and restart them",
        )


def _module_name(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
