"""The features that a network's layers give for every image of a collection, all from one forward pass."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from generator.datasets.images import ImageSet, load_images
from generator.networks.backbones import Backbone, load_backbone
from generator.networks.grey import GreyInput, colour_scale, grey_of, with_grey_input
from generator.networks.narrow import initialise
from generator.networks.precision import chosen_precision, running_in
from generator.networks.preprocessing import normalised, scaled
from generator.registry import Dataset, Network, computation
from generator.results import Result, Table, Value
from generator.workspace import Workspace

#: Features of one layer, for one image, in values: VGG16's relu4_3 at full size would take 1.2 GB for 1,500 images.
MOST_VALUES = 50_000
#: The largest number that float16 holds is 65,504.
FLOAT16_LIMIT = 6e4


@dataclass(frozen=True)
class Tap:
    """Where features are taken: "relu7", or "relu5_3@2" for maps that are averaged down to 2 × 2 places."""

    name: str
    path: str
    label: str
    side: int | None

    def take(self, output: torch.Tensor) -> torch.Tensor:
        """The layer's output as float32 (n, values), in memory of its own."""
        maps = output.float()
        if self.side is not None and maps.dim() == 4:
            if min(maps.shape[2:]) < self.side:
                raise ValueError(f"{self.name}: maps of {tuple(maps.shape[2:])} cannot be averaged to side {self.side}")
            maps = functional.adaptive_avg_pool2d(maps, self.side)
        values = maps.flatten(1)
        if values.shape[1] > MOST_VALUES:
            raise ValueError(f"{self.name}: {values.shape[1]} values for one image; average them, as in {self.path}@2")
        return values.clone()  # the next layer may write over it


