"""The form that data sets of small images of one size are read into, and how to read one by its name."""

from __future__ import annotations

import hashlib
import importlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from generator.datasets.images import Part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class PixelSet:
    """One part (training or test) of a labelled collection of small images, all in one array.

    ``images`` are uint8, (n, height, width) grey or (n, height, width, 3) RGB; ``labels`` are int64 of shape (n,) and
    index ``class_names``. ``title`` fits in a sentence ("MNIST"), ``description`` is one full sentence.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    title: str
    description: str

    def __post_init__(self) -> None:
        if len(self.images) != len(self.labels):
            raise ValueError(f"{len(self.images)} images but {len(self.labels)} labels")
        if self.images.ndim not in (3, 4) or self.images.shape[3:] not in ((), (3,)):
            raise ValueError(
                f"images of shape {self.images.shape}, expected (n, height, width) or (n, height, width, 3)"
            )

    def __len__(self) -> int:
        return len(self.images)

    def first(self, count: int) -> PixelSet:
        """The first ``count`` images, all of them where there are no more; ValueError unless ``count`` is positive."""
        if count < 1:
            raise ValueError(f"{count} images asked for, expected at least 1")
        return replace(self, images=self.images[:count], labels=self.labels[:count])

    def rgb(self) -> NDArray[np.uint8]:
        """The images as (n, height, width, 3): a grey one is seen three times, without a copy."""
        import numpy as np

        if self.images.ndim == 4:
            return self.images
        return np.broadcast_to(self.images[..., None], (*self.images.shape, 3))

    def digest(self) -> str:
        """SHA-256 in hex over shape, pixels and labels: two sets with one digest hold the same images in one order."""
        import numpy as np

        digest = hashlib.sha256(repr(self.images.shape).encode())
        digest.update(np.ascontiguousarray(self.images).data)
        digest.update(np.ascontiguousarray(self.labels.astype("<i8")).data)
        return digest.hexdigest()


def load_pixels(name: str, data: Path, part: Part) -> PixelSet:
    """Read one part of the data set called ``name`` from the data folder.

    Raises DataMissingError where its files are not on disk, ValueError where there is no such data set.
    """
    # By name and late, so that each job's fingerprint holds the code of its own data sets only: see images.load_images.
    try:
        module = importlib.import_module(f"generator.datasets.{name}")
    except ModuleNotFoundError as error:
        raise ValueError(f"there is no data set called {name!r}") from error
    pixels: PixelSet = module.load(data, part)
    return pixels
