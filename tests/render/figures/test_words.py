"""Constants and numbers as figures say them, and drawings that follow the language."""

from __future__ import annotations

import numpy as np
import pytest

from generator.languages import speaking
from generator.render.figures import words
from generator.render.figures.kept import KeptDrawings
from generator.render.figures.words import constant_value, said_constant, short, spoken_words
from generator.results import ImageGrid


@pytest.mark.parametrize(
    ("values", "value"),
    [
        ([0.5, 0.5, 0.5], 0.5),
        ([0.5, np.nan, 0.5, 0.5], 0.5),
        ([0.0, 1e-17, 0.0], 0.0),
        ([0.5, 0.5 + 1e-9, 0.5], 0.5),
        ([0.5, 0.5], None),
        ([0.5, 0.5, 0.50001], None),
        ([np.nan] * 5, None),
        ([], None),
    ],
)
def test_what_is_constant(values, value):
    assert constant_value(np.array(values)) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.6141, "0.61"),
        (-1.0, "−1"),
        (0.0, "0"),
        (0.01, "0.010"),
        (12.34, "12"),
        (1.0, "1"),
        (0.1, "0.10"),
        (2.5, "2.5"),
    ],
)
def test_numbers_have_two_digits_that_count(value, written):
    assert short(value) == written


def test_words_are_those_of_the_language():
    assert said_constant(0.25) == "constant at 0.25"
    with speaking("fr"):
        assert said_constant(0.25) == "constante\u00a0: 0,25"
        assert spoken_words()[2] == "nulle"


def test_a_drawing_is_kept_for_its_language_and_for_its_words(tmp_path, monkeypatch):
    grid = ImageGrid((np.zeros((4, 4)),), 1)
    english = KeptDrawings(tmp_path).draw(grid, 2.0)
    with speaking("fr"):
        french = KeptDrawings(tmp_path).draw(grid, 2.0)
    assert french.webp != english.webp
    name = KeptDrawings(tmp_path)._name(grid, 2.0)
    monkeypatch.setattr(words, "WORDS", (*words.WORDS[:2], "nothing", words.WORDS[3]))
    assert KeptDrawings(tmp_path)._name(grid, 2.0) != name
