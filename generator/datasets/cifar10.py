"""CIFAR-10, small colour photographs of ten kinds of things, read from its authors' archive as it is."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from generator.datasets.images import Part, require_file
from generator.datasets.pixels import PixelSet
from generator.datasets.sources import CIFAR10_ARCHIVE
from generator.errors import DataMissingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
FOLDER = "cifar-10-batches-bin"
FILES = {"train": tuple(f"data_batch_{number}.bin" for number in range(1, 6)), "test": ("test_batch.bin",)}
SIDE = 32
#: A label, then the red, the green and the blue plane, each row by row.
RECORD = 1 + 3 * SIDE * SIDE


def load(data: Path, part: Part) -> PixelSet:
    """Read ``<data>/cifar-10-binary.tar.gz``: 50,000 training and 10,000 test images, uint8 (n, 32, 32, 3).

    The binary version, since the other one is pickled Python. Source: A. Krizhevsky, Learning Multiple Layers of
    Features from Tiny Images, 2009. Raises DataMissingError where the archive is absent or damaged.
    """
    import numpy as np

    path = require_file(data / CIFAR10_ARCHIVE, "course")
    try:
        with tarfile.open(path) as archive:
            contents = [_member(archive, f"{FOLDER}/{name}") for name in FILES[part]]
        images, labels = zip(*(decoded(content) for content in contents), strict=True)
    except (OSError, EOFError, KeyError, ValueError, tarfile.TarError) as error:
        raise DataMissingError(
            f"{path} cannot be read: {error}", "delete it and run `genreport fetch` again"
        ) from error
    return PixelSet(
        images=np.concatenate(images),
        labels=np.concatenate(labels),
        class_names=CLASS_NAMES,
        title="CIFAR-10",
        description="Colour photographs of ten kinds of things, 32 × 32 pixels.",
    )


def decoded(content: bytes) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (n, 32, 32, 3) and labels (n,) of one binary file; ValueError where its length does not fit."""
    import numpy as np

    records = np.frombuffer(content, dtype=np.uint8).reshape(-1, RECORD)
    planes = records[:, 1:].reshape(-1, 3, SIDE, SIDE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, 0].astype(np.int64)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise KeyError(f"{name} is not a file")
    return member.read()
