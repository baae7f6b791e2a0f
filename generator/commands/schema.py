"""Write the JSON Schemas of the YAML files where editors find them, and say by which line of a file they do."""

from __future__ import annotations

import json
import os
from pathlib import Path

from generator.course.finding import course_around
from generator.course.folder import FILE, labs_folder
from generator.course.schemas import ENDING, MADE, Schema, schema_line, schemas
from generator.course.translations import WORDS
from generator.errors import InputError, Mistake

#: The files that the schemas are for, below the folder of the labs.
_FILES = {
    "lab": "LAB/lab.yaml",
    "question": "LAB/q01.yaml",
    "profiles": "LAB/profiles.yaml",
    "course-texts": f"fr/{FILE}",
    "lab-texts": "fr/LAB/lab.yaml",
    "question-texts": "fr/LAB/q01.yaml",
    "profiles-texts": "fr/LAB/profiles.yaml",
    "words": f"fr/{WORDS}",
}


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


def first_lines(folder: Path, here: Path) -> dict[str, str]:
    """The first line of each kind of file of the course that one stands in, for schemas in a folder."""
    course = (course_around(here) or here).resolve()
    below = labs_folder(course).relative_to(course)
    files = {"course": Path(FILE), **{name: below / file for name, file in _FILES.items()}}
    return {
        file.as_posix(): schema_line(Path(os.path.relpath(folder.resolve() / f"{name}{ENDING}", course / file.parent)))
        for name, file in files.items()
    }
