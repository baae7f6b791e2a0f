"""Agreement of a network with itself is perfect; with others it is measured against different photographs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import spearmanr, wilcoxon

from generator.labs.pretrained.narrow_training import train_narrow_network
from generator.labs.visualising.saliency import explained as explained_module
from generator.labs.visualising.saliency.agreement import saliency_agreement
from generator.labs.visualising.saliency.explained import load_explained
from generator.labs.visualising.saliency.maps import saliency_maps
from generator.networks.backbones import load_backbone

ON_SCENES = {"dataset": "embedded_scenes", "images": 8}


@pytest.fixture
def other(workspace):
    return train_narrow_network(workspace, architecture="narrow_vgg16", width=4, image_size=32, epochs=8, seed=1)


def test_a_network_agrees_with_itself(workspace, network, cases):
    metrics = saliency_agreement(workspace, network=network, other=network, cases=cases, **ON_SCENES).metrics
    for kind in ("plain", "coarse"):
        assert metrics[f"{kind}_same"] == pytest.approx(1)
        assert metrics[f"{kind}_others"] < 0.9
        assert metrics[f"{kind}_p"] < 0.05
    assert metrics["agreeing"] == 8
    assert (metrics["disagreeing_coarse"], metrics["agreeing_p"]) == (None, 1)
    # For another class it looks at the same photograph, but not all the same: that is what the control is for.
    assert metrics["coarse_drawn"] < metrics["coarse_same"]
    assert metrics["coarse_drawn_p"] < 0.05
    assert metrics["least_p"] == pytest.approx(6 * 2 / 2**8)
    assert metrics["right"] == metrics["other_right"] == metrics["both_right"]


def test_each_photographs_agreement_is_scipys_rank_correlation(workspace, network, other, cases):
    result = saliency_agreement(workspace, network=network, other=other, cases=cases, **ON_SCENES)
    maps = []
    for one in (network, other):
        explained = load_explained(workspace, one, "embedded_scenes", 8)
        maps.append(saliency_maps(explained.backbone.module, explained.inputs, explained.labels).numpy())
    across = np.array([[spearmanr(a.ravel(), b.ravel()).statistic for b in maps[1]] for a in maps[0]])
    records = result.tables["images"].records()
    assert [record["plain"] for record in records] == pytest.approx(np.diag(across).tolist())
    different = across[~np.eye(8, dtype=bool)]
    assert result.metrics["plain_others"] == pytest.approx(np.median(different))
    kinds = result.tables["kinds"].records()
    own = wilcoxon(np.diag(across), [np.median(np.delete(row, place)) for place, row in enumerate(across)]).pvalue
    smallest = min(row[name] for row in kinds for name in ("p", "drawn_p"))
    assert own <= kinds[0]["p"] <= 1
    assert smallest >= result.metrics["least_p"]
    coarse = [record["coarse"] for record in records]
    assert (result.metrics["highest"], result.metrics["lowest"]) == (max(coarse), min(coarse))
    assert len(result.tables["kinds"].rows) == 3


def test_maps_of_different_sizes_are_compared_at_the_smaller(workspace, network, other, cases, monkeypatch):
    def larger(result, *_):
        backbone = load_backbone(result, workspace.data)
        return dataclasses.replace(backbone, input_size=64) if result is other else backbone

    monkeypatch.setattr(explained_module, "load_backbone", larger)
    result = saliency_agreement(workspace, network=network, other=other, cases=cases, **ON_SCENES)
    assert result.metrics["side"] == 32
    maps = []
    for one in (network, other):
        explained = load_explained(workspace, one, "embedded_scenes", 8)
        maps.append(saliency_maps(explained.backbone.module, explained.inputs, explained.labels).numpy())
    halved = maps[1].reshape(8, 32, 2, 32, 2).mean(axis=(2, 4))
    expected = [spearmanr(a.ravel(), b.ravel()).statistic for a, b in zip(maps[0], halved, strict=True)]
    assert [row["plain"] for row in result.tables["images"].records()] == pytest.approx(expected, abs=1e-5)


def test_a_network_whose_score_depends_on_nothing_agrees_with_none(workspace, network, other, cases):
    dead = dataclasses.replace(other, arrays={name: np.zeros_like(array) for name, array in other.arrays.items()})
    result = saliency_agreement(workspace, network=network, other=dead, cases=cases, **ON_SCENES)
    assert result.metrics["plain_same"] is None
    assert result.metrics["highest"] is None
    assert [row["images"] for row in result.tables["kinds"].records()] == [0, 0, 0]
    assert {row[name] for row in result.tables["kinds"].records() for name in ("p", "drawn_p")} == {1}
