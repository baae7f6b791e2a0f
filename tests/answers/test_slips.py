"""What a slip of the pen in an answer is called, and on which line."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.answers.syntax import parse_answer


@pytest.mark.parametrize(
    ("text", "line", "message", "expected", "got"),
    [
        ("{{ a.x", 3, "what begins with {{ goes on where it should end", "}}", "{{ a.x"),
        ("{{ a.x }", 3, "a tag or number ends with a single brace", "}} or %}", "}"),
        ("{{ a.x b }}", 3, "what begins with {{ goes on where it should end", "}}", "'b'"),
        ("{% claim a.x = 1 %}b{% endclaim %}", 3, "what begins with {% goes on where it should end", "%}", "'='"),
        ("{% claim %}b{% endclaim %}", 3, "unexpected '%}'", "", ""),
        ("{% claim a.x > 1 %}b", 3, "this claim has no end", "{% endclaim %}", ""),
        ("{% claim a.x %}b\n\n{% claim a.y %}c{% endclaim %}", 3, "this claim has no end", "{% endclaim %}", ""),
        ("{% claim a.x %}b{% endif %}", 3, "{% endif %} does not belong here", "", ""),
        ("{% clam a.x %}b{% endclam %}", 3, "there is no such tag", "one of claim, or, otherwise", "'clam'"),
        ("{{ }}", 3, "Expected an expression, got '}}'", "", ""),
        ("{# never ended", 3, "Missing end of comment tag", "", ""),
    ],
)
def test_a_slip_is_told_where_it_is_and_not_where_jinja_gave_up(
    text: str, line: int, message: str, expected: str, got: str
) -> None:
    (mistake,) = parse_answer(f"One.\n\n{text}\n\nMore.\n\nAnd {{{{ a.z }}}} more.\n", Path("q01.md")).mistakes
    assert (mistake.line, mistake.message) == (line, message)
    assert mistake.expected.startswith(expected)
    assert mistake.got == got
    assert ("claim" in mistake.hint) == ("clam" in text or "endif" in text)
