"""A classifier learns from labelled samples what they hold, and nothing from samples that hold nothing."""

from __future__ import annotations

import pytest
import torch

from generator.labs.gan import training_on_samples
from generator.labs.gan.real_images import load_real_images
from generator.labs.gan.training_on_samples import train_on_samples

ARGUMENTS = {"dataset": "embedded_mnist", "epochs": 12, "samples": 400, "batch_size": 32}


def test_real_images_in_the_place_of_samples_teach_what_they_taught_the_judge(
    monkeypatch, workspace, judge, small_cgan
):
    train = load_real_images("embedded_mnist", workspace.data, "train", 32, 400)
    monkeypatch.setattr(training_on_samples, "draw_samples", lambda *others: (train.pixels, train.labels))
    found = train_on_samples(workspace, gan=small_cgan, real=judge, **ARGUMENTS).metrics
    assert found["test"] == found["real_test"] == judge.metrics["test"]
    assert (found["p"], found["loss"]) == (1.0, 0.0)


def test_noise_teaches_nothing(workspace, judge, small_cgan):
    found = train_on_samples(workspace, gan=small_cgan, real=judge, **{**ARGUMENTS, "epochs": 1}).metrics
    assert found["test"] < 0.4
    assert found["loss"] == pytest.approx(found["real_test"] - found["test"])
    assert found["p"] < 1e-6
    assert found["test_low"] < found["test"] < found["test_high"]


def test_p_values_of_tests_made_together_are_multiplied_by_their_number(monkeypatch, workspace, judge, small_cgan):
    for alone, together in ((0.01, 0.02), (0.6, 1.0)):
        monkeypatch.setattr(training_on_samples, "mcnemar_p", lambda *others, p=alone: p)
        few = {**ARGUMENTS, "epochs": 1, "samples": 64}
        found = train_on_samples(workspace, gan=small_cgan, real=judge, **few, tests=2).metrics
        assert found["p"] == pytest.approx(together)


def test_samples_need_labels_and_the_judge_s_size(monkeypatch, workspace, judge, small_gan, small_cgan):
    with pytest.raises(ValueError, match="conditional"):
        train_on_samples(workspace, gan=small_gan, real=judge, **ARGUMENTS)
    large = torch.zeros(10, 1, 64, 64, dtype=torch.uint8), torch.arange(10)
    monkeypatch.setattr(training_on_samples, "draw_samples", lambda *others: large)
    with pytest.raises(ValueError, match="32 × 32"):
        train_on_samples(workspace, gan=small_cgan, real=judge, **ARGUMENTS)
