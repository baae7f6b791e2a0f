"""The options that commands share, and the settings that they amount to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from generator.commands.session import Settings
    from generator.course.project import Project

Command = TypeVar("Command", bound=Callable[..., Any])
FOLDER = click.Path(file_okay=False, path_type=Path)


def common_options(*, output: bool = False) -> Callable[[Command], Command]:
    """The options that say where data and cached results are, and under which profile."""
    options = [
        click.option("--profile", help="Which data, networks and lengths to use (quick; a project names its own)."),
        click.option("--set", "overrides", multiple=True, metavar="ROLE=VALUE", help="Put a value in a role."),
        click.option("--data", type=FOLDER, envvar="GENREPORT_DATA", help="Folder of data sets and weights."),
        click.option("--cache", type=FOLDER, envvar="GENREPORT_CACHE", help="Folder of cached results."),
    ]
    if output:
        options.append(
            click.option("--output", type=FOLDER, help="Where the report goes (build/; a project's own build/).")
        )

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def read_settings(
    profile: str | None, overrides: Iterable[str], data: Path | None, cache: Path | None, output: Path | None = None,
    edition: str | None = None, project: Project | None = None, **others: Any,
) -> Settings:  # fmt: skip
    """The settings that the options amount to; raises InputError for options that cannot be."""
    from generator.commands.session import Settings
    from generator.course.editions import Edition
    from generator.course.yaml_source import parse_value
    from generator.errors import InputError, Mistake

    roles: dict[str, Any] = {}
    for text in overrides:
        role, sign, value = text.partition("=")
        if not sign or not role:
            raise InputError([Mistake("--set has another form", expected="--set role=value", got=repr(text))])
        roles[role] = parse_value(value)
    chosen = Edition(edition) if edition else Edition.STUDENT if project else Edition.REFERENCE
    if chosen is Edition.STUDENT and project is None:
        hint = "`genreport init DIR` makes one; then `genreport build DIR`"
        raise InputError([Mistake("the student's edition needs a project", hint=hint)])
    if chosen is not Edition.WORKSHEET and (others.get("frames") or others.get("fields")):
        raise InputError([Mistake("--frames and --fields are for worksheets", hint="add --edition worksheet")])
    own = {"profile": project.form.profile, "output": project.folder / "build"} if project else {}
    given = {"profile": profile, "data": data, "cache": cache, "output": output}
    taken: dict[str, Any] = {**own, **{name: value for name, value in given.items() if value is not None}}
    return Settings(overrides=roles, edition=chosen, project=project, **taken, **others)


def find_project(selection: tuple[str, ...]) -> tuple[Project | None, tuple[str, ...]]:
    """The student's project that the first word names or the current folder is, and the rest of the selection."""
    from generator.course.project import is_project, read_project

    for folder, rest in ((Path(*selection[:1]), selection[1:]), (Path(), selection)):
        if is_project(folder):
            return read_project(folder), rest
    return None, selection


def read_formats(text: str) -> frozenset[str]:
    """The documents that --format names."""
    formats = frozenset(part.strip() for part in text.split(",") if part.strip())
    if not formats or formats - {"html", "pdf"}:
        raise click.BadParameter(f"expected html, pdf or html,pdf; got {text!r}", param_hint="--format")
    return formats
