"""Names of fields: read back as they were written, and of a version that changes with the words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator.course.fields import HEAD, AnswerField, HeadField, answer_field, head_field, read_field, version_of
from tests.render.sample_report import sample_report


def test_what_a_name_says_is_read_back(tmp_path: Path) -> None:
    course = replace(sample_report(tmp_path).course, language="fr-CA")
    for what in HEAD:
        assert read_field(head_field(what, course)) == HeadField(what, "fr-CA")
    for question in course.questions():
        name = answer_field(question)
        assert "." not in name  # it would be taken for a field within another
        assert read_field(name) == AnswerField(question.address, version_of(question))


@pytest.mark.parametrize("name", [
    "", "names", "names, language EN!", "age, language en", "answer to q01, version 12345678",
    "answer to ../../etc, version 12345678", "answer to 2-a/q01, version 1234567",
    "answer to 2-a/q01, version 12345678 ",
])  # fmt: skip
def test_other_names_say_nothing(name: str) -> None:
    assert read_field(name) is None


def test_a_version_changes_with_the_words_and_not_with_their_lines(tmp_path: Path) -> None:
    question = next(sample_report(tmp_path).course.questions())
    assert version_of(replace(question, statement=question.statement.replace(" ", "\n "))) == version_of(question)
    for changed in (replace(question, statement="Estimate."), replace(question, title="How many?")):
        assert version_of(changed) != version_of(question)
    assert version_of(replace(question, title="a b", statement="c")) != version_of(
        replace(question, title="a", statement="b c")
    )
