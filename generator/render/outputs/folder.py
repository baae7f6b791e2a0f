"""The folder that reports are written into: what genreport wrote there is listed, and only that is ever removed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from generator.render.outputs.table import OUTPUTS
from generator.store.memo import read_json, write_json

#: The list of what was written, beside it.
NAME = ".genreport.json"
_VERSION = 2
_FOUND = ("problems", "warnings", "gaps")

#: A file's size and time of change in nanoseconds; None while it is being put in place.
Status = tuple[int, int] | None


@dataclass(frozen=True)
class Rendering:
    """A report as it lies in its folder: the documents to open, and what was found in rendering them.

    ``problems`` are answers and exhibits that show a box instead, ``warnings`` claims that are printed although the
    results contradict them, both with file and line; ``gaps`` are questions without an answer.
    """

    documents: tuple[Path, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """One form of a report as it was written: its files by their names in the folder, and the key of their content."""

    key: str
    files: Mapping[str, Status]


@dataclass(frozen=True)
class Part:
    """What is known of one report in the folder: the forms that it was written in, and what was found in doing so."""

    forms: dict[str, Form] = field(default_factory=dict)
    found: Rendering = field(default_factory=Rendering)

    def files(self) -> set[str]:
        """Every file of every form."""
        return {name for form in self.forms.values() for name in form.files}


@dataclass(frozen=True)
class OutputFolder:
    """A folder of reports, each under the name of its documents."""

    path: Path

    def current(self, name: str, key: str, forms: Iterable[str]) -> Rendering | None:
        """The report of this name, if its forms were all written under this key and nobody touched them."""
        part = self._parts().get(name)
        known = [part.forms.get(form) for form in forms] if part else []
        if part is None or not all(form and form.key == key and self._untouched(form) for form in known):
            return None
        return replace(part.found, documents=self.documents(name, forms))

    def documents(self, name: str, forms: Iterable[str]) -> tuple[Path, ...]:
        """Where the documents among the forms of a report are."""
        return tuple(self.path / OUTPUTS[form].file(name) for form in forms if OUTPUTS[form].document)

    def install(self, name: str, form: str, staged: Path, key: str) -> None:
        """Move the files of a form to their places, each in one step, and remove those of before that it lacks."""
        names = {path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file()}
        before = self._known(name).forms.get(form, Form("", {}))
        # Listed before they are there: what a kill leaves is known to be ours, and is not current.
        self._note(name, form, Form("", dict.fromkeys([*before.files, *names])))
        # Figures and styles first, the page last: a reader never meets a page whose pictures are not there yet.
        for place in sorted(names, key=lambda place: ("/" not in place, place)):
            target = self.path / place
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(staged / place, target)  # noqa: PTH105 (replaces on every system, which rename does not)
        self._remove(set(before.files) - names, name, form)
        self._note(name, form, Form(key, {place: _status(self.path / place) for place in sorted(names)}))

    def withdraw(self, name: str, form: str) -> None:
        """Remove a form that could not be written anew."""
        known = self._known(name)
        self._remove(known.files(), name, form)
        self._save({**self._parts(), name: replace(known, forms={f: known.forms[f] for f in known.forms if f != form})})

    def conclude(self, name: str, found: Rendering) -> None:
        """Keep what was found in rendering a report, to be said again while it is current."""
        self._save({**self._parts(), name: replace(self._known(name), found=found)})

    def _remove(self, files: Iterable[str], name: str, form: str) -> None:
        """Remove files that a form does not have any more, but for those that belong to another."""
        others = {
            file
            for other, part in self._parts().items()
            for kind, known in part.forms.items()
            if (other, kind) != (name, form)
            for file in known.files
        }
        for file in set(files) - others:
            (self.path / file).unlink(missing_ok=True)

    def _untouched(self, form: Form) -> bool:
        try:
            return all(_status(self.path / name) == status for name, status in form.files.items())
        except (OSError, ValueError):
            return False

    def _known(self, name: str) -> Part:
        return self._parts().get(name, Part())

    def _note(self, name: str, form: str, written: Form) -> None:
        part = self._known(name)
        part.forms[form] = written
        self._save({**self._parts(), name: part})

    def _save(self, parts: Mapping[str, Part]) -> None:
        known = {
            name: {"forms": {form: asdict(written) for form, written in part.forms.items()}, "found": _said(part.found)}
            for name, part in parts.items()
        }
        write_json(self.path / NAME, {"version": _VERSION, "parts": known})

    def _parts(self) -> dict[str, Part]:
        """What the list says; a damaged one says nothing."""
        stored = read_json(self.path / NAME)
        try:
            return dict(_read(stored)) if stored.get("version") == _VERSION else {}
        except (KeyError, TypeError, AttributeError, ValueError):
            return {}


def _read(stored: dict[str, Any]) -> Iterator[tuple[str, Part]]:
    for name, part in stored["parts"].items():
        forms = {
            form: Form(str(known["key"]), {_plain(file): _pair(status) for file, status in known["files"].items()})
            for form, known in part["forms"].items()
        }
        problems, warnings, gaps = (tuple(map(str, part["found"][words])) for words in _FOUND)
        yield name, Part(forms, Rendering((), problems, warnings, gaps))


def _said(found: Rendering) -> dict[str, tuple[str, ...]]:
    return {words: getattr(found, words) for words in _FOUND}


def _plain(name: str) -> str:
    """A path below the folder: whoever writes a list by hand must not have other files removed."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or path.as_posix() != name or name == "." or "\0" in name:
        raise ValueError(f"{name!r} is no plain path")
    return name


def _pair(status: Any) -> Status:
    return None if status is None else (int(status[0]), int(status[1]))


def _status(path: Path) -> Status:
    status = path.lstat()
    return status.st_size, status.st_mtime_ns
