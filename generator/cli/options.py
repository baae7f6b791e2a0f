"""The options that commands share, and the settings that they amount to."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.render.outputs.table import DOCUMENTS

if TYPE_CHECKING:
    from generator.commands.session import Settings
    from generator.course.project import Project
    from generator.running.executors.choose import ExecutorSpec

FOLDER = click.Path(file_okay=False, path_type=Path)


@dataclass(frozen=True)
class CommonOptions:
    """Which course, where data and cached results are, and under which profile; None where nothing is said."""

    profile: str | None
    overrides: tuple[str, ...]
    data: Path | None
    cache: Path | None
    course: str | None = None


@dataclass(frozen=True)
class ReportOptions:
    """What a report is to be like, and where it goes; None where nothing is said."""

    output: Path | None
    formats: frozenset[str]
    edition: str | None
    frames: bool
    fields: bool
    language: str = ""


def common_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of CommonOptions; it gets them as ``common``."""
    options = [
        click.option("--course", metavar="FOLDER", help="The course: a folder with course.yaml, or an installed one."),
        click.option("--profile", help="Which data, networks and lengths to use (the first; a project’s own)."),
        click.option("--set", "overrides", multiple=True, metavar="ROLE=VALUE", help="Put a value in a role."),
        click.option("--data", type=FOLDER, envvar="GENREPORT_DATA", help="Folder of data sets and weights."),
        click.option("--cache", type=FOLDER, envvar="GENREPORT_CACHE", help="Folder of cached results."),
    ]

    @functools.wraps(command)
    def run(
        course: str | None, profile: str | None, overrides: tuple[str, ...], data: Path | None, cache: Path | None,
        **others: Any,
    ) -> None:  # fmt: skip
        command(common=CommonOptions(profile, overrides, data, cache, course), **others)

    return _with(options, run)


places_option = click.option(
    "--read-cache", "places", multiple=True, metavar="PLACE", envvar="GENREPORT_READ_CACHE",
    help="A folder or address to copy results from that others put there by `genreport push`.",
)  # fmt: skip

language_option = click.option(
    "--language", default="", metavar="CODE", help="Of the report: en, fr (its own: the project’s, or the course’s)."
)


hidden_option = click.option("--hidden", is_flag=True, help="Show hidden questions too, marked as such: for teachers.")


def report_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of ReportOptions; it gets them as ``wanted``."""
    documents, editions = ",".join(DOCUMENTS), click.Choice(["student", "worksheet", "reference"])
    options = [
        click.option("--output", type=FOLDER, help="Where the report goes (build/; a project's own build/)."),
        click.option(
            "--format", "formats", default=documents, show_default=True, callback=_formats,
            help="Which documents to write.",
        ),
        click.option("--edition", type=editions, help="Whom the report is for."),
        language_option,
        click.option("--frames", is_flag=True, help="A worksheet with empty frames as its exhibits; computes nothing."),
        click.option("--fields", is_flag=True, help="A worksheet whose PDF has fields to write in."),
    ]  # fmt: skip

    @functools.wraps(command)
    def run(
        output: Path | None, formats: frozenset[str], edition: str | None, frames: bool, fields: bool, language: str,
        **others: Any,
    ) -> None:  # fmt: skip
        command(wanted=ReportOptions(output, formats, edition, frames, fields, language), **others)

    return _with(options, run)


def worker_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of where and how jobs run; it gets them as ``workers``, an ExecutorSpec."""
    options = [
        click.option(
            "--device", type=click.Choice(["auto", "cpu", "cuda", "mps"]), default="auto", show_default=True,
            help="What computes; auto takes a card where there is one.",
        ),
        click.option("--jobs", type=click.IntRange(1), help="Jobs at once (one per core, or what fits on the cards)."),
        click.option(
            "--executor", default="here", show_default=True, metavar="PLACE",
            help="here; dask://HOST:PORT, which trusts all who can reach that port; dask+tls://HOST:PORT; or slurm.",
        ),
        click.option(
            "--executor-option", "options", multiple=True, metavar="NAME=VALUE", callback=_pairs,
            help="What Slurm is asked for: partition, time (minutes), mem, gpus, cpus, or any other of its options.",
        ),
    ]  # fmt: skip

    @functools.wraps(command)
    def run(device: str, jobs: int | None, executor: str, options: tuple[tuple[str, str], ...], **others: Any) -> None:
        from generator.running.executors.choose import ExecutorSpec

        command(workers=ExecutorSpec(executor, jobs, device, options), **others)

    return _with(options, run)


def _with(
    options: Iterable[Callable[[Callable[..., None]], Callable[..., None]]], command: Callable[..., None]
) -> Callable[..., None]:
    for option in reversed(list(options)):
        command = option(command)
    return command


