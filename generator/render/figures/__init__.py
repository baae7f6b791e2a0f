"""Figures as data become pictures here, all in one style: the only place that uses matplotlib."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas
    from PIL.Image import Image

    from generator.results import Figure

#: Width of the report's text in inches: figures are drawn at the size at which they are read.
TEXT_WIDTH = 5.63
#: Dots per inch of a picture of pixels.
DPI = 200
_EDGE = 0.02  # inches kept white all round, for strokes that overhang
_MANY_CELLS = 400
_MANY_POINTS = 1500
#: WebP's effort (method, quality), which costs nothing but time: the next takes a third longer and saves a fiftieth.
EFFORT = (1, 0)


@dataclass(frozen=True)
class Animation:
    """An animated WebP that repeats for ever, and its first key frame as a WebP that stands still, both in pixels."""

    moving: bytes
    still: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Drawing:
    """One drawn figure with its size in inches: an SVG where it is sparse, else a lossless WebP of 200 dots per inch.

    An animation comes beside the strip of its key frames, for the page. One that is kept has the name of its place.
    """

    webp: bytes
    svg: bytes | None
    width: float
    height: float
    animation: Animation | None = None
    kept: str = field(default="", compare=False)


def is_dense(figure: Figure) -> bool:
    """Whether a figure holds so much that an SVG of it would be larger and slower than a picture."""
    from generator.results import Frames, Heatmap, ImageGrid, Panels, Scatter

    match figure:
        case ImageGrid() | Frames():
            return True
        case Heatmap():
            return figure.values.size > _MANY_CELLS
        case Scatter():
            return sum(len(cloud.x) for cloud in figure.clouds) > _MANY_POINTS
        case Panels():
            return any(is_dense(panel) for panel in figure.panels)
        case _:
            return False


def draw_figure(figure: Figure, width: float = TEXT_WIDTH) -> Drawing:
    """Draw a figure ``width`` inches wide; the same figure gives the same bytes."""
    from io import BytesIO

    from generator.render.figures.animation import animate
    from generator.results import Frames

    with laid_out(figure, width) as canvas:
        height = float(canvas.get_size_inches()[1])
        if is_dense(figure):
            animation = animate(figure) if isinstance(figure, Frames) else None
            return Drawing(lossless(pixels(canvas)), None, width, height, animation)
        svg = BytesIO()
        canvas.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        return Drawing(b"", svg.getvalue(), width, height)


@contextmanager
def laid_out(figure: Figure, width: float) -> Iterator[Canvas]:
    """A canvas with all that is to be drawn in its place, and matplotlib's settings in force."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    from generator.render.figures.layout import Box
    from generator.render.figures.panels import draw, height_for
    from generator.render.figures.style import load_fonts, rc

    load_fonts()
    with matplotlib.rc_context(rc()):
        height = height_for(figure, width - 2 * _EDGE) + 2 * _EDGE
        canvas = Canvas(figsize=(width, height), dpi=DPI)  # labels are measured at the size at which they are drawn
        FigureCanvasAgg(canvas)
        draw(figure, Box(canvas, _EDGE, _EDGE, width - 2 * _EDGE, height - 2 * _EDGE))
        yield canvas


def pixels(canvas: Canvas) -> Image:
    """The picture without the transparency that it does not have: a PDF can take it as it is."""
    from PIL import Image

    agg: Any = canvas.canvas
    agg.draw()
    return Image.frombuffer("RGBA", agg.get_width_height(), agg.buffer_rgba()).convert("RGB")


def lossless(picture: Image) -> bytes:
    """The same pixels as a WebP, a fifth smaller than a PNG; the same picture gives the same bytes."""
    from io import BytesIO

    content = BytesIO()
    picture.save(content, format="WEBP", lossless=True, method=EFFORT[0], quality=EFFORT[1], exact=True)
    return content.getvalue()
