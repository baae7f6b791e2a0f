"""The course's rule beside published attacks, on the same pairs of an image and a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from generator.datasets.images import load_images
from generator.labs.shared.statistics import holm_adjusted, mcnemar_p, wilson_interval
from generator.labs.visualising.fooling.attempts import (
    Attempt,
    Judged,
    Progress,
    always,
    judge,
    naive,
    one_target_each,
    smallest_that_works,
    with_one_pixel,
)
from generator.labs.visualising.fooling.carlini_wagner import carlini_wagner
from generator.labs.visualising.fooling.gradient_attacks import fgsm, pgd_l2
from generator.labs.visualising.fooling.perturbations import LEVELS, as_saved, difference_picture, mean_of, median_of
from generator.labs.visualising.paired import least_p, signed_rank_p
from generator.labs.visualising.scores import class_tensor
from generator.labs.visualising.separate import attacked_network
from generator.networks.backbones import Backbone
from generator.registry import Dataset, Network, computation
from generator.results import ImageGrid, Result, Table, Value
from generator.workspace import Workspace

#: Each attack's prefix in metrics, and its name for readers.
ATTACKS = {"naive": "naive rule", "fgsm": "FGSM", "pgd": "PGD (L2)", "cw": "C&W (L2)", "pixel": "one pixel"}
#: PGD's steps add up to this many radii, so that they can go round the ball as well as across it.
REACH = 2.5
MAGNIFICATION = 10

#: What the metrics repeat of the table, for texts.
SAID = {
    "naive": ("share", "passes"),
    "fgsm": ("share",),
    "pgd": ("share", "passes"),
    "cw": ("share", "passes"),
    "pixel": ("fooled", "high", "passes"),
}


@dataclass(frozen=True)
class Budget:
    """What each attack may spend; see :func:`compare_attacks`."""

    step: float
    most_steps: int
    epsilons: Sequence[int]
    radii: Sequence[float]
    pgd_steps: int
    rounds: int
    round_steps: int
    learning_rate: float
    pixel_images: int
    population: int
    generations: int
    seed: int

    def stated(self) -> dict[str, Value]:
        """What the text says of it."""
        return {
            "largest_epsilon_levels": max(self.epsilons),
            "largest_radius": max(self.radii),
            "pixel_images": self.pixel_images,
            "rounds": self.rounds,
            "round_steps": self.round_steps,
        }


@computation(
    metrics={
        "exact": ["label", "images", "largest_epsilon_levels", "largest_radius", "pixel_images", "rounds",
                  "round_steps", "example_class", "example_target", "magnification"],
        "measured": ["naive_share", "naive_passes", "fgsm_share", "pgd_share", "pgd_passes", "cw_share", "cw_passes",
                     "compared", "naive_over_cw", "cw_shorter", "naive_saved", "cw_saved"],
        "seeded": ["pixel_fooled", "pixel_passes"],
        "margins": ["pixel_high", "pgd_fgsm_p", "naive_cw_p", "cw_shorter_p", "saved_p", "least_p"],
    },
    tables={
        "attacks": ["attack", "images", "fooled", "share", "low", "high", "l2", "median_l2", "linf_levels", "psnr",
                    "passes", "seconds", "saved_share"],
    },
    columns={"measured": ["fooled", "share", "l2", "median_l2", "linf_levels", "psnr", "passes", "saved_share"]},
    figures=["attacks"],
)  # fmt: skip
def compare_attacks(
    workspace: Workspace, *, network: Network, dataset: Dataset, images: list[int], targets: list[str],
    epsilons: list[int], radii: list[float], pixel_images: int, step: float = 1.0, most_steps: int = 100,
    pgd_steps: int = 15, rounds: int = 4, round_steps: int = 40, learning_rate: float = 0.005, population: int = 100,
    generations: int = 10, seed: int = 0,
) -> Result:  # fmt: skip
    """Attack each of ``images`` once, the targets taken in turn, by the naive rule, FGSM, PGD, C&W and one pixel.

    FGSM and PGD try their ``epsilons`` (levels of 255) and ``radii`` from small to large, and an image leaves at the
    first that works. One pixel is tried on the first ``pixel_images`` only. All but the naive rule stay in [0, 1].
    ``…l2`` and ``psnr`` (decibels) are in pixel space, ``linf_levels`` in levels of 255; means and medians are over the
    images that the attack fooled, None where there is none. ``passes`` is how often the network was run and ``seconds``
    the processor time, on average for each image attacked. ``saved_share`` is the share of the fooled images that still
    fool in 8 bits. Shares have 95 % Wilson intervals. ``naive_over_cw`` is the median ratio of L2 norms over the
    ``compared`` images that both fooled (None without any), ``cw_shorter`` counts those where C&W's is smaller,
    ``naive_saved`` and ``cw_saved`` those that still fool in 8 bits. The p values are those of :func:`_tests`.
    """
    backbone = attacked_network(workspace, network)
    photographs = load_images(dataset, workspace.data)
    pairs = one_target_each(backbone, photographs, images, targets)
    pixels = backbone.preprocess(photographs.select([image for image, _ in pairs]).images, normalise=False)
    wanted = class_tensor(backbone, [target for _, target in pairs])
    budget = Budget(
        step, most_steps, epsilons, radii, pgd_steps, rounds, round_steps, learning_rate,
        min(pixel_images, len(pairs)), population, generations, seed,
    )  # fmt: skip
    attempts = _attempts(workspace, backbone, pixels, wanted, budget)
    judged = {name: judge(backbone, pixels, wanted, attempt) for name, attempt in attempts.items()}
    rows = {name: _row(ATTACKS[name], found) for name, found in judged.items()}
    return Result(
        metrics={
            "label": backbone.label,
            "images": len(pairs),
            **budget.stated(),
            **{f"{name}_{key}": rows[name][key] for name, keys in SAID.items() for key in keys},
            **_paired(judged["naive"], judged["cw"]),
            **_tests(judged),
            "example_class": photographs.true_class(pairs[0][0]),
            "example_target": backbone.class_names[pairs[0][1]],
            "magnification": MAGNIFICATION,
        },
        tables={"attacks": Table.of(rows.values())},
        figures={"attacks": _pictures(pixels[0], judged)},
    )


def _attempts(
    workspace: Workspace, backbone: Backbone, pixels: torch.Tensor, targets: torch.Tensor, budget: Budget
) -> dict[str, Attempt]:
    """Run every attack within the budget."""
    few = budget.pixel_images

    def note(name: str) -> Progress:
        place = list(ATTACKS).index(name)
        return lambda done, total: workspace.progress(
            place + done / total, len(ATTACKS), f"{ATTACKS[name]}, {done} of {total}"
        )

    def one_step(some: torch.Tensor, wanted: torch.Tensor, epsilon: float) -> torch.Tensor:
        return fgsm(backbone, some, wanted, epsilon)

    def descent(some: torch.Tensor, wanted: torch.Tensor, radius: float) -> torch.Tensor:
        return pgd_l2(backbone, some, wanted, radius, REACH * radius / budget.pgd_steps, budget.pgd_steps)

    def optimised() -> torch.Tensor:
        return carlini_wagner(
            backbone, pixels, targets, rounds=budget.rounds, steps=budget.round_steps,
            learning_rate=budget.learning_rate, progress=note("cw"),
        )[0]  # fmt: skip

    levels = [level / LEVELS for level in budget.epsilons]
    return {
        "naive": naive(backbone, pixels, targets, budget.step, budget.most_steps, note("naive")),
        "fgsm": smallest_that_works(backbone, pixels, targets, levels, 1, one_step, note("fgsm")),
        "pgd": smallest_that_works(backbone, pixels, targets, budget.radii, budget.pgd_steps, descent, note("pgd")),
        "cw": always(optimised, len(pixels), budget.rounds * budget.round_steps),
        "pixel": with_one_pixel(
            workspace, backbone, pixels[:few], targets[:few], budget.population, budget.generations, budget.seed,
            note("pixel"),
        ),
    }  # fmt: skip


def _row(name: str, judged: Judged) -> dict[str, Value]:
    """Success with its interval, sizes of the changes that worked, and what they cost for each image attacked."""
    fooled, count = judged.fooled, len(judged.fooled)
    low, high = wilson_interval(int(fooled.sum()), count)
    return {
        "attack": name,
        "images": count,
        "fooled": int(fooled.sum()),
        "share": float(fooled.mean()),
        "low": low,
        "high": high,
        "l2": mean_of(judged.measures.l2[fooled]),
        "median_l2": median_of(judged.measures.l2[fooled]),
        "linf_levels": mean_of(judged.measures.linf[fooled] * LEVELS),
        "psnr": mean_of(judged.measures.psnr[fooled]),
        "passes": float(judged.attempt.passes.mean()),
        "seconds": judged.attempt.seconds / count,
        "saved_share": mean_of(judged.saved[fooled]),
    }


def _paired(first: Judged, second: Judged) -> dict[str, Value]:
    """The naive rule's changes against C&W's, on the images that both fooled."""
    both = first.fooled & second.fooled
    ratios = first.measures.l2[both] / second.measures.l2[both]
    return {
        "compared": int(both.sum()),
        "naive_over_cw": median_of(ratios),
        "cw_shorter": int((ratios > 1).sum()),
        "naive_saved": int(first.saved[both].sum()),
        "cw_saved": int(second.saved[both].sum()),
    }


def _tests(judged: Mapping[str, Judged]) -> dict[str, Value]:
    """Attacks against each other: all have the same images, and so they are tested in pairs.

    By McNemar's exact test the hits of PGD and FGSM (``pgd_fgsm_p``), of the naive rule and C&W (``naive_cw_p``), and
    what these two fool in 8 bits (``saved_p``); by Wilcoxon's exact signed-rank test their lengths on a log scale
    (``cw_shorter_p``). The four are adjusted together (Holm); with so many images none can be below ``least_p``.
    """
    naive_rule, optimised = judged["naive"], judged["cw"]
    both = naive_rule.fooled & optimised.fooled
    lengths = [np.log(one.measures.l2[both]) for one in (naive_rule, optimised)]
    p_values = {
        "pgd_fgsm_p": mcnemar_p(judged["pgd"].fooled, judged["fgsm"].fooled),
        "naive_cw_p": mcnemar_p(naive_rule.fooled, optimised.fooled),
        "cw_shorter_p": signed_rank_p(lengths[0], lengths[1]),
        "saved_p": mcnemar_p(naive_rule.saved[both], optimised.saved[both]),
    }
    adjusted = dict(zip(p_values, holm_adjusted(list(p_values.values())), strict=True))
    return {**adjusted, "least_p": least_p(len(naive_rule.fooled), len(p_values))}


def _pictures(original: torch.Tensor, judged: Mapping[str, Judged]) -> ImageGrid:
    """The first image as each attack left it, above the difference, magnified."""
    changed = [found.attempt.changed[0] for found in judged.values()]
    upper = [as_saved(image[None])[0] for image in changed]
    lower = [difference_picture(original, image, MAGNIFICATION) for image in changed]
    words = ["fooled" if found.fooled[0] else "not fooled" for found in judged.values()]
    lengths = [f"{word}, L2 {found.measures.l2[0]:.2f}" for word, found in zip(words, judged.values(), strict=True)]
    largest = [f"L∞ {found.measures.linf[0] * LEVELS:.0f}/{LEVELS}" for found in judged.values()]
    heads = tuple(ATTACKS[name] for name in judged)
    return ImageGrid((*upper, *lower), len(changed), titles=(*lengths, *largest), column_titles=heads)
