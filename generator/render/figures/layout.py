"""Boxes in inches, and the few measurements that laying out a figure needs."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from functools import cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FixedFormatter, Formatter, NullFormatter

from generator.languages import decimal_sign
from generator.render.figures.style import INK, SMALL, TEXT

POINT = 1 / 72  # inches
LINE = 1.4  # line height, in font sizes; more than the typeface asks for, so that no accent is cut
_DECIMAL = re.compile(r"[-−+]?\d+\.\d+(?:e[-−+]?\d+)?(?:\s?[A-Za-zµ%])?")  # "−0.5", "1.5e-05", "1.5 k"


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
        style = {"fontsize": TEXT, "color": INK, "linespacing": 1.0, **style}
        return self.canvas.text((self.left + x) / across, (self.bottom + y) / up, words, **style)  # type: ignore[arg-type]


@cache
def text_width(words: str, size: float = SMALL, weight: str = "normal") -> float:
    """Width in inches of the longest line."""
    font = FontProperties(family=["Source Sans 3"], size=size, weight=weight)
    lines = words.split("\n")
    return max(text_to_path.get_text_width_height_descent(line, font, False)[0] for line in lines) * POINT


def text_height(words: str, size: float = SMALL) -> float:
    """Height in inches of a text of one or more lines; 0 for no text."""
    return (words.count("\n") + 1) * size * LINE * POINT if words else 0.0


def wrap(words: str, width: float, size: float = SMALL, lines: int = 3) -> str:
    """Break a text into lines at most ``width`` inches wide; what exceeds ``lines`` is cut with an ellipsis."""
    if not words or text_width(words, size) <= width:
        return words
    characters = max(4, int(len(words) * width / text_width(words, size)))
    return "\n".join(textwrap.wrap(words, characters, max_lines=lines, placeholder=" …", break_long_words=False))


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


def localised(number: str) -> str:
    """A number as Python writes it, with the decimal sign of the language that is spoken; other texts as they are."""
    return number.replace(".", decimal_sign()) if _DECIMAL.fullmatch(number) else number


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
    for _ in range(2):
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
