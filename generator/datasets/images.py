"""The form that every image data set is read into, and how to read one by its name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from generator.errors import DataMissingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Part = Literal["train", "test"]


@dataclass(frozen=True, eq=False)
class ImageSet:
    """One part (training or test) of a labelled image collection.

    ``images`` are uint8 arrays of shape (height, width, 3), RGB, of one size or of several; ``labels`` are int64 of
    shape (n,) and index ``class_names``. ``title`` fits in a sentence ("the 25 ImageNet photographs"), ``description``
    is one full sentence. ``groups``, int64 (n,) or None, are the numbers of what images have in common besides their
    class (they are from one place, one photograph): images of one group are no independent evidence, and have to stay
    together when a set is split. ``views`` gives, for the number of an image that was cut from a photograph, the whole
    photograph with the image's place framed, to be shown to people.
    """

    images: tuple[NDArray[np.uint8], ...]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    title: str
    description: str
    groups: NDArray[np.int64] | None = None
    views: Callable[[int], NDArray[np.uint8]] | None = None

    def __post_init__(self) -> None:
        if len(self.images) != len(self.labels):
            raise ValueError(f"{len(self.images)} images but {len(self.labels)} labels")
        if self.groups is not None and len(self.groups) != len(self.labels):
            raise ValueError(f"{len(self.images)} images but groups of {len(self.groups)}")

    def __len__(self) -> int:
        return len(self.images)

    def true_class(self, index: int) -> str:
        """The name of the class that image ``index`` belongs to."""
        return self.class_names[int(self.labels[index])]

    def select(self, indices: Sequence[int]) -> ImageSet:
        """The images at ``indices``, in that order; IndexError names the first index that is out of range."""
        for index in indices:
            if not 0 <= index < len(self):
                raise IndexError(f"{self.title}: no image {index}, they are numbered 0 to {len(self) - 1}")
        chosen, places = tuple(self.images[index] for index in indices), list(indices)
        groups = None if self.groups is None else self.groups[places]
        labels, view = self.labels[places], lambda place: self.view(places[place])
        views = None if self.views is None else view
        return ImageSet(chosen, labels, self.class_names, self.title, self.description, groups, views)

    def view(self, index: int) -> NDArray[np.uint8]:
        """What to show of an image, (height, width, 3): the photograph that it was cut from, or else the image."""
        return self.images[index] if self.views is None else self.views(index)


def load_images(name: str, data: Path, part: Part = "test") -> ImageSet:
    """Read the data set called ``name`` from the data folder.

    Raises DataMissingError where its files are not on disk, ValueError where there is no such data set.
    """
    # By name and late, on purpose. The planner adds the code of `generator.datasets.<name>.load` to the fingerprint of
    # each job that names the data set; a table of all loaders here would make every job depend on every loader.
    try:
        module = importlib.import_module(f"generator.datasets.{name}")
    except ModuleNotFoundError as error:
        raise ValueError(f"there is no data set called {name!r}") from error
    images: ImageSet = module.load(data, part)
    return images


def require_file(path: Path, profile: str) -> Path:
    """Return ``path`` if it is a file; otherwise raise a DataMissingError that says how to get it."""
    if not path.is_file():
        hint = f"run `genreport fetch --profile {profile}`, or name the folder that holds it with `--data DIR`"
        raise DataMissingError(f"{path} is not there", hint)
    return path
