"""The judge of generated images: a classifier trained on real ones, and what it makes of real images itself."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from generator.labs.gan.fidelity import (
    class_shares,
    feature_scores,
    inception_score,
    label_distance,
    modes_covered,
)
from generator.labs.gan.real_images import RealImages, load_real_images, pixel_variance, to_signed
from generator.labs.shared.classifier_training import Recipe, fit_classifier
from generator.labs.shared.metrics import accuracy_metrics
from generator.labs.shared.training import Measures, history_table, state_arrays
from generator.networks.judge import FEATURES, JUDGE_SIDE, JudgeNetwork
from generator.networks.narrow import initialise
from generator.registry import Dataset, computation
from generator.results import Result, Table, Value
from generator.workspace import Workspace

#: Real training images whose features are kept for comparisons, at most; never more than there are test images, so that
#: coverage compares with that of equally many images of one distribution.
REFERENCES = 10_000
#: A judge that is right for fewer of the test images than this should not judge.
ABLE = 0.8
#: It is sure of an image when it gives its class at least this probability.
SURE = 0.9
#: A class is legible when at least this share of all images is of it beyond doubt: one in a grid of a hundred.
LEGIBLE_SHARE = 0.01
#: Images at a time.
BATCH = 500


@computation(
    metrics={
        "exact": ["dataset", "classes", "features", "training_images", "test_images", "references", "seed",
                  "neighbours", "needed"],
        "seeded": ["train_accuracy", "test", "able", "fid", "density", "coverage", "inception_score", "confidence",
                   "modes", "legible", "label_distance", "class_variety"],
        "margins": ["test_low", "test_high", "p"],
    },
    tables={
        "classes": ["class_name", "share", "test_accuracy", "variance"],
        "history": ["epoch", "loss", "train_accuracy"],
    },
)  # fmt: skip
def train_judge(
    workspace: Workspace, *, dataset: Dataset, training_images: int | None = None, epochs: int = 2,
    batch_size: int = 64, learning_rate: float = 3e-3, neighbours: int = 5, seed: int = 0,
) -> Result:  # fmt: skip
    """Train the judge on the data set's training part, and score its last epoch on the test part.

    ``training_images`` are the first so many, None for all. The metrics from ``fid`` on are those of ``measure_gan``
    for the test images in the place of generated ones: the most that a generator can hope for. Distances are from the
    training images whose features are kept (as many as there are test images, REFERENCES at most, chosen by ``seed``).
    ``able`` says whether the judge is right for a large enough share of the test images, ``needed``, to judge others:
    ``fid``, ``density`` and ``coverage`` are None otherwise, and ``p`` always, which ``train_on_samples`` has beside it
    in a table. In the classes' table ``share`` and ``variance`` are those of the training images. The arrays are the
    network's ``state_dict``, features (n, 64) of the kept training images, and which test images were judged right.
    """
    train = load_real_images(dataset, workspace.data, "train", JUDGE_SIDE, training_images, workspace.device)
    test = load_real_images(dataset, workspace.data, "test", JUDGE_SIDE, device=workspace.device)
    network = JudgeNetwork(train.channels, len(train.class_names))
    history = fit_judge(workspace, network, train.pixels, train.labels, Recipe(epochs, batch_size, learning_rate, seed))
    kept = torch.randperm(len(train), generator=workspace.rng(seed, "references"))[: min(REFERENCES, len(test))]
    references, _ = judged(network, train.pixels[kept.to(workspace.device)])
    features, logits = judged(network, test.pixels)
    hits = (logits.argmax(1) == test.labels).cpu().numpy()
    able = float(hits.mean()) >= ABLE
    return Result(
        metrics={
            "dataset": dataset,
            **_counts(train, test),
            "references": len(references),
            "seed": seed,
            "train_accuracy": history[-1]["train_accuracy"],
            **accuracy_metrics("test", hits),
            "p": None,
            "neighbours": neighbours,
            "able": able,
            "needed": ABLE,
            **_verdicts(train, logits),
            **feature_scores(references, features, neighbours, able),
        },
        tables={"classes": _classes(train, test, logits), "history": history_table(history)},
        arrays={
            **{f"network/{name}": array for name, array in state_arrays(network).items()},
            "features/train": references.cpu().numpy(),
            "hits": hits,
        },
    )


def _counts(train: RealImages, test: RealImages) -> dict[str, Value]:
    """How many there are of what, and how much the test images of a class vary, as a share of the training images."""
    classes = len(train.class_names)
    return {
        "classes": classes,
        "features": FEATURES,
        "training_images": len(train),
        "test_images": len(test),
        "class_variety": float(_spread(test, classes).sum() / _spread(train, classes).sum()),
    }


def _verdicts(train: RealImages, logits: torch.Tensor) -> dict[str, Value]:
    """What ``measure_gan`` makes of logits, for those of real images."""
    classes = len(train.class_names)
    found = class_shares(logits.argmax(1), classes)
    return {
        "inception_score": inception_score(logits),
        "confidence": confidence(logits),
        "modes": modes_covered(found),
        "legible": legible(logits),
        "label_distance": label_distance(found, class_shares(train.labels, classes)),
    }


def fit_judge(
    workspace: Workspace, network: JudgeNetwork, pixels: torch.Tensor, labels: torch.Tensor, recipe: Recipe
) -> list[Measures]:
    """Train ``network`` in place, from weights drawn afresh, on bytes (n, channels, 32, 32) with labels (n,)."""
    initialise(network, workspace.rng(recipe.seed, "weights"))
    network.to(pixels.device).to(memory_format=torch.channels_last)

    def inputs(chosen: torch.Tensor) -> torch.Tensor:
        return to_signed(pixels[chosen]).contiguous(memory_format=torch.channels_last)

    return fit_classifier(workspace, network, inputs, labels, recipe)


def load_judge(judge: Result, device: str) -> JudgeNetwork:
    """The trained network of a ``train_judge`` result, in eval mode."""
    prefix = "network/"
    weights = {
        name.removeprefix(prefix): torch.from_numpy(np.array(array))
        for name, array in judge.arrays.items()
        if name.startswith(prefix)
    }
    channels = weights["body.0.weight"].shape[1]
    network = JudgeNetwork(channels, int(str(judge.metrics["classes"])))
    network.load_state_dict(weights, strict=True)
    return network.to(device).eval()


@torch.no_grad()
def judged(network: JudgeNetwork, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Features (n, 64) and logits (n, classes) in eval mode of bytes (n, channels, side, side).

    Images of another side than 32 are averaged over areas first.
    """
    network.eval()
    features = []
    for batch in torch.split(pixels, BATCH):
        images = at_judge_side(to_signed(batch))
        features.append(network.features(images.contiguous(memory_format=torch.channels_last)))
    found = torch.cat(features)
    return found, network.head(found)


