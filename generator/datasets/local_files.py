"""Which local files stand for each data set: those in the data folder, or inside an installed package.

Quick to import: planning and fetching read this without NumPy or torch.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from generator.datasets import embedded_mnist, embedded_photographs
from generator.datasets.embedded_scenes import PHOTOGRAPHS
from generator.datasets.packages import package_folder
from generator.datasets.sources import CIFAR10_SUBSET, SCENES15_FOLDER, SCENES15_SPLIT, SOURCES

#: Colour photographs inside scikit-image and scikit-learn, the backgrounds of the embedded digits. Mostly bright ones:
#: on a dark crop a blended digit is as white on black as before, and there is no second domain.
SKIMAGE_BACKGROUNDS = ("astronaut.png", "chelsea.png", "coffee.png", "ihc.png", "motorcycle_left.png")
SKLEARN_BACKGROUNDS = ("china.jpg",)


def data_files(name: str, data: Path) -> tuple[Path, ...]:
    """The local files whose content makes the data set's fingerprint; they need not exist yet.

    Raises KeyError for an unknown data set.
    """
    source = SOURCES[name]
    if name in EMBEDDED:
        return EMBEDDED[name]()
    if name == "cifar10_subset":
        return (data / CIFAR10_SUBSET,)
    if name == "scenes15":
        return _scene_files(data / SCENES15_FOLDER)
    return tuple(data / file.path for file in source.files)


def _scene_files(folder: Path) -> tuple[Path, ...]:
    """The images and the split; the folder itself, which is no file and so counts as missing, where there are none."""
    images = sorted(folder.glob("*/*.jpg"))
    split = folder / SCENES15_SPLIT
    return (*([split] if split.is_file() else []), *images) if images else (folder,)


def packaged_photographs() -> Path:
    """The folder of photographs inside the installed scikit-image, found without importing it."""
    return package_folder("skimage", "scikit-image") / "data"


def embedded_backgrounds() -> tuple[Path, ...]:
    """The photographs behind the embedded digits, inside the installed scikit-image and scikit-learn."""
    first, second = packaged_photographs(), package_folder("sklearn", "scikit-learn") / "datasets/images"
    return (*(first / name for name in SKIMAGE_BACKGROUNDS), *(second / name for name in SKLEARN_BACKGROUNDS))


#: The files of each data set that travels with a package, this one or another.
EMBEDDED: dict[str, Callable[[], tuple[Path, ...]]] = {
    "embedded_scenes": lambda: tuple(packaged_photographs() / file for file in PHOTOGRAPHS.values()),
    "embedded_mnist": lambda: (embedded_mnist.FILE,),
    "embedded_mnist_m": lambda: (embedded_mnist.FILE, *embedded_backgrounds()),
    "embedded_photographs": embedded_photographs.files,
    "embedded_photograph_crops": embedded_photographs.files,
}
