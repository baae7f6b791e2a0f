"""What a profile puts in its roles: plain values, lists of them, and jobs whose results take the role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.course.given import COMPUTED, RoleJob, Written, written
from generator.course.parsing import nearest, shown
from generator.course.spec import RoleSpec
from generator.course.yaml_source import Source, Where
from generator.errors import Mistake

NAME = re.compile(r"[a-z][a-z0-9_]*")
UNKNOWN = object()  # the value of a role that has no known form, or that does not exist: said once, not again
#: The key of what stands for another role, and those of the longer forms with the types of their values; that of an
#: ``object`` is written as a role.
REFERENCE = "role"
VALUE_KEYS: Mapping[str, type] = {"value": object, "label": str}
JOB_KEYS: Mapping[str, type] = {"computation": str, "like": str, "params": dict, "name": str, "label": str}
FORMS = "a value, {value, label}, {role}, {computation or like, params, name, label}, or a list of these"


#: Finds the role that another one names; the last two arguments are the file and the place that name it.
LookUp = Callable[[Any, Source, Where], RoleSpec]


def read_role(
    name: str, value: Any, source: Source, where: Where, mistakes: list[Mistake], look_up: LookUp
) -> RoleSpec:
    """A role's value from YAML; what has none of the known forms is added to ``mistakes``."""
    if isinstance(value, list):
        items = [read_role(name, v, source, (*where, n), mistakes, look_up) for n, v in enumerate(value)]
        return RoleSpec([item.value for item in items], ", ".join(item.label for item in items), source, where)
    if not isinstance(value, Mapping):
        return RoleSpec(value, "" if value is None else str(value), source, where)
    if set(value) == {REFERENCE}:
        return look_up(value[REFERENCE], source, (*where, REFERENCE))
    if "value" in value:
        _check_keys(value, VALUE_KEYS, source, where, mistakes)
        inner = read_role(name, value["value"], source, (*where, "value"), mistakes, look_up)
        return RoleSpec(inner.value, str(value.get("label", inner.label)), source, where)
    return _role_job(name, value, source, where, mistakes)


def _role_job(name: str, value: Mapping[str, Any], source: Source, where: Where, mistakes: list[Mistake]) -> RoleSpec:
    if not {"computation", "like"} & set(value):
        mistakes.append(source.mistake("has the wrong form", where, expected=FORMS, got=shown(dict(value))))
        return RoleSpec(UNKNOWN, "", source, where)
    if not _check_keys(value, JOB_KEYS, source, where, mistakes):
        return RoleSpec(UNKNOWN, "", source, where)
    if {"computation", "like"} <= set(value):
        mistakes.append(source.mistake("says not what to compute", where, expected=COMPUTED))
        return RoleSpec(UNKNOWN, "", source, where)
    params = written(value.get("params", {}), source, (*where, "params"))
    like = Written(value["like"], source, (*where, "like")) if "like" in value else None
    job = RoleJob(value.get("name", name), value.get("computation", ""), params, like)
    if not NAME.fullmatch(job.name):
        expected = "small letters, digits and _, a letter first"
        place = (*where, "name") if "name" in value else where
        mistakes.append(source.mistake("not a name", place, expected=expected, got=shown(job.name)))
    return RoleSpec(job, value.get("label", job.name), source, where)


def _check_keys(
    value: Mapping[str, Any], known: Mapping[str, type], source: Source, where: Where, mistakes: list[Mistake]
) -> bool:
    """Whether a mapping has only known keys with values of their types."""
    before = len(mistakes)
    for key, content in value.items():
        place = (*where, key)
        if key not in known:
            expected = "one of " + ", ".join(known)
            details = {"expected": expected, "got": repr(key), "hint": nearest(key, list(known))}
            mistakes.append(source.mistake("unknown key", place, **details))
        elif not isinstance(content, known[key]):
            expected = "keys with values" if known[key] is dict else "text"
            mistakes.append(source.mistake("has the wrong form", place, expected=expected, got=shown(content)))
    return len(mistakes) == before


def role_jobs(roles: Mapping[str, RoleSpec]) -> Iterator[tuple[RoleJob, Source, Where]]:
    """Every job in a profile's roles, with its file and its place there."""

    def inside(value: Any, where: Where) -> Iterator[tuple[RoleJob, Where]]:
        if isinstance(value, RoleJob):
            yield value, where
        elif isinstance(value, list):
            for number, item in enumerate(value):
                yield from inside(item, (*where, number))

    for role in roles.values():
        for job, where in inside(role.value, role.where):
            yield job, role.source, where
