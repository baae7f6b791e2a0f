"""Read the profiles: the roles that all labs share from course.yaml, each lab's own from its profiles.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from generator.complaints import nearest, shown
from generator.errors import Mistake
from generator.roles import NAME, read_role
from generator.spec import ProfileSpec, RoleSpec
from generator.spec_files import ProfileEntry
from generator.yaml_source import Source

#: A lab's file with the roles of that lab alone, beside its lab.yaml: ``{<profile>: {<role>: <value>}}``.
LAB_PROFILES = "profiles.yaml"


def read_profiles(
    entries: Mapping[str, ProfileEntry], course: Source, labs: Iterable[Source], mistakes: list[Mistake]
) -> dict[str, ProfileSpec]:
    """Every profile of the course with the roles of all labs; whatever is wrong is added to ``mistakes``.

    Roles are known by their names throughout the course, so that a question of one lab can use what another computed:
    two labs cannot both have a role of one name in the same profile.
    """
    roles: dict[str, dict[str, RoleSpec]] = {
        profile: {
            name: read_role(name, value, course, ("profiles", profile, "roles", name), mistakes)
            for name, value in entry.roles.items()
        }
        for profile, entry in entries.items()
    }
    for lab in labs:
        mistakes += lab.mistakes
        if not lab.mistakes:
            _add_lab(lab, roles, mistakes)
    return {
        name: ProfileSpec(name, entry.title, entry.description, entry.note, roles[name])
        for name, entry in entries.items()
    }


def _add_lab(lab: Source, roles: dict[str, dict[str, RoleSpec]], mistakes: list[Mistake]) -> None:
    """Add one lab's roles to those of the profiles that they are for."""
    if not isinstance(lab.data, Mapping):
        mistakes.append(lab.mistake("has the wrong form", (), expected="profiles with roles", got=shown(lab.data)))
        return
    for profile, given in lab.data.items():
        if profile not in roles:
            details = {"expected": "one of " + ", ".join(roles), "got": shown(profile)}
            hint = nearest(profile, list(roles))
            mistakes.append(lab.mistake("there is no such profile", (profile,), hint=hint, **details))
        elif not isinstance(given, Mapping):
            mistakes.append(
                lab.mistake("has the wrong form", (profile,), expected="roles with values", got=shown(given))
            )
        else:
            for name, value in given.items():
                _add_role(name, value, lab, profile, roles[profile], mistakes)


def _add_role(
    name: str, value: Any, lab: Source, profile: str, roles: dict[str, RoleSpec], mistakes: list[Mistake]
) -> None:
    where = (profile, name)
    if not NAME.fullmatch(name):
        expected = "small letters, digits and _, a letter first"
        mistakes.append(lab.mistake("not a name", where, expected=expected, got=shown(name)))
    elif name in roles:
        first = roles[name]
        got = (
            f"first in {first.source.path.parent.name}/{first.source.path.name}, line {first.source.line(first.where)}"
        )
        mistakes.append(lab.mistake("this profile already has such a role", where, got=got, hint="choose another name"))
    else:
        roles[name] = read_role(name, value, lab, where, mistakes)
