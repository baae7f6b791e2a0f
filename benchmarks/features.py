"""Features for an SVM: the loop that one writes first against this project's one pass, side by side.

The first takes one image at a time in float32, channels first, and runs the network once for each layer, up to the
very end. Ours takes batches in channels_last, in bfloat16 where the processor has it, and all layers from one pass.
Both resize the same decoded images. Median of several rounds, processor time on one core:

    python benchmarks/features.py --data ../shared/data
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
import torch

from generator.datasets.images import load_images
from generator.labs.transfer.features import Feeder, Taken, tap_of
from generator.networks.backbones import Backbone, load_backbone
from generator.networks.precision import chosen_precision
from generator.networks.preprocessing import scaled

LAYERS = {
    "squeezenet1_1": ["features.2@3", "features.5@3", "features.8@3", "features.12@1", "features.12@3", "classifier.3"],
    "mobilenet_v2": ["features.1@3", "features.3@3", "features.6@3", "features.13@1", "features.17@2", "features.18@1",
                     "features.18@2", "classifier.1"],
    "vgg16": ["relu2_2@4", "relu3_3@4", "relu4_3@4", "relu5_3@4", "pool5", "relu6", "relu7", "fc8"],
}  # fmt: skip


@torch.no_grad()
def bare_loop(backbone: Backbone, images: list[np.ndarray], layers: list[str]) -> dict[str, np.ndarray]:
    """One image at a time, one forward pass for each layer."""
    found: dict[str, np.ndarray] = {}
    for layer in layers:
        tap = tap_of(backbone, layer)
        kept: list[torch.Tensor] = []
        module = backbone.module.get_submodule(tap.path)
        handle = module.register_forward_hook(
            lambda _, given, output, tap=tap, kept=kept: kept.append(tap.take(output))
        )
        for image in images:
            backbone.module(backbone.preprocess([image]))
        handle.remove()
        found[layer] = torch.cat(kept).numpy()
    return found


def one_pass(backbone: Backbone, images: list[np.ndarray], layers: list[str], precision: str) -> dict[str, np.ndarray]:
    """What ``extract_features`` does, without reading and storing."""
    feeder, taken = Feeder(backbone, "stored", precision, "cpu"), Taken()
    taps = [tap_of(backbone, layer) for layer in layers]
    for start in range(0, len(images), 32):
        feeder.run(scaled(images[start : start + 32], backbone.input_size), taps, taken)
    return {layer: torch.cat(taken.features[layer]).numpy() for layer in layers}


def main() -> None:
    """Print processor time for one image of each, and how far the features are apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--network", default="mobilenet_v2", choices=sorted(LAYERS))
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    images = list(load_images("scenes15", chosen.data).images[: chosen.images])
    layers = LAYERS[chosen.network]
    precision = chosen_precision("auto", "cpu")
    backbones = [load_backbone(chosen.network, chosen.data) for _ in range(3)]
    ways = {
        "bare loop": lambda: bare_loop(backbones[0], images, layers),
        "one pass, float32": lambda: one_pass(backbones[1], images, layers, "float32"),
        f"one pass, {precision}": lambda: one_pass(backbones[2], images, layers, precision),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    found = {}
    for _ in range(chosen.rounds):
        for name, way in ways.items():  # in turn, so that a busy machine slows all of them
            began = time.process_time()
            found[name] = way()
            times[name].append((time.process_time() - began) / len(images))
    reference, base = found["bare loop"], statistics.median(times["bare loop"])
    for name, values in times.items():
        cosine = min(
            float(torch.cosine_similarity(torch.from_numpy(reference[one]), torch.from_numpy(found[name][one])).min())
            for one in layers
        )
        median = statistics.median(values)
        speed = base / median
        print(f"{name:20s} {1000 * median:8.1f} ms an image, {speed:5.1f} times as fast, lowest cosine {cosine:.5f}")


if __name__ == "__main__":
    main()
