"""Make a course, or a question or a computation in one, from the files below templates/scaffold; replace none."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator import __version__
from generator.commands.schema import FOLDER as SCHEMAS
from generator.commands.schema import add_lines, first_line, without_line, write_schemas
from generator.course.answer_files import OWN_TEXTS
from generator.course.finding import course_around, find_course
from generator.course.folder import CODE, FILE, CourseFolder, labs_folder, read_course_folder
from generator.course.forms import CourseFile, LabFile, is_file_name
from generator.course.parsing import nearest, parse
from generator.course.profiles import LAB_PROFILES
from generator.course.project import is_project
from generator.course.yaml_additions import read_text, with_item
from generator.course.yaml_source import Source, read_yaml
from generator.errors import InputError, Mistake
from generator.folders import default_cache, templates_folder
from generator.planning.catalogue import read_catalogue
from generator.store.files import replace_file
from generator.store.memo import Memo

_ENDINGS = (".yaml", ".md", ".py", ".bib", ".css")
_LAB = "lab.yaml"
#: Files below a lab's folders that are no question's.
_NOT_QUESTIONS = (Path(_LAB).stem, Path(LAB_PROFILES).stem, *OWN_TEXTS)
_MODULE = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True)
class NewQuestion:
    """The files of a new question: ``answer`` is None in a course without answers.

    ``line`` is that of ``lab`` on which its name stands, 0 where it could not be written there; ``section`` the title.
    """

    files: tuple[Path, ...]
    answer: Path | None
    lab: Path
    line: int
    section: str


def begin_course(folder: Path) -> list[Path]:
    """Make a course of one lab and two questions in a new or empty folder; what comes back is all but the schemas.

    Raises InputError for another folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        hint = "name a new folder, or an empty one"
        raise InputError([Mistake("this is no place for a course: it holds other things", folder, hint=hint)])
    whole = folder.absolute()
    project = next((place for place in (whole, *whole.parents) if is_project(place)), None)
    if project is not None:
        message = "this is no place for a course: nothing in a student's project is ever taken for one"
        raise InputError([Mistake(message, folder, got=f"the project {project}", hint="name a folder outside of it")])
    scaffold = _scaffold() / "course"
    files = {
        folder / path.relative_to(scaffold): path.read_text(encoding="utf-8").replace("VERSION", __version__)
        for path in sorted(scaffold.rglob("*"))
        if path.suffix in _ENDINGS and "__pycache__" not in path.parts
    }
    written = _write(files)
    write_schemas(folder / SCHEMAS)
    add_lines(without_line(folder, folder / SCHEMAS))
    return written


def course_to_change(named: str) -> CourseFolder:
    """The course that is named, or that one stands in; no other is changed. Raises InputError."""
    found = find_course(named, None, default_cache()) if named else course_around(Path.cwd())
    if found is None:
        hint = "go into a course's folder, or name it with --course; `genreport new-course DIR` makes one"
        raise InputError([Mistake("you stand in no course", expected=f"a folder with {FILE} around", hint=hint)])
    course = read_course_folder(found)
    if course.mistakes:
        raise InputError(course.mistakes)
    return course


def add_question(course: CourseFolder, address: str, section: int | None = None) -> NewQuestion:
    """Make a question and its answer, and name it in a section of its lab: the last, or that of a number from 1 on.

    Raises InputError for an address that cannot be, and for one that has a file already.
    """
    lab, name = _lab_and_name(course, address)
    path = labs_folder(course.folder) / lab / _LAB
    source, form = _read_lab(path)
    sections = form.sections
    if section is not None and section > len(sections):
        got = f"section {section}"
        raise InputError([Mistake("there is no such section", path, expected=f"1 to {len(sections)}", got=got)])
    chosen = (section or len(sections)) - 1
    answer = course.answers / lab / f"{name}.md" if course.answers else None
    question = path.with_name(f"{name}.yaml")
    schema_line = first_line(course.folder, question, course.folder / SCHEMAS)
    files = {question: schema_line + _filled("question.yaml", lab, name)}
    if answer is not None:
        files[answer] = _filled("answer.md", lab, name)
    _refuse_taken(files)
    named = next((n for n, one in enumerate(sections) if name in one.questions), None)
    where = ("sections", chosen if named is None else named, "questions")
    added = with_item(source, read_text(path), where, name) if named is None else None
    line = (source.line((*where, sections[named].questions.index(name))) or 0) if named is not None else 0
    _write(files)
    if added is not None:
        text, line = added
        replace_file(path.resolve(), text.encode("utf-8"))
    return NewQuestion(tuple(files), answer, path, line, sections[where[1]].title)


