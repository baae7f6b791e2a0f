"""What is said of a generator's images, on generators whose images are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from generator.labs.gan import measures
from generator.labs.gan.measures import draw_samples, measure_gan
from generator.labs.gan.real_images import load_real_images

SAMPLES = 2000


@pytest.fixture
def digits(workspace):
    return load_real_images("embedded_mnist", workspace.data, "test", 32)


def drawing(monkeypatch, pixels, asked=None):
    """Let every generator draw these images, over and over."""

    def draw(workspace, gan, count, seed):
        chosen = torch.arange(count) % len(pixels)
        return pixels[chosen], None if asked is None else asked[chosen]

    monkeypatch.setattr(measures, "draw_samples", draw)


def test_the_real_test_images_come_to_their_own_floor(monkeypatch, workspace, judge, small_gan, digits):
    drawing(monkeypatch, digits.pixels)
    found = measure_gan(workspace, gan=small_gan, judge=judge, samples=len(digits)).metrics
    for name, own in (("fid", "real_fid"), ("density", "real_density"), ("coverage", "real_coverage")):
        assert found[name] == pytest.approx(found[own], rel=1e-4), name
    for name in ("modes", "label_distance", "confidence", "inception_score"):
        assert found[name] == pytest.approx(judge.metrics[name], rel=1e-4), name
    assert found["modes"] == 10
    assert found["agreement"] is None


def test_the_labels_of_real_images_agree_as_often_as_the_judge_is_right(
    monkeypatch, workspace, judge, small_cgan, digits
):
    drawing(monkeypatch, digits.pixels, digits.labels)
    found = measure_gan(workspace, gan=small_cgan, judge=judge, samples=len(digits)).metrics
    assert found["agreement"] == pytest.approx(judge.metrics["test"])
    assert (found["agreement_low"], found["agreement_high"]) == (judge.metrics["test_low"], judge.metrics["test_high"])
    drawing(monkeypatch, digits.pixels, (digits.labels + 1) % 10)
    wrong = measure_gan(workspace, gan=small_cgan, judge=judge, samples=len(digits)).metrics
    assert wrong["agreement"] < 1 - judge.metrics["test"] + 1e-9


def test_one_image_repeated_is_one_mode_however_sure_the_judge_is(monkeypatch, workspace, judge, small_gan, digits):
    drawing(monkeypatch, digits.pixels[:1])
    found = measure_gan(workspace, gan=small_gan, judge=judge, samples=SAMPLES)
    assert found.metrics["modes"] == 1
    assert found.metrics["inception_score"] == pytest.approx(1.0, abs=1e-6)
    assert found.metrics["coverage"] < 0.1
    assert found.metrics["class_variety"] == 0.0
    assert found.metrics["fid"] > 10 * found.metrics["real_fid"]
    shares = {row["class_name"]: row for row in found.tables["classes"].records()}
    only = shares[found.metrics["commonest"]]
    assert only["share"] == 1.0
    assert found.metrics["label_distance"] == pytest.approx(1 - only["real_share"])


def test_training_images_are_as_varied_within_their_classes_as_they_are(monkeypatch, workspace, judge, small_cgan):
    train = load_real_images("embedded_mnist", workspace.data, "train", 32, judge.metrics["training_images"])
    drawing(monkeypatch, train.pixels, train.labels)
    few = len(train)
    known = replace(judge, metrics={**judge.metrics, "test_images": few})
    found = measure_gan(workspace, gan=small_cgan, judge=known, samples=few).metrics
    assert found["class_variety"] == pytest.approx(1.0)


def test_noise_is_far_from_real_images(workspace, judge, small_gan):
    found = measure_gan(workspace, gan=small_gan, judge=judge, samples=SAMPLES).metrics
    assert found["fid"] > 3 * found["real_fid"]
    assert found["coverage"] < found["real_coverage"]


def test_a_conditional_generator_draws_every_class_equally_often(workspace, small_cgan):
    pixels, asked = draw_samples(workspace, small_cgan, 30, 0)
    assert pixels.dtype == torch.uint8
    assert pixels.shape == (30, 1, 32, 32)
    assert torch.bincount(asked).tolist() == [3] * 10
    again, _ = draw_samples(workspace, small_cgan, 30, 0)
    other, _ = draw_samples(workspace, small_cgan, 30, 1)
    assert torch.equal(pixels, again)
    assert not torch.equal(pixels, other)


def test_a_generator_that_diverged_is_measured_as_grey(workspace, judge, small_gan):
    broken = {name: np.full_like(array, np.nan) for name, array in small_gan.arrays.items() if array.dtype.kind == "f"}
    ruined = replace(small_gan, arrays={**small_gan.arrays, **broken})
    found = measure_gan(workspace, gan=ruined, judge=judge, samples=SAMPLES)
    assert set(np.unique(found.arrays["strip"])) == {128}
    assert np.isfinite(found.metrics["fid"])
    assert found.metrics["modes"] == 1


def test_fewer_samples_than_test_images_are_refused(workspace, judge, small_gan):
    with pytest.raises(ValueError, match="2000 test images"):
        measure_gan(workspace, gan=small_gan, judge=judge, samples=100)


def test_larger_images_have_a_floor_of_their_own(monkeypatch, workspace, judge, small_gan):
    large = load_real_images("embedded_mnist", workspace.data, "test", 64)
    drawing(monkeypatch, large.pixels)
    gan = replace(small_gan, metrics={**small_gan.metrics, "image_size": 64})
    found = measure_gan(workspace, gan=gan, judge=judge, samples=len(large)).metrics
    assert found["fid"] == pytest.approx(found["real_fid"], rel=1e-4)
    assert found["real_fid"] != pytest.approx(judge.metrics["fid"], rel=1e-6)
