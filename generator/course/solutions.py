"""Exhibits that are the answer to their own question: a student's report has those that the student's texts name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from generator.answers.addresses import split_target
from generator.answers.syntax import parse_answer
from generator.course.exhibits import FigureSpec, TableSpec
from generator.course.spec import CourseSpec, QuestionSpec, SectionSpec

#: An exhibit: the address of its question ("2-a/q01") and its name.
Name = tuple[str, str]


def without_unnamed_solutions(course: CourseSpec) -> CourseSpec:
    """A student's course without the solutions that none of the student's own texts places or refers to."""
    kept = {name for home, text in _own_texts(course) for name in named_exhibits(home, text)}

    def section(spec: SectionSpec) -> SectionSpec:
        return replace(spec, questions=tuple(question(one) for one in spec.questions))

    def question(spec: QuestionSpec) -> QuestionSpec:
        def shown(exhibit: TableSpec | FigureSpec) -> bool:
            return not exhibit.solution or (spec.address, exhibit.name) in kept

        tables = {name: table for name, table in spec.tables.items() if shown(table)}
        figures = {name: figure for name, figure in spec.figures.items() if shown(figure)}
        return replace(spec, tables=tables, figures=figures)

    return replace(course, labs=tuple(replace(lab, sections=tuple(map(section, lab.sections))) for lab in course.labs))


def solutions_of(questions: Iterable[QuestionSpec]) -> frozenset[Name]:
    """All exhibits that answer their own question."""
    found: list[tuple[QuestionSpec, TableSpec | FigureSpec]] = []
    for question in questions:
        found += [(question, table) for table in question.tables.values()]
        found += [(question, figure) for figure in question.figures.values()]
    return frozenset((question.address, exhibit.name) for question, exhibit in found if exhibit.solution)


def named_exhibits(home: str, text: str) -> Iterator[Name]:
    """The exhibits that a text of a question, or of none (""), places or refers to."""
    syntax = parse_answer(text, Path())
    yield from ((home, exhibit.name) for exhibit in syntax.exhibits)
    yield from (split_target(reference.name, home) for reference in syntax.refs)


def _own_texts(course: CourseSpec) -> Iterator[tuple[str, str]]:
    """The texts that are the student's, each with the address of its question."""
    yield from ((question.address, question.answer.text) for question in course.questions())
    conclusions = {f"{lab.id}/conclusion": lab.conclusion for lab in course.labs}
    texts = {"introduction": course.introduction, "conclusion": course.conclusion, **conclusions}
    yield from (("", text) for name, text in texts.items() if name in course.own_texts)
