"""The published ImageNet weights of each pre-trained torchvision network: file, address, size and digest.

A copy of what torchvision states, held to it by a test, so that planning and fetching do not import torch.
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
    """Weights inside the package: of which torchvision architecture, in which file, with which SHA-256 in hex."""

    architecture: str
    file: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return EMBEDDED / self.file


def _weights(file: str, mebibytes: float) -> RemoteFile:
    """A weight file as torchvision publishes it: digest prefix in the name, size in MiB with three decimals."""
    return RemoteFile(
        path=f"{CHECKPOINTS}/{file}",
        url=f"{HOST}/{file}",
        sha256=Path(file).stem.rsplit("-", 1)[1],
        size=round(mebibytes * MEBIBYTE),
        size_slack=round(0.0005 * MEBIBYTE) + 1,
    )


#: ``IMAGENET1K_V1`` of each network.
WEIGHTS: dict[str, RemoteFile] = {
    "alexnet": _weights("alexnet-owt-7be5be79.pth", 233.087),
    "mobilenet_v2": _weights("mobilenet_v2-b0353104.pth", 13.555),
    "resnet50": _weights("resnet50-0676ba61.pth", 97.781),
    "squeezenet1_1": _weights("squeezenet1_1-b8a52dc0.pth", 4.729),
    "vgg16": _weights("vgg16-397923af.pth", 527.796),
}


#: Networks whose weights travel with the package, with the SHA-256 of the file: no fetching, nothing to download.
EMBEDDED_WEIGHTS: dict[str, EmbeddedWeights] = {
    "embedded_squeezenet1_1": EmbeddedWeights(
        architecture="squeezenet1_1",
        file="squeezenet1_1.safetensors",
        sha256="bc4a2f397d7c9561ba7482694af22d5f2c6809436bf8c501cf90bb7186ae4213",
    ),
}


def weight_files(name: str, data: Path) -> tuple[Path, ...]:
    """The local files whose content makes the network's fingerprint; they need not exist yet.

    Raises KeyError for a network without published weights.
    """
    if name in EMBEDDED_WEIGHTS:
        return (EMBEDDED_WEIGHTS[name].path,)
    return (data / WEIGHTS[name].path,)
