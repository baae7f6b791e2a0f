"""A student's project: a folder with report.yaml, an answer for each question, and images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from generator.course.editions import Theme
from generator.course.forms import MOST_PLACES, FileName, Strict
from generator.course.left_out import Details, with_only
from generator.course.parsing import nearest, parse
from generator.course.spec import CourseSpec
from generator.course.untrusted_files import UntrustedFileError, plain_files, read_untrusted
from generator.course.yaml_source import Source, read_yaml_text
from generator.errors import InputError, Mistake
from generator.languages import CODE, first_part, languages

FILE = "report.yaml"
IMAGES = "images"

#: One line of a title page, without characters that could draw on a terminal.
Line = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$")]


class ProjectAuthor(Strict):
    """One author."""

    name: Line = Field(min_length=1)
    number: Line = ""


class ProjectFile(Strict):
    """``report.yaml``; what it leaves out is the course's own.

    ``from`` names the course, and can do no more: a folder, seen from the project's own, or one that is installed.
    ``read-cache`` names folders and addresses to copy results from.
    """

    title: Line = ""
    subtitle: Line = ""
    authors: list[ProjectAuthor] = Field(min_length=1, max_length=20)
    course: Line = ""
    institution: Line = ""
    programme: Line = ""
    year: Line | int = ""
    language: str = Field(default="", pattern=CODE)
    theme: Literal["", "chapters", "sections"] = ""
    labs: list[FileName] = Field(default_factory=list)
    questions: list[Line] = Field(default_factory=list, max_length=1000)
    profile: FileName | Literal[""] = ""
    source: Line = Field(default="", alias="from")
    read_cache: list[Line] = Field(default_factory=list, alias="read-cache", max_length=MOST_PLACES)


@dataclass(frozen=True)
class Project:
    """A student's project as its report.yaml describes it."""

    folder: Path
    form: ProjectFile
    source: Source

    @property
    def answers(self) -> Path:
        """The folder with the answers: answers/2-a/q01.md."""
        return self.folder / "answers"

    @property
    def file(self) -> Path:
        """The file that describes the project."""
        return self.folder / FILE

    def pictures(self) -> tuple[Path, ...]:
        """The plain files in the folder of images, none of them through a link."""
        try:
            return tuple(plain_files(self.folder / IMAGES))
        except UntrustedFileError:
            return ()  # said where a text shows one of them

    def cover(self, course: CourseSpec) -> CourseSpec:
        """The course, read in the project's language, under the project's own title, authors and theme."""
        form = self.form
        given = {
            "title": form.title,
            "subtitle": form.subtitle,
            "course": form.course,
            "institution": form.institution,
            "programme": form.programme,
            "year": str(form.year),
            "theme": Theme(form.theme) if form.theme else None,
        }
        authors = tuple((author.name, author.number) for author in form.authors)
        taken = {name: value for name, value in given.items() if value}
        files = {**course.files, self.file: self.source.digest}
        return replace(course, authors=authors, files=files, given=frozenset(taken), **taken)  # type: ignore[arg-type]

    def choose(self, course: CourseSpec) -> CourseSpec:
        """The course with the labs that the report shows, in its own order, and with those of their questions.

        Raises InputError when the course has no such lab or question, or the question is hidden.
        """
        by_name = {lab.id: lab for lab in course.labs}
        course = replace(course, labs=tuple(by_name[name] for name in self._known(list(by_name))))
        mistakes: list[Mistake] = []

        def wrong(number: int, message: str, details: Details) -> None:
            mistakes.append(self.source.mistake(message, ("questions", number), **details))

        course = with_only(course, self.form.questions, wrong)
        if mistakes:
            raise InputError(mistakes)
        return course

    def _known(self, known: Sequence[str]) -> list[str]:
        mistakes = []
        for number, name in enumerate(self.form.labs):
            if name not in known:
                expected = "one of " + ", ".join(known)
                hint = nearest(name, list(known))
                details = {"expected": expected, "got": repr(name), "hint": hint}
                mistakes.append(self.source.mistake("there is no such lab", ("labs", number), **details))
        if mistakes:
            raise InputError(mistakes)
        return list(dict.fromkeys(self.form.labs)) or list(known)


def is_project(folder: Path) -> bool:
    """Whether a folder holds a student's project."""
    return (folder / FILE).is_file()


def read_project(folder: Path) -> Project:
    """Read a project's report.yaml. Raises InputError with every mistake in it."""
    path = folder / FILE
    try:
        source = read_yaml_text(path, read_untrusted(folder, FILE))
    except UntrustedFileError as error:
        hint = "`genreport init DIR` makes a project" if error.absent else ""
        raise InputError([Mistake(str(error), path, expected="a file that describes the report", hint=hint)]) from None
    form = parse(source, ProjectFile)
    if form is None:
        raise InputError(source.mistakes)
    if form.language and first_part(form.language) not in languages():
        details = {"expected": "one of " + ", ".join(languages()), "got": repr(form.language)}
        raise InputError([source.mistake("the program has no words in this language", ("language",), **details)])
    return Project(folder, form, source)
