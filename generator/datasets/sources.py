"""Where each data set's files come from, what they must be, and which local files stand for the data set.

Quick to import: planning and fetching read this without NumPy or torch.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from generator.datasets.embedded_scenes import PHOTOGRAPHS

#: Where the fifteen scenes lie under the data folder, and the file in it that may say how they are split.
SCENES15_FOLDER = "15-Scene"
SCENES15_SPLIT = "split.json"
#: The collection moves from host to host, and no archive of it has a published digest that a download could be held to.
SCENES15_HINT = (
    "get the fifteen-scene collection of Lazebnik, Schmid and Ponce (2006) from your teacher or its authors' page, "
    "https://slazebni.cs.illinois.edu/, lay it out as <data folder>/15-Scene/<class>/*.jpg, and name the data folder "
    "with `--data DIR`"
)


@dataclass(frozen=True)
class RemoteFile:
    """One published file: where it lies under the data folder, where it comes from and what it must be.

    ``sha256`` is the digest in hex, or its first digits where only those are published. ``size`` is in bytes and may
    be off by ``size_slack`` bytes where the publisher rounds it.
    """

    path: str
    url: str
    sha256: str
    size: int
    size_slack: int = 0

    def has_size(self, size: int) -> bool:
        """Whether a file of ``size`` bytes can be this one."""
        return abs(size - self.size) <= self.size_slack

    def has_digest(self, digest: str) -> bool:
        """Whether ``digest`` (SHA-256 in hex, whole) is the published one, as far as that is known."""
        return digest.startswith(self.sha256)


@dataclass(frozen=True)
class Source:
    """One data set: its title, the files to fetch (none for what travels with a package), its terms and citation."""

    name: str
    title: str
    files: tuple[RemoteFile, ...]
    licence: str
    citation: str
    #: How to get by hand what cannot be fetched.
    obtain: str = ""


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source(
            name="imagenet_sample",
            title="25 photographs of the ImageNet validation set",
            files=(
                RemoteFile(
                    path="imagenet_val_25.npz",
                    url="https://raw.githubusercontent.com/rdfia/rdfia.github.io/"
                    "ce734535176e02a43eab573068ff4551eb9125f3/data/3-b/imagenet_val_25.npz",
                    sha256="35141609d22457c791e8fbe10c2d3b09ed0d6a04b669173e9fbebb0b4915cd3c",
                    size=3_940_548,
                ),
            ),
            licence="ImageNet terms: non-commercial research and education",
            citation="O. Russakovsky et al., ImageNet Large Scale Visual Recognition Challenge, IJCV 115(3), 2015",
        ),
        Source(
            name="scenes15",
            title="15-Scene, grey photographs of fifteen kinds of places",
            files=(),
            licence="the authors state none; used in research and teaching",
            citation="S. Lazebnik, C. Schmid and J. Ponce, Beyond Bags of Features, CVPR 2006",
            obtain=SCENES15_HINT,
        ),
        Source(
            name="embedded_scenes",
            title="crops of fifteen photographs inside the scikit-image package",
            files=(),
            licence="public domain, CC0 or no known restrictions; the docstrings of skimage.data state it for each",
            citation="S. van der Walt et al., scikit-image: image processing in Python, PeerJ 2:e453, 2014",
        ),
    )
}


def data_files(name: str, data: Path) -> tuple[Path, ...]:
    """The local files whose content makes the data set's fingerprint; they need not exist yet.

    Raises KeyError for an unknown data set.
    """
    source = SOURCES[name]
    if source.name == "embedded_scenes":
        folder = packaged_photographs()
        return tuple(folder / file for file in PHOTOGRAPHS.values())
    if source.name == "scenes15":
        return _scene_files(data / SCENES15_FOLDER)
    return tuple(data / file.path for file in source.files)


def _scene_files(folder: Path) -> tuple[Path, ...]:
    """The images and the split; the folder itself, which is no file and so counts as missing, where there are none."""
    images = sorted(folder.glob("*/*.jpg"))
    split = folder / SCENES15_SPLIT
    return (*([split] if split.is_file() else []), *images) if images else (folder,)


def packaged_photographs() -> Path:
    """The folder of photographs inside the installed scikit-image, found without importing it."""
    package = importlib.util.find_spec("skimage")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("scikit-image is not installed", name="skimage")
    return Path(package.origin).parent / "data"
