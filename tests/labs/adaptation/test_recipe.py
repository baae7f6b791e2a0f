"""Which images meet in a batch, and what a method means for λ and the learning rate."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from generator.labs.adaptation.domains import Domain
from generator.labs.adaptation.recipe import Batches, Recipe

RECIPE = Recipe(
    method="dann", epochs=4, batch_size=3, learning_rate=0.01, scheduler="epoch", normalisation="mnist",
    shape="linear", direction="increasing", slope=2.0, multiplier=3.0, pairing="independent", seed=0,
)  # fmt: skip


def domain(size):
    return Domain(torch.zeros(size, 1, 1, 3, dtype=torch.uint8), torch.zeros(size, dtype=torch.int64))


def batches(recipe, source=10, target=10, epoch_images=0):
    seeds = {"source order": 0, "target order": 1}
    generators = {name: torch.Generator().manual_seed(seed) for name, seed in seeds.items()}
    return Batches(recipe, {"source": domain(source), "target": domain(target)}, epoch_images, generators)


def joined(drawn):
    return [torch.cat(indices).tolist() for indices in zip(*drawn, strict=True)]


def test_an_epoch_shows_each_image_once_and_the_next_in_another_order():
    many = batches(RECIPE)
    first, second = joined(many.draw()), joined(many.draw())
    assert [sorted(order) for order in first] == [list(range(10))] * 2
    assert first[0] != first[1]
    assert first != second
    assert [len(batch[0]) for batch in many.draw()] == [3, 3, 3, 1]
    assert len(many) == 4


def test_paired_batches_hold_the_same_indices_of_both_domains():
    for pairing in ("paired", "unshuffled"):
        many = batches(replace(RECIPE, pairing=pairing))
        source, target = joined(many.draw())
        assert source == target
        assert (source == list(range(10))) == (pairing == "unshuffled")
        with pytest.raises(ValueError, match=pairing):
            batches(replace(RECIPE, pairing=pairing), target=9)


def test_the_smaller_domain_ends_the_epoch():
    many = batches(RECIPE, source=10, target=7)
    source, target = joined(many.draw())
    assert many.images == len(source) == len(target) == 7
    assert sorted(target) == list(range(7))
    assert max(joined(many.draw())[0] + source) > 6


def test_a_shorter_epoch_takes_different_images_each_time():
    many = batches(RECIPE, epoch_images=5)
    drawn = [joined(many.draw())[0] for _ in range(6)]
    assert {len(order) for order in drawn} == {5}
    assert set().union(*drawn) == set(range(10))


@pytest.mark.parametrize(("method", "seen"), [("naive", "source"), ("target", "target")])
def test_one_domain_alone_is_drawn_in_the_order_that_it_has_beside_the_other(method, seen):
    both = joined(batches(RECIPE).draw())
    (alone,) = joined(batches(replace(RECIPE, method=method)).draw())
    assert alone == both[("source", "target").index(seen)]


def test_the_factor_of_each_method():
    assert [RECIPE.factor(done) for done in (0, 0.5, 1)] == [0, 1.5, 3]
    assert replace(RECIPE, method="no_reversal").factor(0.5) == -1
    assert replace(RECIPE, method="naive").factor(0.5) == replace(RECIPE, method="target").factor(0.5) == 0


def test_the_rate_is_stepped_per_epoch_or_at_every_step():
    assert RECIPE.rate(1, 0.4) == pytest.approx(0.01 / 3.5**0.75)
    assert replace(RECIPE, scheduler="step").rate(1, 0.4) == pytest.approx(0.01 / 5**0.75)
