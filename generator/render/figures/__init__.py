"""Figures as data become pictures here, all in one style: the only place that uses matplotlib."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from generator.results import Figure

#: Width of the report's text in inches: figures are drawn at the size at which they are read.
TEXT_WIDTH = 5.63
_DPI = 200
_EDGE = 0.02  # inches kept white all round, for strokes that overhang
_MANY_CELLS = 400
_MANY_POINTS = 1500


@dataclass(frozen=True)
class Animation:
    """An animated WebP that repeats for ever, and its first key frame as a WebP that stands still, both in pixels."""

    moving: bytes
    still: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Drawing:
    """One drawn figure: a PNG of 200 dots per inch, an SVG where the figure is sparse, and its size in inches.

    An animation comes beside the strip of its key frames, for the page. One that is kept has the name of its place.
    """

    png: bytes
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

    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    from generator.render.figures.animation import animate
    from generator.render.figures.layout import Box
    from generator.render.figures.panels import draw, height_for
    from generator.render.figures.style import load_fonts, rc
    from generator.results import Frames

    load_fonts()
    with matplotlib.rc_context(rc()):
        height = height_for(figure, width - 2 * _EDGE) + 2 * _EDGE
        canvas = Canvas(figsize=(width, height), dpi=_DPI)  # labels are measured at the size at which they are drawn
        agg = FigureCanvasAgg(canvas)
        draw(figure, Box(canvas, _EDGE, _EDGE, width - 2 * _EDGE, height - 2 * _EDGE))
        png = _png(agg)
        if is_dense(figure):
            animation = animate(figure) if isinstance(figure, Frames) else None
            return Drawing(png, None, width, height, animation)
        svg = BytesIO()
        canvas.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        return Drawing(png, svg.getvalue(), width, height)


def _png(agg: FigureCanvasAgg) -> bytes:
    """The picture without the transparency that it does not have: a PDF can take it as it is."""
    from io import BytesIO

    from PIL import Image

    agg.draw()  # type: ignore[no-untyped-call]
    pixels = agg.buffer_rgba()  # type: ignore[no-untyped-call]
    png = BytesIO()
    picture = Image.frombuffer("RGBA", agg.get_width_height(), pixels).convert("RGB")
    picture.save(png, format="PNG", dpi=(_DPI, _DPI))
    return png.getvalue()
