"""What a course can use, as plain data: its computations with what they take and give, and the roles of a profile."""

from __future__ import annotations

import ast
import dataclasses
from dataclasses import dataclass
from typing import Any

from generator.commands.session import Settings, open_session
from generator.course.editions import Edition
from generator.course.folder import read_course_folder
from generator.course.given import RoleJob
from generator.course.parsing import nearest
from generator.course.profiles import LAB_PROFILES
from generator.course.spec import RoleSpec
from generator.errors import InputError, Mistake
from generator.planning.catalogue import Parameter, Signature, read_catalogue
from generator.planning.parameters import Kind
from generator.registry import KINDS
from generator.store.memo import Memo

UNSTATED = "unstated"  # the kind of metrics of which their computation says none


@dataclass(frozen=True)
class ListedRole:
    """A role of a profile; one that all labs share has no ``lab``."""

    name: str
    lab: str
    value: Any
    label: str


def list_computations(settings: Settings, name: str = "") -> list[Signature]:
    """The computations that the course can use, or the one of that name. Nothing of them is imported.

    Raises InputError where they cannot be read, or there is none of that name.
    """
    place = read_course_folder(settings.folders.course)
    if place.mistakes:
        raise InputError(place.mistakes)
    memo = Memo(settings.folders.cache / "memo.json")
    catalogue = read_catalogue(memo, courses=place.code, ours=place.with_ours)
    memo.save()
    if name and name not in catalogue:
        expected = "one of those that `genreport computations` lists"
        hint = nearest(name, [*catalogue])
        raise InputError([Mistake("there is no such computation", expected=expected, got=repr(name), hint=hint)])
    return [catalogue[known] for known in catalogue if name in ("", known)]


def docstring(signature: Signature) -> str:
    """All that a computation says of itself."""
    tree = ast.parse(signature.path.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return next((ast.get_docstring(node) or "" for node in functions if node.name == signature.name), "")


def metrics_by_kind(signature: Signature) -> dict[str, list[str]]:
    """The names of the metrics under how they are known."""
    kinds = {kind: [one for one in signature.metrics if signature.kind(one) == kind] for kind in (*KINDS, "")}
    return {kind or UNSTATED: names for kind, names in kinds.items() if names}


def computation_data(signature: Signature) -> dict[str, Any]:
    """A computation as JSON has it."""
    columns = {column for columns in signature.tables.values() for column in columns}
    kinds = {column: signature.column_kind(column) for column in sorted(columns)}
    return {
        "name": signature.name,
        "module": signature.module,
        "file": str(signature.path),
        "line": signature.line,
        "summary": signature.summary,
        "docstring": docstring(signature),
        "parameters": [_parameter_data(one) for one in signature.parameters.values()],
        "metrics": metrics_by_kind(signature),
        "tables": {name: list(columns) for name, columns in signature.tables.items()},
        "columns": {column: kind for column, kind in kinds.items() if kind},
        "figures": list(signature.figures),
    }


def _parameter_data(parameter: Parameter) -> dict[str, Any]:
    kind = parameter.type.kind
    data: dict[str, Any] = {"name": parameter.name, "type": parameter.type.text, "required": parameter.required}
    data |= {} if parameter.required else {"default": parameter.default}
    data |= {"choices": list(parameter.type.literals)} if parameter.type.literals else {}
    return data | ({} if kind is Kind.VALUE else {"takes": kind.value})


def list_roles(settings: Settings) -> tuple[str, list[ListedRole]]:
    """The profile that is meant, and its roles, by labs. Raises InputError with every mistake of every file."""
    session = open_session(dataclasses.replace(settings, edition=Edition.WORKSHEET))  # no answer is even read
    session.save()
    labs = ["", *(lab.id for lab in session.course.labs)]
    given = session.profile.roles.items()
    roles = [ListedRole(name, _lab(role), _plain(role.value), role.label) for name, role in given]
    return session.profile.name, sorted(roles, key=lambda role: labs.index(role.lab))


def _lab(role: RoleSpec) -> str:
    """The lab whose own role it is; empty for one that stands in course.yaml, or on the command line."""
    path = role.source.path
    return path.parent.name if path.name == LAB_PROFILES else ""


def _plain(value: Any) -> Any:
    """What stands in a role as plain data: of a job, what it computes."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, RoleJob):
        return value
    return {
        "computation": value.computation,
        "params": {name: given.value for name, given in value.params.items()},
        "name": value.name,
    }
