"""Copies of training images are found out, and images that are none are not."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from generator.labs.gan import memorisation
from generator.labs.gan.memorisation import nearest_of, nearest_real_images
from generator.labs.gan.real_images import load_real_images


def drawing(monkeypatch, pixels):
    monkeypatch.setattr(memorisation, "draw_samples", lambda workspace, gan, count, seed: (pixels[:count], None))


def test_the_nearest_image_and_its_distance():
    known = torch.zeros(3, 1, 2, 2, dtype=torch.uint8)
    known[1] = 255
    known[2, 0, 0, 0] = 255
    near = known[[2, 1]].clone()
    near[1, 0, 1, 1] = 0  # one pixel of four is wrong by all of its range
    distances, found = nearest_of(near, known)
    assert found.tolist() == [2, 1]
    assert distances.tolist() == pytest.approx([0.0, 0.5], abs=1e-3)


def test_copies_of_the_training_images_are_found_out(monkeypatch, workspace, small_gan):
    train = load_real_images("embedded_mnist", workspace.data, "train", 32)
    drawing(monkeypatch, train.pixels[:60])
    found = nearest_real_images(workspace, gan=small_gan, dataset="embedded_mnist", samples=60)
    assert found.metrics["copies"] == 60
    assert found.metrics["close_share"] == 1.0
    assert found.metrics["ratio"] < 0.01
    drawn, nearest = (found.figures["pairs"].images[row : row + 10] for row in (0, 10))
    assert all(np.array_equal(a, b) for a, b in zip(drawn, nearest, strict=True))


def test_fresh_images_are_as_far_away_as_test_images(monkeypatch, workspace, small_gan):
    test = load_real_images("embedded_mnist", workspace.data, "test", 32)
    drawing(monkeypatch, test.pixels)
    found = nearest_real_images(workspace, gan=small_gan, dataset="embedded_mnist", samples=100).metrics
    assert found["ratio"] == pytest.approx(1.0)
    assert (found["copies"], found["close_share"]) == (0, pytest.approx(0.01))
    assert found["training_images"] == small_gan.metrics["training_images"] == 128
