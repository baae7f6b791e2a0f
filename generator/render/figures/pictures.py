"""Grids of images, heat maps and the key frames of animations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.image import AxesImage

from generator.languages import gettext
from generator.render.figures.layout import POINT, Box, fit, localise, text_height, text_width, wrap
from generator.render.figures.style import INK, RULE, SIGNS, SMALL, TEXT, TONES, luminance
from generator.render.figures.words import localised
from generator.results import Frames, Heatmap, ImageGrid

_GAP = 0.05
_WIDEST_CELL = 1.75
_WIDEST_NAME, _MANY_NAMES, _FEW_NAMES = 0.22, 0.28, 8  # of the width for names of rows; of more than eight rows
_TALLEST = 3.75  # inches for the images of a grid: two grids with their captions then share a page
_TALLEST_HEATMAP = 3.2
_SCALE_WIDTH = 0.55  # inches for a colour scale with its label
_MOST_KEY_FRAMES = 8
_MOST_IN_ONE_ROW = 6


class _Grid:
    """The measures of an image grid in inches, worked out once for its height and for drawing it.

    Grids ``beside`` it, of as many rows and columns, are measured alike, so that lines of one are lines of all.
    """

    def __init__(self, grid: ImageGrid, width: float, most: float = _TALLEST, beside: Sequence[ImageGrid] = ()) -> None:
        alike = (grid, *beside)
        self.columns = min(grid.columns, len(grid.images)) or 1
        self.rows = -(-len(grid.images) // self.columns)
        self.scale = _SCALE_WIDTH if grid.colour_label else 0.0
        share = (_MANY_NAMES if self.rows > _FEW_NAMES else _WIDEST_NAME) * width
        self.row_titles = [wrap(title, share, TEXT) for title in grid.row_titles[: self.rows]]
        names = [wrap(title, share, TEXT) for one in alike for title in one.row_titles[: self.rows]]
        self.left = max((text_width(name, TEXT) + 0.08 for name in names), default=0.0)
        free = width - self.left - self.scale - _GAP * (self.columns - 1)
        steepest = max((image.shape[0] / image.shape[1] for one in alike for image in one.images), default=1.0)
        tallest = (most - _GAP * (self.rows - 1)) / max(self.rows, 1)
        self.cell = min(free / self.columns, _WIDEST_CELL, tallest / steepest)
        self.image = self.cell * steepest
        self.titles = self._titles(grid)
        self.heads = [wrap(title, self.cell, TEXT) for title in grid.column_titles]
        heads = [wrap(title, self.cell, TEXT) for one in alike for title in one.column_titles]
        self.head = max((text_height(head, TEXT) for head in heads), default=0.0) + (0.02 if heads else 0.0)
        self.tops = []  # of each row's images, from the top of the grid
        self.height = self.head
        spare = 0.0
        for row in range(self.rows):
            cells = slice(row * self.columns, (row + 1) * self.columns)
            above = max((text_height(title) for one in alike for title in self._titles(one)[cells]), default=0.0)
            name = max((text_height(wrap(title, share, TEXT), TEXT) for one in alike
                        for title in one.row_titles[row : row + 1]), default=0.0)  # fmt: skip
            spare = max(0.0, name - self.image) / 2  # a name may be higher than its images
            self.tops.append(self.height + max(above, spare))
            self.height = self.tops[-1] + self.image + max(_GAP, spare)
        self.height -= _GAP if self.rows and spare <= _GAP else 0.0
        self.width = self.left + self.columns * (self.cell + _GAP) - _GAP + self.scale

    def _titles(self, grid: ImageGrid) -> list[str]:
        """The titles of its images, with their signs; a sign is for a title, never alone."""
        tones = [*grid.tones, *[""] * (len(grid.titles) - len(grid.tones))]
        signed = (SIGNS[tone] + title if title else "" for title, tone in zip(grid.titles, tones, strict=False))
        return [wrap(title, self.cell, SMALL) for title in signed]


def _measured(grid: ImageGrid, box: Box, beside: Sequence[ImageGrid]) -> _Grid:
    """The measures of a grid in its box, with smaller images where the box is lower than the grid would like."""
    most = _TALLEST
    measure = _Grid(grid, box.width, beside=beside)
    for _ in range(3):  # narrower images break their titles into more lines
        excess = measure.height - box.height
        if excess < POINT / 10:
            break
        most = min(most, measure.rows * measure.image + _GAP * (measure.rows - 1)) - excess
        measure = _Grid(grid, box.width, max(most, 0.2 * measure.rows), beside)
    return measure


def image_grid_height(grid: ImageGrid, width: float, beside: Sequence[ImageGrid] = ()) -> float:
    """As high as its rows, with their titles."""
    return _Grid(grid, width, beside=beside).height


def draw_image_grid(grid: ImageGrid, box: Box, beside: Sequence[ImageGrid] = ()) -> None:
    """Images side by side with hardly a gap, heads for rows and columns, and a colour scale where one is asked for."""
    measure = _measured(grid, box, beside)
    left = (box.width - measure.width) / 2
    top = box.height - max(0.0, (box.height - measure.height) / 2)
    axes = box.axes()  # one for all images, in inches: sixty-four of them take a second to set up
    axes.set_axis_off()
    axes.set(xlim=(0, box.width), ylim=(0, box.height))  # first, or each image would work them out anew
    for number, image in enumerate(grid.images):
        row, column = divmod(number, measure.columns)
        x = left + measure.left + column * (measure.cell + _GAP)
        y = top - measure.tops[row] - measure.image
        cell = (x, y, measure.cell, measure.image)
        colours = _show(axes, image, grid, cell)
        _say_uniform(box, image, cell, colours)
        if number < len(measure.titles):
            tone = TONES[grid.tones[number]] if number < len(grid.tones) else INK
            box.stack(x + measure.cell / 2, y + measure.image, measure.titles[number], SMALL, color=tone)
        if column == 0 and row < len(measure.row_titles):
            name = measure.row_titles[row]
            box.stack(x - 0.08, y + (measure.image - text_height(name, TEXT)) / 2, name, ha="right")
        if row == 0 and column < len(measure.heads):
            box.stack(x + measure.cell / 2, top - measure.head + 0.02, measure.heads[column])
    if grid.colour_label and measure.rows:
        x = left + measure.width - measure.scale + 0.1
        body = measure.height - measure.tops[0]
        _scale(box.part(x, top - measure.height, 0.09, body), grid.colormap, grid.value_range, grid.colour_label)


def _show(axes: Axes, image: Any, grid: ImageGrid, cell: tuple[float, float, float, float]) -> AxesImage:
    """Show one image as large as its cell (left, bottom, width, height in inches) allows, standing on its floor."""
    left, bottom, width, height = cell
    scale = min(width / image.shape[1], height / image.shape[0])
    across, up = image.shape[1] * scale, image.shape[0] * scale
    left += (width - across) / 2
    low, high = grid.value_range or (None, None)
    if image.dtype == np.uint8 and image.ndim == 2:
        low, high = 0, 255
    smooth = "antialiased" if grid.smooth else "nearest"
    colormap = "gray" if image.dtype == np.uint8 else grid.colormap
    extent = (left, left + across, bottom, bottom + up)
    return axes.imshow(image, cmap=colormap, vmin=low, vmax=high, interpolation=smooth, extent=extent, aspect="auto")


def _say_uniform(box: Box, image: Any, cell: tuple[float, float, float, float], shown: AxesImage) -> None:
    """Write into an image that shows nothing that this is what it holds, and not a fault in printing."""
    if image.size == 0 or np.any(image != image[:1, :1]):
        return
    left, bottom, width, height = cell
    map_of_zeros = image.dtype != np.uint8 and not image.any()
    for words in (gettext("all 0") if map_of_zeros else gettext("uniform"), "0" if map_of_zeros else "="):
        if text_width(words, SMALL) <= width - 2 * POINT:
            break
    shade = image[0, 0] / 255 if image.ndim == 3 else shown.to_rgba(image[:1, :1])[0, 0, :3]
    ink = "white" if luminance(shade) < 0.25 else INK
    box.text(left + width / 2, bottom + height / 2, words, ha="center", va="center", fontsize=SMALL, color=ink)


def _scale(box: Box, colormap: str, values: tuple[float, float] | None, label: str) -> None:
    if values is None:
        raise ValueError("a colour scale needs a value range")
    spare = SMALL * POINT / 2  # the numbers at both ends stand half above and half below it
    axes = box.part(0, spare, box.width, box.height - 2 * spare).axes()
    bar = box.canvas.colorbar(ScalarMappable(Normalize(*values), colormap), cax=axes)
    bar.outline.set_visible(False)
    bar.set_label(label, fontsize=SMALL)
    localise(bar.ax.yaxis)
    bar.ax.tick_params(labelsize=SMALL, length=2, color=RULE)


def heatmap_height(heatmap: Heatmap, width: float) -> float:
    """Cells about as wide as high, or flatter where there are many rows."""
    rows, columns = heatmap.values.shape
    labels = max(text_width(label) for label in heatmap.column_labels) if heatmap.column_labels else 0.0
    cell = min((width - 1.4) / columns, 0.32)
    return float(np.clip(rows * max(cell, 0.14), 0.8, _TALLEST_HEATMAP)) + min(labels, 1.0) + 0.45


def draw_heatmap(heatmap: Heatmap, box: Box) -> None:
    """A matrix with its scale; red and blue from white where the range is symmetric about 0, else light to dark."""
    values = heatmap.values.astype(float)
    low, high = heatmap.value_range or (float(np.nanmin(values)), float(np.nanmax(values)))
    colormap = "RdBu_r" if low == -high else "Blues"
    inner = Box(box.canvas, box.left, box.bottom, box.width - _SCALE_WIDTH - 0.1, box.height)
    axes = inner.axes()
    picture = axes.imshow(values, cmap=colormap, vmin=low, vmax=high, aspect="auto", interpolation="nearest")
    axes.set_yticks(range(len(heatmap.row_labels)), heatmap.row_labels)
    cell = inner.width * 0.75 / max(len(heatmap.column_labels), 1)
    turn = 90 if any(text_width(label) > cell for label in heatmap.column_labels) else 0
    axes.set_xticks(range(len(heatmap.column_labels)), heatmap.column_labels, rotation=turn)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(heatmap.column_title)
    axes.set_ylabel(heatmap.row_title)
    if heatmap.annotate:
        digits = 2 if np.nanmax(np.abs(values)) < 10 else 0
        for (row, column), value in np.ndenumerate(values):
            ink = "white" if luminance(picture.to_rgba(value)[:3]) < 0.25 else INK
            axes.text(
                column, row, localised(f"{value:.{digits}f}"), ha="center", va="center", color=ink, fontsize=SMALL
            )
    fit(axes, inner)
    place = axes.get_position()
    up = box.canvas.get_size_inches()[1]
    scale = Box(box.canvas, box.left + box.width - _SCALE_WIDTH, place.y0 * up, 0.09, place.height * up)
    _scale(scale, colormap, (low, high), heatmap.colour_label)


def key_frames(frames: Frames) -> ImageGrid:
    """The key frames of an animation as one strip, at most eight of them, the first and the last included."""
    keys = frames.keys or tuple(range(len(frames.images)))
    if len(keys) > _MOST_KEY_FRAMES:
        keys = tuple(keys[place] for place in np.linspace(0, len(keys) - 1, _MOST_KEY_FRAMES).round().astype(int))
    return ImageGrid(
        images=tuple(frames.images[key] for key in keys),
        columns=len(keys) if len(keys) <= _MOST_IN_ONE_ROW else 4,
        titles=tuple(frames.captions[key] for key in keys),
    )
