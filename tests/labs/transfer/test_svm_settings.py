"""The choice of C, and principal components before the SVM."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import PCA

from generator.labs.shared.statistics import holm_adjusted, paired_p
from generator.labs.transfer.svm import fit_svm, split_of
from generator.labs.transfer.svm_settings import (
    _choice,
    _reduction,
    choose_penalty,
    principal_components,
    reduce_dimensions,
)

CS = [0.001, 0.1, 1.0, 10.0]


def test_c_is_chosen_by_validation_and_scored_on_the_test_part(workspace, features):
    result = choose_penalty(workspace, features=features, layer="relu7", cs=CS, folds=3)
    rows, metrics = result.tables["values"].records(), result.metrics
    chosen = max(rows, key=lambda row: row["validation"])
    assert (metrics["chosen_c"], metrics["chosen_test"]) == (chosen["c"], chosen["test"])
    assert metrics["best_test"] >= metrics["chosen_test"]
    assert metrics["plateau_low"] <= metrics["chosen_c"] <= metrics["plateau_high"]
    assert rows[2]["p"] is None
    assert all(row["validation_low"] <= row["validation"] <= row["validation_high"] for row in rows)
    assert len(result.figures["accuracy"].series) == 3


def test_the_p_values_of_all_penalties_are_adjusted_for_one_another(workspace, features):
    split = split_of(features, "relu7").normalised()
    hits = [fit_svm(split, c, 0).test_predicted == split.test_labels for c in CS]
    single = [paired_p(one, hits[2], split.test_groups) for one in (hits[0], hits[1], hits[3])]
    result = choose_penalty(workspace, features=features, layer="relu7", cs=CS, folds=3)
    assert [row["p"] for row in result.tables["values"].records() if row["p"] is not None] == holm_adjusted(single)


def test_the_default_alone_is_no_test(workspace, features):
    metrics = choose_penalty(workspace, features=features, layer="relu7", cs=[1.0], folds=3).metrics
    assert (metrics["chosen_c"], metrics["p"]) == (1.0, 1.0)


def test_the_plateau_ends_where_a_value_falls_below_it():
    """The first value is as good as the chosen one, but what lies between them is not."""
    folds = np.array([[0.9, 0.9, 0.9], [0.5, 0.5, 0.5], [0.9, 0.89, 0.92], [0.89, 0.9, 0.9], [0.6, 0.6, 0.6]])
    rows = [
        {"c": c, "validation": fold.mean(), "test": 0.8, "low": 0.7, "high": 0.9, "p": 0.5, "detectable": 0.1}
        for c, fold in zip([0.1, 1.0, 10.0, 100.0, 1000.0], folds, strict=True)
    ]
    found = _choice(rows, folds, 1)
    assert (found["plateau_low"], found["chosen_c"], found["plateau_high"]) == (10.0, 10.0, 100.0)


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


def test_what_is_better_than_all_values_does_not_count_as_a_loss():
    rows = [
        {"order": order, "dimensions": size, "test": test, "p": p, "detectable": 0.1, "variance": 0.5, "fit_seconds": 1}
        for order in ("before", "after")
        for size, test, p in ((2, 0.5, 0.001), (4, 0.95, 0.01), (8, 0.9, 1.0))
    ]
    found = _reduction(rows, 0.9, [2, 4, 8])
    assert (found["alike"], found["better"], found["smallest_alike"]) == (2, 1, 4)


def test_the_p_values_of_all_dimensions_are_adjusted_for_one_another(workspace, features):
    result = reduce_dimensions(workspace, features=features, layer="fc8", dimensions=[2, 8])
    split = split_of(features, "fc8")
    full = fit_svm(split.normalised(), 1.0, 0).test_predicted == split.test_labels
    single = []
    for order in ("before", "after"):
        turned, _, _ = principal_components(split, order)
        for size in (2, 8):
            cut = replace(turned, train=turned.train[:, :size], test=turned.test[:, :size])
            fit = fit_svm(cut.normalised() if order == "after" else cut, 1.0, 0)
            single.append(paired_p(fit.test_predicted == split.test_labels, full, split.test_groups))
    assert [row["p"] for row in result.tables["dimensions"].records()] == holm_adjusted(single)
