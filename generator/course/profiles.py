"""Read the profiles: the roles that all labs share from course.yaml, each lab's own from its profiles.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from generator.course.forms import ProfileEntry
from generator.course.parsing import nearest, shown
from generator.course.roles import NAME, UNKNOWN, read_role
from generator.course.spec import ProfileSpec, RoleSpec
from generator.course.yaml_source import Source, Where
from generator.errors import Mistake

#: A lab's file with the roles of that lab alone, beside its lab.yaml: ``{<profile>: {<role>: <value>}}``.
LAB_PROFILES = "profiles.yaml"
#: What stands in that file in the place of a profile for the roles that are written alike for all of them.
ALL = "all"


@dataclass(frozen=True)
class _Entry:
    """A role as it stands in a file."""

    value: Any
    source: Source
    where: Where

    @property
    def line(self) -> int | None:
        """The line of the file that it begins on."""
        return self.source.line(self.where)


def read_profiles(
    entries: Mapping[str, ProfileEntry], course: Source, labs: Iterable[Source], mistakes: list[Mistake]
) -> dict[str, ProfileSpec]:
    """Every profile of the course with the roles of all labs; whatever is wrong is added to ``mistakes``.

    ``labs`` are files that could be read.

    Roles are known by their names throughout the course, so that a question of one lab can use what another computed:
    two labs cannot both have a role of one name in the same profile.
    """
    if ALL in entries:
        details = {"expected": "another name", "got": shown(ALL)}
        mistakes.append(
            course.mistake("a profile cannot have the name that stands for all", ("profiles", ALL), **details)
        )
    found = {
        profile: {name: _Entry(value, course, ("profiles", profile, "roles", name)) for name, value in e.roles.items()}
        for profile, e in entries.items()
    }
    for lab in labs:
        _add_lab(lab, found, mistakes)
    first = next(iter(entries))
    return {
        name: ProfileSpec(
            name, entry.title, entry.description, entry.note, _Roles(found[name], mistakes).read(), name != first
        )
        for name, entry in entries.items()
    }


def _add_lab(lab: Source, found: Mapping[str, dict[str, _Entry]], mistakes: list[Mistake]) -> None:
    """Add one lab's roles to those of the profiles that they are for."""
    if not isinstance(lab.data, Mapping):
        mistakes.append(lab.mistake("has the wrong form", (), expected="profiles with roles", got=shown(lab.data)))
        return
    for profile, given in lab.data.items():
        if profile not in found and profile != ALL:
            details = {"expected": "one of " + ", ".join(found), "got": shown(profile)}
            hint = nearest(profile, list(found))
            mistakes.append(lab.mistake("there is no such profile", (profile,), hint=hint, **details))
        elif not isinstance(given, Mapping):
            details = {"expected": "roles with values", "got": shown(given)}
            mistakes.append(lab.mistake("has the wrong form", (profile,), **details))
        else:
            for name, value in given.items():
                _add_role(name, _Entry(value, lab, (profile, name)), found, profile, mistakes)


def _add_role(
    name: str, entry: _Entry, found: Mapping[str, dict[str, _Entry]], profile: str, mistakes: list[Mistake]
) -> None:
    """Add a role to ``profile``, or to every one; a mistake is said once, however many profiles it is in."""
    given = list(found.values()) if profile == ALL else [found[profile]]
    first = next((roles[name] for roles in given if name in roles), None)
    if not NAME.fullmatch(name):
        expected = "small letters, digits and _, a letter first"
        mistakes.append(entry.source.mistake("not a name", entry.where, expected=expected, got=shown(name)))
    elif first is not None:
        details = {"got": f"first in {first.source.path.parent.name}/{first.source.path.name}, line {first.line}"}
        message = "this profile already has such a role"
        mistakes.append(entry.source.mistake(message, entry.where, hint="choose another name", **details))
    else:
        for roles in given:
            roles[name] = entry


class _Roles:
    """Reads the roles of one profile; ``{role: other}`` in one stands for the other, wherever that is defined."""

    def __init__(self, entries: Mapping[str, _Entry], mistakes: list[Mistake]) -> None:
        self.entries = entries
        self.mistakes = mistakes
        self.known: dict[str, RoleSpec] = {}
        self.reading: list[str] = []

    def read(self) -> dict[str, RoleSpec]:
        return {name: self.role(name) for name in self.entries}

    def role(self, name: str) -> RoleSpec:
        if name not in self.known:
            entry = self.entries[name]
            self.reading.append(name)
            self.known[name] = read_role(name, entry.value, entry.source, entry.where, self.mistakes, self.other)
            self.reading.pop()
        return self.known[name]

    def other(self, name: Any, source: Source, where: Where) -> RoleSpec:
        """The role that another one names; one of unknown value when there is none, or when they name each other."""
        if not isinstance(name, str) or name not in self.entries:
            known = sorted(self.entries)
            details = {"expected": "one of " + ", ".join(known), "got": shown(name)}
            hint = nearest(str(name), known)
            self.mistakes.append(source.mistake("there is no such role", where, hint=hint, **details))
            return RoleSpec(UNKNOWN, "", source, where)
        if name in self.reading:
            circle = " → ".join([*self.reading[self.reading.index(name) :], name])
            self.mistakes.append(source.mistake("the roles name each other in a circle", where, got=circle))
            return RoleSpec(UNKNOWN, "", source, where)
        return self.role(name)
