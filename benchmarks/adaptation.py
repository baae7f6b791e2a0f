"""Domain adaptation as the lab's notebook trains it, and as this project does, side by side.

The notebook's way: torchvision's data set with transforms for each image, two DataLoaders, float32, channels first,
ReLU before pooling. Ours: both domains resident as uint8, batches as index slices, channels_last, bfloat16 where the
processor has it. Same images, same recipe, several seeds; one thread, processor time, medians:

    python benchmarks/adaptation.py --data ../shared/data
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, Subset
from torchvision import transforms
from torchvision.datasets import MNIST

from generator.datasets.pixels import PixelSet, load_pixels
from generator.labs.adaptation.domains import MNIST_MEAN, MNIST_STD, Domain, chosen_normalisation, load_domain
from generator.labs.adaptation.learning import Learner, new_learner, score
from generator.labs.adaptation.recipe import Batches, Recipe
from generator.networks.dann import DomainNetwork, build_domain_network
from generator.networks.precision import chosen_precision
from generator.running.allocator import keep_freed_memory
from generator.workspace import Workspace

RECIPE = Recipe(
    method="dann", epochs=3, batch_size=64, learning_rate=0.01, scheduler="epoch", normalisation="mnist",
    shape="exponential", direction="increasing", slope=2.0, multiplier=1.0, pairing="independent", seed=0,
)  # fmt: skip
NOTEBOOK = "notebook"
SETS = {"source": "mnist", "target": "mnist_m"}
TO_INPUT = transforms.Compose([
    transforms.ToTensor(),
    transforms.Lambda(lambda pixels: pixels.expand(3, -1, -1)),
    transforms.Normalize((MNIST_MEAN,) * 3, (MNIST_STD,) * 3),
])  # fmt: skip


class Blends(Dataset[tuple[torch.Tensor, int]]):
    """The notebook's data set of MNIST-M: arrays, transformed one by one."""

    def __init__(self, pixels: PixelSet) -> None:
        self.pixels = pixels

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return TO_INPUT(self.pixels.images[index]), int(self.pixels.labels[index])


def notebook_way(source: Dataset[tuple[torch.Tensor, int]], target: Blends, recipe: Recipe) -> DomainNetwork:
    """Train as the notebook does; returns the network, in which only the order of pooling and ReLU differs."""
    torch.manual_seed(recipe.seed)
    network = build_domain_network(10, torch.Generator().manual_seed(recipe.seed))
    layers = network.features
    body = nn.Sequential(layers[0], nn.ReLU(), nn.MaxPool2d(2), layers[3], nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
    loaders = [DataLoader(one, batch_size=recipe.batch_size, shuffle=True) for one in (source, target)]
    optimiser = torch.optim.SGD(network.parameters(), lr=recipe.learning_rate, momentum=0.9)
    for epoch in range(recipe.epochs):
        optimiser.param_groups[0]["lr"] = recipe.rate(epoch, epoch / recipe.epochs)
        for number, ((seen, labels), (unseen, _)) in enumerate(zip(*loaders, strict=True)):
            done = (epoch + number / len(loaders[0])) / recipe.epochs
            features = body(torch.cat([seen, unseen]))
            logits = network.domain_logits(features, torch.tensor(recipe.factor(done)))
            truth = torch.cat([torch.zeros(len(seen)), torch.ones(len(unseen))])
            loss = functional.cross_entropy(network.classifier(features[: len(seen)]), labels)
            loss = loss + functional.binary_cross_entropy_with_logits(logits, truth)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return network


def our_way(domains: dict[str, Domain], recipe: Recipe, precision: str) -> DomainNetwork:
    """Train as ``train_adaptation`` does, without measuring in between."""
    workspace = Workspace("cpu", Path())
    network = build_domain_network(10, torch.Generator().manual_seed(recipe.seed)).to(memory_format=torch.channels_last)
    learner = learner_of(network, precision)
    generators = {f"{name} order": workspace.rng(recipe.seed, f"{name} order") for name in domains}
    batches = Batches(recipe, domains, 0, generators)
    for epoch in range(recipe.epochs):
        learner.set_rate(recipe.rate(epoch, epoch / recipe.epochs))
        for number, (seen, unseen) in enumerate(batches.draw()):
            done = (epoch + number / len(batches)) / recipe.epochs
            pixels = torch.cat([domains["source"].images[seen], domains["target"].images[unseen]])
            learner.step(pixels, domains["source"].labels[seen], torch.tensor(recipe.factor(done)))
    return network


def learner_of(network: DomainNetwork, precision: str) -> Learner:
    """The network with the benchmark's normalisation."""
    return new_learner(network, chosen_normalisation("mnist", np.random.default_rng(0)), precision)


@dataclass(frozen=True)
class Trial:
    """One training: which way, from which seed, on how many images of each domain."""

    way: str
    seed: int
    images: int
    data: Path


def tried(trial: Trial) -> tuple[float, dict[str, float]]:
    """Pairs per second of processor time, and the accuracy on each domain. Meant for a process of its own."""
    torch.set_num_threads(1)
    workspace = Workspace("cpu", trial.data)
    recipe = replace(RECIPE, seed=trial.seed)
    if trial.way == NOTEBOOK:
        blends = Blends(load_pixels("mnist_m", trial.data, "train").first(trial.images))
        digits = Subset(MNIST(str(trial.data), train=True, transform=TO_INPUT), range(trial.images))
        began = time.process_time()
        network = notebook_way(digits, blends, recipe)
    else:
        keep_freed_memory()  # as every worker does
        domains = {name: load_domain(workspace, origin, "train", trial.images)[1] for name, origin in SETS.items()}
        began = time.process_time()
        network = our_way(domains, recipe, trial.way)
    speed = trial.images * recipe.epochs / (time.process_time() - began)
    shares = {}
    for name, origin in SETS.items():
        test = load_domain(workspace, origin, "test", 2_000)[1]
        shares[name] = score(learner_of(network, "float32"), test, is_target=name == "target").class_hits / len(test)
    return speed, shares


def main() -> None:
    """Print pairs per second of processor time, and both domains' accuracies, of each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--images", type=int, default=6_000, help="of each domain")
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args()
    ways = (NOTEBOOK, "float32", chosen_precision("auto", "cpu"))
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    spawning = multiprocessing.get_context("spawn")
    # A process for each training, since what one does with its memory would speed up or slow down the next.
    with ProcessPoolExecutor(1, mp_context=spawning, max_tasks_per_child=1) as pool:
        for seed in range(chosen.seeds):
            for name in ways:  # in turn, so that a busy machine slows all of them
                speed, shares = pool.submit(tried, Trial(name, seed, chosen.images, chosen.data)).result()
                speeds[name].append(speed)
                found[name].append(shares)
    base = statistics.median(speeds[NOTEBOOK])
    for name, values in speeds.items():
        speed = statistics.median(values)
        accuracies = ", ".join(
            f"{domain} {statistics.mean(column):.3f} ± {statistics.stdev(column):.3f}"
            for domain in SETS
            for column in [[shares[domain] for shares in found[name]]]
        )
        label = name if name == NOTEBOOK else f"ours, {name}"
        print(f"{label:16s} {speed:8,.0f} pairs a second, {speed / base:5.2f} times as many; {accuracies}")


if __name__ == "__main__":
    main()
