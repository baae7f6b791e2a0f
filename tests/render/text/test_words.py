"""Words of results in the report's language."""

from __future__ import annotations

import numpy as np
import pytest

from generator.render.text.words import Words, in_language, said, said_inside, telling
from generator.results import Bars, BarSeries, ImageGrid, Panels

WORDS = {"epoch": "époque", "{} epochs": "{} époques", "{} of {}": "{} : {}", "share": "part"}


@pytest.mark.parametrize(("text", "expected"), [
    ("epoch", "époque"), ("5 epochs", "5 époques"), ("share of epoch", "part : époque"), ("VGG16", "VGG16"),
    ("0.25", "0,25"), ("89.4\u202f%", "89,4\u202f%"), ("SqueezeNet 1.1", "SqueezeNet 1.1"), ("an epoch", "an epoch"),
    ("12,000 epochs", "12\u202f000 époques"), ("1,5", "1,5"),
])  # fmt: skip
def test_a_word_is_known_whole_or_by_its_pattern(text: str, expected: str) -> None:
    with telling("fr", WORDS):
        assert said(text) == expected
    assert said(text) == text


def test_what_the_course_wrote_itself_keeps_its_words() -> None:
    with telling("fr", WORDS), in_language("en", foreign=True):
        assert (said("epoch"), said("0.25")) == ("epoch", "0.25")


def test_a_figure_keeps_its_data_and_settings() -> None:
    bars = Bars(("epoch",), (BarSeries("share", np.array([1.5])),), "5 epochs")
    grid = ImageGrid((np.zeros((2, 2)),), 1, titles=("epoch",), tones=("good",), colormap="share")
    with telling("fr", WORDS):
        panels = said_inside(Panels((bars, grid), 2, ("share",)))
    drawn, pictures = panels.panels
    assert (drawn.categories, drawn.series[0].name, drawn.value_label) == (("époque",), "part", "5 époques")
    assert drawn.series[0].values is bars.series[0].values
    assert (pictures.titles, pictures.tones, pictures.colormap, panels.titles) == (
        ("époque",), ("good",), "share", ("part",),
    )  # fmt: skip


def test_the_longest_pattern_is_tried_first() -> None:
    assert Words({"{} a": "1 {}", "b {} a": "2 {}"}).say("b c a") == "2 c"
