"""A figure drawn onto a canvas that tests can look into: its texts, lines and bars, and where they stand."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text

from generator.render.figures import TEXT_WIDTH
from generator.render.figures.layout import Box
from generator.render.figures.panels import draw, height_for
from generator.render.figures.style import load_fonts, rc
from generator.results import Figure

HALF = 2.57  # inches: a figure beside another


def drawn(figure: Figure, width: float = TEXT_WIDTH) -> Canvas:
    """The canvas after drawing, as draw_figure leaves it."""
    load_fonts()
    with matplotlib.rc_context(rc()):
        height = height_for(figure, width)
        canvas = Canvas(figsize=(width, height), dpi=200)
        FigureCanvasAgg(canvas)
        draw(figure, Box(canvas, 0, 0, width, height))
        canvas.draw_without_rendering()
    return canvas


def texts(canvas: Canvas) -> list[Text]:
    """All texts that are seen."""
    found: list[Any] = canvas.findobj(Text)
    return [text for text in found if text.get_visible() and text.get_text() and inside(text)]


def inside(text: Text) -> bool:
    """Whether a text is drawn at all: matplotlib keeps those of ticks beyond the limits of an axis, too."""
    axes = text.axes
    if axes is None or text not in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        return True
    return text in numbers(axes, "x") or text in numbers(axes, "y")


def numbers(axes: Axes, which: str) -> list[Text]:
    """What stands along an axis."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    low, high = sorted(axis.get_view_interval())
    return [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high and tick.label1.get_text()]


def extent(text: Text) -> Any:
    """Where a text stands, in pixels, without the line that may lead to it."""
    return Text.get_window_extent(text)


def touching(found: list[Text]) -> list[tuple[str, str]]:
    """Pairs of texts of which one runs over the other.

    A line is taken as high as its letters with their accents or tails: what a line box has beyond that may be shared.
    """
    boxes = [(text.get_text(), extent(text), 0.2 * text.get_fontsize() / 72 * 200) for text in found]
    return [
        (one, other)
        for (one, first, spare), (other, second, _) in combinations(boxes, 2)
        if min(first.x1, second.x1) > max(first.x0, second.x0)
        and min(first.y1, second.y1) - max(first.y0, second.y0) > spare
    ]