def _filled(template: str, lab: str, name: str) -> str:
    text = (_scaffold() / template).read_text(encoding="utf-8")
    return text.replace("LAB", lab).replace("NAME", name)


def _lab_and_name(course: CourseFolder, address: str) -> tuple[str, str]:
    source = read_yaml(course.folder / FILE)
    form = parse(source, CourseFile)
    if form is None:
        raise InputError(source.mistakes)
    lab, _, name = address.partition("/")
    example = f"{form.labs[0]}/q12"
    if not (is_file_name(lab) and is_file_name(name)):
        expected = f"a lab and a name, {example}, each of letters, digits, - and _"
        raise InputError([Mistake("this is no address of a question", expected=expected, got=repr(address))])
    if lab not in form.labs:
        hint = nearest(lab, form.labs) or f"a new lab is a folder with {_LAB}, named under labs: in {FILE}"
        raise InputError([Mistake("there is no such lab", expected=", ".join(form.labs), got=repr(lab), hint=hint)])
    if name in _NOT_QUESTIONS:
        expected = f"another name, such as {example}"
        raise InputError([Mistake("another file of the lab has this name", expected=expected, got=repr(name))])
    return lab, name


def _read_lab(path: Path) -> tuple[Source, LabFile]:
    source = read_yaml(path)
    form = parse(source, LabFile)
    if form is None:
        raise InputError(source.mistakes)
    return source, form


def add_computation(course: CourseFolder, name: str) -> list[Path]:
    """Make a module with one computation of its name, and a test beside it, in the course's first package.

    Raises InputError for a name that cannot be, or that something else has.
    """
    if not course.code and course.with_ours:
        message, expected = "the course has no package of its own", f"code: [{CODE}, genreport]"
        hint = f"make {CODE}/ with an empty __init__.py, and write this into {FILE}"
        raise InputError([Mistake(message, course.folder / FILE, expected=expected, got="code: genreport", hint=hint)])
    texts = [(_scaffold() / file).read_text(encoding="utf-8") for file in ("computation.py", "test_computation.py")]
    _check_name(name, {word for text in texts for word in _words(text)})
    package = course.code[0] if course.code else course.folder / CODE
    paths = (package / f"{name}.py", package / f"test_{name}.py")
    files = {path: text.replace("new_name", name) for path, text in zip(paths, texts, strict=True)}
    _refuse_taken(files)
    catalogue = read_catalogue(Memo(None), courses=course.code, ours=course.with_ours)
    if name in catalogue:
        known = catalogue[name]
        message, expected = "there is a computation of this name", "a name that none has"
        raise InputError([Mistake(message, known.path, known.line, name, expected)])
    if not package.exists():
        init = (_scaffold() / "course" / CODE / "__init__.py").read_text(encoding="utf-8")
        files = {package / "__init__.py": init, **files}
    return _write(files)


def _check_name(name: str, used: set[str]) -> None:
    """Whether a function and a module can have a name; ``used`` are the words of the file that is made."""
    expected = "small letters, digits and _, a letter first, such as mean_of_throws"
    if not _MODULE.fullmatch(name) or keyword.iskeyword(name):
        raise InputError([Mistake("this is no name of a computation", expected=expected, got=repr(name))])
    if name.startswith("test_") or name == "conftest":
        hint = "the module of a test would not be read for computations"
        raise InputError([Mistake("this is a test's name", expected=expected, got=repr(name), hint=hint)])
    if name in used or hasattr(builtins, name):
        message, hint = "the name stands for something else in the file that is made", "say more of what it computes"
        raise InputError([Mistake(message, expected=expected, got=repr(name), hint=hint)])


def _words(code: str) -> Iterator[str]:
    """The names that a module reads, gives or imports."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield node.asname or node.name


def _scaffold() -> Path:
    return templates_folder() / "scaffold"


def _refuse_taken(files: Mapping[Path, str]) -> None:
    """Raise InputError with each file that is there already."""
    taken = [path for path in files if path.exists()]
    if taken:
        hint = "no file is ever overwritten: choose another name, or move it away"
        raise InputError([Mistake("the file is there already", path, hint=hint) for path in taken])


def _write(files: Mapping[Path, str]) -> list[Path]:
    """Write new files. Raises InputError for a folder that cannot be written to."""
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            message = f"cannot be written: {error.strerror or error}"
            raise InputError([Mistake(message, path, expected="a folder in which you may write")]) from error
    return [*files]
