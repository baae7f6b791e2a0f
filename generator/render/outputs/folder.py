"""The folder that reports are written into, by one build at a time: only what genreport wrote there is ever removed."""

from __future__ import annotations

import filecmp
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from generator.course.editions import Edition
from generator.errors import InputError, Mistake
from generator.render.content.document import Report
from generator.render.outputs.standing import Standing
from generator.render.outputs.table import OUTPUTS
from generator.render.outputs.written import NAME, Form, Part, Rendering, Status, read_parts, status, write_parts
from generator.store.lock import locked

_LOCK = ".genreport.lock"
_WORK = ".genreport-work-"  # with what mkdtemp adds: where a build writes before it moves files to their places
_OWN = ("assets/figures/x", "results/tables/x")  # where files go in every folder
_KEPT = ".kept"  # added to the name of a file of somebody else's that stands where one of ours goes
_MOST_NAMED = 3
_NONE: Mapping[str, Status] = {}


class _BusyError(Exception):
    """Another build is writing into the folder."""


def _leave(process: str) -> None:
    raise _BusyError


@dataclass(frozen=True)
class OutputFolder:
    """A folder of reports, each under the name of its documents."""

    path: Path

    def refuse_links(self, names: Iterable[str] = ()) -> None:
        """Raise InputError if the folder is a link, or one inside it on the way to these names or to what is listed."""
        listed = [name for part in read_parts(self.path).values() for name in part.files()]
        folders = {name.rpartition("/")[0] for name in (*_OWN, *listed, *names)}
        ways = {parent for folder in folders for parent in self._between(self.path / folder / "x")}
        for place in sorted({self.path, self.path / NAME, self.path / _LOCK} | ways):
            if place.is_symlink():
                message = "is a link: a build replaces and removes files in a folder of its own only"
                got = f"a link to {place.readlink()}"
                hint = "name the folder itself with --output, or remove the link"
                raise InputError([Mistake(message, place, expected="a folder", got=got, hint=hint)])

    @contextmanager
    def opened(self, say: Callable[[str], None]) -> Iterator[Path]:
        """Keep other builds out, and yield an empty folder to write in first; what killed builds left is removed."""
        self.refuse_links()
        self.path.mkdir(parents=True, exist_ok=True)

        def waiting(process: str) -> None:
            say(f"process {process} is writing into {self.path}; waiting for it to end")

        with locked(self.path / _LOCK, waiting) as alone:
            if alone:
                self._tidy()
            with tempfile.TemporaryDirectory(prefix=_WORK, dir=self.path, ignore_cleanup_errors=True) as work:
                yield Path(work)

    def tidy(self) -> None:
        """Remove what killed builds left, unless another build is at work."""
        if self._left():
            with suppress(_BusyError), locked(self.path / _LOCK, _leave) as alone:
                if alone:
                    self._tidy()

    def _left(self) -> list[Path]:
        return [*self.path.glob(f"{_WORK}*"), *self.path.glob(f".{NAME}.*")]

    def _tidy(self) -> None:
        for left in self._left():
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()

    def current(self, report: Report, key: str, forms: Iterable[str]) -> Rendering | None:
        """The report, if these forms of it were all written under this key, nobody touched them, and nothing leaks."""
        parts = read_parts(self.path)
        part = parts.get(report.name)
        if part is None or any(_leaks(other, name, report) for name, other in parts.items()):
            return None
        known = [part.forms.get(form, Form()) for form in forms]
        if not key or not all(form.key == key and self._untouched(form) for form in known):
            return None
        return self.found(report, part.found, forms)

    def found(self, report: Report, found: Rendering, forms: Iterable[str]) -> Rendering:
        """What was found in a report, with its documents in these forms and what is to be said of each."""
        known = read_parts(self.path)[report.name].forms if forms else {}
        said = (words for form in forms for words in known[form].warnings)
        return replace(found, documents=self.documents(report, forms), warnings=(*found.warnings, *said))

    def documents(self, report: Report, forms: Iterable[str]) -> tuple[Path, ...]:
        """Where the documents among the forms of a report are."""
        return tuple(self.path / OUTPUTS[form].file(report.name) for form in forms if OUTPUTS[form].document)

    def clear(self, report: Report, say: Callable[[str], None]) -> None:
        """Remove what may not lie beside the report: all that a reference edition left, beside any other edition."""
        parts = read_parts(self.path)
        leaking = {name: part for name, part in parts.items() if _leaks(part, name, report)}
        kept = {name: part for name, part in parts.items() if name not in leaking}
        gone = {file for part in leaking.values() for file in part.files()}
        gone -= {file for part in kept.values() for file in part.files()}
        if leaking:
            editions = " and ".join(sorted({part.edition.value for part in leaking.values()}))
            say(f"removing the {editions} edition from {self.path}: {len(gone)} files")
            self._remove(gone)
            write_parts(self.path, kept)

    def standing(self, report: Report, form: str) -> Standing:
        """The files of a form that may stay as they are."""
        part = read_parts(self.path).get(report.name)
        return Standing(self.path, part.forms[form].files.keys() if part and form in part.forms else ())

    def install(
        self,
        report: Report,
        form: str,
        staged: Path,
        key: str,
        said: tuple[str, ...] = (),
        left: Mapping[str, Status] = _NONE,
    ) -> None:
        """Move the files of a form to their places, each in one step, and remove those of before that it lacks.

        What is ``said`` of the form is kept with it. Files that were ``left`` in their places are its own as long as
        they look as they did then.
        """
        new = {path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file()}
        names = new | left.keys()
        parts = read_parts(self.path)
        part = parts.get(report.name, Part(report.course.edition))
        before = part.forms.get(form, Form()).files
        listed = {file for other in parts.values() for file in other.files()}
        self.refuse_links(names)
        for name in new - listed:
            self._set_aside(name, staged)
        # Listed before they are there: what a kill leaves is known to be ours, and is not current.
        begun = part.having(form, Form("", {**dict.fromkeys([*before, *names]), **left}))
        write_parts(self.path, {**parts, report.name: begun})
        # Figures and styles first, the page last: a reader never meets a page whose pictures are not there yet.
        for name in sorted(new, key=lambda name: ("/" not in name, name)):
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(staged / name, target)  # noqa: PTH105 (replaces on every system, which rename does not)
        found = {name: left.get(name) or status(self.path / name) for name in sorted(names)}
        done = part.having(form, Form(key, found, said))
        parts = {**parts, report.name: done}
        self._remove(set(before) - {file for other in parts.values() for file in other.files()})
        write_parts(self.path, parts)

    def withdraw(self, report: Report, form: str) -> None:
        """Remove a form that could not be written anew."""
        parts = read_parts(self.path)
        if report.name in parts:
            before = parts[report.name].forms.get(form, Form()).files
            parts[report.name] = parts[report.name].having(form, None)
            self._remove(set(before) - {file for part in parts.values() for file in part.files()})
            write_parts(self.path, parts)

    def conclude(self, report: Report, found: Rendering, say: Callable[[str], None]) -> None:
        """Keep what was found in rendering a report, to be said again while it is current; say what is not ours."""
        parts = read_parts(self.path)
        if report.name in parts:
            write_parts(self.path, {**parts, report.name: replace(parts[report.name], found=found)})
        if foreign := sorted(self._foreign({file for part in parts.values() for file in part.files()})):
            named = ", ".join(foreign[:_MOST_NAMED]) + (", …" if len(foreign) > _MOST_NAMED else "")
            say(f"{self.path} holds {len(foreign)} that genreport did not write, and leaves alone: {named}")

    def _untouched(self, form: Form) -> bool:
        try:
            return all(status(self.path / name) == known for name, known in form.files.items())
        except (OSError, ValueError):
            return False

    def _set_aside(self, name: str, staged: Path) -> None:
        """Give a file of somebody else's another name, unless it is the same as the one that takes its place."""
        place = self.path / name
        plain = place.is_file() and not place.is_symlink()
        if os.path.lexists(place) and not (plain and filecmp.cmp(place, staged / name, shallow=False)):
            names = (place.with_name(f"{place.name}{_KEPT}{number or ''}") for number in itertools.count())
            place.rename(next(free for free in names if not os.path.lexists(free)))

    def _remove(self, files: Iterable[str]) -> None:
        """Remove files, and the folders that are empty then."""
        for name in files:
            place = self.path / name
            between = self._between(place)
            if any(parent.is_symlink() for parent in between) or not (place.is_file() or place.is_symlink()):
                continue
            place.unlink()
            for parent in between:
                with suppress(OSError):  # it holds something
                    parent.rmdir()

    def _between(self, place: Path) -> list[Path]:
        """The folders from the one that holds a place up to this one, which is not among them."""
        return [parent for parent in place.parents if parent != self.path and parent.is_relative_to(self.path)]

    def _foreign(self, listed: set[str]) -> Iterator[str]:
        """The files and folders that nobody listed, of the folders that hold something listed."""
        inside = {name.rpartition("/")[0] for name in listed}
        folders = {self.path, *(parent for folder in inside for parent in self._between(self.path / folder / "x"))}
        for place in (place for folder in folders if folder.is_dir() for place in folder.iterdir()):
            name = place.relative_to(self.path).as_posix()
            if name not in listed and place not in folders and not name.startswith(".genreport"):
                yield name


def _leaks(part: Part, name: str, report: Report) -> bool:
    """Whether a report in the folder may not stay: it has what another edition must not show, or its name."""
    edition = report.course.edition
    return part.edition is not edition and (part.edition is Edition.REFERENCE or name == report.name)
