"""The names of the fields of a worksheet: each says what it holds, and in which version the question stands there.

A field's name is the one thing that every program keeps which fills in a PDF. The answer to question 1 of lab 2-a is in
the field "answer to 2-a/q01, version 5e0c1f27"; the version changes with the question's words.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from generator.course.spec import CourseSpec, QuestionSpec
from generator.languages import CODE

#: What stands at the head of a worksheet, in this order.
HEAD = ("names", "group", "date")

_HEAD = re.compile(rf"({'|'.join(HEAD)}), language ({CODE.strip('^$')})")
_ANSWER = re.compile(r"answer to ([\w-]+/[\w-]+), version ([0-9a-f]{8})")


@dataclass(frozen=True)
class HeadField:
    """A field at the head of a worksheet in a language."""

    what: str
    language: str


@dataclass(frozen=True)
class AnswerField:
    """The field of an answer, with the address of its question ("2-a/q01") and the version of its words."""

    question: str
    version: str


def head_field(what: str, course: CourseSpec) -> str:
    """The name of one of the fields at the head."""
    return f"{what}, language {course.language}"


def answer_field(question: QuestionSpec) -> str:
    """The name of the field for the answer to a question."""
    return f"answer to {question.address}, version {version_of(question)}"


def read_field(name: str) -> HeadField | AnswerField | None:
    """What a field's name says; None for one that no worksheet has."""
    if head := _HEAD.fullmatch(name):
        return HeadField(head[1], head[2])
    if answer := _ANSWER.fullmatch(name):
        return AnswerField(answer[1], answer[2])
    return None


def version_of(question: QuestionSpec) -> str:
    """What changes with the words of a question, however their lines are broken."""
    words = "\0".join(" ".join(text.split()) for text in (question.title, question.statement))
    return hashlib.sha256(words.encode()).hexdigest()[:8]
