"""The frozen specifications that the YAML files are turned into: course, labs, questions and results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from generator.answers.addresses import Address, Point
from generator.course.editions import Edition, Theme
from generator.course.exhibits import FigureSpec, TableSpec
from generator.course.given import Inputs, Written
from generator.course.own_data import OwnData
from generator.course.yaml_source import Place, Source, Where
from generator.languages import ENGLISH

#: In place of a profile's name: a published number that holds under each.
ANY_PROFILE = "any"
#: How the source of a number begins that nobody published; that of any other begins with a key of the bibliography.
UNPUBLISHED = ("by hand", "computed")


class LeftOut(Enum):
    """Why a question of the course is not in a report."""

    HIDDEN = "hidden"
    NOT_CHOSEN = "not chosen"


class Mark(Enum):
    """How the course marks a question."""

    STARRED = "starred"
    BONUS = "bonus"
    PLAIN = ""


@dataclass(frozen=True)
class ResultSpec:
    """A computation with its parameters, an optional grid over some of them, and other results as inputs.

    Parameter values may hold ``{"role": name}``, which the profile replaces. An input names one result; a list of names
    stands for all results that these have, grid point by grid point. ``like`` names another result, whose computation,
    parameters and inputs this one has taken over; ``computation`` is empty where there is none, which is said.
    """

    ref: Address
    computation: str
    params: Mapping[str, Written]
    grid: Mapping[str, Any]  # a parameter's name to its list of values, or to a role whose value is a list
    inputs: Inputs
    place: Place
    like: Written | None = None


@dataclass(frozen=True)
class ExpectedSpec:
    """A published number beside the metric that should reproduce it (reference edition only).

    ``metric`` names one result, or all that differ in their seed alone, whose mean is compared. With a ``column`` it
    names a table, and the number belongs into the row with the values in ``row``. Where nothing of ours is the same
    quantity, it is empty and ``incomparable`` says why.

    What may set the two numbers apart: ``rounding``, half a unit of the last of the ``digits`` that the published one
    has after the point (0 for a whole number, which is exact); ``images``, how many it is a share of; ``interval``, the
    metrics or columns with the ends of ours, one on as many images where there is none; ``spread``, the metric of runs
    that differ in their seed, for fewer than three of ours. A run whose metric ``unless`` is true is left out.
    """

    metric: str
    value: float
    source: str
    profile: str = "course"
    rounding: float = 0.0
    digits: int = 0
    images: int | None = None
    interval: tuple[str, str] | None = None
    spread: str = ""
    unless: str = ""
    row: Point = ()
    column: str = ""
    incomparable: str = ""

    @property
    def name(self) -> str:
        """What it is compared with, for people; empty where it is compared with nothing."""
        where = ", ".join(f"{name} = {value}" for name, value in self.row)
        return f"{self.metric}.{self.column}, {where}" if self.column else self.metric


@dataclass(frozen=True)
class Answer:
    """An answer's source: Markdown with Jinja, the file it came from, and the digest of the bytes that were read.

    One that is ``foreign`` is in the course's own language, and the report in another.
    """

    text: str
    path: Path
    digest: str = ""
    foreign: bool = False


@dataclass(frozen=True)
class QuestionSpec:
    """One question of a lab with everything that its answer may show.

    Of one that is ``hidden`` there may be nothing but its place: the names of its exhibits, and no text.
    """

    lab: str
    id: str  # "q03"
    number: str  # "3"
    title: str
    mark: Mark
    statement: str
    results: Mapping[str, ResultSpec]
    tables: Mapping[str, TableSpec]
    figures: Mapping[str, FigureSpec]
    answer: Answer
    place: Place
    source: Source = field(compare=False, repr=False, default_factory=lambda: Source(Path()))
    expected: tuple[ExpectedSpec, ...] = ()
    marking: str = ""
    space: int | None = None  # lines to write on in a worksheet
    hidden: bool = False

    @property
    def address(self) -> str:
        """The question's name on the command line and in results: "2-a/q03"."""
        return f"{self.lab}/{self.id}"

    @property
    def has_text(self) -> bool:
        """Whether more of it was read than its place."""
        return bool(self.title)

    @property
    def lines(self) -> int:
        """How many lines a worksheet has for the answer: as the question says, else by its mark."""
        return self.space or (14 if self.mark is Mark.STARRED else 9)


@dataclass(frozen=True)
class SectionSpec:
    """A run of questions under one heading."""

    title: str
    introduction: str
    questions: tuple[QuestionSpec, ...]


@dataclass(frozen=True)
class LabSpec:
    """One lab: introduction, sections, conclusion."""

    id: str
    title: str
    introduction: str
    conclusion: str
    sections: tuple[SectionSpec, ...]
    place: Place
    source: Source = field(compare=False, repr=False, default_factory=lambda: Source(Path()))

    def questions(self) -> Iterator[QuestionSpec]:
        """All questions of the lab in order."""
        for section in self.sections:
            yield from section.questions


@dataclass(frozen=True)
class RoleSpec:
    """What a profile puts in a role: a value, a list, or a job whose result it is; ``label`` names it in prose."""

    value: Any
    label: str
    source: Source = field(compare=False, repr=False, default_factory=lambda: Source(Path()))
    where: Where = field(compare=False, default=())


@dataclass(frozen=True)
class ProfileSpec:
    """A named choice of data, networks and lengths; ``note`` stands at the head of each lab, the rest on the cover.

    The course's first is taken where none is named; any other has to be ``asked_for``.
    """

    name: str
    title: str
    description: str
    note: str
    roles: Mapping[str, RoleSpec]
    asked_for: bool = False


@dataclass(frozen=True)
class CourseSpec:
    """The whole course. ``authors`` are ("name", "student number") pairs.

    ``own_texts`` are the files of those introductions and conclusions ("conclusion", "2-a/conclusion") that a student
    wrote. The report is in ``language``; what is not translated stays in that in which the course is ``written``.
    ``words`` translate what results call things; ``given`` names the texts of the title page that a project has put in.
    Questions that are ``left_out`` are in no report, and the others keep the numbers that they have with them.
    """

    title: str
    subtitle: str
    course: str
    institution: str
    programme: str
    year: str
    authors: tuple[tuple[str, str], ...]
    labs: tuple[LabSpec, ...]
    profiles: Mapping[str, ProfileSpec]
    bibliography: Path | None
    root: Path
    introduction: str = ""
    conclusion: str = ""
    language: str = ENGLISH
    written: str = ENGLISH
    words: Mapping[str, str] = field(default_factory=dict)
    own_data: Mapping[str, OwnData] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()
    theme: Theme = Theme.CHAPTERS
    edition: Edition = Edition.REFERENCE
    own_texts: Mapping[str, Path] = field(default_factory=dict)
    source: Source = field(compare=False, repr=False, default_factory=lambda: Source(Path()))
    files: Mapping[Path, str] = field(default_factory=dict)  # every file that was read, with the digest of its bytes
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)

    def questions(self) -> Iterator[QuestionSpec]:
        """All questions of the course in order, those that are left out included."""
        for lab in self.labs:
            yield from lab.questions()

    def present(self) -> Iterator[QuestionSpec]:
        """The questions that are in a report, in order."""
        return (question for question in self.questions() if question.address not in self.left_out)

    def question(self, address: str) -> QuestionSpec:
        """The question at "2-a/q03"; KeyError if there is none."""
        for question in self.questions():
            if question.address == address:
                return question
        raise KeyError(address)
