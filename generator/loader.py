"""Read all questions of the course into one specification; every mistake of every file is found before any is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.errors import InputError, Mistake
from generator.spec import (
    Answer,
    ColumnFormat,
    ColumnSpec,
    CourseSpec,
    ExpectedSpec,
    FigureSpec,
    LabSpec,
    Mark,
    PanelSpec,
    Place,
    ProfileSpec,
    QuestionSpec,
    ResultRef,
    ResultSpec,
    RoleJob,
    RoleSpec,
    RowsSpec,
    SectionSpec,
    TableSpec,
)  # fmt: skip
from generator.spec_files import (
    ColumnEntry,
    CourseFile,
    FigureEntry,
    LabFile,
    ProfileEntry,
    QuestionFile,
    ResultEntry,
    RowsEntry,
    TableEntry,
    parse,
)  # fmt: skip
from generator.yaml_source import Source, Where, read_yaml

NUMBERED = re.compile(r"q0*(\d+)([a-z]?)")
NAME = re.compile(r"[a-z][a-z0-9_]*")


def load_course(questions: Path, answers: Path) -> CourseSpec:
    """Read the course below ``questions`` with its answers below ``answers``.

    Raises InputError with the mistakes of all files, form first; references are checked by :mod:`generator.checks`.
    """
    loader = _Loader(questions, answers)
    course = loader.course()
    if loader.mistakes or course is None:
        raise InputError(loader.mistakes)
    return course


class _Loader:
    """Walks from the course to its labs and questions and gathers what is wrong on the way."""

    def __init__(self, questions: Path, answers: Path) -> None:
        self.questions_folder = questions
        self.answers_folder = answers
        self.mistakes: list[Mistake] = []
        self.files: list[Path] = []

    def read(self, path: Path) -> Source:
        self.files.append(path)
        return read_yaml(path)

    def course(self) -> CourseSpec | None:
        source = self.read(self.questions_folder / "course.yaml")
        form = parse(source, CourseFile)
        self.mistakes += source.mistakes
        if form is None:
            return None
        labs = [lab for number, name in enumerate(form.labs) if (lab := self.lab(name, source, number)) is not None]
        self.duplicates(form.labs, source, ("labs",))
        bibliography = self.questions_folder / form.bibliography
        self.files.append(bibliography)
        if not bibliography.is_file():
            self.mistakes.append(
                source.mistake("the bibliography is missing", ("bibliography",), got=form.bibliography)
            )
        return CourseSpec(
            title=form.title,
            subtitle=form.subtitle,
            course=form.course,
            institution=form.institution,
            programme=form.programme,
            year=str(form.year),
            authors=tuple((author.name, author.number) for author in form.authors),
            labs=tuple(labs),
            profiles={name: self.profile(name, entry, source) for name, entry in form.profiles.items()},
            bibliography=bibliography,
            root=self.questions_folder,
            introduction=form.introduction,
            conclusion=form.conclusion,
            language=form.language,
            source=source,
            files=tuple(self.files),
        )

    def duplicates(self, names: list[str], source: Source, where: Where) -> None:
        for number, name in enumerate(names):
            if name in names[:number]:
                self.mistakes.append(source.mistake(f"{name!r} stands twice", (*where, number), got=name))

    def profile(self, name: str, entry: ProfileEntry, source: Source) -> ProfileSpec:
        roles = {}
        for role, value in entry.roles.items():
            try:
                roles[role] = role_spec(role, value)
            except ValueError as error:
                where = ("profiles", name, "roles", role)
                expected = "a value, {value, label}, {computation, params, label}, or a list of these"
                self.mistakes.append(source.mistake(str(error), where, expected=expected))
        return ProfileSpec(name, entry.title, entry.description, entry.note, roles)

    def lab(self, name: str, course: Source, number: int) -> LabSpec | None:
        folder = self.questions_folder / name
        if not folder.is_dir() or Path(name).name != name:
            expected = f"a folder {name}/ with lab.yaml beside course.yaml"
            self.mistakes.append(course.mistake("there is no such lab", ("labs", number), expected=expected, got=name))
            return None
        source = self.read(folder / "lab.yaml")
        form = parse(source, LabFile)
        self.mistakes += source.mistakes
        if form is None:
            return None
        sections = []
        listed: list[str] = []
        for position, section in enumerate(form.sections):
            where: Where = ("sections", position, "questions")
            for index, question in enumerate(section.questions):
                if question in listed:
                    self.mistakes.append(source.mistake(f"question {question!r} stands twice", (*where, index)))
                listed.append(question)
            found = [self.question(name, question) for question in section.questions]
            sections.append(SectionSpec(section.title, section.introduction, tuple(q for q in found if q is not None)))
        for path in sorted(folder.glob("*.yaml")):
            if path.stem not in {"lab", *listed}:
                hint = f"add {path.stem} to a section of {source.path.name}, or give the file another ending"
                self.mistakes.append(Mistake("the question is in no section", path, hint=hint))
        return LabSpec(
            name, form.title, form.introduction, form.conclusion, tuple(sections), Place(source.path, 1), source
        )

    def question(self, lab: str, name: str) -> QuestionSpec | None:
        source = self.read(self.questions_folder / lab / f"{name}.yaml")
        form = parse(source, QuestionFile)
        answer = self.answer(lab, name)
        for group in ("results", "tables", "figures"):
            for key in (source.data or {}).get(group) or {} if isinstance(source.data, dict) else ():
                if not NAME.fullmatch(str(key)):
                    expected = "small letters, digits and _, a letter first"
                    source.mistakes.append(source.mistake("not a name", (group, key), expected=expected, got=str(key)))
        self.mistakes += source.mistakes
        if form is None or answer is None:
            return None
        address = f"{lab}/{name}"
        numbered = NUMBERED.fullmatch(name)
        return QuestionSpec(
            lab=lab,
            id=name,
            number="".join(numbered.groups()) if numbered else "",
            title=form.title,
            mark=Mark(form.mark),
            statement=form.statement,
            results={key: _result(address, key, entry, source) for key, entry in form.results.items()},
            tables={key: self.table(key, entry, source) for key, entry in form.tables.items()},
            figures={key: self.figure(key, entry, source) for key, entry in form.figures.items()},
            answer=answer,
            place=Place(source.path, 1),
            source=source,
            expected=tuple(
                ExpectedSpec(e.metric, float(e.value), float(e.tolerance), e.source, e.profile) for e in form.expected
            ),
            marking=form.marking,
        )

    def answer(self, lab: str, name: str) -> Answer | None:
        path = self.answers_folder / lab / f"{name}.md"
        self.files.append(path)
        try:
            return Answer(path.read_text(encoding="utf-8"), path)
        except FileNotFoundError:
            self.mistakes.append(Mistake(f"the answer of {lab}/{name} is missing", path, expected="a Markdown file"))
        except (OSError, UnicodeDecodeError) as error:
            self.mistakes.append(Mistake(f"cannot be read: {error}", path, expected="a UTF-8 text file"))
        return None

    def table(self, name: str, entry: TableEntry, source: Source) -> TableSpec:
        where: Where = ("tables", name)
        from_table = bool(entry.source or entry.table)
        if from_table == bool(entry.rows) or (from_table and not (entry.source and entry.table)):
            expected = "either from: and table:, or rows:"
            self.mistakes.append(source.mistake("says not where its rows come from", where, expected=expected))
        rows = [entry.rows] if isinstance(entry.rows, str) else entry.rows
        return TableSpec(
            name=name,
            caption=entry.caption,
            columns=tuple(_column(key, column) for key, column in entry.columns.items()),
            source=entry.source,
            table=entry.table,
            rows=tuple(RowsSpec(r.source, r.label) if isinstance(r, RowsEntry) else RowsSpec(r) for r in rows),
            row_title=entry.row_title,
            appendix=entry.appendix,
            place=Place(source.path, source.line(where) or 1),
        )

    def figure(self, name: str, entry: FigureEntry, source: Source) -> FigureSpec:
        where: Where = ("figures", name)
        panels = [PanelSpec(panel.source, panel.figure, panel.caption, panel.alt) for panel in entry.panels]
        if bool(entry.panels) == bool(entry.source or entry.figure) or bool(entry.source) != bool(entry.figure):
            expected = "either from: and figure:, or panels:"
            self.mistakes.append(source.mistake("says not what to draw", where, expected=expected))
        if entry.source:
            panels = [PanelSpec(entry.source, entry.figure, entry.panel_caption, "")]
        place = Place(source.path, source.line(where) or 1)
        return FigureSpec(name, entry.caption, entry.alt, tuple(panels), entry.columns, entry.appendix, place)


def role_spec(name: str, value: Any) -> RoleSpec:
    """A role's value from YAML. Raises ValueError when it has none of the known forms."""
    if isinstance(value, Mapping) and "value" in value:
        if unknown := set(value) - {"value", "label"}:
            raise ValueError(f"unknown key {sorted(unknown)[0]!r} in a role")
        inner = role_spec(name, value["value"])
        return RoleSpec(inner.value, str(value.get("label", inner.label)))
    if isinstance(value, Mapping):
        if unknown := set(value) - {"computation", "params", "label", "name"}:
            raise ValueError(f"unknown key {sorted(unknown)[0]!r} in a role")
        if not isinstance(value.get("computation"), str) or not isinstance(value.get("params", {}), Mapping):
            raise ValueError("a role's job needs a computation and params")
        job = RoleJob(str(value.get("name", name)), value["computation"], dict(value.get("params", {})))
        return RoleSpec(job, str(value.get("label", job.name)))
    if isinstance(value, list):
        items = [role_spec(name, item) for item in value]
        return RoleSpec([item.value for item in items], ", ".join(item.label for item in items))
    return RoleSpec(value, str(value))


def _result(question: str, name: str, entry: ResultEntry, source: Source) -> ResultSpec:
    place = Place(source.path, source.line(("results", name)) or 1)
    return ResultSpec(ResultRef(question, name), entry.computation, entry.params, entry.grid, entry.inputs, place)


def _column(key: str, entry: str | ColumnEntry) -> ColumnSpec:
    if isinstance(entry, str):
        return ColumnSpec(key, entry)
    interval = (entry.interval[0], entry.interval[1]) if entry.interval else None
    return ColumnSpec(key, entry.title, ColumnFormat(entry.format), entry.digits, entry.unit, entry.best, interval)
