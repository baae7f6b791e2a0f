"""The command that shows the report as it is written."""

# \b keeps click from filling the lines of an example.

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.cli.options import (
    CommonOptions,
    ReportOptions,
    common_options,
    find_project,
    hidden_option,
    language_option,
    places_option,
    read_settings,
    worker_options,
)

if TYPE_CHECKING:
    from generator.commands.session import Settings
    from generator.running.executors.choose import ExecutorSpec


@click.command()
@click.argument("what", nargs=-1, metavar="[PROJECT | COURSE] [SELECTION]...")
@common_options
@click.option("--edition", type=click.Choice(["student", "worksheet", "reference"]), help="Whom the report is for.")
@language_option
@worker_options
@places_option
@hidden_option
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of the address (any that is free).")
@click.option("--open", "open_", is_flag=True, help="Open the page in a browser.")
@click.option("--compute", is_flag=True, help="Compute what is missing at once; the page has a button for it, too.")
def preview(
    what: tuple[str, ...], common: CommonOptions, edition: str | None, language: str, workers: ExecutorSpec,
    places: tuple[str, ...], hidden: bool, port: int, open_: bool, compute: bool,
) -> None:  # fmt: skip
    """Show the page in a browser, and renew it there whenever a file is saved. Ctrl-C ends it.

    Answers, YAML files, templates, images and code are watched. A mistake is shown over the last good page, with its
    file and line, until it is mended. Nothing is written into build/, and only this machine can open the address.

    \b
    genreport preview
    genreport preview 2-a --open
    genreport preview my-report 2-a/q03
    genreport preview my-course --compute
    """
    from generator.commands.preview.running import Wishes
    from generator.commands.preview.running import preview as run
    from generator.course.folder import is_course
    from generator.course.project import read_project

    project, selection = find_project(what)
    if project is None and selection and is_course(Path(selection[0])):
        common, selection = dataclasses.replace(common, course=selection[0]), selection[1:]
    wanted = ReportOptions(None, frozenset({"html"}), edition, False, False, language)

    def settings() -> Settings:
        here = read_project(project.folder) if project else None  # one that is gone is a mistake, and not the course
        return read_settings(common, wanted, workers, here, places=places, hidden=hidden)

    def ready(address: str) -> None:
        click.echo(f"Preview: {address}")
        if open_:
            click.launch(address)

    run(Wishes(settings, selection, port, compute), ready=ready, say=lambda line: click.echo(line, err=True))
