"""Which kind is drawn by which function, and several figures drawn as one picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from matplotlib.axes import Axes

from generator.render.figures.bars import bars_height, draw_bars
from generator.render.figures.layout import Box, text_height, text_width, wrap
from generator.render.figures.lines import draw_line_chart, line_chart_height
from generator.render.figures.pictures import (
    draw_heatmap,
    draw_image_grid,
    heatmap_height,
    image_grid_height,
    key_frames,
)
from generator.render.figures.scatter import draw_scatter, scatter_height
from generator.render.figures.style import TEXT
from generator.results import Bars, Figure, Frames, Heatmap, ImageGrid, LineChart, Panels, Scatter

_ACROSS = 0.14  # inches between columns
_HEAD: dict[str, Any] = {"family": "Source Sans 3", "weight": "semibold"}  # DejaVu, the second choice, has no semibold
_DOWN = 0.12  # and between rows
_TALLEST = 4.2  # inches for all rows: under half of a page with the caption
_LEAST_SHARE = 0.7  # of its wish that a row gets where there are many


def height_for(figure: Figure, width: float) -> float:
    """How high, in inches, a figure of this width should be."""
    match figure:
        case LineChart():
            return line_chart_height(figure, width)
        case Bars():
            return bars_height(figure, width)
        case Scatter():
            return scatter_height(figure, width)
        case Heatmap():
            return heatmap_height(figure, width)
        case ImageGrid():
            return image_grid_height(figure, width)
        case Frames():
            return image_grid_height(key_frames(figure), width)
        case Panels():
            return _Rows(_in_common(figure), width).height


def draw(figure: Figure, box: Box) -> Axes | None:
    """Draw any kind of figure into a box; its axes, where they may be aligned with those beside it."""
    match figure:
        case LineChart():
            return draw_line_chart(figure, box)
        case Bars():
            return draw_bars(figure, box)
        case Scatter():
            draw_scatter(figure, box)
        case Heatmap():
            draw_heatmap(figure, box)
        case ImageGrid():
            draw_image_grid(figure, box)
        case Frames():
            draw_image_grid(key_frames(figure), box)
        case Panels():
            _draw_panels(figure, box)
    return None


class _Rows:
    """The measures of a set of panels in inches."""

    def __init__(self, figure: Panels, width: float) -> None:
        self.columns = min(figure.columns, len(figure.panels)) or 1
        self.names = [wrap(title, 0.2 * width, TEXT) for title in figure.row_titles]
        self.left = max((text_width(name, TEXT) for name in self.names), default=0.0) + (0.1 if self.names else 0.0)
        shares = figure.widths or (1.0,) * self.columns
        free = width - self.left - _ACROSS * (self.columns - 1)
        self.widths = [free * share / sum(shares) for share in shares]
        self.titles = [wrap(title, self.widths[i % self.columns], TEXT) for i, title in enumerate(figure.titles)]
        self.heads = [wrap(head, self.widths[i], TEXT) for i, head in enumerate(figure.column_titles)]
        self.head = max((text_height(head, TEXT) for head in self.heads), default=0.0) + (0.05 if self.heads else 0.0)
        self.title_heights, self.heights = [], []
        leasts = []
        for start in range(0, len(figure.panels), self.columns):
            row = figure.panels[start : start + self.columns]
            wishes = [_height(panel, self.widths[i], _beside(panel, row)) for i, panel in enumerate(row)]
            self.heights.append(max(wishes))
            leasts.append(max(wish if _has_lines(panel) else 0.0 for wish, panel in zip(wishes, row, strict=True)))
            titles = self.titles[start : start + self.columns]
            high = max((text_height(title, TEXT) for title in titles), default=0.0)
            self.title_heights.append(high + (0.04 if high else 0.0))
        share = max(_LEAST_SHARE, _TALLEST / sum(self.heights)) if sum(self.heights) > _TALLEST else 1.0
        self.heights = [max(least, height * share) for least, height in zip(leasts, self.heights, strict=True)]
        self.height = self.head + sum(self.heights) + sum(self.title_heights) + _DOWN * (len(self.heights) - 1)


def _beside(figure: Figure, row: tuple[Figure, ...]) -> tuple[ImageGrid, ...]:
    """The grids of a row that are as many images across and down as this one, where all of the row are."""
    if not isinstance(figure, ImageGrid):
        return ()
    grids = [one for one in row if isinstance(one, ImageGrid)]
    alike = len(grids) == len(row) and len({(one.columns, len(one.images)) for one in grids}) == 1
    return tuple(one for one in grids if one is not figure) if alike else ()


def _height(figure: Figure, width: float, beside: tuple[ImageGrid, ...]) -> float:
    return image_grid_height(figure, width, beside) if isinstance(figure, ImageGrid) else height_for(figure, width)


def _has_lines(figure: Figure) -> bool:
    """Whether a figure is as high as its lines of words, which must not touch."""
    return isinstance(figure, Bars) and figure.horizontal


def _draw_panels(figure: Panels, box: Box) -> None:
    figure = _in_common(figure)
    rows = _Rows(figure, box.width)
    top = box.height - rows.head
    for i, head in enumerate(rows.heads):
        middle = rows.left + sum(rows.widths[:i]) + i * _ACROSS + rows.widths[i] / 2
        box.stack(middle, top + 0.02, head, **_HEAD)
    drawn: dict[tuple[int, int], Axes] = {}
    for number, panel in enumerate(figure.panels):
        row, column = divmod(number, rows.columns)
        x = rows.left + sum(rows.widths[:column]) + column * _ACROSS
        if column == 0:
            y = top - sum(rows.heights[: row + 1]) - sum(rows.title_heights[: row + 1]) - row * _DOWN
        height = rows.heights[row]
        beside = _beside(panel, figure.panels[row * rows.columns : (row + 1) * rows.columns])
        wanted = height if _has_lines(panel) else min(_height(panel, rows.widths[column], beside), height)
        part = box.part(x, y + (height - wanted) / 2, rows.widths[column], wanted)
        if isinstance(panel, ImageGrid):
            draw_image_grid(panel, part, beside)
        elif (axes := draw(panel, part)) is not None:
            drawn[row, column] = axes
        if number < len(rows.titles):
            box.stack(x + rows.widths[column] / 2, y + height + 0.02, rows.titles[number])
        if column == 0 and row < len(rows.names):
            middle = y + height / 2 - text_height(rows.names[row], TEXT) / 2
            box.stack(rows.left - 0.1, middle, rows.names[row], ha="right")
    _align(figure, drawn, rows.columns)


def _in_common(figure: Panels) -> Panels:
    """The panels with what they share said once: what bars in a column measure; bars alike where some are stressed."""
    panels = list(figure.panels)
    stressed = any(isinstance(panel, Bars) and panel.highlight is not None for panel in panels)
    for number, panel in enumerate(panels):
        if not isinstance(panel, Bars):
            continue
        if stressed and panel.highlight is None and len(panel.series) == 1:
            panels[number] = panel = replace(panel, highlight=-1)
        below = panels[number + figure.columns] if number + figure.columns < len(panels) else None
        if (
            isinstance(below, Bars) and panel.horizontal and below.horizontal and panel.value_limits is not None
            and (panel.value_label, panel.value_limits) == (below.value_label, below.value_limits)
        ):  # fmt: skip
            panels[number] = replace(panel, value_label="")
    return replace(figure, panels=tuple(panels))


def _align(figure: Panels, drawn: dict[tuple[int, int], Axes], columns: int) -> None:
    """Give curves side by side one height, and lying bars above one another one left end."""
    rows = {row for row, _ in drawn}
    for row in rows:
        beside = [axes for (place, column), axes in drawn.items() if place == row
                  and isinstance(figure.panels[row * columns + column], LineChart)]  # fmt: skip
        low, high = (f(ends) for f, ends in ((max, [a.get_position().y0 for a in beside] or [0.0]),
                                             (min, [a.get_position().y1 for a in beside] or [0.0])))  # fmt: skip
        for axes in beside if high - low > 0 else []:
            place = axes.get_position()
            axes.set_position((place.x0, low, place.width, high - low))
    for column in range(columns):
        upon = [axes for (row, place), axes in drawn.items() if place == column
                and isinstance(bars := figure.panels[row * columns + column], Bars) and bars.horizontal]  # fmt: skip
        left = max((axes.get_position().x0 for axes in upon), default=0.0)
        for axes in upon:
            place = axes.get_position()
            axes.set_position((left, place.y0, place.x1 - left, place.height))
