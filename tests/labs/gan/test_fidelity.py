"""Distances between sets of features, against closed forms."""

from __future__ import annotations

import math

import pytest
import torch

from generator.labs.gan.fidelity import (
    class_shares,
    density_and_coverage,
    frechet_distance,
    inception_score,
    label_distance,
    modes_covered,
)


def normal(count: int, width: int, seed: int) -> torch.Tensor:
    return torch.randn(count, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def whitened(count: int, width: int, seed: int) -> torch.Tensor:
    """Features whose mean is exactly 0 and whose covariance is exactly the identity."""
    draws = normal(count, width, seed)
    draws -= draws.mean(0)
    values, vectors = torch.linalg.eigh(draws.T @ draws / (count - 1))
    return draws @ vectors @ torch.diag(values.rsqrt()) @ vectors.T


def test_the_frechet_distance_of_two_gaussians_is_that_of_their_moments():
    scales = torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64)
    shift = torch.tensor([3.0, 0.0, -1.0], dtype=torch.float64)
    first, second = whitened(200, 3, 0), whitened(300, 3, 1) * scales + shift
    # Commuting covariances: ‖μ − μ′‖² + Σ (σ − σ′)²
    assert frechet_distance(first, second) == pytest.approx(10.0 + (0 + 1 + 0.25), rel=1e-9)


def test_the_frechet_distance_of_covariances_that_do_not_commute():
    from scipy.linalg import sqrtm

    first, second = normal(400, 4, 0) @ normal(4, 4, 1), normal(500, 4, 2) @ normal(4, 4, 3) + 1
    a, b = first.T.cov().numpy(), second.T.cov().numpy()
    apart = float((first.mean(0) - second.mean(0)).square().sum())
    expected = apart + (a + b - 2 * sqrtm(a @ b).real).trace()
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-9)


def test_a_set_is_at_no_distance_from_itself_and_one_image_has_no_covariance():
    features = normal(50, 8, 0).float()
    assert frechet_distance(features, features) == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(ValueError, match="1 generated"):
        frechet_distance(features, features[:1])


@pytest.mark.parametrize("sure", [5.0, 100.0, 1000.0])
def test_the_inception_score_of_equally_frequent_classes(sure):
    classes = 10
    logits = torch.eye(classes).repeat(7, 1) * sure
    own = 1 / (1 + (classes - 1) * math.exp(-sure))
    other = (1 - own) / (classes - 1)
    entropy = -own * math.log(own) - (classes - 1) * (other * math.log(other) if other > 0 else 0.0)
    assert inception_score(logits) == pytest.approx(math.exp(math.log(classes) - entropy), rel=1e-6)


@pytest.mark.parametrize("logits", [torch.zeros(20, 10), torch.tensor([[900.0] + [0.0] * 9]).repeat(20, 1)])
def test_the_inception_score_is_one_for_images_without_class_or_all_of_one_class(logits):
    assert inception_score(logits) == pytest.approx(1.0, abs=1e-9)


def test_the_inception_score_leaves_the_global_generator_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    inception_score(torch.eye(4))
    assert torch.equal(torch.get_rng_state(), before)


def test_every_real_image_is_covered_by_itself():
    features = normal(300, 5, 0)
    density, coverage = density_and_coverage(features, features, neighbours=5)
    assert coverage == 1.0
    # Each ball holds its centre and its five nearest: six images for a density counted in fives.
    assert density == pytest.approx(6 / 5)


def test_coverage_of_fresh_images_is_that_of_the_paper_s_lemma():
    real, generated, neighbours = normal(2500, 3, 0), normal(2500, 3, 1), 5
    density, coverage = density_and_coverage(real, generated, neighbours)
    uncovered = math.prod((2500 - i) / (5000 - i) for i in range(1, neighbours + 1))
    assert coverage == pytest.approx(1 - uncovered, abs=0.01)
    assert density == pytest.approx(1.0, abs=0.05)


def test_images_far_from_all_real_ones_cover_nothing_and_one_mode_covers_its_share():
    real = torch.cat([normal(200, 3, 0), normal(600, 3, 1) + 100])
    assert density_and_coverage(real, normal(50, 3, 2) - 1000) == (0.0, 0.0)
    assert 0.2 < density_and_coverage(real, normal(2000, 3, 3))[1] <= 0.25


def test_too_few_real_images_are_refused():
    with pytest.raises(ValueError, match="no 5 neighbours"):
        density_and_coverage(normal(5, 2, 0), normal(5, 2, 1))


def test_shares_of_classes_their_distance_and_what_they_cover():
    shares = class_shares(torch.tensor([0] * 49 + [1] * 50 + [3]), 4)
    assert shares.tolist() == [0.49, 0.5, 0.0, 0.01]
    assert modes_covered(shares) == 2
    even = class_shares(torch.arange(4), 4)
    assert label_distance(even, even) == 0.0
    assert label_distance(shares, even) == pytest.approx(0.24 + 0.25)
    assert label_distance(class_shares(torch.tensor([0]), 2), class_shares(torch.tensor([1]), 2)) == 1.0
