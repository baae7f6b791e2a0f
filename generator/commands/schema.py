"""Write the JSON Schemas of the YAML files where editors find them, and the line of a file by which they do."""

from __future__ import annotations

import codecs
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from generator.course.folder import FILE, labs_folder
from generator.course.profiles import LAB_PROFILES
from generator.course.schemas import ENDING, LINE, MADE, Schema, schema_line, schemas
from generator.course.translations import WORDS
from generator.errors import InputError, Mistake
from generator.languages import languages
from generator.store.files import replace_file

FOLDER = "schemas"
LAB_FILE = "lab.yaml"
_KINDS = {FILE: "course", LAB_FILE: "lab", LAB_PROFILES: "profiles"}  # of a course's files; any other is a question


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema into a folder; raises InputError rather than replace what is none."""
    made = {folder / name: schema for name, schema in schemas().items()}
    expected, hint = "a schema that was made before, or no such file", "name another folder: --to"
    others = [path for path in made if path.exists() and MADE not in path.read_text("utf-8", errors="replace")]
    if others:
        raise InputError([Mistake("would be replaced", path, expected=expected, hint=hint) for path in others])
    folder.mkdir(parents=True, exist_ok=True)
    for path, schema in made.items():
        path.write_text(schema_text(schema), encoding="utf-8")
    return [*made]


def schema_text(schema: Schema) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def first_line(course: Path, path: Path, folder: Path) -> str:
    """The line by which a file of a course finds its schema in a folder; empty where that is not there."""
    schema = folder / f"{_kind(course, path)}{ENDING}"
    return schema_line(os.path.relpath(schema.resolve(), path.parent.resolve())) if schema.is_file() else ""


def without_line(course: Path, folder: Path) -> dict[Path, str]:
    """The YAML files of a course that do not begin with such a line, and the line that is theirs."""
    first = {path: first_line(course, path, folder) for path in _files(course)}
    return {path: line for path, line in first.items() if line and not _content(path).startswith(LINE.encode())}


def add_lines(lines: Mapping[Path, str]) -> None:
    """Put lines at the heads of files, and change nothing else in them. Raises InputError for one that is read-only."""
    for path, line in lines.items():
        try:
            replace_file(path.resolve(), line.encode() + _content(path))
        except OSError as error:
            raise InputError([Mistake(f"cannot be written: {error.strerror or error}", path)]) from error


def _content(path: Path) -> bytes:
    return path.read_bytes().removeprefix(codecs.BOM_UTF8)


def _files(course: Path) -> Iterator[Path]:
    """The YAML files of a course: course.yaml, and those of labs and their translations."""
    below = labs_folder(course)
    yield course / FILE
    for folder in sorted(path for path in below.iterdir() if _is_lab(path) or path.name in languages()):
        yield from sorted(folder.rglob("*.yaml"))


def _is_lab(folder: Path) -> bool:
    return (folder / LAB_FILE).is_file()


def _kind(course: Path, path: Path) -> str:
    """Which schema a file of a course is for."""
    below = labs_folder(course)
    if path == course / FILE:
        return "course"
    outer = below / path.relative_to(below).parts[0]
    if path == outer / WORDS:
        return Path(WORDS).stem
    kind = _KINDS.get(path.name, "question")
    return kind if _is_lab(outer) else f"{kind}-texts"
