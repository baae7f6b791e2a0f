"""Bars: told apart without colour, their names apart from each other, their values at their ends."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from generator.languages import speaking
from generator.render.figures.style import MUTED
from generator.results import Bars, BarSeries, Panels
from tests.render.figures.drawing_for_tests import HALF, drawn, extent, numbers, texts, touching

NAMES = (
    "black-and-tan coonhound",
    "Doberman",
    "Mexican hairless",
    "Great Dane of the south",
    "soft-coated wheaten terrier",
)
FIVE = np.array([0.93, 0.3, 0.02, 0.0004, 0.0])


def lying(values=FIVE, names=NAMES, **more):
    return Bars(names, (BarSeries("p", np.asarray(values)),), "probability", True, **more)


def grouped(*series):
    return Bars(("a", "b", "c"), series, "share")


def boxes(canvas):
    return [patch for axes in canvas.axes for patch in axes.patches if isinstance(patch, Rectangle)]


@pytest.mark.parametrize("horizontal", [False, True])
def test_series_differ_in_their_hatching_here_and_in_the_legend(horizontal):
    series = tuple(BarSeries(name, np.array([1.0, 2, 3]) + len(name)) for name in ("x", "xx", "xxx"))
    canvas = drawn(Bars(("a", "b", "c"), series, "share", horizontal))
    hatches = [patch.get_hatch() or "" for patch in boxes(canvas)]
    assert [len(set(hatches[start : start + 3])) for start in (0, 3, 6)] == [1, 1, 1]
    assert len(set(hatches)) == 3
    (axes,) = canvas.axes
    assert [patch.get_hatch() or "" for patch in axes.get_legend().get_patches()] == hatches[::3]


def test_a_series_that_is_the_same_everywhere_is_a_line_across():
    canvas = drawn(grouped(BarSeries("made", np.array([0.1, 0.2, 0.3])), BarSeries("even", np.full(3, 0.1))))
    assert len(boxes(canvas)) == 3
    (axes,) = canvas.axes
    said = [text.get_text() for text in axes.get_legend().get_texts()]
    assert said == ["made", "even, constant at 0.10"]


def test_bars_that_are_all_alike_stay_bars():
    assert len(boxes(drawn(grouped(BarSeries("even", np.full(3, 0.1)))))) == 3
    assert len(boxes(drawn(grouped(BarSeries("x", np.full(3, 0.1)), BarSeries("y", np.full(3, 0.2)))))) == 6
    measured = BarSeries("made", np.full(3, 0.1), np.full(3, 0.05), np.full(3, 0.2))
    assert len(boxes(drawn(grouped(BarSeries("x", np.array([0.1, 0.2, 0.3])), measured)))) == 6


@pytest.mark.parametrize("width", [1.5, HALF])
def test_names_in_two_lines_do_not_touch(width):
    canvas = drawn(lying(), width)
    (axes,) = canvas.axes
    names = numbers(axes, "y")
    assert any("\n" in name.get_text() for name in names)
    assert touching(names) == []


@pytest.mark.parametrize("limits", [(0, 1), None])
def test_each_lying_bar_bears_its_value(limits):
    canvas = drawn(lying(value_limits=limits, highlight=0), HALF)
    (axes,) = canvas.axes
    values = {text.get_text(): text for text in axes.texts}
    assert list(values) == ["0.93", "0.30", "0.020", "< 0.001", "0"]
    assert values["0.93"].get_color() == "white"  # within its bar
    assert touching(texts(canvas)) == []
    assert extent(values["0.93"]).x1 < canvas.bbox.x1


def test_values_have_the_sign_and_the_decimal_sign_of_the_language():
    with speaking("fr"):
        (axes,) = drawn(lying([-0.93, -0.3, -0.02, 0.25, 0.5]), HALF).axes
        assert [text.get_text() for text in axes.texts] == ["−0,93", "−0,30", "−0,020", "0,25", "0,50"]


def test_where_some_bars_are_stressed_those_of_a_panel_without_any_are_not():
    stressed, none = lying(highlight=1), lying()
    first, second = drawn(Panels((stressed, none), 1)).axes
    muted = drawn(lying(highlight=-1)).axes[0].patches[0].get_facecolor()
    assert [patch.get_facecolor() == muted for patch in first.patches] == [True, False, True, True, True]
    assert all(patch.get_facecolor() == muted for patch in second.patches)
    assert drawn(none).axes[0].patches[0].get_facecolor() != muted
    assert MUTED


def test_bars_above_one_another_begin_on_one_line_and_say_once_what_they_measure():
    figure = Panels((lying(value_limits=(0, 1)), lying(names=tuple("abcde"), value_limits=(0, 1))), 1)
    canvas = drawn(figure, HALF)
    assert len({round(axes.get_position().x0, 6) for axes in canvas.axes}) == 1
    assert [axes.get_xlabel() for axes in canvas.axes] == ["", "probability"]
