"""Predictions and what the normalisation does to them, checked against the network itself.

Covers labs/shared/metrics.py too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from generator.datasets.images import load_images
from generator.labs.pretrained.classification import (
    classify_images,
    normalisation_effect,
    output_scores,
    pool_normalisations,
)
from generator.labs.shared.metrics import accuracy_metrics, hits_within, true_ranks
from generator.labs.shared.statistics import paired_p
from generator.networks.backbones import load_backbone
from generator.networks.preprocessing import scaled

EXAMPLES = [0, 21, 40]


@pytest.fixture
def logits(network, workspace):
    """Logits of all test images, one image at a time."""
    backbone = load_backbone(network, workspace.data)
    images = load_images("embedded_scenes", workspace.data)
    with torch.no_grad():
        return torch.cat([backbone.module(backbone.preprocess([image])) for image in images.images])


def test_hits_and_ranks():
    scores = torch.tensor([[3.0, 1.0, 2.0], [0.0, 5.0, 1.0], [1.0, 2.0, 3.0]])
    labels = np.array([0, 2, 0])
    assert hits_within(scores, labels, 1).tolist() == [True, False, False]
    assert hits_within(scores, labels, 2).tolist() == [True, True, False]
    assert hits_within(scores, labels, 5).all()  # fewer classes than places
    assert true_ranks(scores, labels).tolist() == [1, 2, 3]
    metrics = accuracy_metrics("top1", np.array([True, False, False, True]))
    assert metrics["top1"] == 0.5
    assert metrics["top1_low"] < 0.5 < metrics["top1_high"]


def test_the_predictions_are_those_of_the_network(network, workspace, logits):
    result = classify_images(workspace, network=network, dataset="embedded_scenes", examples=EXAMPLES)
    names = [row["class_name"] for row in network.tables["classes"].records()]
    images = load_images("embedded_scenes", workspace.data)
    probabilities = logits.softmax(1)
    for row in result.tables["predictions"].records():
        own = probabilities[row["image"]]
        assert row["predicted_class"] == names[int(own.argmax())]
        assert row["probability"] == pytest.approx(float(own.max()), abs=1e-5)
        assert row["true_class"] == names[images.labels[row["image"]]]
        assert row["true_probability"] == pytest.approx(float(own[images.labels[row["image"]]]), abs=1e-5)
        assert (row["true_rank"] == 1) == (row["predicted_class"] == row["true_class"])
    hits = hits_within(logits, images.labels, 1)
    assert result.metrics["top1"] == pytest.approx(hits.mean())
    assert result.metrics["examples_right"] == hits[EXAMPLES].sum()
    assert result.metrics["top1"] <= result.metrics["top5"]


def test_the_figure_has_photograph_input_and_bars_for_each_example(network, workspace):
    result = classify_images(workspace, network=network, dataset="embedded_scenes", examples=EXAMPLES)
    panels = result.figures["predictions"]
    assert (panels.columns, len(panels.panels)) == (3, 9)
    rows = result.tables["predictions"].records()
    assert panels.row_titles == tuple(row["true_class"] for row in rows)
    images = load_images("embedded_scenes", workspace.data)
    for place, row in enumerate(rows):
        photograph, transformed, bars = panels.panels[3 * place : 3 * place + 3]
        assert np.array_equal(photograph.images[0], images.images[row["image"]])
        assert transformed.images[0].shape == (32, 32, 3)
        assert bars.categories[0] == row["predicted_class"]
        values = bars.series[0].values
        assert list(values) == sorted(values, reverse=True)
        stressed = None if bars.highlight is None else bars.categories[bars.highlight]
        assert stressed == (row["true_class"] if row["true_rank"] <= 5 else None)


def test_scores_are_logits_and_become_probabilities(network, workspace, logits):
    result = output_scores(workspace, network=network, dataset="embedded_scenes", image=21)
    metrics, own = result.metrics, logits[21]
    assert metrics["classes"] == 15
    assert metrics["chance"] == pytest.approx(1 / 15)
    assert metrics["probability_sum"] == pytest.approx(1)
    assert metrics["highest_logit"] == pytest.approx(float(own.max()), abs=1e-4)
    assert metrics["lowest_logit"] == pytest.approx(float(own.min()), abs=1e-4)
    assert metrics["negative_logits"] == int((own < 0).sum())
    rows = result.tables["scores"].records()
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5]
    assert rows[0]["logit"] - rows[1]["logit"] == pytest.approx(
        np.log(rows[0]["probability"] / rows[1]["probability"]), abs=1e-4
    )


def test_the_raw_input_is_the_same_image_without_normalisation(network, workspace, logits):
    result = normalisation_effect(workspace, network=network, dataset="embedded_scenes")
    metrics = result.metrics
    images = load_images("embedded_scenes", workspace.data)
    backbone = load_backbone(network, workspace.data)
    pixels = scaled(images.images, 32)
    with torch.no_grad():
        raw = backbone.module(pixels)
    with_it, without = (hits_within(scores, images.labels, 1) for scores in (logits, raw))
    assert metrics["raw_input_mean"] == pytest.approx(pixels.mean().item(), abs=1e-5)
    assert metrics["raw_top1"] == without.mean()
    assert metrics["top1"] == with_it.mean()
    assert metrics["top1_lost"] == (with_it & ~without).sum()
    assert metrics["top1_lost"] - metrics["top1_gained"] == with_it.sum() - without.sum()
    np.testing.assert_array_equal(result.arrays["test/hits"], with_it)
    np.testing.assert_array_equal(result.arrays["test/raw_hits"], without)
    assert metrics["changed_share"] == (logits.argmax(1) != raw.argmax(1)).double().mean() > 0


def test_an_image_number_out_of_range_is_named(network, workspace):
    with pytest.raises(IndexError, match="no image 60"):
        classify_images(workspace, network=network, dataset="embedded_scenes", examples=[60])


def test_several_networks_share_their_alarms(network, workspace):
    """Both tests of the table are counted, in groups, and the better p value is doubled."""
    one = normalisation_effect(workspace, network=network, dataset="embedded_scenes")
    groups = one.arrays["test/groups"]
    other = replace(one, arrays={**one.arrays, "test/raw_hits": one.arrays["test/hits"]})  # nothing changes: p is 1
    result = pool_normalisations(workspace, runs=[one, other])
    single = paired_p(one.arrays["test/hits"], one.arrays["test/raw_hits"], groups)
    assert single < 0.5
    assert result.metrics["first_p"] == pytest.approx(2 * single)
    assert [row["top1_p"] for row in result.tables["networks"].records()] == [result.metrics["first_p"], 1.0]
    assert [row["raw_top1"] for row in result.tables["networks"].records()] == [one.metrics["raw_top1"]] * 2
