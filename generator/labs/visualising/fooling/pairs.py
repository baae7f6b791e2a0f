"""Pairs of an image and a class that it shall be taken for: what the course's rule made of them, measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from generator.datasets.images import ImageSet
from generator.labs.visualising.fooling.naive_rule import follow_gradient
from generator.labs.visualising.fooling.perturbations import LEVELS, Sizes, as_saved, mean_of, median_of, sizes
from generator.labs.visualising.scores import class_index, class_tensor
from generator.labs.visualising.separate import logits_separately
from generator.networks.backbones import Backbone
from generator.networks.preprocessing import denormalised
from generator.results import Table, Value
from generator.workspace import Workspace


@dataclass(frozen=True, eq=False)
class FooledPairs:
    """n pairs of an image and a target class, and what became of them.

    ``images`` and ``targets``, int64 (n,), number the data set's images and the network's outputs; ``originals`` and
    ``changed`` (n, 3, size, size) are in pixel space. Of shape (n,): ``fooled``, whether the target is predicted;
    ``stuck``, whether the gradient vanished first; ``steps``; ``predicted``, the class predicted before, and
    ``confidence_before`` in it; ``confidence`` in the target afterwards; ``saved_fooled``, whether the target is
    predicted for the changed image cut to [0, 1] and rounded to 8 bits; ``straightness``, how far the image is from
    where it started, as a share of the length of its path. ``measures`` are the sizes of the changes.
    """

    images: NDArray[np.int64]
    targets: NDArray[np.int64]
    originals: torch.Tensor
    changed: torch.Tensor
    fooled: NDArray[np.bool_]
    stuck: NDArray[np.bool_]
    steps: NDArray[np.int64]
    predicted: NDArray[np.int64]
    confidence_before: NDArray[np.float32]
    confidence: NDArray[np.float32]
    saved_fooled: NDArray[np.bool_]
    straightness: NDArray[np.float64]
    measures: Sizes


def fool_pairs(
    workspace: Workspace,
    backbone: Backbone,
    dataset: ImageSet,
    pairs: Sequence[tuple[int, int]],
    step: float,
    most_steps: int,
) -> FooledPairs:
    """Run the rule on pairs of an image's number and a target class, and measure what it did."""
    numbers = sorted({image for image, _ in pairs})
    places = [numbers.index(image) for image, _ in pairs]
    inputs = backbone.preprocess(dataset.select(numbers).images)
    before = logits_separately(backbone, inputs).softmax(1)[places]
    targets = class_tensor(backbone, [target for _, target in pairs])

    def report(done: int, total: int) -> None:
        workspace.progress(done, total, f"{done} of {total} images have left the batch")

    fooling = follow_gradient(backbone, inputs[places], targets, step, most_steps, report)
    originals, changed = (denormalised(some, backbone.mean, backbone.std) for some in (inputs[places], fooling.inputs))
    moved = (fooling.inputs - inputs[places]).double().flatten(1).norm(dim=1)
    saved = logits_separately(backbone, backbone.preprocess(list(as_saved(changed))))
    return FooledPairs(
        images=np.array([image for image, _ in pairs], dtype=np.int64),
        targets=targets.cpu().numpy(),
        originals=originals,
        changed=changed,
        fooled=fooling.reached.cpu().numpy(),
        stuck=fooling.stuck.cpu().numpy(),
        steps=fooling.steps.cpu().numpy(),
        predicted=before.argmax(1).cpu().numpy(),
        confidence_before=before.max(1).values.cpu().numpy(),
        confidence=fooling.logits.softmax(1).gather(1, targets[:, None])[:, 0].cpu().numpy(),
        saved_fooled=(saved.argmax(1) == targets).cpu().numpy(),
        straightness=(moved / (step * fooling.steps.clamp_min(1))).cpu().numpy(),
        measures=sizes(originals, changed),
    )


def pairs_to_fool(
    backbone: Backbone, dataset: ImageSet, images: Sequence[int], targets: Sequence[str]
) -> list[tuple[int, int]]:
    """Each image with each target class, in the targets' order, but for pairs that need no fooling.

    An image of the target class, or one that is taken for it already, would be a success without a step.
    """
    inputs = backbone.preprocess(dataset.select(images).images)
    predicted = logits_separately(backbone, inputs).argmax(1).tolist()
    return [
        (image, class_index(backbone, target))
        for target in targets
        for image, now in zip(images, predicted, strict=True)
        if target not in (dataset.true_class(image), backbone.class_names[now])
    ]


def pair_table(backbone: Backbone, dataset: ImageSet, pairs: FooledPairs) -> Table:
    """One row for each pair, in the order in which they were given."""
    names = backbone.class_names
    return Table.of(
        {
            "image": image,
            "true_class": dataset.true_class(image),
            "predicted_class": names[pairs.predicted[place]],
            "target": names[pairs.targets[place]],
            "fooled": bool(pairs.fooled[place]),
            "steps": int(pairs.steps[place]),
            "l2": float(pairs.measures.l2[place]),
            "linf_levels": float(pairs.measures.linf[place] * LEVELS),
            "psnr": float(pairs.measures.psnr[place]),
            "confidence_before": float(pairs.confidence_before[place]),
            "confidence": float(pairs.confidence[place]),
            "saved_fooled": bool(pairs.saved_fooled[place] & pairs.fooled[place]),
        }
        for place, image in enumerate(pairs.images.tolist())
    )


def summary(pairs: FooledPairs) -> dict[str, Value]:
    """Counts over all pairs, and means over those that were fooled (None where there is none)."""
    fooled = pairs.fooled
    count, saved = int(fooled.sum()), int((pairs.saved_fooled & fooled).sum())
    steps, outside = pairs.steps[fooled], pairs.measures.outside[fooled]
    return {
        "pairs": len(fooled),
        "fooled": count,
        "stuck": int(pairs.stuck.sum()),
        "mean_steps": mean_of(steps),
        "median_steps": median_of(steps),
        "last_steps": int(steps.max()) if count else None,
        "straightness": mean_of(pairs.straightness[fooled]),
        "failed_straightness": mean_of(pairs.straightness[~fooled]),
        "mean_l2": mean_of(pairs.measures.l2[fooled]),
        "mean_linf_levels": mean_of(pairs.measures.linf[fooled] * LEVELS),
        "mean_psnr": mean_of(pairs.measures.psnr[fooled]),
        "lowest_psnr": float(pairs.measures.psnr[fooled].min()) if count else None,
        "confidence_before": mean_of(pairs.confidence_before),
        "confidence": mean_of(pairs.confidence[fooled]),
        "outside_share": mean_of(outside),
        "outside_pairs": int((outside > 0).sum()),
        "saved_fooled": saved,
        "saved_share": saved / count if count else None,
    }
