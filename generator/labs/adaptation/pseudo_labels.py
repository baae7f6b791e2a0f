"""Pseudo-labelling: a trained network's confident answers on the target domain are taken for labels, in rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from generator.datasets.images import Part
from generator.labs.adaptation.domains import Domain, load_domain
from generator.labs.adaptation.learning import Learner, new_learner, score
from generator.labs.adaptation.runs import hit_arrays, trained_network
from generator.labs.adaptation.schedules import annealed_rate
from generator.labs.shared.metrics import accuracy_metrics
from generator.labs.shared.statistics import mcnemar_p
from generator.labs.shared.training import Measures, TrainingState, run_epochs, state_arrays
from generator.networks.precision import chosen_precision
from generator.registry import Dataset, computation
from generator.results import LineChart, Result, Series, Table, Value
from generator.workspace import Workspace

NOT_KEPT = -1
PARTS: tuple[Part, ...] = ("train", "test")


@dataclass(frozen=True)
class Rounds:
    """How to train: ``epochs`` in each of ``rounds``, on answers with a probability of at least ``threshold``."""

    threshold: float
    rounds: int
    epochs: int
    epoch_images: int
    batch_size: int
    learning_rate: float
    seed: int


class PseudoLabels(nn.Module):
    """The target images' labels of the current round, int64 (n,), ``NOT_KEPT`` where the network was not sure enough.

    A module, so that they are checkpointed with the network: a training that goes on within a round needs the labels
    that the round began with.
    """

    def __init__(self, images: int, device: torch.device) -> None:
        super().__init__()
        self.labels: torch.Tensor
        self.register_buffer("labels", torch.full((images,), NOT_KEPT, device=device))

    def renew(self, learner: Learner, images: torch.Tensor, threshold: float) -> None:
        """Label anew what the network gives a probability of at least ``threshold``."""
        sure, answers = learner.predict(images)[0].max(1)
        self.labels.copy_(torch.where(sure >= threshold, answers, NOT_KEPT))


@computation(
    metrics={
        "exact": ["epochs", "rounds", "threshold"],
        "seeded": [
            "first_coverage", "first_kept", "first_label_accuracy", "gain", "gained", "last_coverage", "last_kept",
            "last_label_accuracy", "lost", "start_target_accuracy", "start_train_accuracy", "target_accuracy",
        ],
        "margins": ["p", "target_accuracy_high", "target_accuracy_low"],
    },
    tables={"rounds": ["round", "kept", "coverage", "label_accuracy", "least_covered", "least_coverage",
                       "source_accuracy", "target_accuracy"]},
    figures=["rounds"],
)  # fmt: skip
def train_on_pseudo_labels(
    workspace: Workspace, *, run: Result, source: Dataset, target: Dataset, threshold: float = 0.9, rounds: int = 3,
    epochs: int = 2, train_images: int = 0, epoch_images: int = 0, batch_size: int = 64, learning_rate: float = 0.01,
    precision: Literal["auto", "bfloat16", "float32"] = "auto", seed: int = 0,
) -> Result:  # fmt: skip
    """Go on with a network of ``train_adaptation``, on source labels and its own answers to target images (Lee 2013).

    At the start of each round the network labels the target's training images; those to which it gives a probability of
    at least ``threshold`` are kept, and it learns from them and from the source's images, half of each batch each, for
    ``epochs`` epochs with a learning rate that falls over all rounds. ``train_images`` cuts both training parts to
    their first images (0: all). The target's true labels are used for measuring only: ``label_accuracy`` is the share
    of kept labels that are right, ``coverage`` the share of images kept, ``least_covered`` the true class of which
    least is kept. ``start_…`` is before the first round, on test images or on the target's training images. ``p`` is
    McNemar's p value of target test images before against after all rounds; ``gained`` and ``lost`` count those that
    only the network after, or only the one before, gets right. Arrays: the ``state_dict``, and the target's hits.
    """
    recipe = Rounds(threshold, rounds, epochs, epoch_images, batch_size, learning_rate, seed)
    parts = {
        (name, part): load_domain(workspace, origin, part, train_images if part == "train" else 0)[1]
        for name, origin in (("source", source), ("target", target))
        for part in PARTS
    }
    network, normalisation = trained_network(workspace, run)
    learner = new_learner(network, normalisation, chosen_precision(precision, workspace.device))
    before = _hits(learner, parts["target", "test"])
    start = {
        "start_source_accuracy": float(_hits(learner, parts["source", "test"]).mean()),
        "start_target_accuracy": float(before.mean()),
        "start_train_accuracy": float(_hits(learner, parts["target", "train"]).mean()),
    }
    history = _train(workspace, learner, parts, recipe)
    after = _hits(learner, parts["target", "test"])
    ends = history[epochs - 1 :: epochs]
    return Result(
        metrics={
            "threshold": threshold,
            "rounds": rounds,
            "epochs": epochs,
            **{name: start[name] for name in ("start_target_accuracy", "start_train_accuracy")},
            **_compared(before, after),
            **_summary("first", ends[0]),
            **_summary("last", ends[-1]),
        },
        tables={"rounds": _table(ends, start)},
        figures={"rounds": _chart(ends, start)},
        arrays=state_arrays(learner.network) | hit_arrays({"target": after}),
    )


def _compared(before: NDArray[np.bool_], after: NDArray[np.bool_]) -> dict[str, Value]:
    """The accuracy after all rounds with its interval, and how it differs from the one before, image by image."""
    return {
        **accuracy_metrics("target_accuracy", after),
        "gain": float(after.mean() - before.mean()),
        "gained": int((after & ~before).sum()),
        "lost": int((before & ~after).sum()),
        "p": mcnemar_p(before, after),
    }


def _train(
    workspace: Workspace, learner: Learner, parts: Mapping[tuple[str, Part], Domain], recipe: Rounds
) -> list[Measures]:
    """Train the learner's network in place; what each epoch measured, target accuracies at the end of each round."""
    source, target = parts["source", "train"], parts["target", "train"]
    pseudo = PseudoLabels(len(target), learner.device)
    order = workspace.rng(recipe.seed, "order")
    size = min(recipe.epoch_images or len(source), len(source))

    def run_epoch(epoch: int) -> Measures:
        if epoch % recipe.epochs == 0:
            pseudo.renew(learner, target.images, recipe.threshold)
        learner.set_rate(annealed_rate(epoch / (recipe.rounds * recipe.epochs), recipe.learning_rate))
        kept = torch.nonzero(pseudo.labels != NOT_KEPT).squeeze(1)
        total = torch.zeros((), device=learner.device)
        learner.network.train()
        for known, places in _drawn(order, len(source), size, recipe.batch_size, len(kept), learner.device):
            images, labels = source.images[known], source.labels[known]
            if places is not None:
                drawn = kept[places]
                images = torch.cat([images, target.images[drawn]])
                labels = torch.cat([labels, pseudo.labels[drawn]])
            total += learner.step(images, labels)[0] * len(known)
        measures = {"loss": total.item() / size, **_labels_measured(pseudo.labels, target.labels)}
        if (epoch + 1) % recipe.epochs == 0:
            for name in ("source", "target"):
                found = score(learner, parts[name, "test"], is_target=name == "target")
                measures[f"{name}_accuracy"] = found.class_hits / found.images
        return measures

    state = TrainingState({"network": learner.network, "labels": pseudo}, {"sgd": learner.optimiser}, {"order": order})
    return run_epochs(workspace, state, recipe.rounds * recipe.epochs, recipe.seed, run_epoch)


