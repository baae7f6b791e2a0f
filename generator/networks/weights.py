"""The published ImageNet weights of each pre-trained torchvision network: file, address, size and digest.

A copy of what torchvision states, held to it by a test, so that planning and fetching do not import torch.
"""

from __future__ import annotations

from pathlib import Path

from generator.datasets.sources import RemoteFile

HOST = "https://download.pytorch.org/models"
#: Under the data folder, laid out as torchvision expects it below TORCH_HOME.
TORCH_HOME = "torch"
CHECKPOINTS = f"{TORCH_HOME}/hub/checkpoints"
MEBIBYTE = 2**20


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


def weight_files(name: str, data: Path) -> tuple[Path, ...]:
    """The local files whose content makes the network's fingerprint; they need not exist yet.

    Raises KeyError for a network without published weights.
    """
    return (data / WEIGHTS[name].path,)
