"""Boxes around regions whose extent is known, and what is left of a class inside and outside of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from generator.datasets.images import ImageSet
from generator.labs.visualising.saliency import explained as explained_module
from generator.labs.visualising.saliency.boxes import area, blurred, box_of, overlap, saliency_boxes
from generator.networks.backbones import Backbone


def test_the_box_holds_the_largest_connected_part():
    region = np.zeros((8, 10), bool)
    region[1, 1] = True
    region[3:6, 4:9] = True
    assert box_of(region) == (3, 4, 6, 9)
    region[0, :] = True  # seven more pixels, but joined to the single one only
    assert box_of(region) == (3, 4, 6, 9)
    assert box_of(np.zeros((8, 10), bool)) == (0, 0, 8, 10)


def test_areas_and_overlaps():
    assert area((1, 2, 4, 7)) == 15
    assert overlap((0, 0, 2, 4), (0, 0, 2, 4)) == 1
    assert overlap((0, 0, 2, 4), (0, 2, 2, 6)) == pytest.approx(4 / 12)
    assert overlap((0, 0, 2, 2), (2, 2, 4, 4)) == 0
    assert overlap((0, 0, 2, 2), (5, 5, 6, 6)) == 0


def test_blurring_spreads_a_point_and_loses_nothing():
    maps = torch.zeros(1, 40, 40)
    maps[0, 20, 20] = 1
    soft = blurred(maps)[0]
    assert float(soft.sum()) == pytest.approx(1, abs=1e-3)
    assert float(soft.max()) == float(soft[20, 20]) < 0.1


class Spot(nn.Module):
    """Class 0 where something bright is in one fixed place, class 1 otherwise."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Identity())
        self.scale = nn.Parameter(torch.ones(()))
        weight = torch.zeros(1, 3, 32, 32)
        weight[:, :, 4:12, 20:28] = 1 / 32
        self.register_buffer("weight", weight)

    def forward(self, images):
        score = (self.scale * self.features(images) * self.weight).sum((1, 2, 3))
        return torch.stack([score, torch.ones_like(score)], 1)


@pytest.fixture
def spot(monkeypatch):
    image = np.zeros((32, 32, 3), np.uint8)
    image[4:12, 20:28] = 255
    data = ImageSet((image, image), np.array([0, 1]), ("spot", "none"), "spots", "Spots.")
    backbone = Backbone("spot", "Spot", Spot().eval(), 32, ("spot", "none"), (0.0,) * 3, (1.0,) * 3)
    monkeypatch.setattr(explained_module, "load_images", lambda *_: data)
    monkeypatch.setattr(explained_module, "load_backbone", lambda *_: backbone)


def test_a_network_that_looks_at_one_place_is_boxed_there(workspace, spot):
    result = saliency_boxes(workspace, network="spot", dataset="spots", images=2, region=64 / 1024)
    metrics = result.metrics
    # The second image is wrongly labelled, but what the network's answer rests on is in the same place.
    assert (metrics["images"], metrics["right"]) == (2, 1)
    assert metrics["gradient_area"] == pytest.approx(64 / 1024)
    assert metrics["gradient_inside"] == pytest.approx(metrics["whole"])
    assert [row["hits"] for row in result.tables["conditions"].records()[:2]] == [2, 0]
    assert metrics["gradient_outside"] == pytest.approx(1 / (1 + np.e))
    assert metrics["gradient_random_inside"] < metrics["whole"]
    assert metrics["gradient_random_outside"] > metrics["gradient_outside"]


def test_p_values_are_adjusted_for_all_rows(workspace, network):
    result = saliency_boxes(workspace, network=network, dataset="embedded_scenes", images=12)
    tests = [row["p"] for row in result.tables["conditions"].records()]
    assert min(tests) >= result.metrics["least_p"] == pytest.approx(4 * 2 / 2**12)
    assert result.metrics["cam_inside_p"] == tests[2]


def test_boxes_of_a_trained_network(workspace, network):
    result = saliency_boxes(workspace, network=network, dataset="embedded_scenes", images=40, random_boxes=2)
    metrics, rows = result.metrics, result.tables["conditions"].records()
    assert len(result.figures["boxes"].images) == metrics["shown"] == min(10, metrics["images"])
    assert [(row["method"], row["left"]) for row in rows] == [
        ("gradient", "the box alone"), ("gradient", "all but the box"),
        ("Grad-CAM", "the box alone"), ("Grad-CAM", "all but the box"),
    ]  # fmt: skip
    assert rows[0]["probability"] == metrics["gradient_inside"]
    assert all(0 <= row["p"] <= 1 and 0 <= row["hits"] <= metrics["images"] for row in rows)
