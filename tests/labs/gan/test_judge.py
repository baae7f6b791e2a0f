"""The judge learns real digits, says what they come to themselves, and loads back to the same verdicts.

Covers networks/judge.py too.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from generator.labs.gan import judge as judging
from generator.labs.gan.fidelity import frechet_distance
from generator.labs.gan.judge import confidence, judged, legible, load_judge, train_judge
from generator.labs.gan.measures import measure_gan
from generator.labs.gan.real_images import load_real_images


def test_the_judge_is_far_better_than_chance_and_its_interval_holds_its_accuracy(judge):
    metrics = judge.metrics
    assert metrics["test"] > 0.8
    assert metrics["test_low"] < metrics["test"] < metrics["test_high"]
    assert (metrics["training_images"], metrics["test_images"], metrics["references"]) == (400, 2000, 400)
    assert math.isclose(sum(row["share"] for row in judge.tables["classes"].records()), 1.0)


def test_the_floor_is_the_distance_of_test_images_from_training_images(judge, workspace):
    network = load_judge(judge, "cpu")
    test = load_real_images("embedded_mnist", workspace.data, "test", 32)
    features, logits = judged(network, test.pixels)
    references = torch.from_numpy(np.array(judge.arrays["features/train"]))
    assert judge.metrics["fid"] == pytest.approx(frechet_distance(references, features), rel=1e-4)
    assert judge.metrics["confidence"] == pytest.approx(confidence(logits), rel=1e-4)
    assert np.array_equal(judge.arrays["hits"], (logits.argmax(1) == test.labels).numpy())
    by_class = {row["class_name"]: row["test_accuracy"] for row in judge.tables["classes"].records()}
    threes = test.labels == 3
    assert by_class["3"] == pytest.approx(float((logits[threes].argmax(1) == 3).double().mean()))


def test_larger_images_are_averaged_over_areas(judge):
    network = load_judge(judge, "cpu")
    small = torch.randint(0, 256, (3, 1, 32, 32), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    large = small.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    assert torch.allclose(judged(network, large)[1], judged(network, small)[1], atol=1e-5)


def test_confidence_is_the_probability_of_the_favoured_class():
    assert confidence(torch.tensor([[0.0, math.log(3.0)], [0.0, 0.0]])) == pytest.approx((0.75 + 0.5) / 2)


def test_one_seed_gives_one_judge_and_another_seed_another(judge, workspace):
    arguments = {"dataset": "embedded_mnist", "training_images": 64, "epochs": 1}
    first, again, other = (train_judge(workspace, **arguments, seed=seed) for seed in (0, 0, 1))
    same = [np.array_equal(first.arrays[name], again.arrays[name]) for name in first.arrays]
    assert all(same)
    assert not np.array_equal(first.arrays["network/head.weight"], other.arrays["network/head.weight"])


def test_a_class_is_legible_when_enough_images_are_of_it_beyond_doubt():
    sure, unsure = math.log(18.1), math.log(8.0)  # above 0.9, and 0.8, beside two other classes of logit 0
    rows = [[sure, 0.0, 0.0]] * 2 + [[0.0, sure, 0.0]] * 196 + [[0.0, 0.0, unsure]] * 2
    assert legible(torch.tensor(rows)) == 2
    assert legible(torch.tensor([[0.0, 0.0, unsure]] * 100)) == 0
    assert legible(torch.tensor([[sure, 0.0, 0.0]] + [[0.0, sure, 0.0]] * 199)) == 1  # one in two hundred


def test_a_judge_that_is_wrong_too_often_gives_no_scores(monkeypatch, workspace, small_gan):
    arguments = {"dataset": "embedded_mnist", "training_images": 64, "epochs": 1}
    poor = train_judge(workspace, **arguments)
    assert poor.metrics["test"] < judging.ABLE
    assert (poor.metrics["able"], poor.metrics["fid"], poor.metrics["coverage"]) == (False, None, None)
    found = measure_gan(workspace, gan=small_gan, judge=poor, samples=2000).metrics
    assert {found[name] for name in ("fid", "density", "coverage", "real_fid", "real_density", "real_coverage")} == {
        None
    }
    monkeypatch.setattr(judging, "ABLE", poor.metrics["test"])
    assert train_judge(workspace, **arguments).metrics["fid"] > 0
