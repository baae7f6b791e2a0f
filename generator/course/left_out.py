"""Which questions of a course are in a report, and what a report without the others still needs of them.

A question is left out where its file says that it is hidden, or where course.yaml or a project's report.yaml chooses
others. It is read as any other, so that all numbers stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypedDict

from generator.answers.addresses import Address, AddressError, parse_address
from generator.answers.syntax import AnswerSyntax, parse_answer
from generator.course.exhibits import FigureSpec, TableSpec
from generator.course.parsing import nearest
from generator.course.spec import CourseSpec, LabSpec, LeftOut, QuestionSpec


class Details(TypedDict, total=False):
    """What a mistake says besides."""

    expected: str
    got: str
    hint: str


#: Hears of a word of a selection, by its place, that names nothing: what is wrong, and the details of a mistake.
Wrong = Callable[[int, str, Details], None]

_HINTS = {
    LeftOut.HIDDEN: "its file says `hidden: true`; with --hidden, teachers see it",
    LeftOut.NOT_CHOSEN: "`questions:` in course.yaml or report.yaml chooses others",
}


def without_hidden(course: CourseSpec, *, shown: bool) -> CourseSpec:
    """The course whose hidden questions are left out; where they are ``shown``, those alone that have no text."""
    hidden = [one for one in course.questions() if one.hidden and not (shown and one.has_text)]
    return replace(course, left_out={**course.left_out, **{one.address: LeftOut.HIDDEN for one in hidden}})


def with_only(course: CourseSpec, selection: Iterable[str], wrong: Wrong) -> CourseSpec:
    """The course with those questions alone that a selection names; with all that it has where there is none."""
    names = [*selection]
    if not names:
        return course
    chosen = selected(course, names, wrong)
    others = {one.address: LeftOut.NOT_CHOSEN for one in course.questions() if one.address not in chosen}
    return replace(course, left_out={**others, **course.left_out})


def selected(course: CourseSpec, selection: Iterable[str], wrong: Wrong) -> set[str]:
    """The addresses of the questions that a selection names ("2-a", "2-a/q03"), of those that a report has."""
    every = {question.address: question.lab for question in course.questions()}
    labs = [lab.id for lab in course.labs]
    chosen: set[str] = set()
    for number, name in enumerate(selection):
        found = {address for address, lab in every.items() if name in (address, lab)}
        chosen |= found - course.left_out.keys()
        if found and found <= course.left_out.keys():
            reasons = dict.fromkeys(course.left_out[address] for address in sorted(found))
            why = " or ".join(reason.value for reason in reasons)
            hint = "; ".join(_HINTS[reason] for reason in reasons)
            wrong(number, f"is {why}, and not in this report", {"got": repr(name), "hint": hint})
        elif not found:
            hint = nearest(name, [*labs, *every]) or "`genreport list` shows all"
            expected = "a lab (" + ", ".join(labs) + ") or a question (2-a/q03)"
            wrong(number, "there is no such selection", {"expected": expected, "got": repr(name), "hint": hint})
    return chosen


def has_questions(course: CourseSpec, lab: LabSpec) -> bool:
    """Whether a report has any question of a lab."""
    return any(question.address not in course.left_out for question in lab.questions())


def reads_left_out(course: CourseSpec, text: str) -> bool:
    """Whether an introduction or conclusion prints results of a question that is left out, and so is left out too."""
    return any(address.question in course.left_out for address in _read_by(parse_answer(text, Path()), ""))


def needed_of_left_out(course: CourseSpec) -> dict[str, frozenset[str]]:
    """For each question of a report, the results of others that are left out which its texts and exhibits show."""
    found = {
        question.address: frozenset(
            str(address) for address in results_shown(question) if address.question in course.left_out
        )
        for question in (course.present() if course.left_out else ())
    }
    return {address: results for address, results in found.items() if results}


def results_shown(question: QuestionSpec) -> Iterator[Address]:
    """The results that a question's answer, exhibits and published numbers name, each as a whole."""
    yield from _read_by(parse_answer(question.answer.text, question.answer.path), question.address)
    exhibits: list[TableSpec | FigureSpec] = [*question.tables.values(), *question.figures.values()]
    for exhibit in exhibits:
        for text in texts_of(exhibit):
            yield from _read_by(parse_answer(text, Path(), caption=True), question.address)
        for source in _sources(exhibit):
            yield from _named(source, question.address)
    for expected in question.expected:
        for source in (expected.metric, expected.spread):
            yield from _named(source, question.address)


def texts_of(exhibit: TableSpec | FigureSpec) -> Iterator[str]:
    """All texts of an exhibit that may print results, or refer to other exhibits."""
    yield from (exhibit.caption, exhibit.finding)
    if isinstance(exhibit, FigureSpec):
        yield exhibit.alt
        for panel in exhibit.panels:
            yield from (panel.caption, panel.finding, panel.alt)


def _sources(exhibit: TableSpec | FigureSpec) -> Iterator[str]:
    """What an exhibit is made from."""
    if isinstance(exhibit, FigureSpec):
        yield from (panel.source for panel in exhibit.panels)
        return
    yield exhibit.source
    yield from (row.result for row in exhibit.rows)
    yield exhibit.empty_rows.source if exhibit.empty_rows else ""


def _read_by(syntax: AnswerSyntax, home: str) -> Iterator[Address]:
    for read in (*syntax.metrics, *syntax.tables):
        yield read.address.at_home(home).whole


def _named(source: str, home: str) -> Iterator[Address]:
    try:
        if source:
            yield parse_address(source, home).whole
    except AddressError:  # said where it is bound or checked
        return
