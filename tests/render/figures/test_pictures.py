"""Grids of images: names beside and above them, and what an image that shows nothing says."""

from __future__ import annotations

import numpy as np
import pytest

from generator.languages import speaking
from generator.render.figures.style import SIGNS
from generator.results import ImageGrid, Panels
from tests.render.figures.drawing_for_tests import HALF, drawn, texts, touching

RNG = np.random.default_rng(0)


def images(count, side=8):
    return tuple(RNG.integers(0, 256, (side, side), np.uint8) for _ in range(count))


def said(figure, width=HALF):
    return [text.get_text() for text in texts(drawn(figure, width))]


@pytest.mark.parametrize("columns", [3, 16])
def test_names_of_flat_rows_never_run_over_each_other(columns):
    names = (
        "usual settings",
        "64 × 64 pixels, ngf = 8, ndf = 8, default initialisation",
        "D rate 0.0002, G rate 0.0005",
    ) * 4
    canvas = drawn(ImageGrid(images(12 * columns), columns, row_titles=names))
    assert len(texts(canvas)) > 12
    assert touching(texts(canvas)) == []
    assert min(text.get_window_extent().y0 for text in texts(canvas)) >= -1


def test_a_map_of_zeros_says_so_and_any_other_that_shows_nothing_too():
    maps = (np.zeros((4, 4)), np.eye(4), np.full((4, 4), 0.5), np.zeros((4, 4), np.uint8), images(1)[0])
    assert said(ImageGrid(maps, 5, colormap="viridis")) == ["all 0", "uniform", "uniform"]
    with speaking("fr"):
        assert said(ImageGrid(maps, 5, colormap="viridis")) == ["nulle", "uniforme", "uniforme"]


def test_where_the_words_do_not_fit_a_sign_stands_for_them():
    assert said(ImageGrid((np.zeros((4, 4)),) * 256, 16), 1.5) == ["0"] * 256


def test_a_coloured_image_without_anything_says_so():
    grey = np.full((4, 4, 3), 128, np.uint8)
    lines = grey.copy()
    lines[0] = 0
    assert said(ImageGrid((grey, lines), 2)) == ["uniform"]


def test_good_and_bad_titles_differ_by_a_sign():
    grid = ImageGrid(images(4), 4, titles=("cup", "mug", "cat", ""), tones=("good", "bad", "", "bad"))
    assert said(grid) == ["✓ cup", "✗ mug", "cat"]
    assert len(set(SIGNS.values())) == 3


def test_titles_stand_on_one_line_whether_letters_hang_down_or_not():
    grid = ImageGrid(images(3), 3, titles=("ace", "gypsy", "Ål"), column_titles=("one", "gap", "Éo"))
    heights = [round(text.get_position()[1], 6) for text in texts(drawn(grid))]
    assert len(set(heights)) == 2


def test_rows_are_only_as_high_as_their_own_titles():
    long = ImageGrid(images(4), 2, titles=("a", "b", "a title in as many lines as there are", "d"))
    short = ImageGrid(images(4), 2, titles=("a", "b", "c", "d"))
    tops = [max(text.get_position()[1] * canvas.get_size_inches()[1] for text in texts(canvas)
                if text.get_text() == "a") - min(text.get_position()[1] * canvas.get_size_inches()[1]
                for text in texts(canvas) if text.get_text() == "d")
            for canvas in (drawn(long, 1.2), drawn(short, 1.2))]  # fmt: skip
    assert tops[0] > tops[1] + 0.1


def test_grids_side_by_side_stand_on_the_same_lines():
    one = ImageGrid(images(4), 2, titles=("a", "b", "c", "d"), row_titles=("x", "y"))
    other = ImageGrid(images(4), 2, titles=("e", "a title in many lines", "f", "g"), row_titles=("z", "long w"))
    found = {text.get_text(): text.get_position()[1] for text in texts(drawn(Panels((one, other), 2), 2.0))}
    assert found["a"] == pytest.approx(found["e"])
    assert found["c"] == pytest.approx(found["f"])
    assert found["x"] == pytest.approx(found["z"])