def read_settings(
    common: CommonOptions,
    wanted: ReportOptions | None = None,
    workers: ExecutorSpec | None = None,
    project: Project | None = None,
    language: str = "",
    standing_in: Project | None = None,
    followed: Project | None = None,
    *,
    hidden: bool = False,
    places: tuple[str, ...] = (),
) -> Settings:
    """The settings that the options amount to; raises InputError for options that cannot be.

    ``project`` is the one whose report is built; without one, the project that is ``standing_in`` may name the course.
    One that is ``followed`` also chooses labs, questions and profile. ``hidden`` questions are no student's to build.
    """
    from generator.commands.session import Folders, OutputSettings, Settings
    from generator.course.editions import Edition
    from generator.course.finding import find_course
    from generator.course.folder import read_course_folder
    from generator.errors import InputError, Mistake
    from generator.running.executors.choose import ExecutorSpec

    base = Folders(**{name: folder for name in ("data", "cache") if (folder := getattr(common, name))})
    course = read_course_folder(find_course(common.course or "", project or standing_in or followed, base.cache))
    chosen_in = project or followed
    own = (chosen_in.form.profile if chosen_in else "") or course.profiles[0]
    output = OutputSettings(folder=project.folder / "build") if project else OutputSettings()
    chosen = Edition.STUDENT if project else Edition.REFERENCE if course.answers else Edition.WORKSHEET
    if wanted is not None:
        chosen = Edition(wanted.edition) if wanted.edition else chosen
        output = OutputSettings(wanted.output or output.folder, wanted.formats, wanted.frames, wanted.fields)
    if chosen is Edition.STUDENT and project is None:
        hint = "`genreport init DIR` makes one; then `genreport build DIR`"
        raise InputError([Mistake("the student's edition needs a project", hint=hint)])
    if chosen is Edition.STUDENT and hidden:
        hint = "for teachers: --edition reference, or worksheet, with --output"
        raise InputError([Mistake("--hidden is not for a student's report", hint=hint)])
    if chosen is not Edition.WORKSHEET and (output.frames or output.fields):
        raise InputError([Mistake("--frames and --fields are for worksheets", hint="add --edition worksheet")])
    if project and chosen is Edition.REFERENCE and output.folder.resolve().is_relative_to(project.folder.resolve()):
        message, hint = "the reference edition does not go into a student's project", "name another folder: --output"
        raise InputError([Mistake(message, output.folder, hint=hint)])
    return Settings(
        profile=common.profile or own,
        overrides=_roles(common.overrides),
        edition=chosen,
        project=chosen_in,
        folders=Folders(base.data, base.cache, course.folder),
        workers=workers or ExecutorSpec(),
        output=output,
        language=wanted.language if wanted else language,
        places=(*places, *(project.form.read_cache if project else ())),
        hidden=hidden,
    )


def _roles(overrides: Iterable[str]) -> dict[str, Any]:
    from generator.course.yaml_source import parse_value
    from generator.errors import InputError, Mistake

    roles: dict[str, Any] = {}
    for text in overrides:
        role, sign, value = text.partition("=")
        if not sign or not role:
            raise InputError([Mistake("--set has another form", expected="--set role=value", got=repr(text))])
        roles[role] = parse_value(value)
    return roles


def find_project(selection: tuple[str, ...]) -> tuple[Project | None, tuple[str, ...]]:
    """The student's project that the first word names or the current folder is, and the rest of the selection."""
    for folder, rest in ((Path(*selection[:1]), selection[1:]), (Path(), selection)):
        if (project := project_at(folder)) is not None:
            return project, rest
    return None, selection


def project_at(folder: Path = Path()) -> Project | None:
    """The student's project in a folder, if it is one: it may name the course."""
    from generator.course.project import is_project, read_project

    return read_project(folder) if is_project(folder) else None


def _pairs(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The options that --executor-option gives."""
    pairs = []
    for text in given:
        name, sign, value = text.partition("=")
        if not (name and sign and value):
            raise click.BadParameter(f"expected NAME=VALUE; got {text!r}", context, option)
        pairs.append((name, value))
    return tuple(pairs)


def _formats(context: click.Context, option: click.Parameter, text: str) -> frozenset[str]:
    """The documents that --format names."""
    formats = frozenset(part.strip() for part in text.split(",") if part.strip())
    if not formats or formats - {*DOCUMENTS}:
        expected = ", ".join(DOCUMENTS) + " or " + ",".join(DOCUMENTS)
        raise click.BadParameter(f"expected {expected}; got {text!r}", context, option)
    return formats
