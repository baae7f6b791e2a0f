"""Names at the ends of curves, in place of a legend: moved apart, and led to their curves where they had to move."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import offset_copy

from generator.languages import gettext
from generator.render.figures.layout import LEADING, POINT, SPACING, Box, fit, text_width, wrap
from generator.render.figures.style import SMALL, readable

_WIDEST, _LEAST_WIDE = 0.34, 0.8  # of the box, and inches: where a name is broken into lines
_BELOW = 0.5  # inches for the numbers and the name of the axis below the curves
_MOST_TRIES = 2
_NEAR, _FAR = 5.0, 13.0  # points from the axes to the names: without and with lines that lead to them
_AT_EDGE = 0.95  # of the axes' width: from here on a curve ends beside its name
_MOVED = 0.5  # of a line: a name that stands farther from its curve is led to it


@dataclass(frozen=True)
class End:
    """The end of a curve: its name, its last point (None: it has none), and whether others go on.

    ``after`` is what is said after the name; a constant's point lies at infinity, for it has no end.
    """

    name: str
    shade: str
    point: tuple[float, float] | None
    early: bool = False
    after: str = ""


def names_height(ends: Sequence[End], width: float) -> float:
    """How high a chart must be for all names to stand beside its curves, in inches."""
    lines = sum(_words(end, _broken_at(width)).count("\n") + 1 for end in ends)
    return lines * LEADING * SMALL * POINT + _BELOW


def _broken_at(width: float) -> float:
    return max(_WIDEST * width, _LEAST_WIDE)


def close_early(axes: Axes, ends: Sequence[End]) -> None:
    """Close each curve that ends before the others by a bar."""
    for end in ends:
        if end.early and end.point:
            axes.plot(*end.point, "|", color=end.shade, markersize=10, markeredgewidth=1.6, clip_on=False)


def fit_named(axes: Axes, ends: Sequence[End], box: Box) -> None:
    """Name each curve at its right end and fit axes and names into the box."""
    height = max(box.height - _BELOW, 0.3)
    for _ in range(_MOST_TRIES):
        named = _name(axes, ends, box, height)
        fit(axes, box)
        room = axes.get_position().height * box.canvas.get_size_inches()[1]
        if room > height - POINT:
            return
        height = room  # names below the lowest curve have made the axes lower, and would touch now
        for artist in named:
            artist.remove()
    _name(axes, ends, box, height)
    fit(axes, box)


def _name(axes: Axes, ends: Sequence[End], box: Box, height: float) -> list[Artist]:
    """Write the names beside axes of this height; where they do not fit there, in a legend above."""
    axes.autoscale_view()  # limits are worked out late, and transData does not ask for them
    words = [_words(end, _broken_at(box.width)) for end in ends]
    heights = [(text.count("\n") + 1) * LEADING * SMALL * POINT / height for text in words]
    if sum(heights) > 1.02:
        return [_legend(axes, ends, words, box)]
    points = [_place(axes, end) for end in ends]
    levels = spread([level for _, level in points], heights)
    moved = _MOVED * LEADING * SMALL * POINT / height
    led = [
        end.point is not None and math.isfinite(end.point[0]) and (across < _AT_EDGE or abs(level - own) > moved)
        for end, (across, own), level in zip(ends, points, levels, strict=True)
    ]
    beside = offset_copy(axes.transAxes, box.canvas, _FAR if any(led) else _NEAR, 0, units="points")
    named: list[Artist] = []
    for end, text, point, level, leading in zip(ends, words, points, levels, led, strict=True):
        arrow = {
            "arrowstyle": "-", "color": end.shade, "linewidth": 0.7, "shrinkA": 1, "shrinkB": 3, "relpos": (0, 0.5),
            "linestyle": (0, (1, 1.5)) if point[0] < _AT_EDGE else "-",
        }  # fmt: skip
        note = axes.annotate(
            text, point, (1, level), xycoords="axes fraction", textcoords=beside, va="center", linespacing=SPACING,
            color=readable(end.shade), fontsize=SMALL, annotation_clip=False, arrowprops=arrow if leading else None,
        )  # fmt: skip
        named.append(note)
    return named


def _words(end: End, width: float) -> str:
    """The name with what is said after it, in lines that are not too wide."""
    after = end.after if end.point else gettext("no value")
    lines = end.name.split("\n")
    if after:
        longer = f"{lines[-1]}, {after}"
        short = len(lines) == 1 and text_width(longer, SMALL) <= width
        lines[-1:] = [longer] if short else [f"{lines[-1]},", after]
    return "\n".join(wrap(line, width, SMALL) for line in lines)


def _place(axes: Axes, end: End) -> tuple[float, float]:
    """The end in shares of the axes' width and height; what has none stands at the bottom right."""
    x, y = end.point or (np.inf, -np.inf)
    place = axes.transAxes.inverted().transform(axes.transData.transform((x if np.isfinite(x) else 1.0, y)))
    across = float(place[0]) if np.isfinite(x) else 1.0
    return across, float(np.clip(place[1], 0, 1)) if np.isfinite(place[1]) else 0.0


def _legend(axes: Axes, ends: Sequence[End], words: Sequence[str], box: Box) -> Artist:
    drawn = {str(line.get_label()): line for line in axes.lines}
    handles = [drawn.get(end.name, Line2D([], [], color=end.shade, linewidth=0.9, linestyle=":")) for end in ends]
    columns = max(1, min(4, int(box.width / 1.3)))
    return axes.legend(
        handles, [" ".join(text.split("\n")) for text in words], ncols=columns, loc="lower left",
        bbox_to_anchor=(0, 1.0), borderaxespad=0.2, handlelength=1.5,
    )  # fmt: skip


def spread(levels: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Levels from 0 to 1, moved as little as needed (in squares) so that texts of these heights do not touch.

    Where each is taken relative to the room of those below it, they must not fall: an isotonic regression.
    """
    order = sorted(range(len(levels)), key=lambda index: levels[index])
    below = [0.0, *accumulate((heights[one] + heights[next_]) / 2 for one, next_ in pairwise(order))]
    pools: list[tuple[float, int]] = []  # mean and number of those that stand upon one another
    for index, room in zip(order, below, strict=False):
        mean, count = levels[index] - room, 1
        while pools and pools[-1][0] > mean:
            other, more = pools.pop()
            mean, count = (mean * count + other * more) / (count + more), count + more
        pools.append((mean, count))
    bottoms = [mean for mean, count in pools for _ in range(count)]
    least = min(heights, default=0.0)  # of more lines than that, no text runs over the ends of the axes
    bottom_most = (heights[order[0]] - least) / 2 if order else 0.0
    top = max(bottom_most, 1.0 - (heights[order[-1]] - least) / 2 - below[len(order) - 1]) if order else 0.0
    moved = [0.0] * len(levels)
    for index, bottom, room in zip(order, bottoms, below, strict=False):
        moved[index] = min(max(bottom, bottom_most), top) + room
    return moved
