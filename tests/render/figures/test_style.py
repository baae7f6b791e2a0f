"""Legible on paper, and without colours."""

from __future__ import annotations

import itertools
from statistics import mean

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from generator.render.figures.style import HATCHES, MARKERS, PALETTE, SIGNS, SMALL
from generator.render.outputs import pdf_places
from tests.render.figures.drawing_for_tests import HALF, drawn, texts
from tests.render.figures.test_figures import ALL

LEAST = 6.0  # points on paper
#: Machado, Oliveira and Fernandes (2009), full severity; on linear RGB.
SEEN_BY = {
    "all": np.eye(3),
    "protanopes": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopes": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopes": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
FIRST = 6  # colours that most figures need


def lab(linear):
    """CIELAB of linear sRGB, for D65."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    f = [np.cbrt(one) if one > 0.008856 else 7.787 * one + 16 / 116 for one in xyz / np.array([0.9505, 1, 1.089])]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def linear(shade):
    return np.array([part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(shade)])


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("width", [HALF, 5.28])
def test_no_text_is_smaller_than_six_points_on_paper(name, width):
    sizes = [text.get_fontsize() for text in texts(drawn(ALL[name], width))]
    assert all(size * pdf_places._SMALLEST >= LEAST for size in sizes), sizes
    assert SMALL * pdf_places._SMALLEST >= LEAST


@pytest.mark.parametrize("who", SEEN_BY)
def test_the_colours_of_most_figures_are_told_apart_by(who):
    seen = [lab(np.clip(np.array(SEEN_BY[who]) @ linear(shade), 0, 1)) for shade in PALETTE[:FIRST]]
    distances = [float(np.linalg.norm(one - other)) for one, other in itertools.combinations(seen, 2)]
    assert min(distances) > 15  # six times what is just noticeable side by side
    assert mean(distances) > 30


def test_no_colour_is_needed_to_tell_apart():
    assert len(set(MARKERS)) == len(MARKERS) >= len(PALETTE)
    assert len(set(HATCHES)) == len(HATCHES)
    assert SIGNS["good"].strip()
    assert SIGNS["bad"].strip()