@dataclass
class Taken:
    """What the taps gave, batch by batch: features, the seconds from the batch's start, and the layer's own shape."""

    features: dict[str, list[torch.Tensor]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    total_seconds: float = 0.0


@computation(
    metrics={
        "exact": ["network", "precision", "train_images", "test_images", "train_groups", "test_groups", "classes"],
    },
    tables={"layers": ["layer", "label", "shape", "values", "image_seconds", "zero_train", "zero_test"]},
)  # fmt: skip
def extract_features(
    workspace: Workspace,
    *,
    network: Network,
    dataset: Dataset,
    layers: list[str],
    weights: Literal["trained", "random"] = "trained",
    grey: Literal["stored", "replicated", "summed", "coloured"] = "stored",
    precision: Literal["auto", "bfloat16", "float32"] = "auto",
    batch_size: int = 32,
    seed: int = 0,
) -> Result:
    """Take the features of all ``layers`` for both parts of a data set, each image decoded and passed once.

    A layer is a torchvision path or a VGG layer's paper name. "@2" after it averages its maps down to 2 × 2 places; a
    fully connected layer has no places, and what follows "@" is not looked at. ``weights`` "random" draws the network
    anew from ``seed``. ``precision`` "auto" computes in bfloat16 where the processor has it, in float32 elsewhere;
    features computed in bfloat16 are kept as float16, which has more digits.

    The arrays are "train/<layer>" and "test/<layer>" (images, values), "train/labels" and "test/labels", and where the
    data set has groups "train/groups" and "test/groups".
    ``image_seconds`` is the time from an image's pixels to a layer's output, without reading and resizing. ``zero_…``
    counts images whose features are all zero; ``…_groups`` are 0 where the data set has none.
    """
    backbone = load_backbone(network, workspace.data, workspace.device)
    if weights == "random":
        randomise(backbone.module, workspace.rng(seed, "weights"))
    feeder = Feeder(backbone, grey, chosen_precision(precision, workspace.device), workspace.device)
    taps = [tap_of(backbone, layer) for layer in layers]
    parts = {part: load_images(dataset, workspace.data, part) for part in ("train", "test")}
    taken = _all_taken(workspace, feeder, taps, parts, batch_size)
    arrays = {f"{part}/{tap.name}": _joined(taken[part], tap, feeder.precision) for part in parts for tap in taps}
    return Result(
        metrics={
            "network": backbone.label,
            "precision": feeder.precision,
            "train_images": len(parts["train"]),
            "test_images": len(parts["test"]),
            **{f"{part}_groups": _count(images) for part, images in parts.items()},
            "classes": len(parts["test"].class_names),
        },
        tables={"layers": _layer_table(taps, taken, arrays)},
        arrays={
            **arrays,
            **{f"{part}/labels": images.labels for part, images in parts.items()},
            **{f"{part}/groups": images.groups for part, images in parts.items() if images.groups is not None},
        },
    )


def _count(images: ImageSet) -> int:
    """How many groups the images are from; 0 where they are independent."""
    return 0 if images.groups is None else len(set(images.groups.tolist()))


def _all_taken(
    workspace: Workspace, feeder: Feeder, taps: Sequence[Tap], parts: Mapping[str, ImageSet], batch_size: int
) -> dict[str, Taken]:
    """What the taps give for every image of each part."""
    total, done = sum(map(len, parts.values())), 0
    taken = {part: Taken() for part in parts}
    for part, images in parts.items():
        for start in range(0, len(images), batch_size):
            batch = images.images[start : start + batch_size]
            feeder.run(scaled(batch, feeder.backbone.input_size), taps, taken[part])
            done += len(batch)
            workspace.progress(done, total, f"{done} of {total} images through {feeder.backbone.label}")
    return taken


def tap_of(backbone: Backbone, text: str) -> Tap:
    """The place that "layer" or "layer@side" names; KeyError for a layer that the network does not have."""
    name, at, side = text.partition("@")
    module = backbone.layer(name)
    path = next(path for path, found in backbone.module.named_modules() if found is module)
    label = backbone.layer_label(path)
    if at:
        label += " (mean)" if side == "1" else f" ({side}\u00a0×\u00a0{side})"
    return Tap(text, path, label, int(side) if at else None)


def randomise(module: nn.Module, rng: torch.Generator) -> None:
    """Make a network as it was before any training: He's weights, and batch normalisation that changes nothing."""
    device = next(module.parameters()).device
    initialise(module.cpu(), rng)  # the generator is the processor's, so that every device draws the same weights
    module.to(device)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_running_stats()
            with torch.no_grad():
                layer.weight.fill_(1.0)
                layer.bias.zero_()


class Feeder:
    """Runs batches of pixels through a network and takes what its taps give."""

    def __init__(self, backbone: Backbone, grey: GreyInput, precision: str, device: str) -> None:
        self.backbone = backbone
        self.grey = grey
        self.precision = precision
        self.device = device
        summed = grey == "summed"
        module = with_grey_input(backbone.module, backbone.mean, backbone.std) if summed else backbone.module
        self.module = module.eval().to(memory_format=torch.channels_last)

    def inputs(self, pixels: torch.Tensor) -> torch.Tensor:
        """Pixels (n, 3, size, size) in [0, 1] as the network's input."""
        if self.grey == "summed":
            return grey_of(pixels)
        if self.grey == "replicated":
            pixels = grey_of(pixels).expand(-1, 3, -1, -1)
        elif self.grey == "coloured":
            pixels = colour_scale(grey_of(pixels))
        return normalised(pixels, self.backbone.mean, self.backbone.std)

    @torch.no_grad()
    def run(self, pixels: torch.Tensor, taps: Sequence[Tap], taken: Taken) -> torch.Tensor:
        """One forward pass; the features and times are added to ``taken``, the network's output is returned."""
        handles = [self.module.get_submodule(tap.path).register_forward_hook(self._hook(tap, taken)) for tap in taps]
        inputs = self.inputs(pixels.to(self.device)).contiguous(memory_format=torch.channels_last)
        try:
            self._began = self._now()
            with running_in(self.precision, self.device):
                output: torch.Tensor = self.module(inputs)
            taken.total_seconds += self._now() - self._began
        finally:
            for handle in handles:
                handle.remove()
        return output

    def _hook(self, tap: Tap, taken: Taken):  # type: ignore[no-untyped-def]  # noqa: ANN202
        def keep(module: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            taken.seconds[tap.name] = taken.seconds.get(tap.name, 0.0) + self._now() - self._began
            taken.shapes[tap.name] = tuple(output.shape[1:])
            taken.features.setdefault(tap.name, []).append(tap.take(output).cpu())

        return keep

    def _now(self) -> float:
        if self.device.startswith("cuda"):
            torch.cuda.synchronize()  # a GPU is told what to do long before it has done it
        return time.perf_counter()


def _joined(taken: Taken, tap: Tap, precision: str) -> NDArray[np.floating]:
    values = torch.cat(taken.features.pop(tap.name))
    small = precision == "bfloat16" and float(values.abs().max()) < FLOAT16_LIMIT
    found: NDArray[np.floating] = values.to(torch.float16 if small else torch.float32).numpy()
    return found


def _layer_table(taps: Sequence[Tap], taken: dict[str, Taken], arrays: dict[str, NDArray[np.floating]]) -> Table:
    images = sum(len(arrays[f"{part}/{taps[0].name}"]) for part in taken)
    rows: list[dict[str, Value]] = []
    for tap in taps:
        train, test = (arrays[f"{part}/{tap.name}"] for part in ("train", "test"))
        rows.append({
            "layer": tap.name,
            "label": tap.label,
            "shape": " × ".join(map(str, taken["test"].shapes[tap.name])),
            "values": train.shape[1],
            "image_seconds": sum(one.seconds[tap.name] for one in taken.values()) / images,
            "zero_train": int((~train.any(axis=1)).sum()),
            "zero_test": int((~test.any(axis=1)).sum()),
        })  # fmt: skip
    return Table.of(rows)
