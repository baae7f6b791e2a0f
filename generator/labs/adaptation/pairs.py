"""Two trained networks on the same test images, or one on both domains: which images only one of them gets right."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from generator.labs.adaptation.runs import hits_of
from generator.labs.shared.statistics import mcnemar_p
from generator.registry import computation
from generator.results import Result
from generator.workspace import Workspace

#: What stands for a p value that a float can no longer hold: of thousands of images, hundreds may all fall on one side.
LEAST_P = 1e-300


def image_p(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """McNemar's exact p value for hits (images,) of two networks, at least :data:`LEAST_P`."""
    return max(mcnemar_p(first, second), LEAST_P)


@computation(
    metrics={
        "exact": ["images"],
        "seeded": ["difference", "first_only", "second_only"],
        "margins": ["p"],
    }
)
def compare_hits(
    workspace: Workspace, *, first: Result, second: Result, first_on: Literal["source", "target"] = "target",
    second_on: Literal["source", "target"] = "target",
) -> Result:  # fmt: skip
    """Compare which test images two trainings got right, image by image.

    ``first`` and ``second`` are results that keep their hits (``train_adaptation``, ``train_on_pseudo_labels``), each
    taken on one domain; where these are two, image i of one must be made from image i of the other. ``difference`` is
    the second's accuracy less the first's, ``first_only`` and ``second_only`` count the images that only one of them
    gets right, and ``p`` is McNemar's exact p value. It is about these two networks as they were trained, on images
    such as these; another seed gives two other networks, of which it says nothing.
    """
    before, after = hits_of(first, first_on), hits_of(second, second_on)
    p = image_p(before, after)
    return Result(
        metrics={
            "images": len(before),
            "difference": float(after.mean() - before.mean()),
            "first_only": int((before & ~after).sum()),
            "second_only": int((after & ~before).sum()),
            "p": p,
        }
    )
