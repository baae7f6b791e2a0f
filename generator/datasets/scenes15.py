"""The fifteen-scene collection of Lazebnik, Schmid and Ponce (2006): grey photographs in one folder for each class."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from generator.datasets.images import ImageSet, Part
from generator.datasets.sources import SCENES15_FOLDER, SCENES15_HINT, SCENES15_SPLIT
from generator.errors import DataMissingError
from generator.workspace import stream_seed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Training images of each class where the folder has no split of its own, as in the authors' experiments.
TRAIN_IMAGES = 100
SEED = 0


def load(data: Path, part: Part = "test") -> ImageSet:
    """Read one part of ``<data>/15-Scene/<class>/*.jpg``, class by class in alphabetical order.

    Source: S. Lazebnik, C. Schmid and J. Ponce, Beyond Bags of Features, CVPR 2006. A file ``split.json`` in the folder
    ({class: {"train": [file name, …], "test": […]}}) says which image is in which part; without one, 100 images of each
    class drawn with a fixed seed are for training and the rest for testing. The images keep their size; their one grey
    channel is seen three times, without a copy, as uint8 (height, width, 3).
    """
    import numpy as np

    folder = data / SCENES15_FOLDER
    split = read_split(folder)
    names = tuple(sorted(split[part]))
    files = [folder / name / file for name in names for file in split[part][name]]
    return ImageSet(
        images=tuple(_read(file) for file in files),
        labels=np.repeat(np.arange(len(names)), [len(split[part][name]) for name in names]).astype(np.int64),
        class_names=names,
        title="15-Scene",
        description=f"Grey photographs of {len(names)} kinds of places, indoors and outdoors.",
    )


def read_split(folder: Path) -> dict[str, dict[str, list[str]]]:
    """File names by part and class: the folder's own split, or a seeded one.

    Raises DataMissingError where there are no images, where an image of the split is not there, or where one is in
    both parts: a test image that was trained on would be worse than none.
    """
    if (folder / SCENES15_SPLIT).is_file():
        split = json.loads((folder / SCENES15_SPLIT).read_text(encoding="utf-8"))
    else:
        split = _random_split(folder)
    for name, parts in split.items():
        if both := set(parts["train"]) & set(parts["test"]):
            raise DataMissingError(f"{folder / SCENES15_SPLIT}: {name}/{min(both)} is in both parts", SCENES15_HINT)
    return {part: {name: parts[part] for name, parts in split.items()} for part in ("train", "test")}


def _random_split(folder: Path) -> dict[str, dict[str, list[str]]]:
    import numpy as np

    split: dict[str, dict[str, list[str]]] = {}
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        files = sorted(path.name for path in place.glob("*.jpg"))
        if files:
            order = np.random.default_rng(stream_seed(SEED, f"split/{place.name}")).permutation(len(files))
            chosen = set(order[:TRAIN_IMAGES].tolist())
            split[place.name] = {
                "train": [file for number, file in enumerate(files) if number in chosen],
                "test": [file for number, file in enumerate(files) if number not in chosen],
            }
    if not split:
        raise DataMissingError(f"there are no images in {folder}", SCENES15_HINT)
    return split


def _read(path: Path) -> NDArray[np.uint8]:
    import numpy as np
    from PIL import Image

    try:
        with Image.open(path) as photograph:
            grey = np.asarray(photograph.convert("L"), dtype=np.uint8)
    except OSError as error:
        raise DataMissingError(f"{path} cannot be read: {error}", SCENES15_HINT) from error
    return np.broadcast_to(grey[:, :, None], (*grey.shape, 3))
