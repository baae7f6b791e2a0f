"""Whole photographs that come with scikit-image, scikit-learn and Matplotlib, each with its nearest ImageNet class."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.datasets.images import ImageSet, Part
from generator.datasets.packages import package_folder


@dataclass(frozen=True)
class Photograph:
    """A photograph: its file, the package that carries it, and the ImageNet class that comes nearest to its subject."""

    file: str
    package: str
    nearest: str


#: Those that show something that one of ImageNet's thousand classes comes near to, as a person would say before asking
#: any network. For the cat, the motorcycle, the rocket on its pad and the dahlia no class fits exactly.
SHOWN = (
    Photograph("chelsea.png", "skimage", "tabby"),
    Photograph("coffee.png", "skimage", "espresso"),
    Photograph("camera.png", "skimage", "tripod"),
    Photograph("motorcycle_left.png", "skimage", "moped"),
    Photograph("rocket.jpg", "skimage", "missile"),
    Photograph("china.jpg", "sklearn", "palace"),
    Photograph("flower.jpg", "sklearn", "daisy"),
    Photograph("grace_hopper.jpg", "matplotlib", "military uniform"),
    Photograph("horse.png", "skimage", "sorrel"),
    Photograph("page.png", "skimage", "menu"),
)


#: Where in its package's folder each package keeps its photographs, and the name under which pip knows the package.
FOLDERS = {
    "skimage": ("scikit-image", "data"),
    "sklearn": ("scikit-learn", "datasets/images"),
    "matplotlib": ("matplotlib", "mpl-data/sample_data"),
}


def files() -> tuple[Path, ...]:
    """The photographs' files, in the order of ``SHOWN``, where their packages keep them."""
    folders = {name: package_folder(name, package) / inside for name, (package, inside) in FOLDERS.items()}
    return tuple(folders[photograph.package] / photograph.file for photograph in SHOWN)


def class_names() -> tuple[str, ...]:
    """ImageNet's thousand classes, in the order in which its networks count them."""
    from torchvision.models import VGG16_Weights

    return tuple(VGG16_Weights.IMAGENET1K_V1.meta["categories"])


def load(data: Path, part: Part = "test") -> ImageSet:
    """The largest square in the middle of each photograph, RGB, labelled with the nearest of ImageNet's classes.

    ``data`` is not used. There is no training part: asking for it raises ValueError.
    """
    if part != "test":
        raise ValueError("the embedded photographs have no training part")
    import numpy as np
    from PIL import Image, ImageOps

    names = class_names()
    images = []
    for path in files():
        with Image.open(path) as photograph:
            side = min(photograph.size)
            square = ImageOps.fit(photograph.convert("RGB"), (side, side), Image.Resampling.LANCZOS)
        images.append(np.asarray(square, dtype=np.uint8))
    return ImageSet(
        images=tuple(images),
        labels=np.array([names.index(photograph.nearest) for photograph in SHOWN]),
        class_names=names,
        title="the embedded photographs",
        description=(
            f"{len(SHOWN)} photographs that come with scikit-image, scikit-learn and Matplotlib, the middle square of "
            "each, with the nearest of ImageNet’s classes."
        ),
    )
