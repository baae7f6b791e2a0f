"""Images of two networks are compared class by class, in a measure that does not depend on their size."""

from __future__ import annotations

import pytest

from generator.labs.visualising.classes.both_networks import compare_made_images
from generator.results import Result, Table

NAMES = [f"class {number}" for number in range(6)]


def made(ranks, roughness, of_photographs, names=NAMES):
    rows = [
        {"class_name": name, "rank": rank, "roughness": rough}
        for name, rank, rough in zip(names, ranks, roughness, strict=True)
    ]
    return Result({"photograph_roughness": of_photographs}, {"classes": Table.of(rows)})


def test_recognition_and_roughness_are_tested_in_pairs(workspace):
    rough = [0.30, 0.31, 0.32, 0.33, 0.34, 0.35]
    first, second = made([1] * 6, rough, 0.1), made([2, 3, 9, 9, 2, 4], rough, 0.2)
    metrics = compare_made_images(workspace, first=first, second=second).metrics
    assert (metrics["classes"], metrics["first_only"], metrics["second_only"]) == (6, 6, 0)
    assert metrics["recognised_p"] == pytest.approx(2 * 2 / 2**6) == metrics["least_p"]
    # As rough in themselves, but photographs of the second size are twice as rough.
    assert metrics["first_roughness"] == pytest.approx(2 * metrics["second_roughness"])
    assert metrics["rougher_second"] == 0
    assert metrics["roughness_p"] == pytest.approx(2 * 2 / 2**6)


def test_networks_that_do_alike_show_no_difference(workspace):
    same = made([1, 2, 1, 2, 1, 2], [0.3] * 6, 0.1)
    metrics = compare_made_images(workspace, first=same, second=same).metrics
    assert metrics["recognised_p"] == metrics["roughness_p"] == 1


def test_other_classes_are_refused(workspace):
    first, second = made([1] * 2, [0.3] * 2, 0.1, ["cat", "moon"]), made([1] * 2, [0.3] * 2, 0.1, ["moon", "cat"])
    with pytest.raises(ValueError, match="not for the same classes"):
        compare_made_images(workspace, first=first, second=second)
