"""The folder that a course is handed out in: nothing but what was released into it before is ever replaced."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from generator.errors import InputError, Mistake
from generator.store.files import digest
from generator.store.memo import read_json, write_json

#: The list of what was released, beside it: each file's name with the digest of its content.
LISTING = ".genreport-release.json"
_MOST_NAMED = 3


def check_target(target: Path, apart: Iterable[Path]) -> None:
    """Raise InputError unless a release can go there: absent, empty or an earlier one, and outside of ``apart``."""
    whole = target.resolve()
    if target.is_symlink():
        raise _no_place(target, "is a link: a release replaces a folder", "name the folder itself")
    for folder in apart:
        if whole.is_relative_to(folder.resolve()) or folder.resolve().is_relative_to(whole):
            raise _no_place(
                target, f"is inside the course, or the course inside it: {folder}", "name a folder elsewhere"
            )
    if Path.cwd().is_relative_to(whole):
        raise _no_place(target, "is where you stand, and would be replaced", "stand elsewhere")
    if os.path.lexists(target) and not target.is_dir():
        raise _no_place(target, "is no folder", "name a new folder, or an empty one")
    if target.is_dir() and (strange := sorted(_strange(target))):
        named = ", ".join(strange[:_MOST_NAMED]) + (", …" if len(strange) > _MOST_NAMED else "")
        hint = "name a new folder, an empty one, or one of `genreport release` that nobody changed"
        raise _no_place(target, f"holds what no release wrote: {named}", hint)


def put_in_place(staged: Path, target: Path, files: Mapping[str, bytes]) -> None:
    """Give the folder ``staged`` the name of ``target``, whose earlier content vanishes at once.

    Both are on one disk. Nobody finds a part of a course; what a kill leaves is at the old name, or beside it.
    """
    write_json(staged / LISTING, {"release": 1, "files": {name: digest(files[name]) for name in sorted(files)}})
    before = staged.with_name("before")
    there = target.is_dir()
    if there:
        target.rename(before)
    try:
        staged.rename(target)
    except OSError:
        if there:
            before.rename(target)
        raise


def _strange(folder: Path) -> Iterator[str]:
    """The files in a folder that are not as a release left them; byte code of the computations aside."""
    listed = read_json(folder / LISTING).get("files")
    known = listed if isinstance(listed, dict) else {}
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in (*links, *names):
            path = Path(place, name)
            own = path.relative_to(folder).as_posix()
            plain = path.is_file() and not path.is_symlink()
            if not plain or (own != LISTING and known.get(own) != digest(path.read_bytes())) or not known:
                yield own


def _no_place(target: Path, message: str, hint: str) -> InputError:
    return InputError(
        [Mistake(message, target, expected="a new folder, an empty one, or an earlier release", hint=hint)]
    )
