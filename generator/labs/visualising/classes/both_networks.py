"""Images that two networks made for the same classes, compared class by class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from generator.labs.shared.statistics import holm_adjusted, mcnemar_p
from generator.labs.visualising.paired import Floats, least_p, signed_rank_p
from generator.registry import computation
from generator.results import Result, Value
from generator.workspace import Workspace


@computation(
    metrics={
        "exact": ["classes"],
        "seeded": ["first_only", "second_only", "first_roughness", "second_roughness", "rougher_second"],
        "margins": ["recognised_p", "roughness_p", "least_p"],
    },
)  # fmt: skip
def compare_made_images(workspace: Workspace, *, first: Result, second: Result) -> Result:
    """Test whether images of :func:`visualise_classes` by two networks differ, the images of one class as a pair.

    ``first_only`` and ``second_only`` count the classes whose image only one of the two judges puts first, with
    McNemar's exact ``recognised_p``. As networks have inputs of different sizes, a ``…_roughness`` is the mean of the
    images' roughness over that of photographs of their size; ``rougher_second`` counts the classes whose second image
    is the rougher one by that measure, with Wilcoxon's exact signed-rank ``roughness_p``. Both are adjusted together
    (Holm); neither can be below ``least_p``.
    Raises ValueError where the classes are not the same.
    """
    records = [made.tables["classes"].records() for made in (first, second)]
    names = [[record["class_name"] for record in some] for some in records]
    if names[0] != names[1]:
        raise ValueError(f"images of {names[0]} and of {names[1]} are not for the same classes")
    hits = [_column([record["rank"] for record in some]) == 1 for some in records]
    rough = [
        _column([record["roughness"] for record in some]) / float(str(made.metrics["photograph_roughness"]))
        for some, made in zip(records, (first, second), strict=True)
    ]
    recognised_p, roughness_p = holm_adjusted([mcnemar_p(hits[0], hits[1]), signed_rank_p(rough[0], rough[1])])
    return Result(
        metrics={
            "classes": len(names[0]),
            "first_only": int((hits[0] & ~hits[1]).sum()),
            "second_only": int((hits[1] & ~hits[0]).sum()),
            "recognised_p": recognised_p,
            "first_roughness": float(rough[0].mean()),
            "second_roughness": float(rough[1].mean()),
            "rougher_second": int((rough[1] > rough[0]).sum()),
            "roughness_p": roughness_p,
            "least_p": least_p(len(names[0]), 2),
        }
    )


def _column(values: Sequence[Value]) -> Floats:
    return np.array([float(str(value)) for value in values])
