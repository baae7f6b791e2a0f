"""Make the embedded network: torchvision's SqueezeNet 1.1 in 16 bits, from its checkpoint, checked on photographs.

    python scripts/embed_network.py DATA

DATA is a data folder with `torch/hub/checkpoints/squeezenet1_1-b8a52dc0.pth` and `imagenet_val_25.npz`. The file is
written only if the five likeliest classes of every photograph are those of the checkpoint, in its order.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from generator.datasets.imagenet_sample import load
from generator.networks.backbones import load_backbone
from generator.networks.weights import EMBEDDED

NAME = "squeezenet1_1"


def main() -> None:
    """Write the file, or say which photographs the 16-bit network sees otherwise."""
    data = Path(sys.argv[1])
    backbone = load_backbone(NAME, data)
    inputs = backbone.preprocess(load(data).images)
    with torch.no_grad():
        expected = backbone.module(inputs).topk(5).indices
        halved = {name: tensor.half() for name, tensor in backbone.module.state_dict().items()}
        backbone.module.load_state_dict({name: tensor.float() for name, tensor in halved.items()})
        found = backbone.module(inputs).topk(5).indices
    differing = (found != expected).any(dim=1).nonzero().ravel().tolist()
    if differing:
        sys.exit(f"the 16-bit network's five likeliest classes differ on photographs {differing}; nothing was written")
    path = EMBEDDED / f"{NAME}.safetensors"
    path.parent.mkdir(exist_ok=True)
    save_file(halved, path)
    print(f"{path}: {path.stat().st_size} bytes; the top 5 of {len(inputs)} photographs are the checkpoint's")


if __name__ == "__main__":
    main()
