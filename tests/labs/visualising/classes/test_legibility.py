"""What is read from a made image: against the networks themselves, and against pictures of known roughness."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch

from generator.datasets.images import load_images
from generator.labs.pretrained.classification import classify_images
from generator.labs.visualising.classes.legibility import (
    Reading,
    against_chance,
    judged_metrics,
    photograph_metrics,
    read_images,
    roughness,
    saved,
    stretched,
    verdict,
)
from generator.networks.backbones import load_backbone


@pytest.fixture
def backbone(network, workspace):
    return load_backbone(network, workspace.data)


def reading(**changes):
    return Reading(**{
        "class_name": "cat", "score": 1.0, "own_confidence": 0.9, "confidence": 0.5, "rank": 1, "said": "cat",
        "said_confidence": 0.5, "roughness": 0.4, "contrast": 0.1, **changes,
    })  # fmt: skip


def test_independent_values_have_a_known_roughness():
    values = np.random.default_rng(0).normal(128, 20, (300, 300, 3)).round().astype(np.uint8)
    rough, contrast = roughness(values)
    assert rough == pytest.approx(2 / math.sqrt(math.pi), rel=0.01)
    assert contrast == pytest.approx(20 / 255, rel=0.01)


def test_roughness_does_not_depend_on_contrast_and_a_plain_picture_has_none():
    ramp = np.repeat(np.arange(0, 100, 2, dtype=np.uint8)[:, None, None], 50, axis=1).repeat(3, axis=2)
    assert roughness(ramp)[0] == pytest.approx(roughness(2 * ramp)[0])
    assert roughness(2 * ramp)[1] == pytest.approx(2 * roughness(ramp)[1])
    assert roughness(np.full((5, 5, 3), 7, np.uint8)) == (0.0, 0.0)


def test_a_reading_is_what_the_networks_say_of_the_saved_picture(backbone, workspace):
    photographs = load_images("embedded_scenes", workspace.data).select([0, 9, 30])
    names = ["cat", "moon", "grass"]
    images = saved(backbone, list(backbone.preprocess(photographs.images)))
    logits = backbone.module(backbone.preprocess(images)).double()
    for place, one in enumerate(read_images(backbone, backbone, images, names)):
        label = backbone.class_names.index(names[place])
        # A batch and single images differ in the last digits.
        assert one.score == pytest.approx(float(logits[place, label]), rel=1e-4, abs=1e-5)
        assert one.confidence == pytest.approx(float(logits[place].softmax(0)[label]), rel=1e-4)
        assert one.own_confidence == one.confidence
        assert one.rank == 1 + int((logits[place] > logits[place, label]).sum())
        assert one.said == backbone.class_names[int(logits[place].argmax())]
        assert one.said_confidence == pytest.approx(float(logits[place].softmax(0).max()), rel=1e-4)


def test_a_class_must_be_known(backbone):
    with pytest.raises(ValueError, match="knows no class 'stingray'"):
        read_images(backbone, backbone, [np.zeros((32, 32, 3), np.uint8)], ["stingray"])


def test_photographs_are_read_as_the_classifier_reads_them(network, backbone, workspace):
    photographs = load_images("embedded_scenes", workspace.data)
    metrics = photograph_metrics(backbone, backbone, photographs)
    classified = classify_images(workspace, network=network, dataset="embedded_scenes", examples=[0])
    # The photographs are saved at the network's size as 8 bits first, which may tip one that is on the edge.
    assert abs(metrics["photograph_recognised_share"] - classified.metrics["top1"]) <= 1 / len(photographs) + 1e-9
    assert metrics["photograph_highest_score"] >= metrics["photograph_score"]


def test_the_judges_verdicts_are_counted_with_an_interval():
    readings = [
        reading(confidence=0.8),
        reading(class_name="moon", confidence=0.1, rank=3, said="grass", said_confidence=0.6),
        reading(class_name="grass", confidence=0.3, rank=2, said="moon", said_confidence=0.4, score=4.0),
    ]
    metrics = judged_metrics(readings)
    assert (metrics["images"], metrics["recognised"]) == (3, 1)
    assert metrics["recognised_share"] == pytest.approx(1 / 3)
    assert metrics["recognised_low"] < metrics["recognised_share"] < metrics["recognised_high"]
    assert metrics["confidence"] == pytest.approx(0.4)
    assert (metrics["score"], metrics["lowest_score"]) == (pytest.approx(2.0), 1.0)
    assert (metrics["surest_class"], metrics["doubted_class"], metrics["doubted_said"]) == ("cat", "moon", "grass")
    assert metrics["doubted_rank"] == 3


def test_recognition_is_held_against_guessing_among_the_classes_that_the_judge_knows(backbone):
    names = backbone.class_names
    judge = dataclasses.replace(backbone, untrained=frozenset(names[4:]))
    metrics = against_chance([reading(rank=rank) for rank in (1, 1, 1, 2, 9)], judge)
    assert (metrics["judge_trained"], metrics["chance"]) == (4, 0.25)
    assert metrics["recognised_p"] == pytest.approx(sum(math.comb(5, k) * 3 ** (5 - k) for k in (3, 4, 5)) / 4**5)
    assert metrics["recognised_needed"] == 4  # three of five are as likely as one in ten
    assert against_chance([reading()], judge)["recognised_needed"] is None
    assert against_chance([reading(rank=3)] * 5, judge)["recognised_p"] == 1


def test_stretching_uses_the_whole_range_and_keeps_the_order_and_hue(backbone):
    rng = torch.Generator().manual_seed(0)
    images = torch.stack(
        [0.05 * torch.randn(3, 40, 40, generator=rng), 0.5 + 0.2 * torch.randn(3, 40, 40, generator=rng)]
    )
    std, mean = (torch.tensor(values).view(1, 3, 1, 1) for values in (backbone.std, backbone.mean))
    pixels = (images * std + mean).numpy()
    for picture, original in zip(stretched(backbone, images), pixels, strict=True):
        assert (picture.min(), picture.max()) == (0, 255)
        assert np.mean(picture == 0) == pytest.approx(0.005, abs=0.003)
        shown, given = picture.transpose(2, 0, 1).ravel().astype(int), original.ravel()
        assert (np.diff(shown[np.argsort(given)]) >= 0).all()  # one scale for all channels
    alone = stretched(backbone, images[1:])[0]
    assert np.array_equal(alone, stretched(backbone, images)[1])


def test_a_judge_gives_no_verdict_on_a_class_that_it_never_saw(backbone):
    assert verdict(backbone, reading(confidence=0.256, rank=1), 1) == ("25.6 %", "good")
    assert verdict(backbone, reading(confidence=0.256, rank=2), 0) == ("26 %", "bad")
    stranger = dataclasses.replace(backbone, untrained=frozenset({"cat"}))
    assert verdict(stranger, reading(confidence=0.9), 1) == ("", "")
    assert verdict(stranger, reading(class_name="moon"), 1) == ("50.0 %", "good")
