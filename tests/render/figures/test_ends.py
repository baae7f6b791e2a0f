"""Names at the ends of curves: which curve they belong to, and that they never run over each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.render.figures import TEXT_WIDTH
from generator.render.figures.ends import spread
from generator.results import LineChart, Series
from tests.render.figures.drawing_for_tests import HALF, drawn, texts, touching

STEPS = np.arange(60)
CLASSES = ("tabby", "espresso", "tripod", "moped", "missile", "palace", "daisy", "military uniform", "sorrel", "menu")


def climbing(names, gap=0.4):
    return LineChart(
        tuple(Series(name, STEPS, STEPS * (1 + gap * place / 10)) for place, name in enumerate(names)), "step", "score"
    )


@given(st.lists(st.floats(0, 1), max_size=8), st.floats(0.01, 0.12))
def test_levels_are_moved_apart_and_stay_inside(levels, height):
    moved = spread(levels, [height] * len(levels))
    order = sorted(range(len(levels)), key=lambda index: levels[index])
    for below, above in itertools.pairwise(order):
        assert moved[above] - moved[below] >= height - 1e-9
    assert all(-1e-9 <= level <= 1 + 1e-9 for level in moved)


def test_what_does_not_touch_is_not_moved_and_what_does_moves_both_ways():
    assert spread([0.1, 0.5, 0.9], [0.1] * 3) == pytest.approx([0.1, 0.5, 0.9])
    assert spread([0.5, 0.5], [0.1, 0.1]) == pytest.approx([0.45, 0.55])
    assert spread([0.5, 0.5], [0.1, 0.3]) == pytest.approx([0.4, 0.6])


def test_names_stand_at_the_ends_of_their_curves():
    ends = {"low": 0.0, "middle": 100.0, "high": 200.0}
    series = tuple(Series(name, STEPS, end - (59 - STEPS) ** 2 / 59) for name, end in ends.items())
    canvas = drawn(LineChart(series, "step", "score"), 3.0)
    (axes,) = canvas.axes
    for words in axes.texts:
        low, high = words.get_window_extent().intervaly
        _, end = axes.transData.transform((59, ends[words.get_text()]))
        assert low < end < high


def test_as_many_names_as_fit_replace_the_legend():
    canvas = drawn(climbing(CLASSES))
    (axes,) = canvas.axes
    assert axes.get_legend() is None
    assert [text.get_text() for text in axes.texts] == list(CLASSES)
    assert touching(texts(canvas)) == []


def test_a_name_that_had_to_move_is_led_to_its_curve():
    (axes,) = drawn(climbing(CLASSES)).axes
    led = [text.arrow_patch is not None for text in axes.texts]
    assert sum(led) >= 4
    (axes,) = drawn(climbing(("low", "high"), gap=8)).axes
    assert [text.arrow_patch for text in axes.texts] == [None, None]


def test_names_that_do_not_fit_stand_in_a_legend():
    canvas = drawn(climbing([f"{name} {number}" for name in CLASSES for number in (1, 2)]), HALF)
    (axes,) = canvas.axes
    assert axes.get_legend() is not None
    assert not axes.texts
    assert touching(texts(canvas)) == []


@pytest.mark.parametrize("width", [1.67, HALF, TEXT_WIDTH])
def test_long_names_are_broken_and_leave_the_curves_room(width):
    names = ("generated images, D(G(z))", "real images, D(x)", "images that nobody has ever seen before")
    canvas = drawn(climbing(names, gap=9), width)
    assert touching(texts(canvas)) == []
    (axes,) = canvas.axes
    assert axes.get_position().width > (0.4 if width > 2 else 0.15)
