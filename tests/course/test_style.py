"""What a course's style.css loads, and what in it is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.course.style import CourseStyle, read_style
from generator.errors import Mistake


def read(folder: Path, text: str | bytes) -> tuple[CourseStyle | None, list[Mistake]]:
    mistakes: list[Mistake] = []
    files: dict[Path, str] = {}
    (folder / "style.css").write_bytes(text if isinstance(text, bytes) else text.encode())
    style = read_style(folder, mistakes, files)
    assert [*files] == [folder / "style.css"]
    return style, mistakes


def test_a_course_may_have_none(tmp_path: Path) -> None:
    assert read_style(tmp_path, mistakes := [], files := {}) is None
    assert (mistakes, files) == ([], {})


def test_what_it_loads_are_files_of_the_course(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    for name in ("fonts/own face.woff2", "fonts/own.woff", "logo.png", "grain.png"):
        (tmp_path / name).touch()
    text = """\
@font-face { font-family: Own; src: url(fonts/own%20face.woff2) format("woff2"), url("fonts/own.woff?#iefix"); }
@media screen { h1 { background: image-set("logo.png" 1x, url(grain.png) 2x), url(data:image/png;base64,AA==); } }
h2 { filter: url(#blur); content: "url(nothing.png)"; } /* url(http://example.org) */
"""
    style, mistakes = read(tmp_path, text)
    assert mistakes == []
    assert style == CourseStyle(text, ("fonts/own face.woff2", "fonts/own.woff", "logo.png", "grain.png"))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('@import "other.css";', "@import is not allowed"),
        ("@import url(https://example.org/a.css);", "@import is not allowed"),
        ("a { b: url(http://example.org/a.png); }", "loaded from elsewhere"),
        ("a { b: url('//example.org/a.png'); }", "loaded from elsewhere"),
        ("a { b: URL( \\68ttps://example.org/a.png ); }", "loaded from elsewhere"),
        ('a { b: image-set("https://example.org/a.png" 1x); }', "loaded from elsewhere"),
        ("@media print { a { & b { c: var(--d, url(file:///etc/passwd)); } } }", "loaded from elsewhere"),
        ("a { b: url(../answers/a.png); }", "leads out of"),
        ("a { b: url(/etc/passwd); }", "leads out of"),
        ("a { b: url(); }", "leads out of"),
        ("a { b: url(missing.png); }", "no such file"),
        ("a { b: url(answers/only/q01.md); }", "neither a picture nor a typeface"),
        ("a { b: url(style.css); }", "neither a picture nor a typeface"),
        ("a { b: url(x y); }", "not valid CSS"),
        ("a { b: c; } }", "not valid CSS"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, rule: str, message: str) -> None:
    _, mistakes = read(tmp_path, f"h1 {{\n  color: red;\n}}\n{rule}\n")
    assert [(one.path, one.line) for one in mistakes] == [(tmp_path / "style.css", 4)]
    assert message in mistakes[0].message


def test_bytes_that_are_no_text_and_too_many_of_them_are_named(tmp_path: Path) -> None:
    assert [(one.line, one.got) for one in read(tmp_path, b"a{}\n\xff")[1]] == [(2, "byte 0xff")]
    assert read(tmp_path, "\ufeffa { color: red; }\r\n")[1] == []
    assert [one.message for one in read(tmp_path, b" " * 1_000_001)[1]] == ["the file is too large"]
