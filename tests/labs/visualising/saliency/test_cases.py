"""Cases are chosen by their measure; where the truth is known, the measures find it.

Covers labs/visualising/saliency/explained.py, labs/visualising/saliency/pictures.py too.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from generator.datasets.images import ImageSet
from generator.labs.visualising.saliency import explained as explained_module
from generator.labs.visualising.saliency.cases import saliency_cases
from generator.labs.visualising.saliency.explained import load_explained, places_of, random_classes
from generator.labs.visualising.saliency.maps import saliency_maps
from generator.labs.visualising.saliency.measures import rank_correlations
from generator.labs.visualising.saliency.pictures import framed, shown_map
from generator.networks.backbones import Backbone

ON_SCENES = {"dataset": "embedded_scenes", "images": 40}


@pytest.fixture
def result(workspace, network):
    return saliency_cases(workspace, network=network, **ON_SCENES)


def test_the_images_are_spread_over_the_data_set(workspace, network):
    explained = load_explained(workspace, network, "embedded_scenes", 12)
    assert explained.numbers[0] == 0
    assert explained.numbers[-1] == 59
    assert len(set(explained.numbers)) == 12
    assert load_explained(workspace, network, "embedded_scenes", 1000).numbers == tuple(range(60))


def test_the_answers_are_the_networks(workspace, network):
    explained = load_explained(workspace, network, "embedded_scenes", 5)
    probabilities = explained.backbone.module(explained.inputs).softmax(1)
    torch.testing.assert_close(explained.probabilities, probabilities)
    assert torch.equal(explained.predicted, probabilities.argmax(1))
    order = probabilities.argsort(1, descending=True)
    assert torch.equal(explained.second, order[:, 1])
    percent = f"{100 * float(probabilities[2].max()):.0f} %"
    assert explained.answer(2, explained.predicted).endswith(percent)


def test_cases_are_the_extremes_of_each_group(result):
    everything = result.tables["images"].records()
    assert result.metrics["images"] == len(everything) == 40
    for group in ("right", "wrong"):
        own = [record for record in everything if record["case"] == group]
        assert result.metrics[group] == len(own) > 1
        assert all((record["true_class"] == record["predicted_class"]) == (group == "right") for record in own)
        shares = [record["share"] for record in own]
        shown = {record["case"]: record["share"] for record in result.tables["cases"].records()}
        assert shown[f"{group}, consistent"] == max(shares)
        assert shown[f"{group}, inconsistent"] == min(shares)


def test_the_summary_is_that_of_the_table(result):
    records = result.tables["images"].records()
    share, elsewhere = (np.array([record[name] for record in records]) for name in ("share", "elsewhere"))
    metrics = result.metrics
    assert metrics["higher"] == int((share > elsewhere).sum())
    assert metrics["median_share"] == pytest.approx(np.median(share))
    assert (metrics["lowest_share"], metrics["highest_share"]) == (share.min(), share.max())
    assert metrics["higher_low"] <= metrics["higher_share"] <= metrics["higher_high"]
    assert metrics["rival_correlation"] == pytest.approx(np.median([record["correlation"] for record in records]))
    assert metrics["rival_compared"] == 40
    assert metrics["rival_least_p"] < metrics["rival_p"] <= 1


def test_a_rival_is_the_true_class_or_else_the_second_one(workspace, network, result):
    explained = load_explained(workspace, network, ON_SCENES["dataset"], ON_SCENES["images"])
    right = explained.predicted == explained.labels
    rivals = torch.where(right, explained.second, explained.labels)
    assert not (rivals == explained.predicted).any()
    maps = [saliency_maps(explained.backbone.module, explained.inputs, some) for some in (explained.predicted, rivals)]
    records = result.tables["images"].records()
    assert [record["correlation"] for record in records] == pytest.approx(rank_correlations(*maps).tolist())


def test_classes_are_drawn_from_the_others_that_the_network_knows(workspace, network):
    explained = load_explained(workspace, network, "embedded_scenes", 40)
    drawn = random_classes(workspace, explained, 3, 0)
    assert drawn.shape == (3, 40)
    assert not ((drawn == explained.labels) | (drawn == explained.predicted)).any()
    assert all(len(set(column)) == 3 for column in drawn.T.tolist())
    assert torch.equal(drawn, random_classes(workspace, explained, 3, 0))
    assert not torch.equal(drawn, random_classes(workspace, explained, 3, 1))
    names = explained.backbone.class_names
    trained = dataclasses.replace(explained.backbone, untrained=frozenset(names) - {"cat", "moon", "grass"})
    few = random_classes(workspace, dataclasses.replace(explained, backbone=trained), 3, 0)
    assert {names[index] for index in few.flatten().tolist()} == {"cat", "moon", "grass"}
    none = dataclasses.replace(trained, untrained=frozenset(names))
    with pytest.raises(ValueError, match="knows no class but"):
        random_classes(workspace, dataclasses.replace(explained, backbone=none), 3, 0)


def test_a_class_that_shares_no_more_than_any_other_is_not_called_alike(workspace, quarters):
    # Each class looks at a quarter of its own: the rival's map is as unlike as those of classes that were drawn.
    metrics = saliency_cases(workspace, network="quarters", dataset="quarters", images=5, region=0.25).metrics
    assert metrics["rival_correlation"] == pytest.approx(metrics["drawn_correlation"]) == pytest.approx(-1 / 3)
    assert metrics["rival_p"] == 1


def test_the_figure_has_a_row_of_three_for_each_case(result):
    grids = result.figures["cases"].panels
    assert [len(grid.images) for grid in grids] == [6, 6]
    assert grids[0].row_titles == ("consistent", "inconsistent")
    assert grids[1].column_titles == ("photograph", "true class", "predicted class")
    assert result.figures["cases"].titles == ("classified right", "classified wrong")


def test_the_overview_has_the_photographs_above_their_maps(result):
    overview = result.figures["overview"]
    assert (overview.columns, len(overview.images), len(overview.titles)) == (5, 20, 20)
    kinds = [image.ndim for image in overview.images]
    assert kinds == 2 * ([3] * 5 + [2] * 5)
    true_classes = overview.titles[:5] + overview.titles[10:15]
    every = result.tables["images"].records()
    assert list(true_classes) == [
        every[place]["true_class"] for place in np.linspace(0, len(every) - 1, 10).round().astype(int)
    ]


class Quarters(nn.Module):
    """The score of class k is the mean of quarter k of the first channel: all maps are known."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Identity())
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, images):
        red = self.scale * self.features(images)[:, 0]
        halves = [red[:, :4], red[:, 4:]]
        return torch.stack([part.mean((1, 2)) for half in halves for part in (half[:, :, :4], half[:, :, 4:])], 1)


