"""A build with nothing to do looks at nothing on the disk that is not among what it says it rests on."""

from __future__ import annotations

import builtins
import dataclasses
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from generator.commands.build import BuildReport, build
from generator.course.editions import Edition
from tests.commands.text_course import TextCourse, text_course

#: What is only remembered and may be lost without any harm, and what is locked while files are written.
HARMLESS = (
    "cache/memo.json", "cache/.memo.json", "cache/history.json", "cache/rendering.json", "cache/kept", "cache/drawings",
    "build/.genreport.lock",
)  # fmt: skip
_ASK = ("stat", "lstat", "scandir", "listdir", "access", "readlink", "open")


@contextmanager
def watched(patch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The paths of all that is looked at, whichever way; what Python imports is not."""
    seen: set[str] = set()
    here = Path.cwd()

    def watching(call: Callable[..., Any]) -> Callable[..., Any]:
        def watch(path: Any = ".", *others: Any, **named: Any) -> Any:
            if not isinstance(path, int):
                seen.add(os.path.normpath(here / os.fsdecode(path)))
            return call(path, *others, **named)

        return watch

    with patch.context() as inside:
        for name in _ASK:
            inside.setattr(os, name, watching(getattr(os, name)))
        opening = watching(io.open)
        inside.setattr(io, "open", opening)
        inside.setattr(builtins, "open", opening)
        yield seen


def unknown(seen: set[str], report: BuildReport, course: TextCourse) -> list[str]:
    """What was looked at and would not be noticed if it became another thing."""
    assert report.looked_at is not None
    found = report.looked_at()
    known = {os.path.normpath(path) for kind in ("read", "absent", "made", "written") for path in getattr(found, kind)}
    ways = {str(folder) for path in known for folder in Path(path).parents}
    harmless = tuple(str(course.folder / name) for name in HARMLESS)
    seen = {path for path in seen if "__pycache__" not in path}  # as Python, we compile anew what changed
    return sorted(path for path in seen - known - ways if not path.startswith(harmless) and not _told(path, known))


def _told(path: str, known: set[str]) -> bool:
    """Whether what is not there would change a folder that is known if it came to be there."""
    if os.path.lexists(path):
        return False
    above = str(Path(path).parent)
    return above in known if os.path.lexists(above) else _told(above, known)


@pytest.fixture
def course(tmp_path: Path) -> TextCourse:
    course = text_course(tmp_path)
    course.write("questions/style.css", "h1 { color: #123456 }\n")
    course.write("questions/fr/1-a/q01.yaml", "title: Une question\n")
    course.write("questions/images/dot.txt", "no picture")
    course.write("mine/references.bib", "@book{own, title = {T}, author = {A}, year = 2000}\n")
    course.write("mine/data/numbers.json", '{"x": 1.5}')
    course.write("mine/images/dot.txt", "no picture")
    course.write("mine/answers/1-b/q01.md", 'It is {{ my_data("data/numbers.json").x }}, as [@own] says.\n')
    return course


@pytest.mark.parametrize(
    ("edition", "language"), [(Edition.REFERENCE, "fr"), (Edition.STUDENT, ""), (Edition.WORKSHEET, "")]
)
def test_nothing_is_looked_at_that_would_not_be_noticed(
    course: TextCourse, edition: Edition, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.folder)
    settings = dataclasses.replace(course.settings("build", edition), language=language)
    assert build(settings).written
    with watched(monkeypatch) as seen:
        again = build(settings)
    assert not again.written
    assert len(seen) > 300  # it does look
    assert unknown(seen, again, course) == []
    other = course.write("other/file", "")
    assert unknown({*seen, str(other)}, again, course) == [str(other)]  # this test can fail
