"""The choice of C, and principal components before the SVM."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from generator.labs.transfer.svm import split_of
from generator.labs.transfer.svm_settings import choose_penalty, principal_components, reduce_dimensions

CS = [0.001, 0.1, 1.0, 10.0]


def test_c_is_chosen_by_validation_and_scored_on_the_test_part(workspace, features):
    result = choose_penalty(workspace, features=features, layer="relu7", cs=CS, folds=3)
    rows, metrics = result.tables["values"].records(), result.metrics
    chosen = max(rows, key=lambda row: row["validation"])
    assert (metrics["chosen_c"], metrics["chosen_test"]) == (chosen["c"], chosen["test"])
    assert metrics["best_test"] >= metrics["chosen_test"]
    assert metrics["plateau_low"] <= metrics["chosen_c"] <= metrics["plateau_high"]
    assert rows[2]["p"] == 1.0
    assert all(row["validation_low"] <= row["validation"] <= row["validation_high"] for row in rows)
    assert len(result.figures["accuracy"].series) == 3


def test_the_default_has_to_be_among_the_values(workspace, features):
    with pytest.raises(ValueError, match="not in list"):
        choose_penalty(workspace, features=features, layer="relu7", cs=[0.1], folds=2)


@pytest.mark.parametrize("layer", ["fc8", "relu7"])  # fewer, and more values than training images
def test_the_components_are_scikit_learns(features, layer):
    split = split_of(features, layer)
    turned, _, variances = principal_components(split, "after")
    peer = PCA(5, svd_solver="full").fit(split.train.astype(np.float64))
    np.testing.assert_allclose(np.abs(turned.test[:, :5]), np.abs(peer.transform(split.test)), atol=1e-3)
    np.testing.assert_allclose(variances[:5] / variances.sum(), peer.explained_variance_ratio_, atol=1e-4)


def test_components_do_not_depend_on_the_test_rows(features):
    from dataclasses import replace

    split = split_of(features, "fc8")
    first = principal_components(split, "before")[0].train
    np.testing.assert_array_equal(principal_components(replace(split, test=split.test * 9), "before")[0].train, first)


def test_dimensions_that_are_not_there_are_left_out(workspace, features):
    result = reduce_dimensions(workspace, features=features, layer="fc8", dimensions=[2, 8, 500])
    rows = result.tables["dimensions"].records()
    assert [(row["dimensions"], row["order"]) for row in rows] == [
        (2, "before"), (8, "before"), (2, "after"), (8, "after")
    ]  # fmt: skip
    assert rows[0]["variance"] < rows[1]["variance"] <= 1
    assert result.metrics["values"] == 15
    with pytest.raises(ValueError, match="no dimension among"):
        reduce_dimensions(workspace, features=features, layer="fc8", dimensions=[500])
