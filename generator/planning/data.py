"""Which files a data set or a pre-trained network is, and the digest that stands for them in fingerprints."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from generator.datasets.local_files import data_files
from generator.networks.weights import weight_files
from generator.planning.parameters import Kind
from generator.store.memo import Memo


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


def digest_of(files: tuple[Path, ...], data: Path, memo: Memo) -> tuple[str, list[str]]:
    """The digest of files with their places, and the paths of those that are missing."""
    lines, missing = [], []
    for path in files:
        # A folder's name can be a class; files outside the data folder travel with a package, wherever that is.
        place = path.relative_to(data).as_posix() if path.is_relative_to(data) else path.name
        try:
            lines.append(f"{place}:{memo.digest(path)}")
        except OSError:
            lines.append(f"{place}:missing")
            missing.append(str(path))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest(), missing
