"""The first 10,000 training and 1,000 test images of CIFAR-10, in a file of 31 MB where the whole set has 170."""

from __future__ import annotations

import zipfile
from pathlib import Path

from generator.datasets.cifar10 import CLASS_NAMES
from generator.datasets.images import Part
from generator.datasets.pixels import PixelSet
from generator.datasets.sources import CIFAR10_SUBSET, CIFAR10_SUBSET_HINT
from generator.errors import DataMissingError


def load(data: Path, part: Part) -> PixelSet:
    """Read ``<data>/cifar10_subset.npz``: ``x_train``, ``y_train``, ``x_test`` and ``y_test``, all uint8.

    The training part is the first of CIFAR-10's five training files, the test part the first 1,000 test images. Raises
    DataMissingError where the file is absent or damaged.
    """
    import numpy as np

    path = data / CIFAR10_SUBSET
    if not path.is_file():
        raise DataMissingError(f"{path} is not there", CIFAR10_SUBSET_HINT)
    try:
        with np.load(path, allow_pickle=False) as archive:
            images, labels = archive[f"x_{part}"], archive[f"y_{part}"].astype(np.int64)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DataMissingError(f"{path} cannot be read: {error}", CIFAR10_SUBSET_HINT) from error
    return PixelSet(
        images=images,
        labels=labels,
        class_names=CLASS_NAMES,
        title="a part of CIFAR-10",
        description="Colour photographs of ten kinds of things, 32 × 32 pixels: the first fifth of CIFAR-10.",
    )
