"""The published ImageNet weights of each pre-trained torchvision network: file, address, size and digest.

A copy of what torchvision states, held to it by a test, so that planning and fetching do not import torch. It publishes
only the first eight digits of each digest, in the file's name; the whole ones are those of the files that begin so, on
which all agree who have written them down. Sizes are published in MiB with three decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.datasets.sources import RemoteFile

HOST = "https://download.pytorch.org/models"
#: Under the data folder, laid out as torchvision expects it below TORCH_HOME.
TORCH_HOME = "torch"
CHECKPOINTS = f"{TORCH_HOME}/hub/checkpoints"
MEBIBYTE = 2**20
#: Weights that travel with the package, in 16 bits, made by scripts/embed_network.py; the licence lies beside them.
EMBEDDED = Path(__file__).parent / "embedded"


@dataclass(frozen=True)
class EmbeddedWeights:
    """Weights inside the package: of which torchvision architecture, in which file, with which SHA-256 in hex.

    ``source`` says what they were made from, ``licence`` under which terms; the whole licence lies beside the file.
    """

    architecture: str
    file: str
    sha256: str
    source: str
    licence: str

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return EMBEDDED / self.file


def _weights(file: str, mebibytes: float, sha256: str) -> RemoteFile:
    """A weight file: its name, its size as it is published, and its whole digest."""
    return RemoteFile(
        path=f"{CHECKPOINTS}/{file}",
        url=f"{HOST}/{file}",
        sha256=sha256,
        size=round(mebibytes * MEBIBYTE),
        size_slack=round(0.0005 * MEBIBYTE) + 1,
    )


#: ``IMAGENET1K_V1`` of each network.
WEIGHTS: dict[str, RemoteFile] = {
    "alexnet": _weights(
        "alexnet-owt-7be5be79.pth", 233.087, "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02"
    ),
    "mobilenet_v2": _weights(
        "mobilenet_v2-b0353104.pth", 13.555, "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889"
    ),
    "resnet50": _weights(
        "resnet50-0676ba61.pth", 97.781, "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a"
    ),
    "squeezenet1_1": _weights(
        "squeezenet1_1-b8a52dc0.pth", 4.729, "b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b"
    ),
    "vgg16": _weights(
        "vgg16-397923af.pth", 527.796, "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0"
    ),
}


#: Networks whose weights travel with the package, with the SHA-256 of the file: no fetching, nothing to download.
EMBEDDED_WEIGHTS: dict[str, EmbeddedWeights] = {
    "embedded_squeezenet1_1": EmbeddedWeights(
        architecture="squeezenet1_1",
        file="squeezenet1_1.safetensors",
        sha256="bc4a2f397d7c9561ba7482694af22d5f2c6809436bf8c501cf90bb7186ae4213",
        source="torchvision's squeezenet1_1-b8a52dc0.pth (IMAGENET1K_V1), rounded by scripts/embed_network.py",
        licence="BSD 3-clause; trained on ImageNet, whose own terms are research and education",
    ),
}


def weight_files(name: str, data: Path) -> tuple[Path, ...]:
    """The local files whose content makes the network's fingerprint; they need not exist yet.

    Raises KeyError for a network without published weights.
    """
    if name in EMBEDDED_WEIGHTS:
        return (EMBEDDED_WEIGHTS[name].path,)
    return (data / WEIGHTS[name].path,)
