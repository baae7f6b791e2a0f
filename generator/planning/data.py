"""Which files a data set or a pre-trained network is, and the digest that stands for them in fingerprints."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from generator.course.own_data import OwnData
from generator.datasets.local_files import data_files
from generator.networks.weights import weight_files
from generator.planning.parameters import Kind
from generator.store.memo import Memo, read_json, write_json

LOCK = "data.lock"  # its name in the cache folder


def label(kind: Kind, name: str) -> str:
    """A data set's or a network's name with its kind: "dataset/mnist"."""
    return kind.label(name)


#: The files of a course's own data sets and networks, by label: their places under the data folder.
Own = Mapping[str, tuple[str, ...]]


def files_of(label: str, data: Path, own: Own = MappingProxyType({})) -> tuple[Path, ...]:
    """The files behind a label, in a fixed order; they need not exist."""
    if label in own:
        return tuple(data / path for path in own[label])
    kind, _, name = label.partition("/")
    return data_files(name, data) if kind == Kind.DATASET.name.lower() else weight_files(name, data)


def in_lock(label: str, own: Mapping[str, OwnData]) -> str:
    """What a data set or network is called in the lock.

    One of a course's own has a sign of what the course says of it: another course may give the same name to another.
    """
    if label not in own:
        return label
    found = own[label]
    said = [found.title, found.paths, [(file.path, file.sha256) for file in found.remote]]
    return f"{label}@{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]}"


def are_its(digests: Mapping[str, str], found: OwnData) -> bool:
    """Whether these are digests of the files of a course's own data set, by place, and those that it states."""
    stated = {file.path: file.sha256 for file in found.remote}
    return {*digests} == {*found.paths} and all(digests[path] == sha256 for path, sha256 in stated.items())


def digest_of(
    files: tuple[Path, ...], data: Path, memo: Memo, known: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, list[str]]:
    """The digest of files with their places, and the paths of those that are missing.

    ``known`` holds the digests of files elsewhere, by place: it stands in for those that are missing here, so that a
    result from there is found. Files that are here count as they are.
    """
    found, missing = _look(files, data, memo)
    if len(missing) == len(files):  # where nothing is, even the names of the files may be unknown
        found = dict(known) or found
    lines = [f"{place}:{digest or known.get(place, 'missing')}" for place, digest in found.items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest(), missing


def digests_of(files: tuple[Path, ...], data: Path, memo: Memo) -> dict[str, str]:
    """SHA-256 of each file by its place, in order, as ``known`` elsewhere; empty where one is missing."""
    found, missing = _look(files, data, memo)
    return {} if missing else found


def _look(files: tuple[Path, ...], data: Path, memo: Memo) -> tuple[dict[str, str], list[str]]:
    """Each file's digest by its place, empty for those that are missing; and the paths of these."""
    found: dict[str, str] = {}
    missing = []
    for path in files:
        # A folder's name can be a class; files outside the data folder travel with a package, wherever that is.
        place = path.relative_to(data).as_posix() if path.is_relative_to(data) else path.name
        try:
            found[place] = memo.digest(path)
        except OSError:
            found[place] = ""
            missing.append(str(path))
    return found, missing


class DataLock:
    """The digests of data sets and networks that results brought from elsewhere were computed from, see ``in_lock``.

    A JSON file beside the cache's entries. Losing it costs only that such results are not found without their data.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        stored = read_json(path).get("files")
        self._files: dict[str, dict[str, str]] = {}
        for label, files in stored.items() if isinstance(stored, dict) else ():
            if isinstance(files, dict) and all(isinstance(digest, str) for digest in files.values()):
                self._files[label] = files

    def known(self, label: str) -> Mapping[str, str]:
        """The digests of a data set's files by place; empty when nothing is known of it."""
        return self._files.get(label, {})

    def add(self, files: Mapping[str, Mapping[str, str]]) -> list[str]:
        """Take in what a pack says, in this process; returns the labels of which something else is known, and stays."""
        other = [label for label, digests in files.items() if self.known(label) and self.known(label) != digests]
        self._files |= {label: dict(digests) for label, digests in files.items() if label not in self._files}
        return other

    def save(self) -> None:
        """Keep what was taken in."""
        write_json(self._path, {"files": self._files})
