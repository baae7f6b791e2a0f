"""Which kind is drawn by which function, and several figures drawn as one picture."""

from __future__ import annotations

from generator.render.figures.charts import (
    bars_height,
    draw_bars,
    draw_line_chart,
    draw_scatter,
    line_chart_height,
    scatter_height,
)
from generator.render.figures.layout import Box, text_height, text_width, wrap
from generator.render.figures.pictures import (
    draw_heatmap,
    draw_image_grid,
    heatmap_height,
    image_grid_height,
    key_frames,
)
from generator.render.figures.style import TEXT
from generator.results import Bars, Figure, Frames, Heatmap, ImageGrid, LineChart, Panels, Scatter

_ACROSS = 0.14  # inches between columns
_HEAD = {"family": "Source Sans 3", "weight": "semibold"}  # DejaVu, the second choice, has no semibold
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
            return _Rows(figure, width).height


def draw(figure: Figure, box: Box) -> None:
    """Draw any kind of figure into a box."""
    match figure:
        case LineChart():
            draw_line_chart(figure, box)
        case Bars():
            draw_bars(figure, box)
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
            wishes = [height_for(panel, self.widths[i]) for i, panel in enumerate(row)]
            self.heights.append(max(wishes))
            leasts.append(max(wish if _has_lines(panel) else 0.0 for wish, panel in zip(wishes, row, strict=True)))
            titles = self.titles[start : start + self.columns]
            high = max((text_height(title, TEXT) for title in titles), default=0.0)
            self.title_heights.append(high + (0.04 if high else 0.0))
        share = max(_LEAST_SHARE, _TALLEST / sum(self.heights)) if sum(self.heights) > _TALLEST else 1.0
        self.heights = [max(least, height * share) for least, height in zip(leasts, self.heights, strict=True)]
        self.height = self.head + sum(self.heights) + sum(self.title_heights) + _DOWN * (len(self.heights) - 1)


def _has_lines(figure: Figure) -> bool:
    """Whether a figure is as high as its lines of words, which must not touch."""
    return isinstance(figure, Bars) and figure.horizontal


def _draw_panels(figure: Panels, box: Box) -> None:
    rows = _Rows(figure, box.width)
    top = box.height - rows.head
    for i, head in enumerate(rows.heads):
        middle = rows.left + sum(rows.widths[:i]) + i * _ACROSS + rows.widths[i] / 2
        box.text(middle, top + 0.05, head, ha="center", va="bottom", **_HEAD)
    for number, panel in enumerate(figure.panels):
        row, column = divmod(number, rows.columns)
        x = rows.left + sum(rows.widths[:column]) + column * _ACROSS
        if column == 0:
            y = top - sum(rows.heights[: row + 1]) - sum(rows.title_heights[: row + 1]) - row * _DOWN
        height = rows.heights[row]
        wanted = min(height_for(panel, rows.widths[column]), height)
        draw(panel, box.part(x, y + (height - wanted) / 2, rows.widths[column], wanted))
        if number < len(rows.titles):
            box.text(x + rows.widths[column] / 2, y + height + 0.04, rows.titles[number], ha="center", va="bottom")
        if column == 0 and row < len(rows.names):
            box.text(rows.left - 0.1, y + height / 2, rows.names[row], ha="right", va="center")
