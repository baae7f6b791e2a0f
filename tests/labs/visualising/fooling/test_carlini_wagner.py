"""C&W on a linear model, where the shortest way over the boundary is known; and what it keeps to elsewhere."""

from __future__ import annotations

import pytest
import torch

from generator.labs.visualising.fooling.carlini_wagner import carlini_wagner
from generator.labs.visualising.fooling.gradient_attacks import lengths
from tests.labs.visualising.linear_for_tests import CLASSES, images, linear_backbone, other_classes, weights_of


def shortest(backbone, image, target):
    """Distance to the polyhedron where ``target`` scores highest, by a quadratic program."""
    from scipy.optimize import minimize

    weights, scores = weights_of(backbone).flatten(1).double(), backbone.module(image[None])[0].double()
    rows = [weights[target] - weights[other] for other in range(CLASSES) if other != target]
    gaps = [float(scores[other] - scores[target]) for other in range(CLASSES) if other != target]
    matrix = torch.stack(rows).numpy()
    found = minimize(
        lambda change: float(change @ change), matrix.sum(0) * 0.01, jac=lambda change: 2 * change,
        constraints={"type": "ineq", "fun": lambda change: matrix @ change - gaps, "jac": lambda _: matrix},
        options={"maxiter": 500}, method="SLSQP",
    )  # fmt: skip
    assert found.success
    return float(found.fun) ** 0.5


def test_the_changes_are_as_short_as_the_geometry_allows():
    backbone, pixels = linear_backbone(scale=3.0), images(3)
    targets = other_classes(backbone, pixels)
    changed, worked = carlini_wagner(backbone, pixels, targets, rounds=7, steps=120, learning_rate=0.01)
    assert worked.tolist() == [True] * 3
    assert (backbone.module(changed).argmax(1) == targets).all()
    for number, target in enumerate(targets.tolist()):
        least = shortest(backbone, pixels[number], target)
        found = lengths(changed - pixels)[number].item()
        assert least * (1 - 1e-4) <= found <= 1.03 * least


def test_what_is_returned_fools_and_stays_among_the_pixels():
    backbone, pixels = linear_backbone(scale=3.0), images(4)
    # The last image is asked for the class that comes last, which so short a search does not reach.
    order = backbone.module(pixels).argsort(dim=1, descending=True)
    targets = torch.cat([order[:3, 1], order[3:, -1]])
    given = {"rounds": 1, "steps": 12, "learning_rate": 0.02}
    changed, worked = carlini_wagner(backbone, pixels, targets, **given)
    predicted = backbone.module(changed).argmax(1)
    assert worked.tolist() == [True, True, True, False]
    assert (predicted == targets)[worked].all()
    assert torch.equal(changed[~worked], pixels[~worked])
    assert changed.min() >= 0
    assert changed.max() <= 1
    alone, _ = carlini_wagner(backbone, pixels[1:2], targets[1:2], **given)
    assert torch.equal(alone[0], changed[1])


def test_a_constant_that_is_too_small_changes_nothing_and_is_raised():
    backbone, pixels = linear_backbone(), images(1)
    targets = other_classes(backbone, pixels)
    given = {"steps": 60, "learning_rate": 0.01, "first_constant": 1e-6}
    unchanged, worked = carlini_wagner(backbone, pixels, targets, rounds=1, **given)
    assert not worked.any()
    assert torch.equal(unchanged, pixels)
    seen = []
    _, worked = carlini_wagner(
        backbone, pixels, targets, rounds=9, progress=lambda done, total: seen.append((done, total)), **given
    )
    assert worked.all()
    assert seen[-1] == (540, 540)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_black_and_white_are_no_dead_ends(value):
    backbone = linear_backbone(scale=5.0)
    pixels = torch.full((1, 3, 8, 8), value)
    changed, _ = carlini_wagner(
        backbone, pixels, other_classes(backbone, pixels), rounds=6, steps=80, learning_rate=0.1
    )
    assert changed.isfinite().all()
