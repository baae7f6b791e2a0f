"""How far two numbers may be apart: against simulated repetitions, and the textbook's special cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t

from generator.labs.shared.statistics import next_value_range, wilson_interval
from generator.render.content.agreement import Uncertainty, half_width


def test_seeds_alone_give_the_prediction_interval_of_one_more_run() -> None:
    values = np.array([0.71, 0.74, 0.69, 0.75, 0.73])
    low, high = next_value_range(values)
    allowed = Uncertainty(spread=float(values.std(ddof=1)), seeds=5, averaged=5)
    assert allowed.by_seeds == pytest.approx((high - low) / 2)
    one = Uncertainty(spread=0.02, seeds=5)  # one run of ours against one of theirs
    assert one.by_seeds == pytest.approx(t.ppf(0.975, 4) * 0.02 * math.sqrt(2))
    assert one.by_images == 0


def test_images_alone_add_as_variances_and_rounding_adds_to_them() -> None:
    images = Uncertainty(published=0.03, ours=0.04)
    assert images.by_images == images.by_seeds == pytest.approx(0.05)
    rounded = Uncertainty(rounding=0.005, published=0.03, ours=0.04, spread=1e-9, seeds=3, averaged=3)
    assert rounded.by_images == pytest.approx(0.055)
    assert rounded.by_seeds == pytest.approx(0.055)  # a spread of next to nothing brings no wide t
    assert Uncertainty(rounding=0.5).by_seeds == 0.5
    assert Uncertainty().by_seeds == 0


@pytest.mark.parametrize(("share", "images"), [(0.896, 2985), (0.5, 40), (1.0, 1500), (0.0, 10)])
def test_the_width_over_images_is_wilsons(share: float, images: int) -> None:
    low, high = wilson_interval(round(share * images), images)
    ends = (high - low) / 2
    assert half_width(round(share * images) / images, images) == pytest.approx(ends, rel=1e-9)


@pytest.mark.parametrize("averaged", [1, 5])
def test_of_two_that_agree_about_five_in_a_hundred_are_said_to_differ(averaged: int) -> None:
    rng = np.random.default_rng(3)
    images, seeds, truth, spread, repeats = 1000, 5, 0.75, 0.02, 4000
    apart = apart_by_images = 0
    for _ in range(repeats):
        ours = truth + spread * rng.standard_normal(seeds)  # the accuracies of five runs on all images there are
        theirs = truth + spread * rng.standard_normal()
        chance = math.sqrt(truth * (1 - truth) / images)
        mean = float(ours[:averaged].mean()) + chance * rng.standard_normal()  # one set of test images for all runs
        published = rng.binomial(images, theirs) / images
        unsure = Uncertainty(
            0.0, half_width(published, images), half_width(mean, images), float(ours.std(ddof=1)), seeds, averaged
        )
        apart += abs(published - mean) > unsure.by_seeds
        apart_by_images += abs(published - mean) > unsure.by_images
    assert 0.035 < apart / repeats < 0.06
    assert apart_by_images / repeats > 0.1  # which leaves out the seeds
