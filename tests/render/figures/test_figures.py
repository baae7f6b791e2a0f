"""All kinds of figures.

Covers render/figures/layout.py, render/figures/panels.py, render/figures/pictures.py, render/figures/style.py,
render/figures/scatter.py too.
"""

from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from generator.languages import speaking
from generator.render.figures import TEXT_WIDTH, draw_figure, is_dense, laid_out, pixels
from generator.render.figures.layout import localise
from generator.results import (
    Bars,
    BarSeries,
    Cloud,
    Frames,
    Heatmap,
    ImageGrid,
    LineChart,
    Panels,
    Scatter,
    Series,
)


def seen(figure: object, width: float) -> Image.Image:
    """The pixels of a figure, of one that is kept as an SVG as well."""
    with laid_out(figure, width) as canvas:
        return pixels(canvas)


def picture(seed: int = 0, side: int = 24) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (side, side, 3), dtype=np.uint8)


LINES = LineChart(
    (
        Series("training", np.arange(1, 6), np.array([1.0, 0.6, 0.4, 0.3, 0.25])),
        Series("test", np.arange(1, 6), np.array([1.1, 0.7, 0.5, 0.45, np.nan]), dashed=True),
    ),
    "epoch",
    "cross-entropy",
)
BARS = Bars(("cup", "a mug of cost $5"), (BarSeries("p", np.array([0.9, 0.1])),), "probability", True, (0, 1), 0)
GRID = ImageGrid(
    tuple(np.random.default_rng(0).random((4, 8, 8))),
    2,
    titles=("a", "b", "c", "d"),
    row_titles=("above", "below"),
    column_titles=("left", "right"),
    tones=("good", "bad", "", ""),
    colormap="viridis",
    value_range=(0.0, 1.0),
    colour_label="activation",
    smooth=False,
)
HEAT = Heatmap(np.eye(3), ("a", "b", "c"), ("a", "b", "c"), "share", "true", "predicted", annotate=True)
CLOUDS = Scatter((Cloud("0", np.arange(4.0), np.arange(4.0)), Cloud("1", np.arange(4.0), -np.arange(4.0))))
FILM = Frames(tuple(picture(i) for i in range(10)), tuple(f"step {i}" for i in range(10)), tuple(range(10)))
ALL = {
    "lines": LINES,
    "bars": BARS,
    "grid": GRID,
    "heat": HEAT,
    "clouds": CLOUDS,
    "film": FILM,
    "panels": Panels((GRID, BARS), 2, titles=("maps", "classes"), row_titles=("one",), widths=(1, 2)),
}


@pytest.mark.parametrize("name", ALL)
def test_every_kind_is_drawn_at_its_width_and_not_empty(name):
    drawing = draw_figure(ALL[name])
    image = seen(ALL[name], TEXT_WIDTH)
    assert image.width == pytest.approx(TEXT_WIDTH * 200, abs=1)
    assert image.height == pytest.approx(drawing.height * 200, abs=1)
    assert len(image.convert("L").getcolors(256) or ()) > 10
    if drawing.svg is None:
        with Image.open(BytesIO(drawing.webp)) as shown:
            assert np.array_equal(np.asarray(shown), np.asarray(image))


@pytest.mark.parametrize("name", ALL)
def test_nothing_touches_the_edge_of_a_figure(name):
    """Text that runs over the edge is cut: the outermost pixels must be white."""
    pixels = np.asarray(seen(ALL[name], 3.0).convert("L"))
    for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        assert edge.min() > 250


@pytest.mark.parametrize("name", ["lines", "grid", "panels"])
def test_the_same_figure_gives_the_same_bytes(name):
    assert draw_figure(ALL[name]) == draw_figure(ALL[name])


def test_sparse_figures_have_an_svg_without_date_and_dense_ones_have_none():
    assert not is_dense(LINES)
    svg = draw_figure(LINES).svg
    assert svg is not None
    assert b"<dc:date>" not in svg
    assert is_dense(ALL["panels"])
    assert draw_figure(LINES).webp == b""
    assert draw_figure(GRID).svg is None


def test_an_animation_shows_at_most_eight_key_frames_with_the_first_and_the_last():
    from generator.render.figures.pictures import key_frames

    titles = key_frames(FILM).titles
    assert len(titles) == 8
    assert titles[0] == "step 0"
    assert titles[-1] == "step 9"


def test_every_colour_for_words_in_figures_is_readable_on_white():
    from generator.render.figures.style import INK, PALETTE, QUIET, TONES, luminance, readable

    for shade in [INK, QUIET, *TONES.values(), *map(readable, PALETTE)]:
        assert 1.05 / (luminance(shade) + 0.05) >= 4.5, shade


def test_an_image_grid_as_wide_as_the_text_fits_on_a_page_and_a_single_image_is_not_blown_up():
    wide = draw_figure(ImageGrid(tuple(picture(i) for i in range(64)), 8))
    assert wide.height < 8
    single = draw_figure(ImageGrid((picture(),), 1))
    assert single.height < 2


def test_numbers_on_axes_have_decimal_commas_and_names_of_categories_keep_their_points():
    axes = Figure().subplots()
    axes.bar([0, 1, 2], [0.5, 1.0, 1.5])
    axes.set_xticks([0, 1, 2], ["features.2 (3\u00a0×\u00a03)", "SqueezeNet 1.1", "0.25"])
    axes.set_yticks([0.5, 1.5])
    with speaking("fr"):
        localise(axes.xaxis)
        localise(axes.yaxis)
        written = [[label.get_text() for label in axis.get_ticklabels()] for axis in (axes.xaxis, axes.yaxis)]
    assert written == [["features.2 (3\u00a0×\u00a03)", "SqueezeNet 1.1", "0,25"], ["0,5", "1,5"]]


def test_a_picture_has_no_transparency():
    with Image.open(BytesIO(draw_figure(GRID).webp)) as picture:
        assert (picture.format, picture.mode) == ("WEBP", "RGB")
        assert picture.getpixel((0, 0)) == (255, 255, 255)
        assert picture.width == round(TEXT_WIDTH * 200)
