"""Bring the published files that a profile needs into the data folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from generator.commands.session import Settings, open_session
from generator.course.own_data import OwnData
from generator.datasets.download import Fetched, Progress, fetch
from generator.datasets.sources import SOURCES, RemoteFile
from generator.networks.weights import WEIGHTS
from generator.planning.data import files_of
from generator.planning.parameters import Kind


def remote_files(
    datasets: frozenset[str], networks: frozenset[str], own: Mapping[str, OwnData] = MappingProxyType({})
) -> tuple[RemoteFile, ...]:
    """All files that these data sets and networks are fetched from, in a stable order; ``own`` are the course's."""
    labels = [*map(Kind.DATASET.label, sorted(datasets)), *map(Kind.NETWORK.label, sorted(networks))]
    files: list[RemoteFile] = []
    for label in labels:
        kind, _, name = label.partition("/")
        if label in own:
            files += own[label].remote
        elif kind == "dataset":
            files += SOURCES[name].files
        elif name in WEIGHTS:
            files.append(WEIGHTS[name])
    return tuple(dict.fromkeys(files))  # each once, though several data sets are made from it


def by_hand(
    datasets: frozenset[str], networks: frozenset[str], data: Path, own: Mapping[str, OwnData] = MappingProxyType({})
) -> list[tuple[Path, str]]:
    """The missing files that nothing is fetched for, the first of each data set or network, and how to get it."""
    places = {label: found.paths for label, found in own.items()}
    found = []
    for kind, names in ((Kind.DATASET, datasets), (Kind.NETWORK, networks)):
        for name in sorted(names):
            label = kind.label(name)
            fetched = {data / file.path for file in (own[label].remote if label in own else ())}
            gone = [path for path in files_of(label, data, places) if path not in fetched and not path.is_file()]
            obtain = own[label].obtain if label in own else SOURCES[name].obtain if name in SOURCES else ""
            found += [(gone[0], obtain)] if gone else []
    return found


def fetch_data(settings: Settings, listen: Progress, *, force: bool = False) -> tuple[list[Fetched], list[str]]:
    """Bring every published file that the profile needs into the data folder.

    Failures are in what comes back, and beside them how to get each missing data set that cannot be fetched.
    """
    session = open_session(settings)
    datasets, networks = session.needs()
    data, own = settings.folders.data, session.course.own_data
    fetched = fetch(remote_files(datasets, networks, own), data, listen, force=force, memo=session.memo)
    session.save()
    return fetched, [obtain for _, obtain in by_hand(datasets, networks, data, own) if obtain]
