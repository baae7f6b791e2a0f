"""What is written anew says the same but for what is left out, however it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.course.rewriting import rewrite
from generator.course.yaml_source import Source, read_yaml_text
from generator.errors import InputError

PATH = Path("q01.yaml")
EVERY_STYLE = """\
# SECRET: a comment
title: Why?   # SECRET
year: 2026–2027
numbers: [1, 1.0, 1e3, 0.880, -0, 007, "1", '2', true, yes, null, ~, "null", 2026-01-01]
literal: |+
  One,
    two.

kept: |
    indented

  # no comment
folded: >-
  A long text that goes on and on until it is longer than any line, so that whoever writes it has to break it, and

    - more indented
  again.
plain: a text
  on two lines
flow: {a: [b, {c: "d: e # f"}], 'g h': "tab\\there", empty: {}, none: [], "": ''}
"""


def read(content: bytes, without: frozenset[str] = frozenset()) -> Source:
    source = read_yaml_text(PATH, content, without)
    assert source.mistakes == []
    return source


def test_everything_else_is_said_as_before() -> None:
    written = rewrite(PATH, EVERY_STYLE.encode())
    before, after = read(EVERY_STYLE.encode()), read(written.content)
    assert repr(after.data) == repr(before.data)
    assert after.numerals == before.numerals
    assert b"SECRET" not in written.content
    assert written.left_out == ()
    assert rewrite(PATH, written.content).content == written.content


def test_values_are_left_out_wherever_they_are() -> None:
    text = """\
expected: [{value: 3, source: SECRET}, {value: 4, source: SECRET}]
figures:
  a: {finding: SECRET, alt: kept, panels: [{finding: SECRET}, {caption: kept, finding: >-
    SECRET}]}
  b: {finding: {a: [SECRET]}}
finding: this one stays
"""
    without = frozenset({"expected", "figures.*.finding", "figures.*.panels.*.finding"})
    written = rewrite(PATH, text.replace(" >-\n    SECRET", " SECRET").encode(), without)
    assert read(written.content).data == {
        "figures": {"a": {"alt": "kept", "panels": [{}, {"caption": "kept"}]}, "b": {}},
        "finding": "this one stays",
    }
    assert dict(written.left_out) == {
        ("expected",): 2, ("figures", "a", "finding"): 1, ("figures", "a", "panels", 0, "finding"): 1,
        ("figures", "a", "panels", 1, "finding"): 1, ("figures", "b", "finding"): 1,
    }  # fmt: skip


def test_a_file_of_which_nothing_is_left_can_still_be_read() -> None:
    assert read(rewrite(PATH, b"marking: SECRET\n", frozenset({"marking"})).content).data == {}


def test_a_comment_inside_a_text_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match=r"q01\.yaml:2: tables\.a\.caption: .*\n.*'\{# it is 3 #\}'"):
        rewrite(PATH, b'tables:\n  a: {caption: "One {# it is 3 #} two."}\n')
    rewrite(PATH, b'marking: "{# it is 3 #}"\ntitle: One\n', frozenset({"marking"}))


@pytest.mark.parametrize("text", ["a: [", "a: 1\na: 2\n", "a: *b\n", ""])
def test_what_cannot_be_read_is_not_written(text: str) -> None:
    with pytest.raises(InputError):
        rewrite(PATH, text.encode())
