"""What is made once for files that stay the same. Covers commands/course_again.py too."""

import os
from pathlib import Path

import pytest

from generator.commands.remembered import Remembered, as_they_are
from generator.commands.session import open_session
from generator.course.editions import Edition
from generator.errors import InputError
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


def test_answers_that_are_saved_are_put_into_the_course_that_was_read(tmp_path: Path) -> None:
    course = text_course(tmp_path)
    settings = course.settings("build", Edition.REFERENCE)
    kept = Remembered()
    first = open_session(settings, kept).course
    assert open_session(settings, kept).course is first
    path = course.write("answers/1-b/q01.md", "Another answer.\n")
    second = open_session(settings, kept).course
    assert second.labs[0].sections is first.labs[0].sections, "no other lab is touched"
    fresh = open_session(settings).course
    assert (second.files, second.labs) == (fresh.files, fresh.labs)
    path.write_bytes(b"\xff")
    with pytest.raises(InputError, match="is not text in UTF-8"):
        open_session(settings, kept)
    path.unlink()
    with pytest.raises(InputError, match=r"the answer of 1-b/q01 is missing"):
        open_session(settings, kept)
    course.write("answers/1-b/q01.md", "Mended [@absent].\n")
    with pytest.raises(InputError, match="absent"):
        open_session(settings, kept)
    course.write("answers/1-b/q01.md", "Mended [@known].\n")
    assert open_session(settings, kept).course.labs == open_session(settings).course.labs
    course.write("questions/references.bib", "@book{other, title = {T}, author = {A}, year = 2000}\n")
    with pytest.raises(InputError, match="known"):
        open_session(settings, kept)


def test_a_mistake_in_an_answer_that_another_refers_to_is_seen_there(tmp_path: Path) -> None:
    course = text_course(tmp_path)
    settings = course.settings("build", Edition.REFERENCE)
    course.write("answers/1-a/q01.md", "$$ a = b $$ (sum)\n")
    course.write("answers/1-b/q01.md", 'See {{ ref("eq:sum") }}.\n')
    kept = Remembered()
    open_session(settings, kept)
    course.write("answers/1-a/q01.md", "$$ a = b $$ (product)\n")
    with pytest.raises(InputError, match=r"1-b/q01\.md:1"):
        open_session(settings, kept)
    course.write("answers/1-a/q01.md", "$$ a = b $$ (sum)\n")
    open_session(settings, kept)
