"""Train the lab's network in every variant: on one domain alone, or on both with the gradient reversal layer.

One computation, :func:`train_adaptation`, whose parameters are the variants. Runs that are compared differ in the
parameters that are compared and in nothing else; the same parameters are the same job, whichever question asks.

Accuracies are shares with 95 % Wilson intervals; a domain's is the share that the domain classifier calls its own
(source = 0, target = 1), if trained. A run that diverges (:func:`outcome.diverged_epoch`) stops there and is scored.
Losses are the last epoch's means over its batches, ``loss_change`` is by which share the class loss changed in it, and
``updates`` are those planned. Arrays: the ``state_dict``, and which test images were hit (:mod:`runs`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Literal

import torch

from generator.labs.adaptation.domains import Domain, Normalisation, chosen_normalisation, load_domain
from generator.labs.adaptation.learning import Learner, Score, new_learner, score
from generator.labs.adaptation.outcome import curves, diverged_epoch, finite, history_rows, last_change
from generator.labs.adaptation.recipe import Batches, Recipe
from generator.labs.adaptation.runs import hit_arrays
from generator.labs.shared.replay import Replayed, Step, recorder_for
from generator.labs.shared.statistics import wilson_interval
from generator.labs.shared.training import Measures, TrainingState, run_epochs, state_arrays
from generator.networks.dann import build_domain_network
from generator.networks.precision import Precision, chosen_precision
from generator.registry import Dataset, computation
from generator.results import Result, Value
from generator.workspace import Workspace

#: What a result repeats of its recipe, for the report and for what goes on with the network.
RECORDED = ("epochs", "batch_size", "learning_rate", "normalisation", "slope", "seed")


@computation(
    metrics={
        "exact": ["batch_size", "classes", "epoch_images", "epochs", "learning_rate", "normalisation", "seed", "slope",
                  "train_images", "updates"],
        "seeded": ["class_loss", "diverged_epoch", "domain_accuracy", "domain_loss", "epochs_run", "final_factor",
                   "loss_change", "mean", "source_accuracy", "source_domain_accuracy", "std", "target_accuracy",
                   "target_domain_accuracy"],
        "margins": ["diverged", "source_accuracy_high", "source_accuracy_low", "target_accuracy_high",
                    "target_accuracy_low"],
    },
    tables={"history": ["epoch", "domain_loss", "source_domain_accuracy", "target_domain_accuracy", "class_loss",
                        "source_accuracy", "target_accuracy", "factor", "learning_rate", "seconds"]},
    figures=["losses", "accuracies", "training"],
)  # fmt: skip
def train_adaptation(
    workspace: Workspace, *, source: Dataset, target: Dataset,
    method: Literal["naive", "dann", "no_reversal", "target"] = "dann", epochs: int = 20, batch_size: int = 64,
    learning_rate: float = 0.01, scheduler: Literal["epoch", "step"] = "epoch",
    normalisation: Literal["mnist", "half", "imagenet", "random"] = "mnist",
    shape: Literal["exponential", "linear", "cosine"] = "exponential",
    direction: Literal["increasing", "decreasing"] = "increasing", slope: float = 2.0, multiplier: float = 1.0,
    pairing: Literal["independent", "paired", "unshuffled"] = "independent", train_images: int = 0,
    test_images: int = 0, epoch_images: int = 0, curve_images: int = 0,
    precision: Literal["auto", "bfloat16", "float32"] = "auto", seed: int = 0,
) -> Result:  # fmt: skip
    """Train one network by a :class:`Recipe` and score its last epoch (never the best) on both domains' test images.

    ``train_images`` and ``test_images`` cut each part to its first images; ``epoch_images`` of each domain make an
    epoch; before the last one, the history is measured on about ``curve_images`` test images of each. 0 means all.
    """
    recipe = Recipe(method, epochs, batch_size, learning_rate, scheduler, normalisation, shape, direction, slope,
                    multiplier, pairing, seed)  # fmt: skip
    origins = {"source": source, "target": target}
    domains, classes = _domains(workspace, recipe, origins, train_images, test_images)
    scale = chosen_normalisation(normalisation, workspace.numpy_rng(seed, "normalisation"))
    learner = _new_learner(workspace, classes, scale, precision, seed)
    generators = {f"{name} order": workspace.rng(seed, f"{name} order") for name in ("source", "target")}
    batches = Batches(recipe, domains, epoch_images, generators)
    history = _train(workspace, learner, recipe, domains, batches, curve_images)
    scores = _scores(learner, domains)
    history[-1] |= _shares(scores, recipe)
    return Result(
        metrics={
            **{name: value for name, value in asdict(recipe).items() if name in RECORDED},
            **_measured(scores, recipe),
            **_course(history, recipe, classes),
            "train_images": len(domains[recipe.labelled]),
            "epoch_images": batches.images,
            "updates": epochs * len(batches),
            "mean": sum(scale.mean) / 3,
            "std": sum(scale.std) / 3,
        },
        tables={"history": history_rows(history)},
        figures=dict(curves(history, recipe.factor, epochs)),
        arrays=state_arrays(learner.network) | hit_arrays({name: found.classes for name, found in scores.items()}),
    )


def _domains(
    workspace: Workspace, recipe: Recipe, origins: Mapping[str, str], train_images: int, test_images: int
) -> tuple[dict[str, Domain], int]:
    """The domains that are seen as "source" and "target", both as "source test" and "target test"; how many classes."""
    domains: dict[str, Domain] = {}
    classes = 0
    for name, origin in origins.items():
        if name in recipe.seen:
            _, domains[name] = load_domain(workspace, origin, "train", train_images)
        pixels, domains[f"{name} test"] = load_domain(workspace, origin, "test", test_images)
        classes = len(pixels.class_names)
    return domains, classes


def _new_learner(workspace: Workspace, classes: int, scale: Normalisation, precision: Precision, seed: int) -> Learner:
    network = build_domain_network(classes, workspace.rng(seed, "weights"))
    network.to(workspace.device).to(memory_format=torch.channels_last)
    return new_learner(network, scale, chosen_precision(precision, workspace.device))


def _course(history: Sequence[Measures], recipe: Recipe, classes: int) -> dict[str, Value]:
    """How the training went: how far, to which losses and which reversal factor, and whether it was lost."""
    lost = diverged_epoch(history, classes, recipe.epochs)
    return {
        "classes": classes,
        "epochs_run": len(history),
        "final_factor": recipe.factor(len(history) / recipe.epochs),
        "class_loss": finite(history[-1]["class_loss"]),
        "loss_change": finite(last_change([measures["class_loss"] for measures in history])),
        "domain_loss": finite(history[-1].get("domain_loss")),
        "diverged": lost is not None,
        "diverged_epoch": lost,
    }


def _train(
    workspace: Workspace,
    learner: Learner,
    recipe: Recipe,
    domains: Mapping[str, Domain],
    batches: Batches,
    curve_images: int,
) -> list[Measures]:
    """Train the learner's network in place; what each epoch measured, until the last or until the training is lost."""
    device = learner.device
    totals = torch.zeros(2, device=device)
    step = Replayed(_step(learner, recipe, domains, totals), recorder_for(device))

    def run_epoch(epoch: int) -> Measures:
        began = time.perf_counter()
        totals.zero_()
        shares = [(epoch + number / len(batches)) / recipe.epochs for number in range(len(batches))]
        factors = torch.tensor([recipe.factor(done) for done in shares], device=device)
        learner.network.train()
        for number, drawn in enumerate(batches.draw()):
            learner.set_rate(recipe.rate(epoch, shares[number]))
            step(factors[number], *drawn)
        class_loss, domain_loss = (totals / batches.images).tolist()
        seconds = time.perf_counter() - began
        measures = {"class_loss": class_loss, **({"domain_loss": domain_loss} if recipe.adversarial else {})}
        if epoch + 1 < recipe.epochs:  # the last epoch is scored after the training, on all test images
            measures |= _shares(_scores(learner, domains, curve_images), recipe)
        return {
            **measures,
            "factor": recipe.factor(shares[-1]),
            "learning_rate": recipe.rate(epoch, shares[-1]),
            "seconds": seconds,
        }

    classes = learner.network.classes
    state = TrainingState({"network": learner.network}, {"sgd": learner.optimiser}, batches.generators)
    return run_epochs(
        workspace, state, recipe.epochs, recipe.seed, run_epoch,
        enough=lambda history: diverged_epoch(history, classes, recipe.epochs) is not None,
    )  # fmt: skip


