"""The shape of each YAML file as pydantic models, and pydantic's complaints in words for people."""

from __future__ import annotations

import difflib
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generator.errors import Mistake
from generator.yaml_source import Source, Where

Text = str
Plain = int | float | str | bool | None


class Strict(BaseModel):
    """Unknown keys are errors and nothing is converted: "3" is not 3."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ResultEntry(Strict):
    """``results.<name>``."""

    computation: str
    params: dict[str, Any] = Field(default_factory=dict)
    grid: dict[str, Any] = Field(default_factory=dict)
    inputs: dict[str, str] = Field(default_factory=dict)


class ColumnEntry(Strict):
    """A column written out in full."""

    title: str
    format: Literal["auto", "text", "integer", "decimal", "percent", "scientific", "millions"] = "auto"
    digits: int | None = Field(default=None, ge=0, le=9)
    unit: str = ""
    best: Literal["", "max", "min"] = ""
    interval: list[str] | None = Field(default=None, min_length=2, max_length=2)


class RowsEntry(Strict):
    """One source of rows."""

    source: str = Field(alias="from")
    label: str = ""


class TableEntry(Strict):
    """``tables.<name>``: ``from`` and ``table``, or ``rows``."""

    caption: str = Field(min_length=1)
    columns: dict[str, str | ColumnEntry] = Field(min_length=1)
    source: str = Field(default="", alias="from")
    table: str = ""
    rows: str | list[str | RowsEntry] = Field(default_factory=list)
    row_title: str = ""
    appendix: bool = False


class PanelEntry(Strict):
    """One sub-figure."""

    source: str = Field(alias="from")
    figure: str
    caption: str = ""
    alt: str = ""


class FigureEntry(Strict):
    """``figures.<name>``: ``from`` and ``figure``, or ``panels``."""

    caption: str = Field(min_length=1)
    alt: str = Field(min_length=1)
    source: str = Field(default="", alias="from")
    figure: str = ""
    panel_caption: str = ""
    panels: list[PanelEntry] = Field(default_factory=list)
    columns: int = Field(default=1, ge=1, le=4)
    appendix: bool = False


class ExpectedEntry(Strict):
    """A published number."""

    metric: str
    value: float | int
    tolerance: float | int = Field(ge=0)
    source: str
    profile: str = "course"


class QuestionFile(Strict):
    """``questions/<lab>/q03.yaml``."""

    title: str = Field(min_length=1)
    mark: Literal["", "starred", "bonus"] = ""
    statement: str = Field(min_length=1)
    results: dict[str, ResultEntry] = Field(default_factory=dict)
    tables: dict[str, TableEntry] = Field(default_factory=dict)
    figures: dict[str, FigureEntry] = Field(default_factory=dict)
    expected: list[ExpectedEntry] = Field(default_factory=list)
    marking: str = ""


class SectionEntry(Strict):
    """A heading with its questions."""

    title: str = Field(min_length=1)
    introduction: str = ""
    questions: list[str] = Field(min_length=1)


class LabFile(Strict):
    """``questions/<lab>/lab.yaml``."""

    title: str = Field(min_length=1)
    introduction: str = ""
    conclusion: str = ""
    sections: list[SectionEntry] = Field(min_length=1)


class ProfileEntry(Strict):
    """``profiles.<name>``; the values of roles are checked when they are bound."""

    title: str
    description: str
    note: str = ""
    roles: dict[str, Any] = Field(default_factory=dict)


class AuthorEntry(Strict):
    """One author."""

    name: str = Field(min_length=1)
    number: str = ""


class CourseFile(Strict):
    """``questions/course.yaml``."""

    title: str = Field(min_length=1)
    subtitle: str = ""
    course: str = ""
    institution: str = ""
    programme: str = ""
    year: str | int = ""
    authors: list[AuthorEntry] = Field(default_factory=list)
    introduction: str = ""
    conclusion: str = ""
    language: str = "en"
    labs: list[str] = Field(min_length=1)
    bibliography: str = "references.bib"
    profiles: dict[str, ProfileEntry] = Field(min_length=1)


Model = TypeVar("Model", bound=Strict)


def parse(source: Source, model: type[Model]) -> Model | None:
    """The file as its model; whatever does not fit is added to the source's mistakes, and None comes back."""
    if source.mistakes:
        return None
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if detail["type"] == "string_type" and isinstance(detail["input"], dict):
                continue  # the other form of a "text or mapping" key was meant, and has complaints of its own
            mistake = _mistake(source, model, dict(detail))
            if mistake not in source.mistakes:
                source.mistakes.append(mistake)
        return None


def _mistake(source: Source, model: type[Strict], detail: dict[str, Any]) -> Mistake:
    where = _place(source, tuple(detail["loc"]))
    got = _shown(detail.get("input"))
    kind = detail["type"]
    if kind == "extra_forbidden":
        known = _fields(model, where)
        close = difflib.get_close_matches(str(where[-1]), known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else ""
        return source.mistake(
            "unknown key", where, expected="one of " + ", ".join(known), got=repr(str(where[-1])), hint=hint
        )
    if kind == "missing":
        where = tuple(detail["loc"])
        return source.mistake(f"the key {where[-1]!r} is missing", where[:-1], expected=f"a value for {where[-1]!r}")
    return source.mistake("has the wrong form", where, expected=str(detail["msg"]), got=got)


def _place(source: Source, loc: Where) -> Where:
    """Pydantic's location without the names of union members that it mixes in ("columns.x.ColumnEntry.title")."""
    where: Where = ()
    value = source.data
    for part in loc:
        inside = part in value if isinstance(value, dict) else isinstance(value, list) and isinstance(part, int)
        if inside:
            value, where = value[part], (*where, part)
    return where


def _fields(model: type[Strict], where: Where) -> list[str]:
    """The keys that are known at a place of a file."""
    parts: list[type[Strict]] = [model]
    for part in where[:-1]:
        field = parts[-1].model_fields.get(str(part))
        inner = [m for m in MODELS if field is not None and m.__name__ in str(field.annotation)]
        parts.extend(inner[:1])
    return [field.alias or name for name, field in parts[-1].model_fields.items()]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


MODELS = (ResultEntry, ColumnEntry, RowsEntry, TableEntry, PanelEntry, FigureEntry, ExpectedEntry, SectionEntry,
          ProfileEntry, AuthorEntry)  # fmt: skip
