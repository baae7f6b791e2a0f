"""Numbers in prose that look measured: found where they stand, and nothing that is a setting, a constant or cited."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.answers.syntax import parse_answer
from generator.folders import templates_folder


def typed(text: str) -> list[tuple[str, int]]:
    return [(number.name, number.line) for number in parse_answer(text, Path("q.md")).typed]


@pytest.mark.parametrize(
    ("text", "number", "line"),
    [
        ("It gets 57.82 % right.", "57.82 %", 1),
        ("A. It gets\n63\u202f% (all).", "63\u202f%", 2),
        ("It falls to 0.7341 here.", "0.7341", 1),
        ("It falls from 93% on.", "93%", 1),
        ("As others say [@known]. Ours is\n\n63 %.", "63 %", 3),
        ("{% claim a.b > 1 %}It gets 12.5 %.{% otherwise %}C.{% endclaim %}", "12.5 %", 1),
    ],
)
def test_a_number_that_looks_measured_is_named_with_its_line(text: str, number: str, line: int) -> None:
    assert typed(text) == [(number, line)]


@pytest.mark.parametrize(
    "text",
    [
        "The 95 % interval, a half (50 %), the middle 80 %, all 100 %.",
        "It reaches 92 % there [@known], in one of 2 985 images.",
        "With p < 0.0125, λ = 0.00001 and $2 \\log 2$ = 1.386; $0.7341$ and `0.7341`.",
        "SqueezeNet 1.1 has 224 × 224 pixels; 1.3 million images; question 12; ln 2 ≈ 0.6931.",
        "{{ a.b | percent }} of them, or {{ 0.985 | percent }}; the 99.5 % quantile.",
    ],
)
def test_settings_constants_formulas_and_what_is_cited_are_left_alone(text: str) -> None:
    assert typed(text) == []


@pytest.mark.parametrize(
    "path", sorted((templates_folder() / "answers").glob("*/*.md")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_no_measured_number_is_typed_into_a_reference_answer(path: Path) -> None:
    assert parse_answer(path.read_text(encoding="utf-8"), path).typed == ()
