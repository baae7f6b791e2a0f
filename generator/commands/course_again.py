"""The course as it was read a moment ago, with the answers that were saved since: no other file is read again."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from generator.answers.addresses import lab_of
from generator.commands.checked import Checked, without_texts
from generator.commands.remembered import Remembered, as_they_are
from generator.course.answer_files import AnswerFiles
from generator.course.editions import Edition
from generator.course.folder import ANSWERS, CourseFolder, labs_folder
from generator.course.loader import read_course
from generator.course.spec import Answer, CourseSpec, ProfileSpec
from generator.errors import Mistake
from generator.planning.binding import Bindings, bind_course
from generator.planning.catalogue import Catalogue

_STATED = (".yaml", ".yml", ".bib", ".css", ".j2")


def read_course_again(
    known: Remembered, place: CourseFolder, answers: Path | None, edition: Edition, language: str, *, hidden: bool
) -> tuple[CourseSpec | None, list[Mistake]]:
    """The same as read_course; what is ``known`` of files that have not changed is not read."""
    reader = _Reader(place.folder, answers or place.folder / ANSWERS, edition, language, hidden)
    if known.forgetful:
        return reader.read()
    found = known.of("course", lambda: (reader, as_they_are(reader.stated())), lambda: _Known(reader))
    return found.now()


@dataclasses.dataclass(frozen=True)
class _Reader:
    """What is read, and from where."""

    folder: Path
    answers: Path
    edition: Edition
    language: str
    hidden: bool

    def read(self) -> tuple[CourseSpec | None, list[Mistake]]:
        return read_course(self.folder, self.answers, self.edition, self.language, hidden=self.hidden)

    def stated(self) -> Iterator[Path]:
        """The files in which a course says what it asks, as far as they lie in its folder."""
        for path in sorted({*self.folder.glob("*"), *labs_folder(self.folder).rglob("*")}):
            if path.suffix in _STATED and not path.is_relative_to(self.answers):
                yield path

    def others(self, course: CourseSpec | None) -> set[Path]:
        """The answers, and what else was read from outside of the course's folder."""
        files = course.files if course is not None else ()
        return {*self.answers.rglob("*.md"), *(path for path in files if not path.is_relative_to(self.folder))}


class _Known:
    """A course that was read, and how the files were then that are not stated."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader
        self._course: CourseSpec | None = None
        self._mistakes: list[Mistake] = []
        self._others: dict[Path, object] = {}
        self._read()

    def now(self) -> tuple[CourseSpec | None, list[Mistake]]:
        """The course with its answers as they are."""
        others = _each(self._reader.others(self._course))
        changed = {path for path in others if others[path] != self._others.get(path)}
        faulty = self._mistakes or (self._course is not None and any(True for _ in self._course.faults()))
        # A fault can lie in a file that could not be read, and is not among the course's.
        if faulty or others.keys() != self._others.keys() or not self._renewed(changed):
            self._read()
        else:
            self._others = others
        return self._course, list(self._mistakes)

    def _read(self) -> None:
        before = _each(self._reader.others(self._course))  # what is saved while it is read is read once more
        self._course, self._mistakes = self._reader.read()
        self._others = before | _each(self._reader.others(self._course) - before.keys())

    def _renewed(self, changed: set[Path]) -> bool:
        """Put the answers of changed files into the course; False where that is not all that has to be done."""
        course = self._course
        if not changed:
            return True
        if course is None or self._reader.edition is not Edition.REFERENCE:
            return False  # what a student's answers show decides what else is shown
        questions = {q.answer.path: q.address for q in course.questions() if q.answer.path in changed}
        if questions.keys() != changed:
            return False
        files = AnswerFiles(self._reader.edition, self._reader.answers, course.language, course.written)
        read = {address: files.read(address) for address in questions.values()}
        answers = {address: answer for address, answer in read.items() if isinstance(answer, Answer)}
        if len(answers) < len(read) or {answer.path for answer in answers.values()} != changed:
            return False
        self._course = _with_answers(course, answers)
        return True


def _with_answers(course: CourseSpec, answers: dict[str, Answer]) -> CourseSpec:
    labs = []
    for lab in course.labs:
        sections = lab.sections
        if any(lab_of(address) == lab.id for address in answers):
            sections = tuple(
                dataclasses.replace(
                    section,
                    questions=tuple(
                        dataclasses.replace(q, answer=answers[q.address]) if q.address in answers else q
                        for q in section.questions
                    ),
                )
                for section in sections
            )
        labs.append(dataclasses.replace(lab, sections=sections))
    digests = {answer.path: answer.digest for answer in answers.values()}
    return dataclasses.replace(course, labs=tuple(labs), files={**course.files, **digests})


def _each(files: Iterable[Path]) -> dict[Path, object]:
    return {path: as_they_are([path]) for path in files}


@dataclasses.dataclass
class Stated:
    """What a course asks for, apart from its answers: a token stands for all that this depends on.

    ``key`` tells what it depends on besides the files of the course; ``checked`` knows of earlier runs which questions
    are right.
    """

    known: Remembered
    course: CourseSpec
    key: Callable[[], Any]
    checked: Checked | None = None
    _bound: list[tuple[CourseSpec, ProfileSpec, Bindings]] = dataclasses.field(default_factory=list)

    def bind(self, course: CourseSpec, profile: ProfileSpec, catalogue: Catalogue) -> Bindings:
        """The course bound under a profile."""

        def make() -> Bindings:
            for known, other, bindings in self._bound:
                if known is course and _same(other, profile):
                    return bindings
            bindings = bind_course(course, profile, catalogue)
            self._bound.append((course, profile, bindings))
            return bindings

        return self.known.of(f"bindings {profile.name}", lambda: (self._token, course.language, profile), make)

    def once(self, name: str, key: Callable[[], tuple[Any, Any]], make: Callable[[], list[Mistake]]) -> list[Mistake]:
        """The mistakes of a question."""
        if self.checked is not None:
            return self.checked.once(name, key, make)
        return self.known.of(f"mistakes {name}", lambda: (self._token, self.course.language, key()), make)

    def keep(self) -> None:
        """Have it known to the next run which questions are right."""
        if self.checked is not None:
            self.checked.keep()

    @functools.cached_property
    def _token(self) -> object:
        return self.known.of("stated", lambda: (without_texts(self.course), self.course.edition, self.key()), object)


def _same(one: ProfileSpec, other: ProfileSpec) -> bool:
    """Whether two profiles give every role the very same value: 1 and 1.0 are equal, and two jobs."""
    return one == other and all(one.roles[name] is role for name, role in other.roles.items())
