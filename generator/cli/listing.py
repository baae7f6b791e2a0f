"""The commands that tell an author what there is: computations, roles, the form of files, one question's story."""

# \b keeps click from filling the lines of an example.

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from generator.cli.options import FOLDER, CommonOptions, common_options, hidden_option, project_at, read_settings

as_json = click.option("--json", "plain", is_flag=True, help="As JSON, for other programs.")


@click.command()
@click.argument("name", default="")
@common_options
@as_json
def computations(name: str, common: CommonOptions, plain: bool) -> None:
    """List the computations that the course can use: parameters, metrics by kind, tables, figures.

    With NAME, all that one says of itself. They are read, not imported: one that cannot run here is listed too.

    \b
    genreport computations
    genreport computations time_period --course examples/measurement
    genreport computations --json
    """
    from generator.cli.listing_display import show_computation, show_computations
    from generator.commands.listing import computation_data, list_computations

    found = list_computations(read_settings(common, standing_in=project_at()), name)
    if plain:
        data = [computation_data(one) for one in found]
        click.echo(json.dumps(data[0] if name else data, indent=2, ensure_ascii=False))
    elif name:
        show_computation(found[0])
    else:
        show_computations(found)


@click.command()
@common_options
@as_json
def roles(common: CommonOptions, plain: bool) -> None:
    """List the roles of a profile, with their values and labels, and the lab whose own they are.

    \b
    genreport roles
    genreport roles --profile light --json
    genreport roles --course examples/measurement --profile long
    """
    from generator.cli.listing_display import show_roles
    from generator.commands.listing import list_roles

    profile, found = list_roles(read_settings(common, standing_in=project_at()))
    if plain:
        click.echo(json.dumps({"profile": profile, "roles": [*map(asdict, found)]}, indent=2, ensure_ascii=False))
    else:
        show_roles(profile, found)


@click.command()
@click.option("--to", "folder", type=FOLDER, help="Where they go (schemas/ in the course that one stands in).")
@click.option("--lines", is_flag=True, help="Put the line at the head of each file of the course that has none.")
def schema(folder: Path | None, lines: bool) -> None:
    """Write JSON Schemas of all YAML files, by which editors complete, explain and check their keys.

    They are made of the models that check the files. A file says in its first line where its schema lies: `genreport
    init` and `new-question` write that line, and for the files of the course that one stands in, it is printed.

    \b
    genreport schema
    genreport schema --lines
    genreport schema --to ../schemas
    """
    from generator.commands.schema import FOLDER as USUAL
    from generator.commands.schema import add_lines, without_line, write_schemas
    from generator.course.finding import course_around

    course = course_around(Path.cwd())
    folder = folder or (course or Path()) / USUAL
    click.echo(f"{len(write_schemas(folder))} schemas written to {folder}/")
    missing = without_line(course, folder) if course else {}
    if lines:
        add_lines(missing)
        click.echo(f"{len(missing)} files begin with a line more, by which editors find theirs")
        return
    if missing:
        click.echo("So that editors find them, put (or have put, with --lines) at the head of:")
    for path, line in missing.items():
        click.echo(f"  {path.relative_to(course or path.parent)}\n      {line.rstrip()}")


@click.command()
@click.argument("question")
@common_options
@hidden_option
def why(question: str, common: CommonOptions, hidden: bool) -> None:
    """Tell one question's story: its results, where they came from, what would be computed, the last failure.

    \b
    genreport why 2-a/q03
    genreport why 2-a/q03 --hidden
    """
    from generator.cli.plan_display import show_story
    from generator.commands.plan import make_plan

    session, planned, _ = make_plan(read_settings(common, followed=project_at(), hidden=hidden), [question])
    for address in session.questions([question]):
        show_story(session, planned, address)
