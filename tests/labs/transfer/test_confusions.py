"""The confusion matrix and what is read from it."""

from __future__ import annotations

import numpy as np
import pytest

from generator.datasets import embedded_scenes
from generator.labs.transfer.confusions import spread_p, svm_confusions
from generator.labs.transfer.svm import Split


@pytest.fixture
def result(workspace, features):
    return svm_confusions(workspace, features=features, dataset="embedded_scenes", layer="relu7")


def test_matrix_table_and_metrics_agree(result):
    shares = result.figures["confusion"].values
    np.testing.assert_allclose(shares.sum(axis=1), 100)
    rows = result.tables["classes"].records()
    assert sum(row["right"] for row in rows) / 60 == pytest.approx(result.metrics["test"])
    assert 60 - sum(row["right"] for row in rows) == result.metrics["errors"]
    assert [row["accuracy"] for row in rows] == sorted(row["accuracy"] for row in rows)
    names = result.figures["confusion"].row_labels
    for row in rows:
        assert shares[names.index(row["class_name"])].max() >= 100 * row["accuracy"] - 1e-9
    pair = result.tables["pairs"].records()[0]
    assert (pair["true_class"], pair["count"]) == (result.metrics["pair_true"], result.metrics["pair_count"])


def test_the_images_shown_are_wrong_ones(result):
    grid = result.figures["worst"]
    assert len(grid.images) == result.metrics["shown"] == min(10, result.metrics["errors"])
    assert all(title.split(" → ")[0] != title.split(" → ")[1] for title in grid.titles)
    assert {image.dtype for image in grid.images} == {np.dtype(np.uint8)}


def test_features_of_another_collection_are_refused(workspace, features, monkeypatch):
    monkeypatch.setattr(embedded_scenes, "CROPS", {"train": 8, "test": 3})
    with pytest.raises(ValueError, match="not those of embedded_scenes"):
        svm_confusions(workspace, features=features, dataset="embedded_scenes", layer="relu7")


def dealt(hits, labels, groups=None):
    empty = np.zeros((len(labels), 1), np.float32)
    return spread_p(np.array(hits), Split(empty, empty, labels, labels, None, groups), np.random.default_rng(0))


def test_classes_differ_where_one_is_wrong_throughout():
    labels = np.repeat(np.arange(4), 10)
    assert dealt(labels > 0, labels) < 0.001
    assert dealt(np.ones(40, bool), labels) == 1.0
    assert dealt(np.arange(40) % 5 > 0, labels) == 1.0  # two wrong ones in each class


def test_groups_are_dealt_whole():
    """Of four classes one is always wrong: ten images are strong evidence, one group of ten is none."""
    labels = np.repeat(np.arange(4), 10)
    assert dealt(labels > 0, labels, labels) == 1.0
    assert 0.01 < dealt(labels > 0, labels, np.arange(40) // 5) < 0.2


def test_classes_that_are_alike_are_told_apart_in_five_percent():
    rng, labels, groups = np.random.default_rng(3), np.repeat(np.arange(5), 12), np.arange(60) // 3
    alarms = [dealt(np.repeat(rng.random(20) < 0.8, 3), labels, groups) < 0.05 for _ in range(100)]
    assert np.mean(alarms) <= 0.1
