"""What a report took to be written is known the next time, of that kind of report alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.commands.rendering_times import RenderingTimes
from generator.course.editions import Edition
from tests.commands.text_course import text_course


def test_a_build_expects_what_the_last_one_took(tmp_path: Path) -> None:
    course = text_course(tmp_path)
    heard: list[float | None] = []
    course.build(expect=heard.append)
    course.write("answers/1-a/q01.md", "Another answer.\n")
    course.build(expect=heard.append)
    course.build(Edition.WORKSHEET, expect=heard.append)
    first, second, worksheet = heard
    assert first is None
    assert second is not None
    assert second >= 0
    assert worksheet is None


def test_what_fails_or_is_damaged_says_nothing(tmp_path: Path) -> None:
    times = RenderingTimes(tmp_path / "rendering.json", "a")
    with pytest.raises(ZeroDivisionError), times.measured():
        raise ZeroDivisionError
    assert times.last() is None
    for text in ("{", '{"version": 1, "seconds": []}', '{"version": 1, "seconds": {"a": "long"}}'):
        times.path.write_text(text)
        assert times.last() is None
    with times.measured():
        pass
    assert times.last() == 0.0
    assert RenderingTimes(times.path, "b").last() is None
