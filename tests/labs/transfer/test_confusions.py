"""The confusion matrix and what is read from it."""

from __future__ import annotations

import numpy as np
import pytest

from generator.datasets import embedded_scenes
from generator.labs.transfer.confusions import svm_confusions


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