def _drawn(
    order: torch.Generator, source: int, size: int, batch: int, kept: int, device: torch.device
) -> list[tuple[torch.Tensor, torch.Tensor | None]]:
    """An epoch's batches: indices of source images, and as many places among ``kept`` ones (None where there are none).

    Drawn together and brought to the device at once: a copy in each step would make a card wait.
    """
    known = torch.split(torch.randperm(source, generator=order)[:size], batch)
    lengths = [len(part) for part in known]
    batches = torch.split(torch.cat(known).to(device), lengths)
    if not kept:
        return [(part, None) for part in batches]
    places = torch.cat([torch.randint(kept, (length,), generator=order) for length in lengths]).to(device)
    return list(zip(batches, torch.split(places, lengths), strict=True))


def _labels_measured(labels: torch.Tensor, truth: torch.Tensor) -> Measures:
    """How many pseudo-labels there are, how many of them are right, and the class of which least is kept."""
    kept = labels != NOT_KEPT
    classes = torch.bincount(truth)
    shares = torch.bincount(truth[kept], minlength=len(classes)) / classes
    count = int(kept.sum())
    return {
        "kept": count,
        "coverage": count / len(labels),
        "label_accuracy": float((labels[kept] == truth[kept]).float().mean()) if count else 0.0,
        "least_covered": int(shares.argmin()),
        "least_coverage": float(shares.min()),
    }


def _summary(when: str, end: Measures) -> dict[str, Value]:
    """A round's labels; where there are none, no share of them is right."""
    right = end["label_accuracy"] if end["kept"] else None
    return {f"{when}_kept": end["kept"], f"{when}_coverage": end["coverage"], f"{when}_label_accuracy": right}


def _hits(learner: Learner, domain: Domain) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (learner.predict(domain.images)[0].argmax(1) == domain.labels).cpu().numpy()
    return found


def _table(ends: Sequence[Measures], start: Mapping[str, float]) -> Table:
    """One row for each round, and before them one for the network that it began with."""
    of_labels = ("kept", "coverage", "label_accuracy", "least_covered", "least_coverage")
    accuracies = {name: start[f"start_{name}"] for name in ("source_accuracy", "target_accuracy")}
    rows: list[dict[str, Value]] = [{"round": 0, **dict.fromkeys(of_labels), **accuracies}]
    for number, end in enumerate(ends, start=1):
        missing = () if end["kept"] else of_labels[2:]
        rows.append({"round": number, **{**end, **dict.fromkeys(missing)}})
        del rows[-1]["loss"]
    return Table.of(rows)


def _chart(ends: Sequence[Measures], start: Mapping[str, float]) -> LineChart:
    rounds = np.arange(1, len(ends) + 1)
    accuracies = [start["start_target_accuracy"], *(end["target_accuracy"] for end in ends)]
    labels = [end["label_accuracy"] if end["kept"] else np.nan for end in ends]
    return LineChart(
        series=(
            Series("test accuracy", np.arange(len(ends) + 1), np.array(accuracies)),
            Series("labels right", rounds, np.array(labels)),
            Series("labelled", rounds, np.array([end["coverage"] for end in ends])),
        ),
        x_label="round",
        y_label="share",
    )
