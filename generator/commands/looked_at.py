"""Which files a build rests on: what it read, folders in which a new file would count, and what it made of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.commands.session import Session
from generator.course.finding import KNOWN
from generator.course.folder import FILE as COURSE_FILE
from generator.course.folder import labs_folder
from generator.course.project import FILE as PROJECT_FILE
from generator.course.project import IMAGES
from generator.folders import PACKAGE, questions_folder, templates_folder
from generator.jobs import Outcome
from generator.planning.data import LOCK
from generator.render.outputs.written import NAME, read_parts


@dataclass(frozen=True)
class LookedAt:
    """The paths that decide whether the same build would have something to do.

    ``read`` decide what is built, entries of results that are ``absent`` or were ``made`` what is computed, and what
    was ``written`` is there to be opened. ``current`` tells whether it still is what this build would write.
    """

    read: Collection[str]
    absent: Collection[str]
    made: Collection[str]
    written: Collection[str]
    current: Callable[[], bool]


def looked_at(
    session: Session, outcomes: Mapping[str, Outcome], report: str, forms: Iterable[str], current: Callable[[], bool]
) -> LookedAt:
    """Those of a build that is done; it wrote the ``report`` of this name in these ``forms``."""
    output = session.settings.output.folder
    part = read_parts(output).get(report)
    files = [name for form in forms for name in (part.forms[form].files if part and form in part.forms else ())]
    entries = {fingerprint: session.cache.files(fingerprint) for fingerprint in outcomes}
    present = [files for fingerprint, files in entries.items() if outcomes[fingerprint].has_result]
    absent = [files[0] for fingerprint, files in entries.items() if not outcomes[fingerprint].has_result]
    return LookedAt(
        read=_named(files_read(session)),
        absent=_named(absent),
        made=_named(file for files in present for file in files),
        written=_named([output, output / NAME, *(output / name for name in _with_folders(files))]),
        current=current,
    )


def _with_folders(names: Iterable[str]) -> set[str]:
    """Files with the folders that they lie in, none of which may become a link."""
    names = {*names}
    folders = {name.rpartition("/")[0] for name in names}
    while folders - names:
        names |= folders
        folders = {name.rpartition("/")[0] for name in folders}
    return names - {""}


def _named(paths: Iterable[str | Path]) -> set[str]:
    here = os.getcwd()  # noqa: PTH109 (as text)
    return {os.path.join(here, path) for path in paths}  # noqa: PTH118 (thousands, as text)


def files_read(session: Session) -> Iterator[str | Path]:
    """What decides what a report shows, besides results: files, those that could be there, and folders."""
    settings, place, course = session.settings, session.place, session.shown
    folders = settings.folders
    files = {*session.course.files, *course.files, *session.memo.asked}
    yield from files
    yield from {path.parent for path in files}
    yield from sys.path  # what is installed there, and in which version
    yield from (folders.cache / LOCK, folders.cache / KNOWN)
    leave = {os.path.abspath(folder) for folder in (settings.output.folder, folders.cache, folders.data)}  # noqa: PTH100
    yield questions_folder()
    below = [PACKAGE, templates_folder(), labs_folder(place.folder), place.folder / IMAGES, *place.code]
    if (project := settings.project) is not None:
        below.append(project.folder)
    if (answers := session.answers) is not None:
        below.append(answers)
    for folder in below:
        yield from _below(os.path.abspath(folder), leave)  # noqa: PTH100
    yield place.folder
    yield place.answers or place.folder  # even where it is not shown, it has to be there
    yield from course.style.files if course.style else ()
    for folder in {Path.cwd(), settings.output.folder.resolve(), *([project.folder.resolve()] if project else ())}:
        for around in (folder, *folder.parents):  # a course or a project that one stands in
            yield from (around / COURSE_FILE, around / PROJECT_FILE)


def _below(folder: str, leave: Collection[str]) -> Iterator[str]:
    """A folder with all files and folders in it but hidden ones, compiled code, and what is left out."""
    yield folder
    if not os.path.isdir(folder):  # noqa: PTH112
        return
    with os.scandir(folder) as found:
        for entry in found:
            if entry.name.startswith(".") or entry.name == "__pycache__" or entry.path in leave:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _below(entry.path, leave)
            else:
                yield entry.path
