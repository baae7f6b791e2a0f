"""Drawings that are kept: found for the same data, drawn again for any other, and after damage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.render.figures import draw_figure, kept
from generator.render.figures.kept import KeptDrawings
from tests.render.figures.test_figures import ALL, LINES


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The figures that were really drawn."""
    figures: list[object] = []

    def draw(figure, width):
        figures.append(figure)
        return draw_figure(figure, width)

    monkeypatch.setattr(kept, "draw_figure", draw)
    return figures


@pytest.mark.parametrize("name", ALL)
def test_every_kind_is_drawn_once_and_comes_back_the_same(tmp_path: Path, drawn: list[object], name: str) -> None:
    first = KeptDrawings(tmp_path).draw(ALL[name], 3.0)
    again = KeptDrawings(tmp_path).draw(ALL[name], 3.0)
    assert first == again == draw_figure(ALL[name], 3.0)
    assert len(drawn) == 1


def test_other_data_another_width_and_other_code_are_drawn_anew(
    tmp_path: Path, drawn: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings = KeptDrawings(tmp_path)
    drawings.draw(LINES, 3.0)
    first, *others = LINES.series
    moved = np.array(first.y)
    moved[0] += 1e-9
    drawings.draw(replace(LINES, series=(replace(first, y=moved), *others)), 3.0)
    drawings.draw(replace(LINES, y_label="loss"), 3.0)
    drawings.draw(LINES, 3.1)
    monkeypatch.setattr(kept, "version", lambda package: f"next {package}")
    KeptDrawings(tmp_path).draw(LINES, 3.0)
    assert len(drawn) == 5
    KeptDrawings(tmp_path).draw(LINES, 3.0)
    assert len(drawn) == 5


def test_a_damaged_drawing_is_drawn_again(tmp_path: Path, drawn: list[object]) -> None:
    KeptDrawings(tmp_path).draw(LINES, 3.0)
    for place in (path for path in tmp_path.rglob("*") if path.is_file()):
        place.write_bytes(place.read_bytes()[:-1])
    assert KeptDrawings(tmp_path).draw(LINES, 3.0) == draw_figure(LINES, 3.0)
    assert len(drawn) == 2
