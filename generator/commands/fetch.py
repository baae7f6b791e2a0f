"""Bring the published files that a profile needs into the data folder."""

from __future__ import annotations

from generator.commands.session import Settings, open_session
from generator.datasets.download import Fetched, Progress, fetch
from generator.datasets.local_files import data_files
from generator.datasets.sources import SOURCES, RemoteFile
from generator.networks.weights import WEIGHTS


def remote_files(datasets: frozenset[str], networks: frozenset[str]) -> tuple[RemoteFile, ...]:
    """All files that these data sets and networks are fetched from, in a stable order."""
    sets = (file for name in sorted(datasets) for file in SOURCES[name].files)
    # Each once, though several data sets are made from it.
    return tuple(dict.fromkeys((*sets, *(WEIGHTS[name] for name in sorted(networks) if name in WEIGHTS))))


def fetch_data(settings: Settings, listen: Progress, *, force: bool = False) -> tuple[list[Fetched], list[str]]:
    """Bring every published file that the profile needs into the data folder.

    Failures are in what comes back, and beside them how to get each missing data set that cannot be fetched.
    """
    session = open_session(settings)
    datasets, networks = session.needs()
    fetched = fetch(remote_files(datasets, networks), settings.folders.data, listen, force=force, memo=session.memo)
    by_hand = [name for name in sorted(datasets) if SOURCES[name].obtain]
    absent = [name for name in by_hand if not all(path.is_file() for path in data_files(name, settings.folders.data))]
    session.save()
    return fetched, [SOURCES[name].obtain for name in absent]
