"""Line charts: what is no curve is said in words, and where a curve ends early it is seen."""

from __future__ import annotations

import numpy as np
import pytest

from generator.languages import speaking
from generator.render.figures import draw_figure
from generator.results import LineChart, Panels, Series
from tests.render.figures.drawing_for_tests import HALF, drawn, texts

EPOCHS = np.arange(1, 6)
RISING = Series("rising", EPOCHS, np.array([0.1, 0.3, 0.4, 0.5, 0.6]))


def chart(*series, **more):
    return LineChart(series, "epoch", "accuracy", **more)


def words(figure, width=HALF):
    return [text.get_text() for text in texts(drawn(figure, width))]


def bars(figure):
    """The x of each mark that says that a curve ends here."""
    lines = [line for axes in drawn(figure).axes for line in axes.lines if line.get_marker() == "|"]
    return [float(line.get_xdata()[0]) for line in lines]


def test_a_constant_among_curves_is_a_line_across_with_its_value_in_words():
    figure = chart(RISING, Series("level", EPOCHS, np.full(5, 0.25), dashed=True))
    (axes,) = drawn(figure).axes
    assert [line.get_label() for line in axes.lines if len(line.get_xdata()) == 5] == ["rising"]
    assert any("level" in text and "constant at 0.25" in text for text in words(figure))


def test_constants_of_one_value_are_said_together():
    figure = chart(RISING, *(Series(name, EPOCHS, np.zeros(5)) for name in ("first", "second", "third")))
    (said,) = [text for text in words(figure) if "constant" in text]
    assert said == "first,\nsecond,\nthird,\nconstant at 0"


def test_a_chart_of_nothing_but_a_constant_is_words_without_axes():
    figure = LineChart((Series("λ", EPOCHS, np.full(5, -1.0)),), "epoch", "reversal factor λ")
    assert drawn(figure).axes == []
    assert words(figure) == ["constant at −1", "reversal factor λ"]


def test_a_constant_is_said_in_french_and_with_a_comma():
    figure = LineChart((Series("λ", EPOCHS, np.full(5, -0.5)),), "époque", "facteur λ")
    with speaking("fr"):
        assert "constante\u00a0: −0,50" in words(figure)


def test_two_points_and_values_with_a_band_are_no_constant():
    short = Series("short", EPOCHS[:2], np.ones(2))
    spread = Series("spread", EPOCHS, np.ones(5), np.zeros(5), np.array([1, 2, 1, 1, 1.0]))
    assert not any("constant" in text for text in words(chart(RISING, short, spread)))


@pytest.mark.parametrize(
    "lost",
    [
        Series("lost", EPOCHS[:3], np.array([0.1, 0.12, 0.1])),
        Series("lost", EPOCHS, np.array([0.1, 0.12, 0.1, np.nan, np.nan])),
        Series("lost", EPOCHS[:1], np.array([0.1])),
    ],
    ids=["shorter", "without values", "one epoch"],
)
def test_a_run_that_ends_early_is_closed_by_a_bar(lost):
    last = int(np.isfinite(lost.y).sum())
    assert bars(chart(RISING, lost)) == [last]
    assert bars(chart(lost, RISING)) == [last]


def test_a_run_alone_that_was_lost_is_closed_by_a_bar():
    assert bars(chart(Series("lost", EPOCHS, np.array([1, 2, 3, np.nan, np.nan])))) == [3]


def test_curves_to_the_end_and_curves_over_values_of_their_own_bear_no_bar():
    later = Series("later", EPOCHS[2:], np.array([0.2, 0.1, 0.3]))
    assert bars(chart(RISING, later)) == []
    shares = np.linspace(0, 1, 20)
    distances = (Series("test", np.geomspace(0.1, 0.3, 20), shares), Series("made", np.geomspace(0.2, 0.5, 20), shares))
    assert bars(chart(*distances)) == []


def test_a_run_without_any_value_is_named():
    figure = chart(RISING, Series("lost at once", EPOCHS, np.full(5, np.nan)))
    assert any("lost at once, no value" in " ".join(text.split()) for text in words(figure))


def test_markers_at_the_edge_are_whole():
    (axes,) = drawn(chart(RISING)).axes
    assert not axes.lines[0].get_clip_on()
    (axes,) = drawn(chart(RISING, y_limits=(0.2, 0.5))).axes
    assert axes.lines[0].get_clip_on()  # what lies outside of the limits stays outside


def test_each_curve_has_a_shape_of_its_own():
    few = chart(*(Series(str(number), EPOCHS, EPOCHS * number + EPOCHS**2) for number in range(4)))
    many = chart(*(Series(str(number), np.arange(90), np.arange(90) * (1.0 + number)) for number in range(9)))
    for figure, count in ((few, 4), (many, 9)):
        (axes,) = drawn(figure).axes
        shapes = [line.get_marker() for line in axes.lines]
        assert "" not in shapes
        assert len(set(shapes)) == count
    assert all(len(line.get_markevery()) < 10 and line.get_markevery()[-1] == 89 for line in axes.lines)


def test_charts_side_by_side_stand_on_one_line():
    high = LineChart(RISING_AND_HIGH, "epoch", "loss")
    canvas = drawn(Panels((chart(RISING), high, chart(RISING, y_limits=(0, 1))), 3))
    places = {(round(axes.get_position().y0, 6), round(axes.get_position().y1, 6)) for axes in canvas.axes}
    assert len(places) == 1


RISING_AND_HIGH = (RISING, Series("high", EPOCHS, np.array([1.0, 1, 1, 1, 1.01])))


def test_a_chart_of_constants_keeps_its_place_beside_others():
    level = LineChart((Series("λ", EPOCHS, np.full(5, -1.0)),), "epoch", "factor")
    drawing = draw_figure(Panels((chart(RISING), level), 2, titles=("accuracy", "factor")))
    assert drawing.height < 2.5
