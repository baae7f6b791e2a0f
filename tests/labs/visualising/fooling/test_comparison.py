"""The attacks side by side: the same pairs for all, the smallest bound that works, and honest counts.

Covers labs/visualising/fooling/attempts.py too.
"""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from generator.datasets.embedded_scenes import PHOTOGRAPHS
from generator.datasets.images import load_images
from generator.labs.visualising import separate
from generator.labs.visualising.fooling import attempts
from generator.labs.visualising.fooling.attempts import (
    Judged,
    judge,
    naive,
    one_target_each,
    predicted_as,
    smallest_that_works,
)
from generator.labs.visualising.fooling.comparison import ATTACKS, SAID, _tests, compare_attacks
from generator.labs.visualising.fooling.perturbations import Sizes
from generator.labs.visualising.separate import attacked_network
from tests.labs.visualising.linear_for_tests import images, linear_backbone, other_classes

GIVEN = {
    "dataset": "embedded_scenes", "images": [0, 21, 34], "targets": ["cat", "moon"], "epsilons": [2, 16],
    "radii": [0.5, 4.0], "pixel_images": 2, "step": 0.1, "most_steps": 20, "pgd_steps": 4, "rounds": 2,
    "round_steps": 8, "learning_rate": 0.05, "population": 10, "generations": 2,
}  # fmt: skip


@pytest.fixture(autouse=True)
def linear(monkeypatch):
    """A classifier that is easily fooled, in the place of a trained one."""
    backbone = linear_backbone(size=32, names=tuple(PHOTOGRAPHS))
    monkeypatch.setattr(separate, "load_backbone", lambda *_: backbone)


@pytest.fixture
def compared(workspace):
    return compare_attacks(workspace, network="linear", **GIVEN)


@pytest.fixture
def clock(monkeypatch):
    """The processor's time, which goes on by six seconds from one look to the next."""
    ticks = count(step=6.0)
    monkeypatch.setattr(attempts, "time", SimpleNamespace(process_time=lambda: next(ticks)))


def test_every_attack_has_its_row_and_its_column_of_pictures(clock, compared):
    rows = compared.tables["attacks"].records()
    assert [row["attack"] for row in rows] == list(ATTACKS.values())
    assert [row["images"] for row in rows] == [3, 3, 3, 3, 2]
    grid = compared.figures["attacks"]
    assert (grid.columns, len(grid.images)) == (5, 10)
    assert grid.column_titles == tuple(ATTACKS.values())
    for name, row in zip(ATTACKS, rows, strict=True):
        assert row["share"] == pytest.approx(row["fooled"] / row["images"])
        assert all(compared.metrics[f"{name}_{key}"] == row[key] for key in SAID[name])
        assert row["low"] <= row["share"] <= row["high"]
        assert row["seconds"] == 6.0 / row["images"]  # one look before the attack and one after it
        assert (row["l2"] is None) == (row["fooled"] == 0)


def test_runs_of_the_network_are_counted(compared):
    passes = {row["attack"]: row["passes"] for row in compared.tables["attacks"].records()}
    assert passes["C&W (L2)"] == 2 * 8
    assert passes["one pixel"] <= 10 * 3
    assert 1 < passes["naive rule"] <= 21
    assert passes["FGSM"] in (2, 8 / 3, 10 / 3, 4)  # one gradient and one look for each of up to two bounds
    assert 5 <= passes["PGD (L2)"] <= 10


def test_attacks_on_the_same_images_are_tested_in_pairs():
    few = np.zeros(8, bool)
    few[0] = True
    judged = {
        "naive": made_up(np.ones(8, bool), np.full(8, 2.0)),
        "fgsm": made_up(few, np.ones(8)),
        "pgd": made_up(np.ones(8, bool), np.ones(8)),
        "cw": made_up(np.arange(8) < 7, np.linspace(1.0, 1.9, 8)),
    }
    tests = _tests(judged)
    # Seven images fooled by PGD alone, and seven by both of the others, all of them by a shorter change: 2 / 2⁷ twice.
    assert tests["pgd_fgsm_p"] == tests["cw_shorter_p"] == pytest.approx(4 * 2 / 2**7)
    assert tests["naive_cw_p"] == tests["saved_p"] == 1
    assert tests["least_p"] == pytest.approx(4 * 2 / 2**8)


def test_attacks_that_never_work_together_are_compared_without_complaint():
    none = made_up(np.zeros(3, bool), np.ones(3))
    judged = dict.fromkeys(("naive", "fgsm", "pgd", "cw"), none)
    assert {key: p for key, p in _tests(judged).items() if key != "least_p"} == dict.fromkeys(
        ("pgd_fgsm_p", "naive_cw_p", "cw_shorter_p", "saved_p"), 1
    )


def made_up(fooled, l2):
    """Hits and lengths of an attack; what it fools, it also fools in 8 bits."""
    return Judged(None, fooled, fooled, Sizes(l2, l2, l2, l2))


def test_each_image_leaves_at_the_first_bound_that_works():
    backbone, pixels = linear_backbone(), images(4)
    targets = other_classes(backbone, pixels)
    asked = []

    def attack(some, wanted, bound):
        asked.append((bound, len(some)))
        # A larger bound is let through for one more image; the others stay as they are.
        good = torch.stack([other_class_example(backbone, target) for target in wanted.tolist()])
        works = torch.arange(len(some)) < 1
        return torch.where(works[:, None, None, None], good, some)

    found = smallest_that_works(backbone, pixels, targets, [3.0, 1.0, 2.0], 5, attack, lambda done, total: None)
    assert asked == [(1.0, 4), (2.0, 3), (3.0, 2)]
    assert found.passes.tolist() == [6, 12, 18, 18]
    assert predicted_as(backbone, found.changed, targets).tolist() == [True, True, True, False]
    assert torch.equal(found.changed[3], pixels[3])


def other_class_example(backbone, target):
    """An image that the linear model takes for ``target``."""
    weights = backbone.module[1].weight.view(4, 3, 8, 8)
    return (weights[target] - weights.mean(0)) * 100


def test_an_attempt_is_judged_as_it_is_and_as_a_file_would_keep_it():
    backbone, pixels = linear_backbone(), images(3)
    targets = other_classes(backbone, pixels)
    attempt = naive(backbone, pixels, targets, 1e-3, 5000, lambda done, total: None)
    judged = judge(backbone, pixels, targets, attempt)
    assert judged.fooled.all()
    assert attempt.passes.min() > 2
    assert judged.measures.l2 == pytest.approx((attempt.passes - 1) * 1e-3, rel=1e-2)
    assert (judged.saved <= judged.fooled).all()


def test_targets_are_taken_in_turn_and_never_the_class_itself(workspace):
    backbone, photographs = attacked_network(workspace, "linear"), load_images("embedded_scenes", workspace.data)
    pairs = one_target_each(backbone, photographs, [0, 21, 34, 13], ["cat", "moon", "grass"])
    assert [image for image, _ in pairs] == [0, 21, 34, 13]
    for image, target in pairs:
        assert backbone.class_names[target] != photographs.true_class(image)
    assert len({target for _, target in pairs}) > 1
    with pytest.raises(ValueError, match="add a target"):
        one_target_each(backbone, photographs, [13], ["cat"])  # it is a cat
