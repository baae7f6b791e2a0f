"""What texts say is kept from one run to the next: read again as it was, and never for another text."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.answers import syntax
from generator.answers.readings import Readings
from generator.answers.syntax import READINGS, AnswerSyntax, Named, parse_answer
from generator.store.parts import PartStore

TEXTS = [
    "Words alone.",
    'One [@cited], {{ ref("x") }} and {{ vgg16.parameters | millions }}.\n\n{{ table("layers") }}\n',
    "{% claim a.b > c.d + 0.1 %}So.{% or claim a.b < c.d %}Not so.{% otherwise %}Neither.{% endclaim %}",
    "{% for row in rows('a.t') %}{% if row.x > 1 %}{{ row.x }}{% endif %}{% endfor %}",
    "{{ broken",
    "$$x$$ (eq)\n\n{{ nothing(1) }}",
]


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Readings:
    """As in a process of its own."""
    readings = Readings(READINGS._kinds, READINGS._short)
    monkeypatch.setattr(syntax, "READINGS", readings)
    return readings


def read(text: str, readings: Readings) -> AnswerSyntax:
    found: AnswerSyntax = readings.read((text, False), lambda: syntax._parse(text, False))
    return found


def test_what_was_read_is_found_and_nothing_is_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = PartStore(tmp_path)
    first = Readings(READINGS._kinds, READINGS._short)
    before = [read(text, first) for text in TEXTS]
    first.keep(store, lambda: "name")
    again = Readings(READINGS._kinds, READINGS._short)
    again.recall(store, lambda: "name")
    kept = [read(text, again) for text in TEXTS]
    for one, other in zip(before, kept, strict=True):
        assert one.conditions == other.conditions or one.tables  # cells of rows are equal to none but themselves
        assert {**vars(one), "conditions": ()} == {**vars(other), "conditions": ()}
    parsed: list[str] = []
    monkeypatch.setattr(syntax, "_parse", lambda text, caption: parsed.append(text))
    third = Readings(READINGS._kinds, READINGS._short)
    third.recall(store, lambda: "name")
    for text in TEXTS:
        read(text, third)
    assert parsed == [TEXTS[3]]
    read("Words alone!", third)
    assert parsed[1:] == ["Words alone!"]


def test_another_name_and_damage_are_read_anew(tmp_path: Path) -> None:
    store = PartStore(tmp_path)
    first = Readings(READINGS._kinds, READINGS._short)
    read(TEXTS[1], first)
    first.keep(store, lambda: "name")
    other = Readings(READINGS._kinds, READINGS._short)
    other.recall(store, lambda: "another program")
    assert read(TEXTS[1], other) == read(TEXTS[1], first)
    for place in (path for path in tmp_path.rglob("*") if path.is_file()):
        place.write_bytes(b"{}")
    damaged = Readings(READINGS._kinds, READINGS._short)
    damaged.recall(store, lambda: "name")
    assert read(TEXTS[1], damaged) == read(TEXTS[1], first)


def test_a_name_is_asked_for_only_when_something_is_read(tmp_path: Path, fresh: Readings) -> None:
    fresh.recall(PartStore(tmp_path), lambda: pytest.fail("nothing was read"))
    fresh.keep(PartStore(tmp_path), lambda: pytest.fail("nothing was read"))


def test_lines_and_files_are_those_of_each_place(fresh: Readings) -> None:
    text = 'a\n{{ ref("only here") }} {{ nothing() }}'
    one = parse_answer(text, Path("one.md"))
    other = parse_answer(text, Path("other.md"), first_line=10)
    assert one.refs == (Named("only here", 2),)
    assert other.refs == (Named("only here", 11),)
    assert [(mistake.path, mistake.line) for mistake in (*one.mistakes, *other.mistakes)] == [
        (Path("one.md"), 2),
        (Path("other.md"), 11),
    ]
