"""Grey input in one channel against three, and 16-bit arithmetic against 32-bit."""

from __future__ import annotations

import pytest

from generator.labs.transfer.input_checks import grey_equivalence, precision_effect


def test_one_channel_is_three_equal_ones(network, workspace):
    metrics = grey_equivalence(workspace, network=network, dataset="embedded_scenes", images=3).metrics
    assert metrics["relative_difference"] < 1e-12
    assert metrics["largest_score"] > 0
    assert metrics["weights_before"] == 3 * metrics["weights_after"] == 4 * 3 * 9


@pytest.mark.parametrize("precision", ["bfloat16", "float32"])
def test_the_formats_are_compared(network, workspace, monkeypatch, precision):
    monkeypatch.setattr("generator.labs.transfer.input_checks.chosen_precision", lambda *_: precision)
    result = precision_effect(
        workspace, network=network, dataset="embedded_scenes", layers=["relu3_3@1", "relu7"], images=8
    )
    metrics = result.metrics
    assert metrics["precision"] == precision
    assert metrics["lowest_cosine"] == min(row["lowest_cosine"] for row in result.tables["layers"].records())
    assert 0.99 < metrics["lowest_cosine"] <= 1 + 1e-9
    assert (metrics["lowest_cosine"] > 1 - 1e-9) == (precision == "float32")
    assert min(metrics["float32_seconds"], metrics["seconds"]) > 0
