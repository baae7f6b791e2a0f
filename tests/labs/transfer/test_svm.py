"""The linear SVM: scikit-learn's own, scored on the right rows, and chosen without the test part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from generator.labs.transfer.svm import Split, cross_validated, fit_svm, l2_normalised, split_of


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


def test_a_layer_that_was_not_extracted_is_named(features):
    split = split_of(features, "relu7")
    assert split.train.shape == (120, 256)
    assert split.train.dtype == np.float32
    with pytest.raises(KeyError, match="no features of layer 'relu6'; there are relu2_2@2, relu7, fc8"):
        split_of(features, "relu6")
