"""How fast a step of DANN, of a DCGAN and of a conditional DCGAN computes, against this machine's own matrix product.

Counts the floating-point operations of a step's convolutions and matrix products, and divides by the processor time of
the whole step: normalisation, pooling, rectifiers and the optimiser count as time and not as work. Beside it, in turn,
so that a busy machine slows both, the product of two square matrices in the same format. Behind it stands a second
yardstick: the products of the very shapes that the step's convolutions come to, each as often as in the step. Networks
with few channels have narrow ones, which no library computes as fast as square ones. One thread, medians:

    python benchmarks/kernels.py
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from generator.labs.adaptation.domains import chosen_normalisation
from generator.labs.adaptation.learning import new_learner
from generator.labs.gan.match import Match, Recipe
from generator.labs.gan.real_images import RealImages
from generator.labs.gan.step import Batch, train_step
from generator.networks.dann import build_domain_network
from generator.networks.precision import chosen_precision
from generator.running.allocator import keep_freed_memory
from generator.workspace import Workspace

#: Of the machine's matrix product, each step is to reach this share. A DCGAN misses it here: of its 72 ms, where 38 are
#: allowed, the products of its own shapes alone would take 33, and what is no convolution takes some 20.
#: Tried on it: the latent layer as a product of matrices saves 1.9 ms, the layer that makes the image as a product and
#: a fold 1.9, the first convolution as a product of strided windows 0.1. That is 5 %, for every training anew.
GOAL = 0.75
SIDE = 1024


def dann_step(precision: str, pairs: int) -> Callable[[], object]:
    """A step on random pixels: what is computed does not depend on them."""
    rng = torch.Generator().manual_seed(0)
    network = build_domain_network(10, rng).to(memory_format=torch.channels_last)
    learner = new_learner(network, chosen_normalisation("mnist", np.random.default_rng(0)), precision)
    learner.set_rate(0.01)
    images = torch.randint(0, 256, (2 * pairs, 28, 28, 3), generator=rng, dtype=torch.uint8)
    labels, factor = torch.randint(0, 10, (pairs,), generator=rng), torch.tensor(0.5)
    return lambda: learner.step(images, labels, factor)


def gan_step(precision: str, conditional: bool, batch: int) -> Callable[[], object]:
    """A step of the course's networks on random images."""
    rng = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (batch, 1, 32, 32), generator=rng, dtype=torch.uint8)
    labels = torch.randint(0, 10, (batch,), generator=rng)
    real = RealImages(pixels, labels, tuple("0123456789"), "random")
    recipe = Recipe(
        conditional=conditional, condition_discriminator=True, nz=100, ngf=32, ndf=32, epochs=1, batch_size=batch,
        d_rate=2e-4, g_rate=5e-4, betas=(0.5, 0.999), initialisation="dcgan", loss="usual", precision=precision, seed=0,
    )  # fmt: skip
    match = Match(Workspace("cpu", Path()), real, recipe)
    images = real.batch(torch.arange(batch)).contiguous(memory_format=torch.channels_last)
    given = Batch(images, labels if conditional else None, torch.randn(batch, 100, generator=rng))
    return lambda: train_step(match.rivals, given, "usual")


class Shapes(TorchDispatchMode):
    """Notes the sides (m, k, n) of the matrix products that a step's convolutions and products come to."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[tuple[int, int, int]] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Look at one operation, and let it be computed."""
        name = func.overloadpacket.__name__
        if name in ("mm", "addmm"):
            left, right = args[-2:]
            self.seen[(left.shape[0], left.shape[1], right.shape[1])] += 1
        out = func(*args, **(kwargs or {}))
        if name == "convolution":
            self._convolution(args[0].shape, args[1].shape, out.shape, args[6], [True])
        elif name == "convolution_backward":
            self._convolution(args[1].shape, args[2].shape, args[0].shape, args[7], [False, *args[10][:2]])
        return out

    def _convolution(self, taken: Any, weight: Any, given: Any, transposed: bool, wanted: list[bool]) -> None:
        """Forward, towards the input, towards the weights: three products of the same sides in other places."""
        places = taken if transposed else given
        rows, inner = places[0] * math.prod(places[2:]), weight[1:].numel()
        # A transposed convolution is the way back of another one: its first product is that one's second.
        sides = {"out": (rows, inner, weight[0]), "in": (rows, weight[0], inner), "weights": (weight[0], rows, inner)}
        order = ("in", "out", "weights") if transposed else ("out", "in", "weights")
        for kind, one in zip(order, wanted, strict=False):
            self.seen[sides[kind]] += one


def products_of(step: Callable[[], object], form: torch.dtype) -> tuple[Callable[[], object], int]:
    """The products that a step comes to, in one call, and their floating-point operations."""
    with Shapes() as shapes:
        step()
    pairs = {
        sides: (torch.randn(sides[0], sides[1]).to(form), torch.randn(sides[1], sides[2]).to(form))
        for sides in shapes.seen
    }

    def work() -> None:
        for sides, count in shapes.seen.items():
            for _ in range(count):
                torch.mm(*pairs[sides])

    return work, sum(2 * math.prod(sides) * count for sides, count in shapes.seen.items())


def spent(work: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    began = time.process_time()
    work()
    return time.process_time() - began


def measure(
    name: str, step: Callable[[], object], product: Callable[[], object], form: torch.dtype, rounds: int
) -> None:
    """Print a step's speed beside the product's, and beside that of the products of its own shapes."""
    shaped, shaped_work = products_of(step, form)
    for _ in range(3):  # kernels are chosen, optimisers make their state
        step(), product(), shaped()
    with FlopCounterMode(display=False) as counter:
        step()
    work = counter.get_total_flops()
    times = [(spent(step), spent(product), spent(shaped)) for _ in range(rounds)]
    own, theirs, alike = (statistics.median(column) for column in zip(*times, strict=True))
    speed, best = work / own / 1e9, 2 * SIDE**3 / theirs / 1e9
    shaped_best = shaped_work / alike / 1e9
    reached = "reached" if speed >= GOAL * best else "missed"
    print(
        f"{name:8s} {1e3 * own:7.1f} ms a step, {work / 1e9:6.2f} GFLOP: {speed:5.0f} GFLOP/s, "
        f"{speed / best:4.0%} of the matrix product's {best:4.0f} (goal {GOAL:.0%}: {reached}); of products of its own "
        f"shapes, {shaped_work / 1e9:.2f} GFLOP: {speed / shaped_best:.0%} of {shaped_best:.0f}"
    )


def main() -> None:
    """Measure all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument(
        "--batch", type=int, default=128, help="images of a GAN's batch, and of DANN's: half of each domain"
    )
    parser.add_argument("--precision", choices=["auto", "bfloat16", "float32"], default="auto")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    precision = chosen_precision(chosen.precision, "cpu")
    form = torch.bfloat16 if precision == "bfloat16" else torch.float32
    matrices = [torch.randn(SIDE, SIDE).to(form) for _ in range(2)]
    print(f"{precision}, load {os.getloadavg()[0]:.1f}, median of {chosen.rounds}")
    steps = {
        "DANN": dann_step(precision, chosen.batch // 2),
        "DCGAN": gan_step(precision, False, chosen.batch),
        "cDCGAN": gan_step(precision, True, chosen.batch),
    }
    for name, step in steps.items():
        measure(name, step, lambda: matrices[0] @ matrices[1], form, chosen.rounds if name != "cDCGAN" else 5)


if __name__ == "__main__":
    main()
