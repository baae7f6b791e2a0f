"""Numbers along axes that do not touch, in both languages, and where lines of words are broken."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from generator.languages import WIDE, languages, speaking
from generator.render.figures import TEXT_WIDTH
from generator.render.figures.layout import text_width, wrap
from generator.render.figures.style import SMALL
from generator.results import Bars, BarSeries, LineChart, Panels, Series
from tests.render.figures.drawing_for_tests import HALF, drawn, numbers

TENS = np.array([0.001, 0.01, 0.1, 1, 10, 100])
CHARTS = {
    "powers of ten": LineChart(
        (Series("images d’entraînement", TENS, np.linspace(0.3, 1, 6)), Series("test", TENS, np.linspace(0.2, 0.9, 6))),
        "C", "accuracy", x_log=True,
    ),
    "many places": LineChart((Series("s", np.geomspace(1e-4, 1e4, 20), np.arange(20.0)),), "C", "accuracy", x_log=True),
    "thousands": LineChart((Series("s", np.arange(0, 120_000, 500), np.arange(240.0) / 7e4),), "step", "loss"),
    "negative bars": Bars(("a", "b"), (BarSeries("s", np.array([-0.31, -0.89])),), "decision value", True),
    "bars": Bars(("a", "b"), (BarSeries("s", np.array([0.31, 0.89])),), "probability", True, (0, 1)),
}  # fmt: skip


@pytest.mark.parametrize("width", [1.2, 1.67, HALF, TEXT_WIDTH])
@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("language", languages())
def test_numbers_along_an_axis_keep_apart(name, width, language):
    with speaking(language):
        canvas = drawn(CHARTS[name], width)
        (axes,) = canvas.axes
        across = sorted(tuple(text.get_window_extent().intervalx) for text in numbers(axes, "x"))
        upwards = sorted(tuple(text.get_window_extent().intervaly) for text in numbers(axes, "y"))
    least = 0.3 * SMALL / 72 * canvas.dpi
    assert len(across) >= (2 if width > 1.5 else 1)
    assert all(after - before >= least for (_, before), (after, _) in itertools.pairwise(across))
    assert all(
        after - before >= -0.25 * SMALL / 72 * canvas.dpi for (_, before), (after, _) in itertools.pairwise(upwards)
    )


def test_places_whose_number_is_left_out_keep_their_mark():
    (axes,) = drawn(CHARTS["powers of ten"], 2.0).axes
    named = [text.get_text() for text in numbers(axes, "x")]
    assert named == ["0.001", "0.1", "10"]
    assert [float(place) for place in axes.xaxis.get_minorticklocs()] == [0.01, 1, 100]
    (axes,) = drawn(CHARTS["powers of ten"], 1.5).axes
    assert len(numbers(axes, "x")) + len(axes.xaxis.get_minorticklocs()) == 6


def test_panels_beside_each_other_keep_their_numbers_apart():
    canvas = drawn(Panels((CHARTS["powers of ten"],) * 3, 3))
    ends = sorted(tuple(text.get_window_extent().intervalx) for axes in canvas.axes for text in numbers(axes, "x"))
    assert all(after > before for (_, before), (after, _) in itertools.pairwise(ends))


@pytest.mark.parametrize("words", ["espresso, 91 %", "rate 5, λ = 0.001", "64 × 64 pixels", "blur, noise × 1"])
def test_no_line_is_broken_within_a_number_and_its_sign(words):
    for width in np.linspace(0.3, text_width(words), 12):
        broken = wrap(words, float(width))
        assert broken.replace(WIDE, " ").split() == words.split()
        for line in broken.split("\n"):
            if text_width(line) <= width and "\n" in broken and width > 0.55:
                assert line[0] not in "%=×"
                assert line[-1] not in "=×"


def test_lines_are_as_wide_as_was_asked_and_the_rest_is_cut():
    words = "a text that goes on and on for much longer than three lines can hold of it in this width"
    lines = wrap(words, 1.0).split("\n")
    assert len(lines) == 3
    assert lines[-1].endswith(" …")
    assert all(text_width(line) <= 1.0 for line in lines)
