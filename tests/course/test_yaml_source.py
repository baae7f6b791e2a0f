"""YAML is read as plain data with the right lines, and nothing in a file can hurt or surprise."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.course.yaml_source import DEEPEST, Source, dotted, parse_value, read_yaml


def read(folder: Path, content: str | bytes) -> Source:
    path = folder / "file.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_yaml(path)


def test_what_is_passed_over_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("a: {x: 1, y: 2}\nb: [{x: {z: 3}}, {y: 4}]\nx: 5\n")
    source = read_yaml(path, ["x", "a.x", "b.*.x"])
    assert source.mistakes == []
    assert source.data == {"a": {"y": 2}, "b": [{}, {"y": 4}]}
    assert not [where for where in (*source.lines, *source.numerals) if "x" in where]
    assert read_yaml(path, ["*.x"]).data == {"a": {"y": 2}, "b": [{"x": {"z": 3}}, {"y": 4}], "x": 5}


SCALARS = {
    "No": "No", "yes": "yes", "on": "on", "off": "off", "y": "y", "2026-01-01": "2026-01-01", "12:30": "12:30",
    "1_000": "1_000", "0x10": "0x10", ".inf": ".inf", "=": "=", "<<": "<<", "2024–2025": "2024–2025", "-": None,
    "2026": 2026, "-3": -3, "+3": 3, "007": 7, "1e-3": 0.001, "1E5": 1e5, "1.5e3": 1500.0, ".5": 0.5, "3.": 3.0,
    "true": True, "False": False, "null": None, "~": None, "": None, "'3'": "3", '"true"': "true", "|-\n  No": "No",
}  # fmt: skip


@pytest.mark.parametrize("text", [text for text in SCALARS if text != "-"])
def test_plain_words_mean_what_they_say(tmp_path: Path, text: str) -> None:
    source = read(tmp_path, f"key: {text}\n")
    assert source.mistakes == []
    value = source.data["key"]
    assert (type(value), value) == (type(SCALARS[text]), SCALARS[text])


def test_numbers_keep_the_digits_that_they_were_written_with(tmp_path: Path) -> None:
    source = read(tmp_path, "a: 0.880\nb: [1.50e3, 007, words, '1.0']\n")
    assert source.data == {"a": 0.88, "b": [1500.0, 7, "words", "1.0"]}
    assert source.numerals == {("a",): "0.880", ("b", 0): "1.50e3", ("b", 1): "007"}


FAULTS = {
    "empty": ("", 1, "the file is empty"),
    "only a comment": ("# nothing\n", 1, "the file is empty"),
    "tab": ("a: 1\nb:\n\tc: 2\n", 3, "is not valid YAML"),
    "unclosed bracket": ("a: 1\nb: [1, 2\nc: 3\n", 3, "that begins in line 2"),
    "unclosed quote": ("a: 1\nb: 'x\n", 2, "that begins in line 2"),
    "two colons": ("a: 1\nb: c: d\n", 2, "is not valid YAML"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00", 1, "is not text in UTF-8"),
    "Latin-1": (b"a: 1\nb: caf" + b"\xe9\n", 2, "is not text in UTF-8"),
    "UTF-16": ("a: 1\n".encode("utf-16"), 1, "is not text in UTF-8"),
    "control character": ("a: 1\né: \x01\n", 2, "a control character"),
    "key twice": ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' stands twice"),
    "tag": ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "tags are not allowed"),
    "tag of a type": ("a: !!int '3'\n", 1, "tags are not allowed"),
    "tag of a key": ("a: 1\n!x b: 2\n", 2, "a key is not a plain word"),
    "alias": ("a: &x [1]\nb: *x\n", 2, "aliases are not allowed"),
    "unknown alias": ("a: 1\nb: *x\n", 2, "aliases are not allowed"),
    "merge": ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "aliases are not allowed"),
    "loop": ("a: &x [*x]\n", 1, "aliases are not allowed"),
    "list as a key": ("a: 1\n? [b, [c]]\n: 2\n", 2, "a key is not a plain word"),
    "two documents": ("a: 1\n---\nb: 2\n", 2, "more than one document"),
    "large number": ("a: 1\nb: 1" + "0" * 30 + "\n", 2, "the number is too large"),
    "larger than any float": ("a: 1\nb: 1e999\n", 2, "the number is too large"),
    "deep": ("a: 1\nb: " + "[" * 30 + "]" * 30 + "\n", 2, f"nested more than {DEEPEST} deep"),
    "deep under a key that is none": ("? " + "[" * 30 + "]" * 30 + "\n: 2\n", 1, f"nested more than {DEEPEST} deep"),
    "too large": ("a: 1\n" + "# x\n" * 300_000, None, "the file is too large"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_mistake_with_its_line(tmp_path: Path, name: str) -> None:
    content, line, words = FAULTS[name]
    *_, mistake = read(tmp_path, content).mistakes
    assert words in str(mistake)
    assert mistake.line == line, str(mistake)
    assert mistake.path == tmp_path / "file.yaml"


def test_a_missing_file_and_a_folder_are_mistakes(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.yaml", "the file is missing"), (tmp_path, "cannot be read")):
        (mistake,) = read_yaml(path).mistakes
        assert words in str(mistake)


BOMBS = {
    "laughs": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{n}: &{n} [" + ", ".join([f"*{p}"] * 9) + "]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)),
    "brackets": "[" * 200_000,
    "mappings": "{a: " * 100_000,
    "dashes": "- " * 50_000,
    "blocks": "\n".join(" " * n + "a:" for n in range(900)),
    "question marks": "? " * 50_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_defused_at_once(tmp_path: Path, name: str) -> None:
    began = time.process_time()
    assert read(tmp_path, BOMBS[name]).mistakes
    assert time.process_time() - began < 2


def test_lines_are_those_of_the_keys(tmp_path: Path) -> None:
    source = read(tmp_path, "# head\na:\n\n  - 1\n  - {b: 2,\n     c: 3}\nd: >-\n  text\n  more\n")
    assert [source.line(w) for w in [("a",), ("a", 0), ("a", 1, "b"), ("a", 1, "c"), ("d",)]] == [2, 4, 5, 6, 7]
    assert source.line(("a", 1, "x", "y")) == 5
    assert source.line(()) == 2
    assert source.text(("d",), "text more") == ("  text\n  more", 8)


def test_the_lines_of_a_text_are_counted_in_the_file(tmp_path: Path) -> None:
    source = read(tmp_path, "a: one\n  two\n\n  three\nb: |\n\n  four\nc: 'five\n  six'\n")
    assert source.text(("a",), "one two\nthree") == ("a: one\n  two\n\n  three", 1)
    assert source.text(("b",), "\nfour\n") == ("\n  four", 6)
    assert source.text(("c",), "five six") == ("five six", 8)


def test_windows_lines_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    source = read(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n")
    assert source.data == {"a": 1, "b": "x\ny\n"}
    assert source.mistakes == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("[1, 2]", [1, 2]), ("No", "No"), ("", ""), ("a: b: c", "a: b: c"), ("*x", "*x"), ("\udcff", "\udcff"),
     ("[" * 99, "[" * 99), ("{a: 1}", {"a": 1}), ("null", None)],
)  # fmt: skip
def test_values_of_the_command_line(text: str, value: Any) -> None:
    assert parse_value(text) == value


def test_places_read_as_people_write_them() -> None:
    assert dotted(("figures", "maps", "panels", 0, "alt")) == "figures.maps.panels[0].alt"


DATA = st.recursive(
    st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=6), DATA, min_size=1, max_size=4), st.booleans())
def test_whatever_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, data: Any, flow: bool) -> None:
    text = yaml.safe_dump(data, default_flow_style=flow, default_style='"', allow_unicode=True)
    source = read(tmp_path_factory.getbasetemp(), text)
    assert source.mistakes == []
    assert source.data == data


@given(st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_back(tmp_path_factory: pytest.TempPathFactory, number: float) -> None:
    assert read(tmp_path_factory.getbasetemp(), f"a: {number!r}\n").data == {"a": number}


@given(st.binary(max_size=200) | st.text("ab:[]{}&*!|>'\"#-? \n\t%@,1", max_size=60).map(str.encode))
def test_no_bytes_raise_anything(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    source = read(tmp_path_factory.getbasetemp(), content)
    assert source.mistakes or source.data is not None
    lines = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(mistake.line is None or 1 <= mistake.line <= lines for mistake in source.mistakes)
