"""Both domains show the same digits, and their pixels are described exactly."""

from __future__ import annotations

import numpy as np
import pytest

from generator.datasets.pixels import load_pixels
from generator.labs.adaptation.samples import domain_samples


def test_both_grids_show_the_same_digits(workspace, tmp_path):
    result = domain_samples(workspace, source="embedded_mnist", target="embedded_mnist_m", each=3)
    test = {name: load_pixels(name, tmp_path, "test") for name in ("embedded_mnist", "embedded_mnist_m")}
    assert result.metrics["same_digits"]
    for figure, name in (("source", "embedded_mnist"), ("target", "embedded_mnist_m")):
        grid, pixels = result.figures[figure], test[name]
        assert (grid.columns, len(grid.images)) == (10, 30)
        places = [int(np.flatnonzero((pixels.rgb() == image).all(axis=(1, 2, 3)))[0]) for image in grid.images]
        assert pixels.labels[places].tolist() == list(range(10)) * 3
        if figure == "source":
            expected = places
    assert places == expected


def test_pixels_are_described_as_numpy_has_it(workspace, tmp_path):
    result = domain_samples(workspace, source="embedded_mnist", target="embedded_mnist_m")
    values = load_pixels("embedded_mnist_m", tmp_path, "train").images / 255
    assert result.metrics["target_images"] == len(values) == 1300
    described = result.tables["parts"].records()[2]
    assert described["mean"] == pytest.approx(values.mean())
    assert described["std"] == pytest.approx(values.std())
    assert result.metrics["target_dark"] == pytest.approx((values < 0.1).mean())
    assert [row["part"] for row in result.tables["parts"].records()] == ["training", "test"] * 2
