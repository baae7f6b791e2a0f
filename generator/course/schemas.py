"""JSON Schemas of the YAML files, for editors: derived from the models and rules that check those files.

They know the form of a file, not what its names stand for, nor which keys exclude each other: the program says that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.course.forms import CourseFile, LabFile, QuestionFile, Strict
from generator.course.key_notes import NOTES
from generator.course.project import ProjectFile
from generator.course.roles import FORMS, JOB_KEYS, NAME, REFERENCE, VALUE_KEYS
from generator.course.translations import TEXTS, is_text

Schema = dict[str, Any]
#: The dialect that most editors know; the schemas use nothing that later ones lack.
DIALECT = "http://json-schema.org/draft-07/schema#"
ENDING = ".schema.json"
LINE = "# yaml-language-server: $schema="
MADE = "Made by genreport, of the models that check these files."
_ROLE = {"$ref": "#/$defs/Role"}
_NAMED = {"pattern": f"^{NAME.pattern}$"}
_TYPES = {str: {"type": "string"}, dict: {"type": "object"}, object: _ROLE}


def schema_line(schema: Path | str) -> str:
    """The first line of a YAML file by which editors find its schema, at a path seen from that file."""
    return f"{LINE}{Path(schema).as_posix()}\n"


def schemas() -> dict[str, Schema]:
    """Every schema by the name of its file; those with ``-texts`` are of translations."""
    whole: dict[str, Schema] = {name: make() for name, make in _MAKERS.items()}
    texts = {name: _Texts(whole[name]["$defs"], TEXTS[kind]).of(whole[name]) for name, kind in _TRANSLATED.items()}
    words: Schema = {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}
    named = {**whole, **{f"{name}-texts": schema for name, schema in texts.items()}, "words": words}
    return {f"{name}{ENDING}": _headed(schema) for name, schema in named.items()}


def project_schema() -> Schema:
    """The schema of report.yaml alone."""
    return _headed(_of(ProjectFile))


def _headed(schema: Schema) -> Schema:
    return {"$schema": DIALECT, "$comment": MADE, **schema}


def _of(model: type[Strict]) -> Schema:
    schema = model.model_json_schema(by_alias=True)
    definitions = {name: _tidy(one, name) for name, one in schema.pop("$defs", {}).items()}
    return {**_tidy(schema, model.__name__), "$defs": definitions}


def _course() -> Schema:
    schema = _of(CourseFile)
    schema["$defs"]["ProfileEntry"]["properties"]["roles"] |= _roles()
    schema["$defs"]["Role"] = _role()
    return schema


def _question() -> Schema:
    schema = _of(QuestionFile)
    for group in ("results", "tables", "figures"):
        schema["properties"][group]["propertyNames"] = _NAMED
    return schema


def _profiles() -> Schema:
    return {"type": "object", "additionalProperties": _roles(), "$defs": {"Role": _role()}}


_MAKERS: Mapping[str, Callable[[], Schema]] = {
    "course": _course,
    "lab": lambda: _of(LabFile),
    "question": _question,
    "profiles": _profiles,
    "report": lambda: _of(ProjectFile),
}
#: The schemas of files that have translations, and what their texts are filed under.
_TRANSLATED = {"course": "course.yaml", "lab": "lab.yaml", "question": "", "profiles": "profiles.yaml"}


def _roles() -> Schema:
    return {"type": "object", "additionalProperties": _ROLE, "propertyNames": _NAMED}


def _role() -> Schema:
    """What may stand in a role; see ``roles.read_role``."""
    return {
        "description": FORMS,
        "anyOf": [
            {"type": ["string", "number", "boolean", "null"]},
            {"type": "array", "items": _ROLE},
            _keys({REFERENCE: str}, REFERENCE),
            _keys(VALUE_KEYS, "value"),
            _keys({name: kind for name, kind in JOB_KEYS.items() if name != "like"}, "computation"),
            _keys({name: kind for name, kind in JOB_KEYS.items() if name != "computation"}, "like"),
        ],
    }


def _keys(known: Mapping[str, type], required: str) -> Schema:
    properties = {name: dict(_TYPES[kind]) for name, kind in known.items()}
    return {"type": "object", "properties": properties, "required": [required], "additionalProperties": False}


def _tidy(schema: Schema, model: str) -> Schema:
    """A model's schema with what its keys are for, and without what only repeats their names."""
    notes = NOTES.get(model, {})
    for inner in _parts(schema):
        inner.pop("title", None)
        if inner.get("default", 0) in ("", None):
            del inner["default"]
        if "patternProperties" in inner:
            inner["additionalProperties"] = False
    for key, inner in schema["properties"].items():
        inner |= {"description": notes[key]} if key in notes else {}
    schema["description"] = schema.get("description", "").partition("\n")[0].replace("``", "`")
    return schema


def _parts(schema: Schema) -> Iterator[Schema]:
    """A schema and all within it."""
    yield schema
    below: list[Any] = [*schema.get("properties", {}).values(), *schema.get("patternProperties", {}).values()]
    below += [schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", ())]
    for one in below:
        if isinstance(one, dict):
            yield from _parts(one)


@dataclass(frozen=True)
class _Texts:
    """Makes the schema of a file's translation, which holds texts alone, of the file's own."""

    definitions: Mapping[str, Schema]
    texts: Iterable[str]

    def of(self, schema: Schema) -> Schema:
        """The schema of the translation."""
        return self._object(schema, (), ()) or {"type": "object"}

    def _part(self, schema: Schema, place: tuple[str, ...], trail: tuple[str, ...]) -> Schema | None:
        """What of a part of the file may be translated; None where nothing may."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            again = trail.count(name) > 1  # roles may hold roles
            return None if again else self._part(self.definitions[name], place, (*trail, name))
        if "anyOf" in schema:
            return _any_of(self._part(one, place, trail) for one in schema["anyOf"])
        if schema.get("type") == "array":
            item = self._part(schema["items"], (*place, "*"), trail)
            return {"type": "array", "items": _any_of([item, {"type": "null"}])} if item else None
        if schema.get("type") == "object":
            whole = self._object(schema, place, trail)
            short = whole is not None and "title" in whole["properties"]  # the title alone stands for both
            return _any_of([{"type": "string"}, whole]) if short else whole
        wanted = schema.get("type") == "string" and is_text(".".join(place), self.texts)
        return {key: schema[key] for key in ("type", "description") if key in schema} if wanted else None

    def _object(self, schema: Schema, place: tuple[str, ...], trail: tuple[str, ...]) -> Schema | None:
        properties = {}
        for key, one in schema.get("properties", {}).items():
            if (part := self._part(one, (*place, key), trail)) is not None:
                properties[key] = part
        others = next(iter(schema.get("patternProperties", {}).values()), schema.get("additionalProperties"))
        any_key = self._part(others, (*place, "*"), trail) if isinstance(others, dict) else None
        if not properties and any_key is None:
            return None
        return {"type": "object", "properties": properties, "additionalProperties": any_key or False}


def _any_of(found: Iterable[Schema | None]) -> Schema | None:
    """One schema for what fits any of several; those within one that are for any of several are taken out of it."""
    options: list[Schema] = []
    for one in found:
        for option in one.get("anyOf", [one]) if one is not None else ():
            if option not in options:
                options.append(option)
    return {"anyOf": options} if len(options) > 1 else next(iter(options), None)
