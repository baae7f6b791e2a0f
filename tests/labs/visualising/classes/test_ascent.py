"""Steps of the right length towards the known optimum, shifts undone, blur as SciPy's, and every image on its own."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch import nn

from generator.labs.visualising.classes.ascent import (
    Climb,
    Settings,
    ascend,
    blurred,
    draw_noise,
    draw_shifts,
    shifted,
    stepped,
)
from generator.networks.backbones import Backbone, load_backbone
from generator.networks.narrow import build_narrow, initialise
from generator.workspace import Workspace

SIDE = 8
BARE = Settings(steps=60, rate=0.05, decay=0.0, blur_every=0, jitter=0)


class Scores(nn.Module):
    """Class scores that a function of the image gives; the parameter only says on which device."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.place = nn.Parameter(torch.zeros(1), requires_grad=False)

    def forward(self, images):
        return self.function(images)


def backbone_of(module, side=SIDE, classes=("first", "second")):
    return Backbone("own", "own network", module.eval(), side, classes)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def climb(settings, seed=0, start=None, target=0, side=SIDE, keep=()):
    start = draw_noise(rng(seed), side) if start is None else start
    return Climb(target, start, draw_shifts(rng(seed + 100), settings.steps, settings.jitter), settings, keep)


def linear(weights):
    return backbone_of(Scores(lambda images: torch.einsum("nchw,kchw->nk", images, weights)))


def test_a_linear_score_is_highest_where_calculus_says():
    # score − λ‖x‖² with score = w·x is largest at w / 2λ. With ‖x‖ in place of ‖x‖² there would be no such place.
    weights = 0.05 * torch.randn(2, 3, SIDE, SIDE, generator=rng(1))
    settings = Settings(steps=400, rate=0.05, decay=0.05, blur_every=0, jitter=0)
    for target in (0, 1):
        (ascent,) = ascend(linear(weights), [climb(settings, target=target)])
        assert (ascent.image - weights[target] / (2 * 0.05)).norm() <= settings.rate
        assert ascent.scores[-1] == pytest.approx(float((weights[target] ** 2).sum()) / 0.1, rel=0.01)


def test_a_step_is_as_long_as_the_rate_says_and_not_its_square():
    images, gradients = torch.randn(3, 3, SIDE, SIDE, generator=rng(2)), torch.randn(3, 3, SIDE, SIDE, generator=rng(3))
    rates, decays = torch.tensor([0.1, 1.0, 5.0]), torch.tensor([0.0, 1e-3, 1e-2])
    moved = stepped(images, gradients, rates, decays) - images
    torch.testing.assert_close(moved.flatten(1).norm(dim=1), rates, rtol=1e-4, atol=1e-5)
    whole = gradients - 2 * decays.view(-1, 1, 1, 1) * images
    cosine = torch.nn.functional.cosine_similarity(moved.flatten(1), whole.flatten(1))
    torch.testing.assert_close(cosine, torch.ones(3))


def test_no_gradient_moves_nothing():
    images = torch.randn(2, 3, SIDE, SIDE, generator=rng(4))
    zero = torch.zeros(2)
    assert torch.equal(stepped(images, torch.zeros_like(images), torch.ones(2), zero), images)


def test_shifts_go_around_the_edges_and_back():
    images = torch.randn(2, 3, SIDE, SIDE, generator=rng(5))
    shifts = torch.tensor([[1, 3], [16, 0]])
    moved = shifted(images, shifts)
    assert torch.equal(moved[0, :, 1, 3:], images[0, :, 0, :-3])
    assert torch.equal(moved[0, :, 0], images[0, :, -1].roll(3, -1))
    assert torch.equal(moved[1], images[1])  # sixteen is twice around
    assert torch.equal(shifted(moved, -shifts), images)


def test_shifts_are_undone_after_each_step():
    # The gradient of this score is the image itself, wherever it has been shifted to.
    squares = backbone_of(Scores(lambda images: (images**2).sum((1, 2, 3))[:, None] / 2))
    still = Settings(steps=20, rate=0.05, decay=0.0, blur_every=0, jitter=0)
    shaken = Settings(steps=20, rate=0.05, decay=0.0, blur_every=0, jitter=5)
    first, second = ascend(squares, [climb(still), climb(shaken)])
    torch.testing.assert_close(first.image, second.image, rtol=0, atol=1e-6)
    assert climb(shaken).shifts.unique().tolist() == list(range(6))


def test_shifts_go_up_to_the_jitter_and_longer_lists_begin_alike():
    short, long = draw_shifts(rng(6), 50, 16), draw_shifts(rng(6), 2000, 16)
    assert torch.equal(long[:50], short)
    assert sorted(long.unique().tolist()) == list(range(17))
    assert not draw_shifts(rng(6), 50, 0).any()


def test_the_blur_is_scipys_and_keeps_the_mean():
    images = torch.randn(2, 3, 21, 21, generator=rng(7))
    for sigma in (0.5, 1.7):
        smooth = blurred(images, sigma)
        expected = gaussian_filter(images.double().numpy(), (0, 0, sigma, sigma), mode="reflect")
        np.testing.assert_allclose(smooth.numpy(), expected, atol=1e-5)
        torch.testing.assert_close(smooth.mean((2, 3)), images.mean((2, 3)), rtol=0, atol=1e-6)


