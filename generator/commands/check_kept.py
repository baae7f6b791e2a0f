"""What a check found in submissions that have not changed since: kept until a file, a result or the program does.

What stands for a submission is the digest of all its files, and of all that a report is made from besides; what is kept
lies in the cache, with a checksum. A student's folder is only read. The report itself stays where it was written, and
counts as long as each of its files is what was written.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from generator.commands.check_found import Looked
from generator.commands.looked_at import files_read
from generator.commands.program import program_digest
from generator.commands.session import Session, Settings, open_session
from generator.course.folder import labs_folder
from generator.course.project import is_project, read_project
from generator.course.untrusted_files import UntrustedFileError
from generator.course.untrusted_files import read_plain as read_plain_file
from generator.errors import InputError
from generator.planning.plan import Standing
from generator.render.outputs.written import read_parts
from generator.store.entry import DamagedEntryError
from generator.store.files import digest
from generator.store.memo import Memo, is_settled, sha256, stamp
from generator.store.parts import PartStore
from generator.store.plain import digest_of, plain, read_plain

_LOOKED, _FILES = "looked", "files"
_MOST_FILES, _MOST_BYTES = 2000, 500_000_000  # of a submission that is kept
_BUILT = "build"  # of a student's folder, all that is read is the results below it
_METRICS = "build/results/metrics.json"
_LABS = "labs of a worksheet"


class KeptChecks:
    """What earlier checks found, under the same settings as this one; ``profile`` is the one that all are built under.

    Everything is asked for before a worker looks at it, and kept only if it is still the same afterwards.
    """

    def __init__(self, settings: Settings, profile: str | None, *, trusting: bool) -> None:
        self._settings, self._profile, self._trusting = settings, profile, trusting
        self._store = PartStore(settings.folders.cache / "kept")
        self._grounds: dict[str, str] = {}
        self._new: list[tuple[str, Path, Path, Looked]] = []

    def key(self, name: str, place: Path, output: Path) -> str:
        """What stands for a submission and all that its report is made from; empty where that cannot be told."""
        files = _digests(place)
        ground = self._ground(self._profile_of(place)) if files else ""
        return digest_of(["check", ground, name, str(place), output.name, files]) if ground else ""

    def find(self, key: str, output: Path) -> Looked | None:
        """What was found under a key, if the report that was written then still stands in its folder.

        Of one that does not, what is not as it was written is removed, to be written anew.
        """
        parts = self._store.read(key) if key else None
        try:
            looked = read_plain(json.loads(parts[_LOOKED]), [Looked]) if parts else None
            listed = json.loads(parts[_FILES]) if parts else None
        except (ValueError, LookupError, TypeError):
            return None
        if not isinstance(looked, Looked) or not isinstance(listed, dict):
            return None
        written = _written(output, looked, listed)
        if written is None:
            return None
        other = [file for file, one in written.items() if file in listed and one[0] != listed[file][0]]
        if other or written.keys() != listed.keys():
            for file in other:
                (output / file).unlink(missing_ok=True)
            return None
        if written != listed:
            self._store.write(key, _pieces(looked, written))  # with stamps of files that were too fresh for one
        return looked

    def note(self, key: str, place: Path, output: Path, looked: Looked) -> None:
        """Take what was found just now, to be kept at the end."""
        if key:
            self._new.append((key, place, output, looked))

    def keep(self) -> None:
        """Keep what was noted of submissions that are as they were before, if all else is too."""
        self._grounds.clear()
        for key, place, output, looked in self._new:
            written = _written(output, looked)
            if written is not None and self.key(output.name, place, output) == key:
                self._store.write(key, _pieces(looked, written))
        self._new.clear()

    def _profile_of(self, place: Path) -> str:
        own = ""
        if self._profile is None and is_project(place):
            with suppress(InputError):  # what is said of it depends on no profile
                own = read_project(place).form.profile
        return own or self._settings.profile

    def _ground(self, profile: str) -> str:
        if profile not in self._grounds:
            self._grounds[profile] = self._make_ground(profile)
        return self._grounds[profile]

    def _make_ground(self, profile: str) -> str:
        """The digest of all that reports under a profile are made from, apart from submissions."""
        settings = self._settings
        try:
            session = open_session(dataclasses.replace(settings, profile=profile))
            results = [*_results(session)]
        except InputError:
            if profile == settings.profile:
                return ""
            return self._ground(settings.profile)  # it is no profile of the course, which is what will be said
        except DamagedEntryError:
            return ""
        files = {str(path): _digest(session.memo, Path(path)) for path in {*map(str, files_read(session))}}
        folders, session_memo = settings.folders, session.memo
        said = [
            profile, settings.profile, self._profile or "", self._trusting, settings.hidden, settings.language,
            sorted(map(str, settings.overrides.items())), [*settings.places],
            [str(folder) for folder in (folders.course, folders.cache, folders.data)],
            os.environ.get("SOURCE_DATE_EPOCH", ""),
        ]  # fmt: skip
        ground = json.dumps([said, program_digest(session_memo), sorted(files.items()), results])
        session.save()
        return digest_of(ground)


#: The files of a report by name: the digest of each, and its stamp if it was settled when it was read.
Written = dict[str, list[Any]]


def _pieces(looked: Looked, written: Written) -> dict[str, bytes]:
    return {_LOOKED: json.dumps(plain(looked)).encode(), _FILES: json.dumps(written).encode()}


def _written(output: Path, looked: Looked, known: Mapping[str, Any] = MappingProxyType({})) -> Written | None:
    """The files of a report, those with a stamp that is ``known`` unread; None where it is not whole."""
    if not looked.page:
        return {}
    try:
        files = sorted({file for part in read_parts(output).values() for file in part.files()})
        return {file: _one(output / file, known.get(file)) for file in files} or None
    except OSError:
        return None


def _one(path: Path, known: Any) -> list[Any]:
    found = stamp(path)
    if isinstance(known, list) and len(known) == 2 and known[1] == found:
        return known
    settled = is_settled(found)  # before it is read
    return [sha256(path), found if settled else None]


def _results(session: Session) -> Iterator[list[Any]]:
    """Each result that a report can show, and how it came about. DamagedEntryError if one is not what was stored."""
    plan = session.plan()
    for address, fingerprint in plan.by_address.items():
        hit = plan.jobs[fingerprint].standing is Standing.HIT
        if hit:
            session.cache.verify(fingerprint, session.memo, functools.partial(session.cache.load, fingerprint))
        told = session.cache.provenance(fingerprint) if hit else None
        yield [address, fingerprint, [told.finished, told.origin] if told else None]


def _digest(memo: Memo, path: Path) -> str:
    """The digest of a file; of a folder that it is one, and nothing of what is not there."""
    try:
        return memo.digest(path)
    except IsADirectoryError:
        return "folder"
    except OSError:
        return ""


def _digests(place: Path) -> dict[str, str]:
    """Each file of a submission, with its digest or what else it is; nothing where there are too many."""
    found: dict[str, str] = {}
    left = _MOST_BYTES
    try:
        for name, status in _walked(place):
            found[name] = f"kind {stat.S_IFMT(status.st_mode)}"
            if stat.S_ISREG(status.st_mode):
                content = read_plain_file(place / name, left)
                left -= len(content)
                found[name] = digest(content)
            if len(found) > _MOST_FILES:
                return {}
    except (OSError, ValueError, UntrustedFileError):
        return {}
    return found


def _walked(place: Path) -> Iterator[tuple[str, os.stat_result]]:
    """What is read of a submission, which nothing leads out of: links are told, and not followed."""
    status = place.lstat()
    yield "", status
    if not stat.S_ISDIR(place.stat().st_mode):
        return
    for folder, below, names in os.walk(place):
        inside = Path(folder).relative_to(place)
        below.sort()  # in which order a disk lists them says nothing of a submission
        if inside == Path():
            below[:] = [name for name in below if name != _BUILT and not name.startswith(".")]
        for name in sorted([*below, *names]):
            yield (inside / name).as_posix(), (place / inside / name).lstat()
    way = Path()
    for part in Path(_METRICS).parts:
        way /= part
        if not os.path.lexists(place / way):
            return
        yield way.as_posix(), (place / way).lstat()
        if (place / way).is_symlink():
            return


def kept_labs(
    memo: Memo, place: Path, course: Path, read: Callable[[], tuple[str, ...]] | None = None
) -> tuple[str, ...] | None:
    """The labs of a filled worksheet, remembered as long as its file, the course's questions and the program are.

    None where they are not known and nothing reads them.
    """
    if read is None:

        def absent() -> tuple[str, ...]:
            raise LookupError

        read = absent
    known = sorted(path.relative_to(course).as_posix() for path in labs_folder(course).rglob("*.yaml"))
    kind = f"{_LABS} {program_digest(memo)} {digest_of(tuple(known))}"
    try:
        return tuple(map(str, memo.recall(kind, place, lambda _: [*read()])))
    except LookupError:
        return None
