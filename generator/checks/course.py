"""Check all that questions and answers name, before anything is computed: results, metrics, exhibits, citations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from generator.answers.syntax import AnswerSyntax, parse_answer
from generator.checks.cover import check_cover
from generator.checks.margins import Scope
from generator.checks.question import QuestionChecker
from generator.checks.text import CourseNames, TextChecker
from generator.course.spec import CourseSpec, ProfileSpec, QuestionSpec
from generator.course.yaml_source import Source, Where
from generator.errors import Mistake
from generator.planning.binding import Bindings, bind_course
from generator.planning.catalogue import Catalogue

#: Makes something of a name, or finds what it made before under the same key.
Once = Callable[[str, Callable[[], tuple[Any, Any]], Callable[[], list[Mistake]]], list[Mistake]]
ENTRY = re.compile(r"^[ \t]*@(?!string\b|comment\b|preamble\b)\w+\s*\{\s*([^,\s]+)\s*,", re.MULTILINE | re.IGNORECASE)


def check_course(
    course: CourseSpec,
    catalogue: Catalogue,
    margins: Scope = Scope.NONE,
    own_profile: str = "",
    bind: Callable[[CourseSpec, ProfileSpec, Catalogue], Bindings] = bind_course,
    once: Once = lambda name, key, make: make(),
) -> list[Mistake]:
    """All mistakes of all files, in the order of the questions; an empty list when there are none.

    ``margins`` says which metrics may not be compared without one. A student's texts are judged under the student's
    ``own_profile`` alone, if there is one. ``bind`` and ``once`` may remember what they made before: of a question by
    its address, with a key of all that its check reads of the course's answers and bibliography: what all checks do,
    which is one object, and its own.
    """
    bindings = {name: bind(course, profile, catalogue) for name, profile in course.profiles.items()}
    mistakes = [mistake for found in bindings.values() for mistake in found.mistakes]
    answers = {q.address: parse_answer(q.answer.text, q.answer.path) for q in course.questions()}
    keys, faulty = _bibliography(course.bibliography)
    own, own_faulty = _bibliography(course.own_bibliography, keys or frozenset())
    keys = None if keys is None or own is None else keys | own
    mistakes += [*faulty, *own_faulty]
    names = CourseNames(course, catalogue, bindings, answers, keys, margins, own_profile)
    for source, where, text in _introductions(course):
        checker = TextChecker(names, source.path, student=source.path in course.own_texts.values())
        syntax = _syntax(source, where, text)
        checker.text(syntax)
        if where[-1] == "introduction" and source is not course.source:
            checker.common(syntax)
        mistakes += checker.mistakes
    for question in course.questions():
        key = partial(_read_by_check, names, question)
        mistakes += once(question.address, key, partial(_check_question, names, question))
    mistakes += check_cover(course)
    return list(dict.fromkeys(mistakes))  # the profiles share most mistakes


def _check_question(names: CourseNames, question: QuestionSpec) -> list[Mistake]:
    statement = TextChecker(names, question.source.path)
    mistakes = QuestionChecker(names, question).check()
    statement.citations(_syntax(question.source, ("statement",), question.statement))
    return [*mistakes, *statement.mistakes]


def _read_by_check(names: CourseNames, question: QuestionSpec) -> tuple[Any, Any]:
    # A student's question has the solutions that any answer of theirs names.
    return names.read_by_all, (question.answer, tuple(question.tables), tuple(question.figures))


def _bibliography(
    path: Path | None, taken: frozenset[str] = frozenset()
) -> tuple[frozenset[str] | None, list[Mistake]]:
    """The keys of all entries, None when the file cannot be read, and what is wrong with it; ``taken`` are others'."""
    if path is None:
        return frozenset(), []
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [Mistake("is not text in UTF-8", path, error.object[: error.start].count(b"\n") + 1)]
    except FileNotFoundError:
        return None, []  # its place in course.yaml has been named
    except OSError as error:
        return None, [Mistake(f"cannot be read: {error.strerror}", path)]
    lines: dict[str, int] = {}
    mistakes = []
    for entry in ENTRY.finditer(text):
        key, line = entry[1], text.count("\n", 0, entry.start(1)) + 1
        if key in lines:
            mistakes.append(Mistake("the key stands twice", path, line, key, got=f"first in line {lines[key]}"))
        elif key in taken:
            hint = "cite the course's, or give yours another key"
            mistakes.append(Mistake("the course's bibliography has an entry of this key", path, line, key, hint=hint))
        lines.setdefault(key, line)
    return frozenset(lines), mistakes


def _introductions(course: CourseSpec) -> Iterator[tuple[Source, Where, str]]:
    """Every introduction and conclusion; they are templates that belong to no question."""
    for name in ("introduction", "conclusion"):
        yield _source(course, name, course.source), (name,), getattr(course, name)
    for lab in course.labs:
        yield lab.source, ("introduction",), lab.introduction
        yield _source(course, f"{lab.id}/conclusion", lab.source), ("conclusion",), lab.conclusion
        for number, section in enumerate(lab.sections):
            yield lab.source, ("sections", number, "introduction"), section.introduction


def _source(course: CourseSpec, name: str, of_the_course: Source) -> Source:
    """The file of a text: a student's own, or the course's."""
    return Source(course.own_texts[name]) if name in course.own_texts else of_the_course


def _syntax(source: Source, where: Where, text: str) -> AnswerSyntax:
    written, line = source.text(where, text)
    return parse_answer(written, source.path, first_line=line)