def test_the_blur_comes_after_the_first_of_every_ten_steps():
    nothing = backbone_of(Scores(lambda images: 0 * images.sum((1, 2, 3))[:, None]))
    settings = Settings(steps=12, decay=0.0, blur_every=10, blur=0.8, jitter=0)
    start = 0.1 * draw_noise(rng(8), SIDE)
    (ascent,) = ascend(nothing, [climb(settings, start=start, keep=(0, 1, 10, 11))])
    once = blurred(start[None], 0.8)[0]
    assert torch.equal(ascent.kept[0], start)
    torch.testing.assert_close(ascent.kept[1], once)
    assert torch.equal(ascent.kept[10], ascent.kept[1])
    torch.testing.assert_close(ascent.kept[11], blurred(once[None], 0.8)[0])
    assert torch.equal(ascent.image, ascent.kept[11])


def test_values_stay_those_of_photographs():
    weights = torch.randn(2, 3, SIDE, SIDE, generator=rng(9))
    backbone = linear(weights)
    (ascent,) = ascend(backbone, [climb(Settings(steps=30, decay=0.0, blur_every=0))])
    pixels = ascent.image * torch.tensor(backbone.std).view(3, 1, 1) + torch.tensor(backbone.mean).view(3, 1, 1)
    assert pixels.min() >= -1e-6
    assert pixels.max() <= 1 + 1e-6


@pytest.mark.parametrize(("architecture", "width"), [("narrow_vgg16", 4), ("narrow_squeezenet", 8)])
def test_an_image_is_the_same_in_any_company(architecture, width):
    module = build_narrow(architecture, width, 32, 5)
    initialise(module, rng(10))
    backbone = backbone_of(module.requires_grad_(False), 32, tuple("abcde"))
    settings = [
        Settings(steps, rate, decay, blur_every, 0.5, jitter)
        for steps, rate, decay, blur_every, jitter in [
            (12, 5.0, 1e-3, 10, 4), (7, 1.0, 1e-2, 0, 0), (12, 5.0, 1e-3, 3, 4), (20, 0.1, 0.0, 10, 2),
            (12, 10.0, 1e-3, 10, 4), (1, 5.0, 1e-3, 10, 4),
        ]
    ]  # fmt: skip
    climbs = [climb(one, seed, target=seed % 5, side=32) for seed, one in enumerate(settings)]
    together = ascend(backbone, climbs)
    backwards = ascend(backbone, climbs[::-1])[::-1]
    for one, first, second in zip(climbs, together, backwards, strict=True):
        (alone,) = ascend(backbone, [one])
        for other in (first, second):
            assert torch.equal(alone.image, other.image)
            assert torch.equal(alone.scores, other.scores)
            assert torch.equal(alone.leads, other.leads)
        assert len(alone.scores) == one.settings.steps


def test_what_is_kept_on_the_way_is_what_a_shorter_run_ends_with(network):
    backbone = load_backbone(network, Workspace("cpu", None).data)
    long, short = Settings(steps=25, jitter=4), Settings(steps=9, jitter=4)
    way, end = ascend(backbone, [climb(long, side=32, keep=(9,)), climb(short, side=32)])
    assert torch.equal(way.kept[9], end.image)
    assert torch.equal(way.scores[:9], end.scores)


def test_scores_are_those_before_each_step_and_rise(network):
    backbone = load_backbone(network, Workspace("cpu", None).data)
    settings = Settings(steps=40, rate=2.0, jitter=4)
    one = climb(settings, side=32, target=3)
    (ascent,) = ascend(backbone, [one])
    logits = backbone.module(shifted(one.start[None], one.shifts[:1]))[0]
    assert float(ascent.scores[0]) == pytest.approx(float(logits[3]), abs=1e-4)
    assert bool(ascent.leads[0]) == (int(logits.argmax()) == 3)
    assert ascent.scores[-5:].mean() > ascent.scores[:5].mean()


def test_progress_counts_image_steps():
    weights = torch.randn(2, 3, SIDE, SIDE, generator=rng(11))
    told = []
    climbs = [climb(BARE, seed) for seed in range(5)]
    ascend(linear(weights), climbs, lambda done, total: told.append((done, total)))
    assert told[-1] == (300, 300)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_in_half_the_bits_an_image_climbs_by_steps_of_the_same_length():
    weights = 0.05 * torch.randn(2, 3, SIDE, SIDE, generator=rng(1))
    network = backbone_of(Scores(lambda images: images.flatten(1) @ weights.flatten(1).T))
    settings = Settings(steps=40, rate=0.05, decay=0.0, blur_every=0, jitter=0)
    (exact,), (rough,) = (ascend(network, [climb(settings)], precision=form) for form in ("float32", "bfloat16"))
    assert rough.image.dtype == torch.float32
    assert not torch.equal(exact.image, rough.image)
    assert torch.nn.functional.cosine_similarity(exact.image.flatten(), rough.image.flatten(), dim=0) > 0.999
    assert rough.scores[-1] == pytest.approx(float(exact.scores[-1]), rel=0.02)
