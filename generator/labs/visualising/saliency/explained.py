"""The photographs that saliency maps are made for, with the network's answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from generator.datasets.images import ImageSet, load_images
from generator.labs.shared.metrics import logits_of
from generator.networks.backbones import Backbone, load_backbone
from generator.registry import Dataset, Network
from generator.results import Result
from generator.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Explained:
    """Images with their places in the data set (``numbers``), as network inputs, and what the network says.

    ``labels``, ``predicted`` and ``second`` are int64 (n,), on the network's device: the true class, the most probable
    and the second most probable one. ``probabilities`` is float32 (n, classes), on the processor.
    """

    backbone: Backbone
    images: ImageSet
    numbers: tuple[int, ...]
    inputs: torch.Tensor
    labels: torch.Tensor
    predicted: torch.Tensor
    second: torch.Tensor
    probabilities: torch.Tensor

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the inputs."""
        return int(self.inputs.shape[2]), int(self.inputs.shape[3])

    def answer(self, place: int, index: torch.Tensor) -> str:
        """A class with its probability for the image at ``place``, for a title: "quail, 90 %"."""
        chosen = int(index[place])
        percent = 100 * float(self.probabilities[place, chosen])
        return f"{self.backbone.class_names[chosen]}, {'< 1' if percent < 0.5 else f'{percent:.0f}'} %"


def load_explained(workspace: Workspace, network: Network, dataset: Dataset, count: int) -> Explained:
    """Classify ``count`` test images that are evenly spread over the data set (all of them if it has no more)."""
    backbone = load_backbone(network, workspace.data, workspace.device)
    everything = load_images(dataset, workspace.data)
    numbers = np.linspace(0, len(everything) - 1, min(count, len(everything))).round().astype(int).tolist()
    images = everything.select(numbers)
    inputs = backbone.preprocess(images.images)
    logits = logits_of(backbone, inputs)
    first_two = logits.topk(2, dim=1).indices.to(inputs.device)
    return Explained(
        backbone=backbone,
        images=images,
        numbers=tuple(numbers),
        inputs=inputs,
        labels=torch.from_numpy(images.labels).to(inputs.device),
        predicted=first_two[:, 0],
        second=first_two[:, 1],
        probabilities=logits.softmax(1),
    )


def random_classes(workspace: Workspace, explained: Explained, draws: int, seed: int) -> torch.Tensor:
    """For each image classes that are neither the true nor the predicted one, int64 (``draws``, n): a control.

    Each image draws for itself from the other classes that the network was trained on, without repetition where they
    are enough. Raises ValueError where there is none.
    """
    known = [name not in explained.backbone.untrained for name in explained.backbone.class_names]
    chosen = []
    for place, number in enumerate(explained.numbers):
        possible = np.array(known)
        possible[[int(explained.labels[place]), int(explained.predicted[place])]] = False
        if not possible.any():
            raise ValueError(
                f"{explained.backbone.label} knows no class but the true and the predicted one of an image"
            )
        rng = workspace.numpy_rng(seed, f"random classes, image {number}")
        chosen.append(rng.choice(np.flatnonzero(possible), draws, replace=int(possible.sum()) < draws))
    return torch.from_numpy(np.stack(chosen, axis=1)).to(explained.labels)


def places_of(cases: Result, explained: Explained) -> list[int]:
    """The places among these images of those in another job's table of cases, in that order, where they are."""
    shown = [int(str(record["image"])) for record in cases.tables["cases"].records()]
    return [explained.numbers.index(number) for number in shown if number in explained.numbers]
