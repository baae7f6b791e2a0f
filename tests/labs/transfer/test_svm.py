"""The linear SVM: scikit-learn's own, scored on the right rows, and chosen without the test part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from generator.labs.transfer.svm import Split, cross_validated, fit_svm, folds_of, l2_normalised, split_of


def blobs(values=6, images=40, seed=0):
    """Three classes around three centres, float32."""
    rng = np.random.default_rng(seed)
    labels = np.arange(images) % 3
    centres = 3 * np.eye(3, values)
    train, test = (centres[labels] + rng.normal(size=(images, values)) for _ in range(2))
    return Split(train.astype(np.float32), test.astype(np.float32), labels, labels)


@pytest.mark.parametrize("values", [6, 200])
def test_the_machine_is_scikit_learns(values):
    split = blobs(values)
    fit = fit_svm(split, 0.5, 0)
    peer = LinearSVC(C=0.5, dual=values > 40, max_iter=20_000, random_state=1).fit(split.train, split.train_labels)
    np.testing.assert_allclose(fit.decisions, peer.decision_function(split.test), atol=0.02)
    assert (fit.test_predicted == fit.decisions.argmax(1)).all()
    assert fit.converged
    assert fit.image_seconds >= 0


def test_two_classes_have_two_columns():
    split = blobs()
    two = replace(split, train_labels=split.train_labels % 2, test_labels=split.test_labels % 2)
    assert fit_svm(two, 1.0, 0).decisions.shape == (40, 2)


def test_rows_get_length_one_and_zero_rows_stay():
    rows = np.array([[3, 4], [0, 0], [0, 2]], dtype=np.float32)
    np.testing.assert_allclose(l2_normalised(rows), [[0.6, 0.8], [0, 0], [0, 1]])
    np.testing.assert_array_equal(rows[0], [3, 4])


def test_cross_validation_never_sees_the_test_part():
    split = blobs()
    expected = cross_validated(split, [0.1, 1.0], 4, 0)
    blind = replace(split, test=np.full_like(split.test, np.nan), test_labels=split.test_labels[::-1])
    np.testing.assert_array_equal(cross_validated(blind, [0.1, 1.0], 4, 0), expected)
    assert expected.shape == (2, 4)
    assert expected.mean() > 0.6


@pytest.mark.parametrize("folds", [2, 3, 4, 5])
def test_no_group_straddles_a_fold_and_every_row_is_held_out_once(folds):
    labels = np.repeat(np.arange(5), 18)
    groups = 4 * labels + np.random.default_rng(1).integers(0, 4, len(labels))
    parts = folds_of(labels, groups, folds, 0)
    assert len(parts) == folds
    for fitted, held in parts:
        assert set(groups[fitted]).isdisjoint(groups[held])
        assert set(labels[fitted]) == set(range(5))
    assert sorted(np.concatenate([held for _, held in parts])) == list(range(len(labels)))


def test_what_only_copies_within_groups_give_away_is_not_rewarded():
    """Each group has an accidental mark of its own: random folds read the classes off it, whole groups do not."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), 24)
    groups = np.arange(96) // 6
    rows = (rng.normal(size=(16, 64))[groups] + 0.1 * rng.normal(size=(96, 64))).astype(np.float32)
    split = Split(rows, rows, labels, labels)
    assert cross_validated(split, [1.0], 3, 0).mean() > 0.9
    assert cross_validated(replace(split, train_groups=groups), [1.0], 3, 0).mean() < 0.6


def test_the_groups_of_a_data_set_reach_the_split(features):
    split = split_of(features, "relu7")
    assert split.train_groups is not None
    assert split.test_groups is not None
    assert (split.train_groups // 4 == split.train_labels).all()
    assert (split.normalised().test_groups == split.test_groups).all()
    ungrouped = replace(features, arrays={k: v for k, v in features.arrays.items() if not k.endswith("/groups")})
    assert split_of(ungrouped, "relu7").train_groups is None


def test_a_layer_that_was_not_extracted_is_named(features):
    split = split_of(features, "relu7")
    assert split.train.shape == (120, 256)
    assert split.train.dtype == np.float32
    with pytest.raises(KeyError, match="no features of layer 'relu6'; there are relu2_2@2, relu7, fc8"):
        split_of(features, "relu6")