@pytest.fixture
def quarters(monkeypatch):
    """Four images, each bright in the quarter of its own class, and one that is wrongly labelled."""
    images = []
    for label in (0, 1, 2, 3, 3):
        image = np.full((8, 8, 3), 20, np.uint8)
        row, column = divmod(label, 2)
        image[4 * row : 4 * row + 4, 4 * column : 4 * column + 4] = 220
        images.append(image)
    names = ("a", "b", "c", "d")
    data = ImageSet(tuple(images), np.array([0, 1, 2, 3, 0]), names, "quarters", "Quarters.")
    backbone = Backbone("quarters", "Quarters", Quarters().eval(), 8, names, (0.0,) * 3, (1.0,) * 3)
    monkeypatch.setattr(explained_module, "load_images", lambda *_: data)
    monkeypatch.setattr(explained_module, "load_backbone", lambda *_: backbone)


def test_maps_that_lie_where_grad_cam_does_are_found_consistent(workspace, quarters):
    result = saliency_cases(workspace, network="quarters", dataset="quarters", images=5, region=0.25)
    metrics = result.metrics
    assert (metrics["right"], metrics["wrong"], metrics["without_region"]) == (4, 1, 0)
    # Each map is all inside its own quarter, and outside those of the three (or four) other images.
    assert metrics["median_share"] == pytest.approx(1)
    assert metrics["higher"] == metrics["compared"] == 5
    shares = [(record["share"], record["elsewhere"]) for record in result.tables["images"].records()]
    assert shares[:3] == [pytest.approx((1, 0))] * 3
    assert shares[3:] == [pytest.approx((1, 0.25))] * 2
    assert [record["case"] for record in result.tables["cases"].records()] == [
        "right, consistent", "right, inconsistent", "wrong, consistent",
    ]  # fmt: skip
    # Two classes lie in two different quarters: both maps are 0 and 1, at different places.
    assert metrics["rival_correlation"] == pytest.approx(-1 / 3)


def test_without_wrong_images_there_are_no_wrong_cases(workspace, quarters):
    result = saliency_cases(workspace, network="quarters", dataset="quarters", images=1, region=0.25)
    assert result.metrics["wrong"] == 0
    assert (result.metrics["wrong_share"], result.metrics["groups_p"]) == (None, 1)
    assert [record["case"] for record in result.tables["cases"].records()] == ["right, consistent"]
    assert len(result.figures["cases"].panels) == 1


def test_cases_are_found_again_among_the_images(workspace, network, result):
    explained = load_explained(workspace, network, "embedded_scenes", 40)
    places = places_of(result, explained)
    shown = [record["image"] for record in result.tables["cases"].records()]
    assert [explained.numbers[place] for place in places] == shown
    fewer = load_explained(workspace, network, "embedded_scenes", 2)
    assert len(places_of(result, fewer)) == len(set(shown) & {0, 59})


def test_maps_are_shown_from_zero_to_their_brightest():
    values = torch.cat([torch.zeros(50), torch.ones(949), torch.tensor([1000.0])]).view(20, 50)
    shown = shown_map(values)
    assert (shown.min(), shown.max(), float(shown[10, 0])) == (0, 1, 1)
    assert not shown_map(torch.zeros(4, 4)).any()


def test_a_frame_leaves_what_is_in_it_as_it_is():
    photograph = np.full((150, 150, 3), 200, np.uint8)
    drawn = framed(photograph, (10, 20, 110, 140))
    assert (photograph == 200).all()
    changed = (drawn != 200).any(axis=2)
    assert (changed[10:14, 20:140].all(), changed[:10].any(), changed[14:106, 24:136].any()) == (True, False, False)


def test_a_frame_is_seen_on_dark_and_on_light_photographs():
    for shade in (0, 128, 255):
        drawn = framed(np.full((150, 150, 3), shade, np.uint8), (10, 20, 110, 140))
        across = drawn[60, 19:26].mean(axis=1)
        assert max(across) - min(across) > 120
        assert np.ptp(drawn[60, 19:26].astype(int), axis=1).max() > 200  # a colour
