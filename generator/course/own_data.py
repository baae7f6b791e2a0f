"""The data sets and networks that a course brings: files in the data folder, fetched or given out, by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from generator.course.forms import DataEntry, DataFile
from generator.course.parsing import shown
from generator.course.yaml_source import Source, Where
from generator.datasets.sources import SOURCES, RemoteFile
from generator.networks.weights import EMBEDDED_WEIGHTS, WEIGHTS

#: The keys of course.yaml with the kind that their entries are of, and the names of that kind that the program has.
KINDS = {"datasets": ("dataset", {*SOURCES}), "networks": ("network", {*WEIGHTS, *EMBEDDED_WEIGHTS})}


@dataclass(frozen=True)
class OwnData:
    """One data set or network of a course: where its files lie under the data folder, and how to get them.

    ``remote`` are those that are fetched; how to get the others, ``obtain`` says.
    """

    title: str
    paths: tuple[str, ...]
    remote: tuple[RemoteFile, ...] = ()
    obtain: str = ""


def own_data(given: Mapping[str, Mapping[str, DataEntry]], source: Source) -> dict[str, OwnData]:
    """What course.yaml states under each of KINDS, by labels such as "dataset/swings".

    Whatever is wrong is added to the source's mistakes.
    """
    found = {}
    for key, entries in given.items():
        kind, taken = KINDS[key]
        for name, entry in entries.items():
            if name in taken:
                hint = "choose another name: its files would be taken for ours"
                source.mistakes.append(source.mistake("the program has one of this name", (key, name), hint=hint))
            found[f"{kind}/{name}"] = _read(entry, source, (key, name))
    return found


def _read(entry: DataEntry, source: Source, where: Where) -> OwnData:
    remote = []
    for number, file in enumerate(entry.files):
        place = (*where, "files", number)
        if not _stays_inside(file.path):
            expected = "a path below the data folder, with / between its parts"
            source.mistakes.append(source.mistake("leads elsewhere", place, expected=expected, got=shown(file.path)))
        if file.url:
            remote += _fetched(file, source, place)
    if not entry.obtain and len(remote) < len(entry.files) and all(not file.url for file in entry.files):
        hint = "obtain: says how to get it, or each file has url:, sha256: and size:"
        source.mistakes.append(source.mistake("nobody could get this", where, hint=hint))
    return OwnData(entry.title, tuple(file.path for file in entry.files), tuple(remote), entry.obtain)


def _fetched(file: DataFile, source: Source, where: Where) -> list[RemoteFile]:
    if not file.url.startswith(("https://", "http://")):
        expected = "an address that begins with https://"
        source.mistakes.append(source.mistake("cannot be fetched", where, expected=expected, got=shown(file.url)))
    elif not file.sha256 or file.size is None:
        expected = "sha256: and size: beside url:, so that what comes can be held to them"
        source.mistakes.append(source.mistake("says not what it must be", where, expected=expected))
    else:
        return [RemoteFile(file.path, file.url, file.sha256, file.size)]
    return []


def _stays_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts and "\\" not in path and ":" not in path