def at_judge_side(images: torch.Tensor) -> torch.Tensor:
    """Images (n, channels, side, side) as the judge takes them: averaged over areas where they are of another size."""
    if images.shape[2] == JUDGE_SIDE:
        return images
    return functional.interpolate(images, (JUDGE_SIDE, JUDGE_SIDE), mode="area")


def confidence(logits: torch.Tensor) -> float:
    """Mean probability, over images, of the class that the logits (n, classes) favour."""
    return float(logits.double().softmax(1).amax(1).mean())


def legible(logits: torch.Tensor) -> int:
    """How many classes have LEGIBLE_SHARE of the images, counting only those that logits (n, classes) are sure of."""
    probabilities, found = logits.double().softmax(1).max(1)
    counts = torch.bincount(found[probabilities >= SURE], minlength=logits.shape[1])
    return int((counts.double() / len(logits) >= LEGIBLE_SHARE).sum())


def _classes(train: RealImages, test: RealImages, logits: torch.Tensor) -> Table:
    """Each class's share of the training images, and of its test images the share that is judged right."""
    rows: list[dict[str, Value]] = []
    count = len(train.class_names)
    shares, spread = class_shares(train.labels, count), _spread(train, count)
    for number, name in enumerate(train.class_names):
        own = logits[test.labels == number]
        right = (own.argmax(1) == number).double().mean().item() if len(own) else None
        variance = float(spread[number])
        rows.append({"class_name": name, "share": float(shares[number]), "test_accuracy": right, "variance": variance})
    return Table.of(rows)


def _spread(images: RealImages, count: int) -> NDArray[np.float64]:
    return class_variance(images.pixels, images.labels, count)


def class_variance(pixels: torch.Tensor, classes: torch.Tensor, count: int) -> NDArray[np.float64]:
    """For each of ``count`` classes, the :func:`pixel_variance` of its images, bytes (n, channels, side, side).

    Images of another side than 32 are averaged over areas first. 0 for a class without images.
    """
    found = np.zeros(count)
    for number in range(count):
        own = pixels[classes == number]
        if len(own):
            found[number] = pixel_variance(at_judge_side(to_signed(own)))
    return found
