"""Ways between latent vectors, and what a column of one latent vector has in common, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from generator.labs.gan.latent_space import (
    interpolate_latents,
    label_by_latent,
    linear_way,
    mean_correlation,
    slants,
    spherical_way,
)

START, END = torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 3.0]])
ALONG = torch.tensor([0.0, 0.5, 1.0])


def test_both_ways_begin_and_end_alike_and_only_the_sphere_keeps_the_length():
    line, sphere = (way(START, END, ALONG)[0] for way in (linear_way, spherical_way))
    for way in (line, sphere):
        assert torch.allclose(way[0], START[0], atol=1e-5)
        assert torch.allclose(way[2], END[0], atol=1e-5)
    assert torch.allclose(line[1], torch.tensor([1.5, 1.5]))
    assert torch.allclose(sphere[1], torch.full((2,), 3 / math.sqrt(2)), atol=1e-5)


def test_the_way_on_a_sphere_is_even_and_does_not_fail_where_there_is_no_angle():
    ends = (torch.randn(5, 7, generator=torch.Generator().manual_seed(seed)) for seed in (0, 1))
    start, end = (torch.nn.functional.normalize(one, dim=1) for one in ends)
    way = spherical_way(start, end, torch.linspace(0, 1, 5))
    assert torch.allclose(way.norm(dim=2), torch.ones(5, 5), atol=1e-5)
    steps = (way[:, 1:] * way[:, :-1]).sum(2)
    assert torch.allclose(steps, steps[:, :1].expand(-1, 4), atol=1e-4)
    assert torch.allclose(spherical_way(start, start, ALONG), start[:, None].expand(-1, 3, -1), atol=1e-3)


def test_the_slant_of_a_slanted_stroke():
    image = torch.zeros(3, 21, 41)
    for row in range(21):
        image[0, row, 20] = 1.0  # upright
        image[1, row, 30 - row] = 0.5  # leans to the right at the top: one to the left for each row down
        image[2, row, 10 + row] = 0.5
    assert slants(image).tolist() == pytest.approx([0.0, 1.0, -1.0])
    assert slants(torch.zeros(1, 4, 4)).tolist() == [0.0]


def test_the_mean_correlation_over_all_pairs_of_rows():
    base = np.random.default_rng(0).normal(size=4000)
    rows = np.stack([base, 2 * base + 1, -base])
    assert mean_correlation(rows) == pytest.approx((1 - 1 - 1) / 3)
    noise = np.random.default_rng(1).normal(size=(5, 4000))
    assert mean_correlation(noise + base) == pytest.approx(0.5, abs=0.05)
    assert mean_correlation(np.ones((3, 10))) == 0.0


def test_a_way_through_a_generator_is_measured(workspace, judge, small_gan):
    found = interpolate_latents(workspace, gan=small_gan, judge=judge, paths=20, steps=5, shown=2)
    metrics = found.metrics
    assert metrics["end_length"] == pytest.approx(math.sqrt(8), rel=0.15)
    assert metrics["linear_length"] < metrics["spherical_length"]
    assert metrics["even_step"] == 0.25
    assert 0.25 <= metrics["largest_step"] <= 1.0
    assert (len(found.figures["linear"].images), found.figures["linear"].columns) == (10, 5)
    first, last = found.figures["linear"].images[0], found.figures["linear"].images[4]
    assert np.array_equal(first, found.figures["spherical"].images[0])
    assert np.abs(last.astype(int) - found.figures["spherical"].images[4].astype(int)).max() <= 1


def test_a_grid_of_labels_by_latents_has_one_latent_to_a_column(workspace, judge, small_cgan):
    found = label_by_latent(workspace, gan=small_cgan, judge=judge, columns=4, measured=20)
    grid = found.figures["grid"]
    assert (len(grid.images), grid.columns, grid.row_titles) == (40, 4, tuple("0123456789"))
    assert -1.0 <= found.metrics["ink_correlation"] <= 1.0
    # An untrained generator hardly sees its labels: what differs comes from the latent vector alone.
    assert found.metrics["ink_correlation"] > 0.5


def test_the_wrong_kind_of_generator_is_refused(workspace, judge, small_gan, small_cgan):
    with pytest.raises(ValueError, match="without labels"):
        interpolate_latents(workspace, gan=small_cgan, judge=judge)
    with pytest.raises(ValueError, match="conditional"):
        label_by_latent(workspace, gan=small_gan, judge=judge)
