"""The numbers of sections, tables, figures, equations and citations, fixed by the sources alone.

Results have no say in it: a failed question, a partial build or ``--only`` moves no number.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from generator.answers.addresses import split_target
from generator.answers.syntax import parse_answer
from generator.course.editions import Theme
from generator.course.exhibits import FigureSpec, TableSpec
from generator.course.left_out import has_questions, reads_left_out
from generator.course.spec import CourseSpec, LabSpec, QuestionSpec
from generator.languages import gettext, pgettext


@dataclass(frozen=True)
class Numbered:
    """Something with a number: what it is called ("Figure 3") and where it stands (an HTML id)."""

    kind: str  # "table", "figure", "equation" or "question"
    number: str
    anchor: str

    @property
    def label(self) -> str:
        """The words over it."""
        names = {"table": gettext("Table %s"), "figure": gettext("Figure %s"), "question": gettext("Question %s")}
        return self._called(names)

    @property
    def within(self) -> str:
        """The words of a reference inside a sentence, where French writes no capital."""
        return self._called(names_within())

    def _called(self, names: Mapping[str, str]) -> str:
        return f"({self.number})" if self.kind == "equation" else names[self.kind] % self.number


def names_within() -> Mapping[str, str]:
    """What each kind is called inside a sentence, with its number still to be filled in."""
    return {
        "table": pgettext("in a sentence", "Table %s"),
        "figure": pgettext("in a sentence", "Figure %s"),
        "question": pgettext("in a sentence", "Question %s"),
    }


@dataclass
class Numbering:
    """Every number of the report.

    ``exhibits`` and ``equations`` are keyed by question address and name, ``citations`` by bibliography key;
    ``order`` gives the exhibits of each question in the order in which they stand, those of the appendix left out;
    ``cited`` the keys that each question cites. Exhibits that are further have numbers of their own ("S2.1"), so that
    those of the PDF, which leaves them to the page, have no gaps. Questions that are ``left_out`` are numbered like all
    others, but what they alone cite is not.
    """

    exhibits: dict[tuple[str, str], Numbered] = field(default_factory=dict)
    equations: dict[tuple[str, str], Numbered] = field(default_factory=dict)
    questions: dict[str, Numbered] = field(default_factory=dict)
    citations: dict[str, int] = field(default_factory=dict)
    labs: dict[str, str] = field(default_factory=dict)
    order: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cited: dict[str, set[str]] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()

    def cite(self, key: str, address: str = "") -> None:
        """Give a key of the bibliography the next number, unless it has one."""
        if address in self.left_out:
            return
        self.citations.setdefault(key, len(self.citations) + 1)
        self.cited.setdefault(address, set()).add(key)

    @cached_property
    def nowhere(self) -> frozenset[str]:
        """The anchors of what not even the whole report has."""
        return self.anchors(self.left_out)

    def anchors(self, questions: Container[str]) -> frozenset[str]:
        """The anchors of these questions, and of their exhibits and equations."""
        found = {numbered.anchor for address, numbered in self.questions.items() if address in questions}
        for inside in (self.exhibits, self.equations):
            found |= {numbered.anchor for (address, _), numbered in inside.items() if address in questions}
        return frozenset(found)

    def find(self, question: str, target: str) -> Numbered | None:
        """What ``ref(target)`` in this question means; names of other questions are written "2-a/q01/name"."""
        address, name = split_target(target, question)
        if name.startswith("eq:"):
            label = name.removeprefix("eq:")
            own = self.equations.get((address, label))
            return own or next((found for (_, other), found in self.equations.items() if other == label), None)
        return self.exhibits.get((address, name)) or self.questions.get(target)


def number_course(course: CourseSpec) -> Numbering:
    """Number everything in reading order; citations count on through all labs.

    Tables, figures and equations do so too under the theme of sections (Figure 7); in chapters, each lab begins anew
    (Figure 2.1).
    """
    numbering = Numbering(left_out=frozenset(course.left_out))
    chapters = course.theme is Theme.CHAPTERS
    _cite_prose(numbering, course, course.introduction)
    counts = {"table": 0, "figure": 0, "equation": 0, "further table": 0, "further figure": 0}
    for place, lab in enumerate(course.labs, start=1):
        numbering.labs[lab.id] = str(place)
        counted, prefix = (dict.fromkeys(counts, 0), f"{place}.") if chapters else (counts, "")
        _number_lab(numbering, course, lab, counted, prefix)
    _cite_prose(numbering, course, course.conclusion)
    appendix = {"table": 0, "figure": 0}
    for question in course.questions():
        for exhibit in exhibits_of(question).values():
            if exhibit.appendix and not exhibit.further:
                _number_exhibit(numbering, question, exhibit, appendix, "A.")
    return numbering


def exhibits_of(question: QuestionSpec) -> Mapping[str, TableSpec | FigureSpec]:
    """Tables and figures of a question by name, in the order of the YAML."""
    return {**question.tables, **question.figures}


def slug(text: str) -> str:
    """A text as an HTML id or a file name: "2-a/q01/by_size" → "2-a-q01-by_size"."""
    return re.sub(r"[^\w-]+", "-", text).strip("-")


def _number_lab(numbering: Numbering, course: CourseSpec, lab: LabSpec, counts: dict[str, int], prefix: str) -> None:
    shown = has_questions(course, lab)
    _cite_prose(numbering, course, lab.introduction if shown else "")
    for section in lab.sections:
        if any(question.address not in course.left_out for question in section.questions):
            _cite_prose(numbering, course, section.introduction)
        for question in section.questions:
            _number_question(numbering, question, counts, prefix)
    _cite_prose(numbering, course, lab.conclusion if shown else "")


def _number_question(numbering: Numbering, question: QuestionSpec, counts: dict[str, int], prefix: str) -> None:
    address = question.address
    # A part of the lab that the course does not number is called by its title, which may not be said if it is hidden.
    named = question.id if question.hidden and address in numbering.left_out else question.title
    number = question.number or gettext("“%s”") % named
    numbering.questions[address] = Numbered("question", number, slug(address))
    _cite(numbering, question.statement, address)
    syntax = parse_answer(question.answer.text, question.answer.path)
    declared = exhibits_of(question)
    placed: list[str] = []
    events = sorted(
        [(named.line, "exhibit", named.name) for named in syntax.exhibits]
        + [(named.line, "equation", named.name) for named in syntax.equations]
        + [(named.line, "citation", named.name) for named in syntax.citations],
        key=lambda event: event[0],  # stable: citations of one line keep their order
    )
    for _, event, name in events:
        if event == "citation":
            numbering.cite(name, address)
        elif event == "equation":
            counts["equation"] += 1
            anchor = f"eq-{slug(address)}-{slug(name)}"
            numbering.equations[address, name] = Numbered("equation", f"{prefix}{counts['equation']}", anchor)
        elif name in declared and name not in placed and not declared[name].appendix:
            placed.append(name)
            _number_exhibit(numbering, question, declared[name], counts, prefix)
    # What the author forgot to place is shown all the same, at the end of the answer.
    for name, exhibit in declared.items():
        if name not in placed and not exhibit.appendix:
            placed.append(name)
            _number_exhibit(numbering, question, exhibit, counts, prefix)
    for exhibit in declared.values():
        if exhibit.appendix and exhibit.further:
            _number_exhibit(numbering, question, exhibit, counts, prefix)
    numbering.order[address] = tuple(placed)


def _number_exhibit(
    numbering: Numbering,
    question: QuestionSpec,
    exhibit: TableSpec | FigureSpec,
    counts: dict[str, int],
    prefix: str,
) -> None:
    kind = "table" if isinstance(exhibit, TableSpec) else "figure"
    counted, prefix = (f"further {kind}", f"S{prefix}") if exhibit.further else (kind, prefix)
    counts[counted] += 1
    anchor = f"{kind}-{slug(question.address)}-{slug(exhibit.name)}"
    numbering.exhibits[question.address, exhibit.name] = Numbered(kind, f"{prefix}{counts[counted]}", anchor)
    for text in captions_of(exhibit):
        _cite(numbering, text, question.address, caption=True)


def captions_of(exhibit: TableSpec | FigureSpec) -> Iterator[str]:
    """The captions and findings of an exhibit and of its sub-figures, in reading order."""
    if isinstance(exhibit, FigureSpec):
        yield from (text for panel in exhibit.panels for text in (panel.caption, panel.finding))
    yield from (exhibit.caption, exhibit.finding)


def _cite_prose(numbering: Numbering, course: CourseSpec, text: str) -> None:
    """The citations of an introduction or conclusion, unless it is left out."""
    if not reads_left_out(course, text):
        _cite(numbering, text)


def _cite(numbering: Numbering, text: str, address: str = "", *, caption: bool = False) -> None:
    for named in parse_answer(text, Path(), caption=caption).citations:
        numbering.cite(named.name, address)
