"""Measures of how mixed two domains are, on clouds whose mixture is known."""

from __future__ import annotations

import numpy as np
import pytest

from generator.labs.adaptation.embedding import Sample, balanced, neighbour_shares, separation_error

CLASSES, EACH = 4, 60


def clouds(domain_shift=0.0, class_order=(0, 1, 2, 3)):
    """Two domains of four classes, far apart as classes; the target is shifted, its classes in another order."""
    rng = np.random.default_rng(0)
    centres = 20 * np.eye(CLASSES, 8)
    labels = np.repeat(np.arange(CLASSES), EACH)
    source = centres[labels] + rng.normal(size=(len(labels), 8))
    target = centres[np.array(class_order)[labels]] + rng.normal(size=(len(labels), 8))
    target[:, 7] += domain_shift
    features = np.concatenate([source, target]).astype(np.float32)
    return Sample(features, np.tile(labels, 2), np.repeat([0, 1], len(labels)))


def test_domains_that_are_one_are_mixed_and_cannot_be_told_apart():
    sample = clouds()
    purity, agreement = neighbour_shares(sample, 10)
    assert purity == pytest.approx(0.5, abs=0.03)
    assert agreement == 1.0
    assert separation_error(sample, seed=0) == pytest.approx(0.5, abs=0.1)


def test_domains_far_apart_are_pure_although_classes_agree():
    sample = clouds(domain_shift=15.0)
    purity, agreement = neighbour_shares(sample, 10)
    assert purity == 1.0
    assert agreement == 1.0
    assert separation_error(sample, seed=0) == 0.0


def test_mixed_domains_may_have_the_wrong_classes_together():
    purity, agreement = neighbour_shares(clouds(class_order=(1, 0, 2, 3)), 10)
    assert purity == pytest.approx(0.5, abs=0.03)
    assert agreement == pytest.approx(0.5)


def test_a_balanced_sample_has_as_many_of_each_class_and_none_twice():
    labels = np.array([0, 1, 1, 0, 1, 2, 2, 0, 2])
    chosen = balanced(labels, 3, 2, np.random.default_rng(0))
    assert sorted(labels[chosen]) == [0, 0, 1, 1, 2, 2]
    assert len(set(chosen.tolist())) == 6
    with pytest.raises(ValueError, match="class 0 has 3 images, fewer than 4"):
        balanced(labels, 3, 4, np.random.default_rng(0))
