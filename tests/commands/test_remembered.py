"""What is made once for files that stay the same."""

import os
from pathlib import Path

from generator.commands.remembered import Remembered, as_they_are
from generator.commands.session import open_session
from generator.course.editions import Edition
from tests.commands.text_course import text_course


def test_a_value_is_made_again_when_its_key_changes_and_always_where_nothing_is_kept() -> None:
    made: list[int] = []
    kept = Remembered()
    for key in (1, 1, 2, 2, 1):
        kept.of("name", lambda key=key: key, lambda key=key: made.append(key) or key)
    assert made == [1, 2, 1]
    forgetful = Remembered(forgetful=True)
    assert [forgetful.of("name", lambda: 1, lambda: len(made)), forgetful.of("name", lambda: 1, lambda: 0)] == [3, 0]


def test_a_file_of_the_same_size_and_time_that_was_just_written_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "code.py"
    path.write_text("a = 1\n")
    status = path.stat()
    one = as_they_are([path, tmp_path / "absent.py"])
    path.write_text("a = 2\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert as_they_are([path]) != one
    assert as_they_are([path]) == as_they_are([path])


def test_a_session_that_remembers_sees_what_another_would(tmp_path: Path) -> None:
    course = text_course(tmp_path)
    settings = course.settings("build", Edition.REFERENCE)
    kept = Remembered()
    first = open_session(settings, kept)
    course.write("answers/1-a/q01.md", "Another answer.\n")
    second = open_session(settings, kept)
    assert second.bindings is first.bindings, "answers ask for no results"
    assert second.catalogue is first.catalogue
    assert next(question.answer.text for question in second.shown.questions()) == "Another answer.\n"
    results = "{net: {computation: network_summary, params: {architecture: vgg16}}}"
    course.write("questions/1-a/q01.yaml", f"title: T\nstatement: S\nresults: {results}\n")
    assert open_session(settings, kept).bindings is not first.bindings
