"""Stability: exact where nothing changes, falling with noise, and measured on images that keep their class."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import wilcoxon

from generator.labs.visualising.saliency.explained import load_explained
from generator.labs.visualising.saliency.maps import grad_cam, last_maps, saliency_maps
from generator.labs.visualising.saliency.measures import rank_correlations
from generator.labs.visualising.saliency.stability import _noisy, saliency_stability

LEVELS = [1.0, 8.0, 60.0]


@pytest.fixture
def stable(network, cases, workspace):
    return saliency_stability(
        workspace, network=network, dataset="embedded_scenes", images=12, cases=cases, levels=LEVELS, samples=3
    )


def test_without_noise_the_maps_are_the_same_and_smooth_grad_is_another_draw(stable):
    first = stable.tables["levels"].records()[0]
    assert (first["level"], first["kept"]) == (0, 12)
    for name in ("plain", "plain_low", "coarse", "cam"):
        assert first[name] == pytest.approx(1)
    assert first["smooth"] == stable.metrics["smooth_none"] < 0.999


def test_more_noise_keeps_fewer_predictions_and_less_of_the_map(stable):
    records = stable.tables["levels"].records()
    assert [record["level"] for record in records] == [0, *LEVELS]
    kept = [record["kept"] for record in records]
    assert kept == sorted(kept, reverse=True)
    plain = [record["plain"] for record in records]
    assert plain == sorted(plain, reverse=True)
    assert all(record["plain_low"] <= record["plain"] <= record["plain_high"] for record in records)


def test_the_metrics_are_first_and_last_of_the_table(stable):
    _, first, _, last = stable.tables["levels"].records()
    metrics = stable.metrics
    for name in ("plain", "coarse", "smooth", "cam"):
        assert metrics[f"{name}_last"] == last[name]
        assert metrics[f"{name}_first"] == first[name]
    assert (metrics["first_kept"], metrics["last_kept"], metrics["shown_level"]) == (first["kept"], last["kept"], 8)


def test_the_noise_has_the_level_that_is_stated_in_pixels(workspace, network, stable):
    explained = load_explained(workspace, network, "embedded_scenes", 12)
    moved = _noisy(workspace, explained, 8.0, 0)
    std = torch.tensor(explained.backbone.std).view(3, 1, 1)
    noise = 255 * (moved - explained.inputs) * std
    assert float(noise.std()) == pytest.approx(8, rel=0.02)
    twice = 255 * (_noisy(workspace, explained, 16.0, 0) - explained.inputs) * std
    torch.testing.assert_close(twice, 2 * noise, rtol=1e-3, atol=1e-3)
    # The table's numbers come from these very inputs.
    classes = explained.predicted
    same = explained.backbone.module(moved).argmax(1) == classes
    maps = [saliency_maps(explained.backbone.module, inputs, classes) for inputs in (explained.inputs, moved)]
    correlations = torch.from_numpy(rank_correlations(*maps))[same]
    assert stable.tables["levels"].records()[2]["plain"] == pytest.approx(float(correlations.quantile(0.5)))


def test_the_methods_are_tested_where_most_images_keep_their_class(workspace, network, stable):
    explained = load_explained(workspace, network, "embedded_scenes", 12)
    moved = _noisy(workspace, explained, LEVELS[0], 0)
    same = (explained.backbone.module(moved).argmax(1) == explained.predicted).numpy()
    module, layer = explained.backbone.module, last_maps(explained.backbone)
    plain, cam = (
        rank_correlations(*(method(inputs) for inputs in (explained.inputs, moved)))[same]
        for method in (
            lambda inputs: saliency_maps(module, inputs, explained.predicted),
            lambda inputs: grad_cam(module, layer, inputs, explained.predicted),
        )
    )
    usable = np.isfinite(plain) & np.isfinite(cam)
    alone = wilcoxon(plain[usable], cam[usable], method="exact").pvalue
    assert alone <= stable.metrics["cam_p"] <= min(1, 3 * alone) + 1e-12
    assert stable.metrics["least_p"] == pytest.approx(min(1, 3 * 2.0 ** (1 - int(same.sum()))))


def test_an_untrained_network_is_another_one(stable):
    assert abs(stable.metrics["plain_random"]) < 0.9
    assert abs(stable.metrics["cam_random"]) < 0.9


def test_one_row_of_five_for_each_case(stable, cases):
    shown = {record["image"] for record in cases.tables["cases"].records()}
    assert len(stable.figures["maps"].images) == 5 * len(stable.figures["maps"].row_titles)
    assert len(stable.figures["maps"].row_titles) <= len(shown)
    assert [series.name for series in stable.figures["levels"].series] == [
        "gradient", "gradient, 7 × 7", "SmoothGrad", "Grad-CAM",
    ]  # fmt: skip
