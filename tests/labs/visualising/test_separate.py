"""What a network says about an image does not depend on how many others there are."""

from __future__ import annotations

import pytest
import torch

from generator.labs.visualising import separate
from generator.labs.visualising.separate import attacked_network, logits_separately, separately


@pytest.fixture
def inputs(workspace, network):
    backbone = attacked_network(workspace, network)
    return backbone, torch.randn(7, 3, 32, 32, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("chunk", [1, 3])
def test_one_image_alone_gets_the_very_numbers_that_it_gets_in_company(inputs, monkeypatch, chunk):
    monkeypatch.setattr(separate, "CHUNK_ON_PROCESSOR", chunk)
    backbone, images = inputs
    together = logits_separately(backbone, images)
    assert together.shape == (7, 15)
    for number in range(7):
        assert torch.equal(logits_separately(backbone, images[number : number + 1])[0], together[number])
    assert torch.allclose(together, backbone.module(images), atol=1e-4)


def test_every_call_has_the_same_shape_and_results_keep_their_order(monkeypatch):
    monkeypatch.setattr(separate, "CHUNK_ON_PROCESSOR", 4)
    shapes = []

    def double(numbers, more):
        shapes.append(numbers.shape)
        return 2 * numbers, numbers + more

    twice, both = separately(double, torch.arange(6), torch.full((6,), 10))
    assert shapes == [(4,), (4,)]
    assert twice.tolist() == [0, 2, 4, 6, 8, 10]
    assert both.tolist() == [10, 11, 12, 13, 14, 15]


def test_no_image_is_an_error():
    with pytest.raises(ValueError, match="at least one image"):
        separately(lambda some: (some,), torch.zeros(0, 3, 8, 8))
