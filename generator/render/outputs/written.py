"""The list of what genreport wrote into a folder: which files, for which report in which form, under which key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from generator.course.editions import Edition
from generator.store.memo import write_json

#: The list's own name, beside what it lists.
NAME = ".genreport.json"
_VERSION = 2
_FOUND = ("problems", "warnings", "gaps")

#: A file's size and time of change in nanoseconds; None while it is being put in place.
Status = tuple[int, int] | None


class Passing(str):
    """Words on how far something is, which the next ones replace."""

    __slots__ = ()


@dataclass(frozen=True)
class Rendering:
    """A report as it lies in its folder: the documents to open, and what was found in rendering them.

    ``problems`` are answers and exhibits that show a box instead, ``warnings`` claims that are printed although the
    results contradict them, both with file and line, and what is too wide for its page; ``gaps`` are questions without
    an answer.
    """

    documents: tuple[Path, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """One form of a report as it was written: its files by their names in the folder, and the key of their content.

    ``warnings`` are what is to be said of this form alone.
    """

    key: str = ""
    files: Mapping[str, Status] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """One report in the folder, whole or a part: its forms by name, and what was found in rendering them."""

    edition: Edition
    forms: Mapping[str, Form] = field(default_factory=dict)
    found: Rendering = field(default_factory=Rendering)

    def files(self) -> set[str]:
        """Every file of every form."""
        return {name for form in self.forms.values() for name in form.files}

    def having(self, form: str, written: Form | None) -> Part:
        """The same with another ``form``, or without it."""
        others = {name: known for name, known in self.forms.items() if name != form}
        return replace(self, forms=others if written is None else {**others, form: written})


def read_parts(folder: Path) -> dict[str, Part]:
    """The reports that the list of a folder names; none if it is damaged, or of another version."""
    try:
        return dict(_read((folder / NAME).read_bytes()))
    except OSError:
        return {}


@lru_cache(maxsize=2)
def _read(content: bytes) -> Mapping[str, Part]:
    """What a list says, which a build asks again and again."""
    try:
        stored = json.loads(content)
        return dict(_parts(stored)) if stored.get("version") == _VERSION else {}
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        return {}


def write_parts(folder: Path, parts: Mapping[str, Part]) -> None:
    """Replace the list in one step."""
    stored = {
        name: {
            "edition": part.edition.value,
            "forms": {form: vars(written) for form, written in part.forms.items()},
            "found": {words: getattr(part.found, words) for words in _FOUND},
        }
        for name, part in parts.items()
    }
    write_json(folder / NAME, {"version": _VERSION, "parts": stored})


def status(path: Path) -> Status:
    """What a file looks like from outside; of a link, the link itself. OSError if there is none."""
    found = path.lstat()
    return found.st_size, found.st_mtime_ns


def _parts(stored: dict[str, Any]) -> Iterator[tuple[str, Part]]:
    for name, part in stored["parts"].items():
        forms = {
            form: Form(
                str(known["key"]),
                {_plain(file): _pair(pair) for file, pair in known["files"].items()},
                tuple(map(str, known.get("warnings", ()))),
            )
            for form, known in part["forms"].items()
        }
        problems, warnings, gaps = (tuple(map(str, part["found"][words])) for words in _FOUND)
        yield name, Part(Edition(part["edition"]), forms, Rendering((), problems, warnings, gaps))


def _plain(name: str) -> str:
    """A path below the folder: what a list written by hand names elsewhere must not be removed."""
    if not name or "\0" in name or not {"", ".", ".."}.isdisjoint(name.split("/")):
        raise ValueError(f"{name!r} is no plain path")
    return name


def _pair(pair: Any) -> Status:
    return None if pair is None else (int(pair[0]), int(pair[1]))
