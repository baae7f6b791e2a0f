"""DANN and the GANs on a card: eager and with recorded steps, in float32 and bfloat16, one job and several.

No card has run this yet. It is made for one session of ten minutes: each line is printed as soon as it is measured, the
lines come in order of what matters, and none is begun that would not end in the time left (--seconds). On a machine
without a card, ``--device cpu --pairs 400 --epochs 1`` goes through the same lines, where nothing is recorded:

    python benchmarks/card.py --data ../shared/data
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from generator.labs.adaptation.training import train_adaptation
from generator.labs.gan.training import train_gan
from generator.labs.shared.replay import ASKED
from generator.running.repeatable import call
from generator.workspace import Workspace

FORMATS = ("float32", "bfloat16")
JOBS = (1, 2, 4, 8)


@dataclass(frozen=True)
class Trial:
    """One training: "dann", "dcgan" or "cdcgan", on so many images (of each domain) in so many epochs."""

    what: str
    precision: str
    recorded: bool
    images: int
    epochs: int
    device: str
    data: Path
    sets: tuple[str, str]
    seed: int = 0


def tried(trial: Trial) -> dict[str, object]:
    """Train once and say how long it took, without what follows the training's last step but the last scores."""
    os.environ[ASKED] = "1" if trial.recorded else "0"
    workspace = Workspace(trial.device, trial.data)
    shared = {"epochs": trial.epochs, "precision": trial.precision, "seed": trial.seed}
    began = time.perf_counter()
    if trial.what == "dann":
        # Measured in between on few images: what is timed is the training.
        sets = {"source": trial.sets[0], "target": trial.sets[1], "batch_size": 64, "curve_images": 200}
        result = call(train_adaptation, workspace, {**sets, **shared, "epoch_images": trial.images}, {}, "card", 1)
        seconds = sum(row[-1] for row in result.tables["history"].rows)
        shown = {name: result.metrics[name] for name in ("source_accuracy", "target_accuracy", "diverged")}
    else:
        given = {"dataset": trial.sets[0], "training_images": trial.images, "conditional": trial.what == "cdcgan"}
        result = call(train_gan, workspace, {**given, **shared}, {}, "card", 1)
        seconds = time.perf_counter() - began
        shown = {name: result.metrics[name] for name in ("outcome", "d_loss", "g_loss", "variety")}
    return {"seconds": round(seconds, 3), "with_loading": round(time.perf_counter() - began, 3), **shown}


def plan(chosen: argparse.Namespace) -> Iterator[list[Trial]]:
    """The lines, each a list of trainings that run at once; short ones first, which show what the others will take."""
    sets = (chosen.source, chosen.target)

    def trial(what: str, precision: str, recorded: bool, epochs: int, seed: int = 0) -> Trial:
        return Trial(what, precision, recorded, chosen.pairs, epochs, chosen.device, chosen.data, sets, seed)

    for recorded in (True, False):
        for precision in FORMATS:
            yield [trial("dann", precision, recorded, 1)]
    for recorded in (True, False):
        for precision in FORMATS:
            yield [trial("dann", precision, recorded, chosen.epochs)]
    for what in ("dcgan", "cdcgan"):
        for recorded in (True, False):
            for precision in FORMATS:
                yield [trial(what, precision, recorded, 1)]
    for jobs in JOBS:
        yield [trial("dann", "bfloat16", True, max(1, chosen.epochs // 4), seed) for seed in range(jobs)]


def main() -> None:
    """Print a line of JSON for each measure, and which were left out for want of time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--pairs", type=int, default=60_000, help="images of each domain in an epoch")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--source", default="mnist")
    parser.add_argument("--target", default="mnist_m")
    parser.add_argument("--seconds", type=float, default=540)
    chosen = parser.parse_args()
    began, speeds = time.perf_counter(), dict[tuple[str, bool], float]()
    name = torch.cuda.get_device_name(0) if chosen.device.startswith("cuda") else chosen.device
    print(json.dumps({"device": name, "torch": torch.__version__, "pairs": chosen.pairs}), flush=True)
    spawning = multiprocessing.get_context("spawn")
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(max(JOBS), mp_context=spawning))
        for trials in plan(chosen):
            first = trials[0]
            shown = {key: asdict(first)[key] for key in ("what", "precision", "recorded", "epochs")} | {
                "jobs": len(trials)
            }
            left = chosen.seconds - (time.perf_counter() - began)
            # As long as the last of its kind took for an epoch, and that for each job as if they took turns.
            expected = speeds.get((first.what, first.recorded), 10.0) * first.epochs * len(trials)
            if expected > left:
                print(json.dumps({**shown, "left_out": f"would take {expected:.0f} s of {left:.0f}"}), flush=True)
                continue
            start = time.perf_counter()
            runs = [pool.submit(tried, one) for one in trials]
            try:
                found = [run.result() for run in runs]
            except Exception as error:  # the other lines are worth having, in processes that are sound
                pool = stack.enter_context(ProcessPoolExecutor(max(JOBS), mp_context=spawning))
                print(json.dumps({**shown, "failed": f"{type(error).__name__}: {error}"[:300]}), flush=True)
                continue
            wall = time.perf_counter() - start
            speeds[first.what, first.recorded] = wall / first.epochs / len(trials)
            rate = chosen.pairs * first.epochs * len(trials) / wall
            print(json.dumps({**shown, "wall": round(wall, 2), "images_a_second": round(rate), **found[0]}), flush=True)


if __name__ == "__main__":
    main()
