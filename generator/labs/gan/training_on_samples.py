"""Train a classifier on generated images alone, and test it on real ones: what the samples lack, it cannot learn."""

from __future__ import annotations

import numpy as np

from generator.labs.gan.judge import fit_judge, judged
from generator.labs.gan.measures import draw_samples
from generator.labs.gan.real_images import load_real_images
from generator.labs.shared.classifier_training import Recipe
from generator.labs.shared.metrics import accuracy_metrics
from generator.labs.shared.statistics import mcnemar_p
from generator.networks.judge import JUDGE_SIDE, JudgeNetwork
from generator.registry import Dataset, computation
from generator.results import Result
from generator.workspace import Workspace


@computation(
    metrics={
        "exact": ["samples", "test_images"],
        "seeded": ["train_accuracy", "test", "real_test", "loss"],
        "margins": ["test_low", "test_high", "p"],
    },
)  # fmt: skip
def train_on_samples(
    workspace: Workspace,
    *,
    gan: Result,
    real: Result,
    dataset: Dataset,
    samples: int = 10_000,
    epochs: int = 2,
    batch_size: int = 64,
    learning_rate: float = 3e-3,
    tests: int = 1,
    seed: int = 0,
) -> Result:
    """Train a judge's network on a conditional generator's images and their labels, and test it on real images.

    The classification accuracy score of Ravuri and Vinyals 2019, section 3. ``real`` is a ``train_judge`` result to
    compare with, of the same recipe and as many real images. ``loss`` is by how much real images teach more, a
    difference of proportions; ``p`` is the exact McNemar p value on the test images, times the number of ``tests`` that
    are made together (Bonferroni), and at most 1. It is about these two networks, each of one training. Raises
    ValueError for a generator without labels, and for one of images that are not 32 pixels wide.
    """
    pixels, labels = draw_samples(workspace, gan, samples, seed)
    if labels is None or pixels.shape[2] != JUDGE_SIDE:
        raise ValueError(f"expected a conditional generator of {JUDGE_SIDE} × {JUDGE_SIDE} images")
    test = load_real_images(dataset, workspace.data, "test", JUDGE_SIDE, device=workspace.device)
    network = JudgeNetwork(test.channels, len(test.class_names))
    history = fit_judge(workspace, network, pixels, labels, Recipe(epochs, batch_size, learning_rate, seed))
    _, logits = judged(network, test.pixels)
    hits = (logits.argmax(1) == test.labels).cpu().numpy()
    reference = np.asarray(real.arrays["hits"], dtype=np.bool_)
    return Result(
        metrics={
            "samples": samples,
            "test_images": len(test),
            "train_accuracy": history[-1]["train_accuracy"],
            **accuracy_metrics("test", hits),
            "real_test": real.metrics["test"],
            "loss": float(reference.mean() - hits.mean()),
            "p": min(1.0, tests * mcnemar_p(hits, reference)),
        },
    )
