"""Fit a file's data to its model, and put pydantic's complaints in words for people."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError

from generator.course.forms import Strict
from generator.course.yaml_source import Source, Where
from generator.errors import Mistake

#: What pydantic's kinds of error expect; what stands in braces comes from the error.
EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "literal_error": "one of {expected}",
    "string_too_short": "some text",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "letters, digits, - and _, as in a file's name",
    "too_short": "at least {min_length} of them",
    "too_long": "at most {max_length} of them",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
}
YAML_11_WORDS = {"yes", "no", "on", "off", "y", "n"}
SHOWN = 80  # characters of a value in a message

Model = TypeVar("Model", bound=Strict)


def parse(source: Source, model: type[Model]) -> Model | None:
    """The file as its model; whatever does not fit is added to the source's mistakes, and None comes back."""
    if source.mistakes:
        return None
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        source.mistakes += _mistakes(source, model, [dict(detail) for detail in error.errors(include_url=False)])
        return None


def _mistakes(source: Source, model: type[Strict], details: list[dict[str, Any]]) -> list[Mistake]:
    """One mistake for each place: the members of a union complain one by one."""
    mistakes: list[Mistake] = []
    misfits: dict[Where, list[dict[str, Any]]] = {}
    for detail in details:
        where = _place(source, detail["loc"])
        if detail["type"] == "extra_forbidden":
            mistakes.append(_unknown_key(source, model, where))
        elif detail["type"] == "missing":
            where, key = _place(source, detail["loc"][:-1]), detail["loc"][-1]
            mistakes.append(source.mistake(f"the key {key!r} is missing", where, expected=f"a value for {key!r}"))
        else:
            misfits.setdefault(where, []).append(detail)
    troubled = {_place(source, detail["loc"]) for detail in details}
    for where, found in misfits.items():
        deeper = any(other != where and other[: len(where)] == where for other in troubled)
        if deeper and all(detail["type"] == "string_type" for detail in found):
            continue  # the longer form of "text, or keys with values" was meant, and is complained about within
        mistakes.append(_misfit(source, where, found))
    return mistakes


def _unknown_key(source: Source, model: type[Strict], where: Where) -> Mistake:
    known, key = _keys(model, where[:-1]), str(where[-1])
    expected = "one of " + ", ".join(known)
    return source.mistake("unknown key", where, expected=expected, got=repr(key), hint=nearest(key, known))


def _misfit(source: Source, where: Where, details: list[dict[str, Any]]) -> Mistake:
    value = details[0]["input"]
    # That a key may be left empty goes without saying where it may be something else, too.
    details = [detail for detail in details if detail.get("ctx", {}).get("expected") != "''"] or details
    expected = " or ".join(dict.fromkeys(_expected(detail) for detail in details))
    kinds = {detail["type"] for detail in details}
    hint = ""
    if "string_type" in kinds and isinstance(value, bool | int | float):
        hint = "put it in quotes to make it text"
    elif "bool_type" in kinds and str(value).lower() in YAML_11_WORDS:
        hint = "write true or false"
    elif "literal_error" in kinds:
        words = next(detail["ctx"]["expected"] for detail in details if detail["type"] == "literal_error")
        hint = nearest(str(value), words.replace("'", "").replace(" or ", ", ").split(", "))
    return source.mistake("has the wrong form", where, expected=expected, got=shown(value), hint=hint)


def _expected(detail: Mapping[str, Any]) -> str:
    words = EXPECTED.get(detail["type"])
    return str(detail["msg"]) if words is None else words.format_map(detail.get("ctx", {}))


def nearest(name: str, known: Mapping[str, Any] | list[str]) -> str:
    """A hint that names the known word nearest to a mistyped one; empty when none is near."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else ""


def shown(value: Any) -> str:
    """A value for a message, cut when it is long."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _place(source: Source, location: tuple[Any, ...]) -> Where:
    """Pydantic's location without the names of union members that it mixes in ("columns.x.ColumnEntry.title")."""
    where: Where = ()
    value = source.data
    for part in location:
        inside = part in value if isinstance(value, dict) else isinstance(value, list) and isinstance(part, int)
        if inside:
            value, where = value[part], (*where, part)
    return where


def _keys(model: type[Strict], where: Where) -> list[str]:
    """The keys that are known at a place of a file."""
    known: Any = model
    for part in where:
        known = _inside(known, part)
    models = [option for option in _options(known) if _is_model(option)]
    return [field.alias or name for one in models for name, field in one.model_fields.items()]


def _inside(annotation: Any, part: str | int) -> Any:
    """The type of the value under a key or index of a type."""
    for option in _options(annotation):
        if _is_model(option):
            field = option.model_fields.get(str(part))
            if field is not None:
                return field.annotation
        elif get_origin(option) is (list if isinstance(part, int) else dict):
            return get_args(option)[-1]
    return None


def _options(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Strict)
