"""Where each data set's files come from, what they must be, and under which terms.

Quick to import: planning and fetching read this without NumPy or torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

#: Where the fifteen scenes lie under the data folder, and the file in it that may say how they are split.
SCENES15_FOLDER = "15-Scene"
SCENES15_SPLIT = "split.json"
#: Where torchvision keeps MNIST's four files under the data folder, and the mirror that it downloads them from.
MNIST_FOLDER = "MNIST/raw"
MNIST_URL = "https://ossci-datasets.s3.amazonaws.com/mnist"
#: Where the photographs behind MNIST-M's digits come from and lie, and the list of them: digest, size and name.
BSDS500_URL = (
    "https://raw.githubusercontent.com/BIDS/BSDS500/a04b7c6c3a9f0ace74bf205c72a43d32e1c72722/BSDS500/data/images/train"
)
BSDS500_FOLDER = "BSDS500/train"
BSDS500_LIST = Path(__file__).with_name("bsds500_train.txt")
BLEND_LICENCE = "MNIST: CC BY-SA 3.0, as it is commonly distributed; BSDS500: non-commercial research and education"
BLEND_CITATION = (
    "Y. Ganin and V. Lempitsky, Unsupervised Domain Adaptation by Backpropagation, ICML 2015; P. Arbelaez, M. Maire, "
    "C. Fowlkes and J. Malik, Contour Detection and Hierarchical Image Segmentation, IEEE TPAMI 33(5), 2011"
)
MNIST_CITATION = "Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits, 1998"
#: The collection moves from host to host, and no archive of it has a published digest that a download could be held to.
SCENES15_HINT = (
    "get the fifteen-scene collection of Lazebnik, Schmid and Ponce (2006) from your teacher or its authors' page, "
    "https://slazebni.cs.illinois.edu/, lay it out as <data folder>/15-Scene/<class>/*.jpg, and name the data folder "
    "with `--data DIR`"
)

#: CIFAR-10 in its binary version, and the file that holds a part of it.
CIFAR10_ARCHIVE = "cifar-10-binary.tar.gz"
CIFAR10_SUBSET = "cifar10_subset.npz"
CIFAR10_SUBSET_HINT = (
    "get cifar10_subset.npz from your teacher, put it into the data folder, and name that with `--data DIR`; or give "
    "the role the data set `cifar10`, which `genreport fetch` downloads"
)


@dataclass(frozen=True)
class RemoteFile:
    """One published file: where it lies under the data folder, where it comes from and what it must be.

    ``sha256`` is the digest in hex, whole. ``size`` is in bytes and may
    be off by ``size_slack`` bytes where the publisher rounds it. ``packed`` is the gzip file that is sent in its place.
    """

    path: str
    url: str
    sha256: str
    size: int
    size_slack: int = 0
    packed: RemoteFile | None = None

    def has_size(self, size: int) -> bool:
        """Whether a file of ``size`` bytes can be this one."""
        return abs(size - self.size) <= self.size_slack

    def has_digest(self, digest: str) -> bool:
        """Whether ``digest`` (SHA-256 in hex) is the published one."""
        return digest == self.sha256


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


def _mnist_file(name: str, sha256: str, size: int, packed_sha256: str, packed_size: int) -> RemoteFile:
    path, url = f"{MNIST_FOLDER}/{name}", f"{MNIST_URL}/{name}.gz"
    return RemoteFile(path, url, sha256, size, packed=RemoteFile(f"{path}.gz", url, packed_sha256, packed_size))


def bsds500_files() -> tuple[RemoteFile, ...]:
    """The 200 training photographs of BSDS500, in the order of their names."""
    files = []
    for line in BSDS500_LIST.read_text(encoding="utf-8").splitlines():
        sha256, size, name = line.split()
        files.append(RemoteFile(f"{BSDS500_FOLDER}/{name}", f"{BSDS500_URL}/{name}", sha256, int(size)))
    return tuple(files)


MNIST_FILES = (
    _mnist_file(
        "train-images-idx3-ubyte",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        47_040_016,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        9_912_422,
    ),
    _mnist_file(
        "train-labels-idx1-ubyte",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        60_008,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        28_881,
    ),
    _mnist_file(
        "t10k-images-idx3-ubyte",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        7_840_016,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        1_648_877,
    ),
    _mnist_file(
        "t10k-labels-idx1-ubyte",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        10_008,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        4_542,
    ),
)


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
            name="mnist",
            title="MNIST, 70,000 handwritten digits",
            files=MNIST_FILES,
            licence="CC BY-SA 3.0, as it is commonly distributed",
            citation=MNIST_CITATION,
        ),
        Source(
            name="mnist_m",
            title="MNIST-M: MNIST on crops of the 200 training photographs of BSDS500",
            files=(*MNIST_FILES, *bsds500_files()),
            licence=BLEND_LICENCE,
            citation=BLEND_CITATION,
        ),
        Source(
            name="mnist_m_plain",
            title="MNIST-M with grey digits",
            files=(*MNIST_FILES, *bsds500_files()),
            licence=BLEND_LICENCE,
            citation=BLEND_CITATION,
        ),
        Source(
            name="embedded_mnist",
            title="12,000 digits of MNIST inside this package",
            files=(),
            licence="CC BY-SA 3.0, by Y. LeCun, C. Cortes and C. Burges",
            citation=MNIST_CITATION,
        ),
        Source(
            name="embedded_mnist_m",
            title="the embedded part of MNIST on crops of photographs inside scikit-image and scikit-learn",
            files=(),
            licence="digits: CC BY-SA 3.0; photographs: public domain, CC0, CC BY or no known restrictions",
            citation=MNIST_CITATION,
        ),
        Source(
            name="embedded_photographs",
            title="whole photographs inside the packages scikit-image, scikit-learn and Matplotlib",
            files=(),
            licence="public domain, CC0, CC BY or no known restrictions; the packages state it for each",
            citation="S. van der Walt et al., scikit-image: image processing in Python, PeerJ 2:e453, 2014",
        ),
        Source(
            name="embedded_photograph_crops",
            title="crops of the whole photographs inside the packages scikit-image, scikit-learn and Matplotlib",
            files=(),
            licence="public domain, CC0, CC BY or no known restrictions; the packages state it for each",
            citation="S. van der Walt et al., scikit-image: image processing in Python, PeerJ 2:e453, 2014",
        ),
        Source(
            name="cifar10",
            title="CIFAR-10, 60,000 colour photographs of ten kinds of things",
            files=(
                RemoteFile(
                    path=CIFAR10_ARCHIVE,
                    url=f"https://www.cs.toronto.edu/~kriz/{CIFAR10_ARCHIVE}",
                    sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                    size=170_052_171,
                ),
            ),
            licence="the authors state none, and ask for a citation",
            citation="A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
        ),
        Source(
            name="cifar10_subset",
            title="a part of CIFAR-10, 11,000 colour photographs of ten kinds of things",
            files=(),
            licence="the authors state none, and ask for a citation",
            citation="A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
            obtain=CIFAR10_SUBSET_HINT,
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
