"""Boxes in inches, and the few measurements that laying out a figure needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FixedFormatter, FixedLocator, Formatter, LogLocator, MaxNLocator, NullFormatter

from generator.languages import WIDE, decimal_sign
from generator.render.figures.style import INK, SMALL, TEXT
from generator.render.figures.words import localised

POINT = 1 / 72  # inches
LINE = 1.4  # line height, in font sizes; more than the typeface asks for, so that no accent is cut
LEADING = 1.2  # from one line of a text to its next
SPACING = 0.83  # the same for matplotlib, which takes the second typeface's line height for 1
_MOST_PASSES = 6  # over axes until they fit
_DESCENT = 0.32  # from the line that letters stand on to the lower end of the text
_GLUED = re.compile(
    r"(?<=[=×]) (?=\S)| (?==|× \d)|(?<=\d) (?=%)"
)  # no line is broken within "λ = 0.1", "64 × 64", "9 %"


@dataclass(frozen=True)
class Box:
    """A part of the picture, in inches from its lower left corner."""

    canvas: Canvas
    left: float
    bottom: float
    width: float
    height: float

    def part(self, left: float, bottom: float, width: float, height: float) -> Box:
        """A box inside this one, placed from this one's corner."""
        return Box(self.canvas, self.left + left, self.bottom + bottom, width, height)

    def axes(self) -> Axes:
        """Axes that fill the box."""
        across, up = self.canvas.get_size_inches()
        return self.canvas.add_axes(
            (self.left / across, self.bottom / up, max(self.width, 0.01) / across, max(self.height, 0.01) / up)
        )

    def text(self, x: float, y: float, words: str, **style: object) -> Text:
        """Write at a point of the box, given in inches from its corner."""
        across, up = self.canvas.get_size_inches()
        style = {"fontsize": TEXT, "color": INK, "linespacing": SPACING, **style}
        return self.canvas.text((self.left + x) / across, (self.bottom + y) / up, words, **style)  # type: ignore[arg-type]

    def stack(self, x: float, floor: float, words: str, size: float = TEXT, **style: object) -> None:
        """Write lines above one another, the last one on ``floor``; letters that hang down move no line."""
        for number, line in enumerate(reversed(words.split("\n"))):
            y = floor + (_DESCENT + number * LEADING) * size * POINT
            self.text(x, y, line, **{"ha": "center", "va": "baseline", "fontsize": size, **style})


@cache
def text_width(words: str, size: float = SMALL, weight: str = "normal") -> float:
    """Width in inches of the longest line."""
    font = FontProperties(family=["Source Sans 3"], size=size, weight=weight)
    lines = words.split("\n")
    return max(text_to_path.get_text_width_height_descent(line, font, False)[0] for line in lines) * POINT


def text_height(words: str, size: float = SMALL) -> float:
    """Height in inches of a text of one or more lines; 0 for no text."""
    return (LINE + LEADING * words.count("\n")) * size * POINT if words else 0.0


def wrap(words: str, width: float, size: float = SMALL, lines: int = 3) -> str:
    """Break a text into lines at most ``width`` inches wide; what exceeds ``lines`` is cut with an ellipsis."""
    if not words or text_width(words, size) <= width:
        return words
    done: list[str] = []
    pieces = re.split(r"[ \n]+", _GLUED.sub(WIDE, words))
    parted = (piece.split(WIDE) if text_width(piece, size) > width else [piece] for piece in pieces)
    for word in chain.from_iterable(parted):
        longer = f"{done[-1]} {word}" if done else word
        if done and text_width(longer, size) <= width:
            done[-1] = longer
        else:
            done.append(word)
    if len(done) > lines:
        last = done[lines - 1]
        while " " in last and text_width(f"{last} …", size) > width:
            last = last.rpartition(" ")[0]
        done = [*done[: lines - 1], f"{last} …"]
    return "\n".join(done)


class _Localised(Formatter):
    """Numbers as another formatter writes them, with the decimal sign of the language that is spoken."""

    def __init__(self, inner: Formatter) -> None:
        self.inner = inner

    def __call__(self, x: float, pos: int | None = None) -> str:
        return localised(self.inner(x, pos))

    def format_ticks(self, values: list[float]) -> list[str]:
        return [localised(text) for text in self.inner.format_ticks(values)]

    def set_axis(self, axis: Any) -> None:
        self.inner.set_axis(axis)

    def set_locs(self, locs: list[float]) -> None:
        self.inner.set_locs(locs)

    def get_offset(self) -> str:
        return localised(self.inner.get_offset())


def localise(axis: Axis) -> None:
    """Have an axis write its numbers so; names of categories, "features.2" or "SqueezeNet 1.1", stay as they are."""
    formatter = axis.get_major_formatter()
    if decimal_sign() != "." and not isinstance(formatter, FixedFormatter | NullFormatter | _Localised):
        axis.set_major_formatter(_Localised(formatter))


def fit(axes: Axes, box: Box) -> None:
    """Move and scale axes so that they, with all their labels, just fill the box."""
    localise(axes.xaxis)
    localise(axes.yaxis)
    across, up = box.canvas.get_size_inches()
    renderer = box.canvas.canvas.get_renderer()  # type: ignore[attr-defined]
    dpi = box.canvas.dpi
    # Ticks change with the size of the axes, so that a second pass corrects what the first one moved.
    passes, done = 2, 0
    while done < min(passes, _MOST_PASSES):
        done += 1
        place = axes.get_position()
        outer = axes.get_tightbbox(renderer)
        if outer is None:
            return
        left = place.x0 * across - outer.x0 / dpi
        right = outer.x1 / dpi - place.x1 * across
        below = place.y0 * up - outer.y0 / dpi
        above = outer.y1 / dpi - place.y1 * up
        width = max(box.width - left - right, 0.2)
        height = max(box.height - below - above, 0.2)
        axes.set_position(((box.left + left) / across, (box.bottom + below) / up, width / across, height / up))
        thinned = [_thin(axis, renderer, dpi) for axis in (axes.xaxis, axes.yaxis)]
        passes = max(passes, done + any(thinned))


def _thin(axis: Axis, renderer: Any, dpi: float) -> bool:
    """Write fewer numbers along an axis where they come too near to each other; names of categories all stay."""
    if isinstance(axis.get_major_formatter(), FixedFormatter | NullFormatter):
        return False
    low, high = sorted(axis.get_view_interval())
    ticks = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high and tick.label1.get_text()]
    ends = [tick.label1.get_window_extent(renderer) for tick in ticks]
    across = isinstance(axis, XAxis)
    spans = sorted((end.x0, end.x1) if across else (end.y0, end.y1) for end in ends)
    least = (0.45 if across else 0.0) * SMALL * POINT * dpi
    if len(spans) < 2 or all(after - before >= least for (_, before), (after, _) in pairwise(spans)):
        return False
    locator = axis.get_major_locator()
    if isinstance(locator, FixedLocator):
        _every_second(axis, [float(place) for place in locator()])
    elif isinstance(locator, LogLocator):
        locator.set_params(numticks=len(spans) - 1)
    elif isinstance(locator, MaxNLocator):
        locator.set_params(nbins=max(1, len(spans) - 2))
    else:
        return False
    return True


def _every_second(axis: Axis, places: Sequence[float]) -> None:
    """Name every second place; the others keep their marks."""
    before = axis.get_minor_locator()
    unnamed = [float(place) for place in before()] if isinstance(before, FixedLocator) else []
    axis.set_ticks(places[::2])
    axis.set_ticks(sorted([*unnamed, *places[1::2]]), minor=True)
    axis.set_tick_params(which="minor", length=2.5, width=0.6)