def _step(learner: Learner, recipe: Recipe, domains: Mapping[str, Domain], totals: torch.Tensor) -> Step:
    """A step on λ and the indices of a batch's images in each domain; adds both losses, times images, to ``totals``."""

    def step(factor: torch.Tensor, labelled: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
        images = domains[recipe.labelled].images[labelled]
        if others:
            images = torch.cat([images, domains["target"].images[others[0]]])
        losses = learner.step(images, domains[recipe.labelled].labels[labelled], factor if others else None)
        totals.add_(torch.stack(losses) * len(labelled))
        return totals

    return step


def _scores(learner: Learner, domains: Mapping[str, Domain], images: int = 0) -> dict[str, Score]:
    """Score both domains' test images, or evenly chosen ones of them, about ``images`` of each."""
    scores = {}
    for name in ("source", "target"):
        domain = domains[f"{name} test"]
        part = domain.every(max(1, len(domain) // images)) if images else domain
        scores[name] = score(learner, part, is_target=name == "target")
    return scores


def _shares(scores: Mapping[str, Score], recipe: Recipe) -> Measures:
    """The scores as the history has them."""
    shares = {f"{name}_accuracy": found.class_hits / found.images for name, found in scores.items()}
    if not recipe.adversarial:
        return shares
    return shares | {f"{name}_domain_accuracy": found.domain_hits / found.images for name, found in scores.items()}


def _measured(scores: Mapping[str, Score], recipe: Recipe) -> dict[str, Value]:
    """The accuracies of the network as it is, with their intervals."""
    metrics: dict[str, Value] = {}
    own: list[float] = []
    for name, found in scores.items():
        low, high = wilson_interval(found.class_hits, found.images)
        share = found.domain_hits / found.images
        own.append(share)
        metrics |= {
            f"{name}_accuracy": found.class_hits / found.images,
            f"{name}_accuracy_low": low,
            f"{name}_accuracy_high": high,
            f"{name}_domain_accuracy": share if recipe.adversarial else None,
        }
    return {**metrics, "domain_accuracy": sum(own) / len(own) if recipe.adversarial else None}
