"""The command line: the only place that prints or exits. Commands import what they need when they run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator import __version__
from generator.cli.checking import check
from generator.cli.completion import selections
from generator.cli.listing import computations, roles, schema
from generator.cli.looking import doctor, list_, plan, why
from generator.cli.noting import keep_note
from generator.cli.options import (
    FOLDER,
    CommonOptions,
    ReportOptions,
    common_options,
    find_project,
    hidden_option,
    language_option,
    places_option,
    project_at,
    project_here,
    read_settings,
    report_options,
    worker_options,
)
from generator.cli.packs import colab, export, pack, push, unpack
from generator.cli.preview import preview
from generator.cli.release import release
from generator.cli.saying import Saying, saying_options
from generator.cli.scaffolds import new_computation, new_course, new_question
from generator.cli.stopping import end_on_sigterm, unexpected, worded

if TYPE_CHECKING:
    from generator.running.executors.choose import ExecutorSpec
    from generator.store.unchanged import Note

# \b keeps click from filling the lines of an example.


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="genreport")
def cli() -> None:
    """Build the lab report: run what its questions need, once, and render HTML and PDF.

    \b
    genreport build                     the whole report, on embedded data, into build/
    genreport build 2-a/q03             compute one question, keep the rest
    genreport plan                      what would be computed, and why
    """


@cli.command()
@click.argument("selection", nargs=-1, shell_complete=selections)
@common_options
@report_options
@worker_options
@places_option
@hidden_option
@click.option("--only", is_flag=True, help="Write just the selection, as a document of its own with the same numbers.")
@click.option("--force", is_flag=True, help="Compute the selection again, although it is in the cache.")
@click.option("--fresh-versions", is_flag=True, help="Compute again what other versions of torch, NumPy … computed.")
@click.option("--strict", is_flag=True, help="Warnings make the build fail (exit code 1).")
@click.option("--traceback", is_flag=True, help="Print the whole traceback of a computation that fails.")
@saying_options
def build(
    selection: tuple[str, ...],
    common: CommonOptions,
    wanted: ReportOptions,
    workers: ExecutorSpec,
    places: tuple[str, ...],
    hidden: bool,
    only: bool,
    force: bool,
    fresh_versions: bool,
    strict: bool,
    traceback: bool,
    saying: Saying,
) -> None:
    """Compute what is missing and write the report.

    SELECTION is a lab (2-a) or a question (2-a/q03); everything without one. A folder made by `genreport init`, as the
    first word of the selection or as the current folder, gives the student's report with the answers in it.

    \b
    genreport build
    genreport build 2-a/q03 --profile light --data ~/genreport-data
    genreport build 2-a --only --format pdf
    genreport build --set classifier=mobilenet_v2 --profile light
    genreport build --edition worksheet --frames --fields
    genreport build 2-a/q03 --only --hidden
    genreport build my-report 2-a
    genreport build --course my-course
    genreport build --json --quiet
    """
    from generator.cli.build_display import BuildDisplay
    from generator.commands.build import build as run_build
    from generator.commands.output import build_output

    project, selection = find_project(selection)
    settings = read_settings(common, wanted, workers, project, places=places, hidden=hidden)
    with BuildDisplay(tracebacks=traceback, loudness=saying.loudness) as display:
        report = run_build(
            settings, selection, only=only, force=force, fresh_versions=fresh_versions, strict=strict,
            listen=display.listen, say=display.say, expect=display.expect,
        )  # fmt: skip
    if saying.json:
        saying.write(build_output(settings, report))
    else:
        display.conclude(report)
    keep_note(click.get_current_context().obj, settings, report, None if saying.json else display)
    sys.exit(int(report.exit_code))


@cli.command()
@click.argument("folder", type=FOLDER)
@common_options
@language_option
@click.option("--ci", type=click.Choice(["github", "gitlab"]), help="Add a workflow that builds it on each push.")
def init(folder: Path, common: CommonOptions, language: str, ci: str | None) -> None:
    """Make a student's project in FOLDER: report.yaml, and a file for each answer that says what it can use.

    In a folder that is a project already, only what is missing is added.

    \b
    genreport init my-report
    genreport init mon-rapport --language fr
    genreport init my-report --course ../my-course
    genreport init my-report --ci github
    """
    from generator.commands.ci import write_workflow
    from generator.commands.init import begin_project

    written = begin_project(folder, read_settings(common, language=language, standing_in=project_at(folder)))
    written += write_workflow(folder, ci) if ci else []
    click.echo(f"{len(written)} files written to {folder}/: put your names into report.yaml, your answers into")
    click.echo(f"answers/, and run: genreport build {folder}")


@cli.command()
@common_options
@hidden_option
@click.option("--force", is_flag=True, help="Replace files that differ from the published ones.")
def fetch(force: bool, common: CommonOptions, hidden: bool) -> None:
    """Download and verify all data and weights that a profile needs; goes on where it stopped.

    \b
    genreport fetch --profile course
    genreport fetch --profile light --data /scratch/genreport
    """
    from generator.cli.fetch_display import FetchDisplay
    from generator.commands.fetch import fetch_data

    settings = read_settings(common, standing_in=project_here(), hidden=hidden)
    with FetchDisplay(settings.folders.data) as display:
        fetched, by_hand = fetch_data(settings, display.listen, force=force)
    sys.exit(display.conclude(fetched, by_hand))


@cli.command()
@common_options
@click.option("--yes", is_flag=True, help="Do not ask.")
def clean(yes: bool, common: CommonOptions) -> None:
    """Remove cache entries that no question needs any more, under any profile, and drawings that no report shows.

    \b
    genreport clean
    genreport clean --yes
    """
    from generator.cli.words import human_size
    from generator.commands.clean import unneeded, unneeded_parts

    cache, stale = unneeded(read_settings(common, standing_in=project_here()))
    parts = unneeded_parts(cache.folder)
    if not stale and not parts:
        click.echo(f"Every entry in {cache.folder} is needed.")
        return
    entries = "1 entry" if len(stale) == 1 else f"{len(stale)} entries"
    entries += f" and {len(parts)} drawn or written parts of reports" if parts else ""
    size = human_size(sum(entry.size for entry in stale) + sum(part.stat().st_size for part in parts))
    if yes or click.confirm(f"Remove {entries} ({size}) from {cache.folder}?"):
        for entry in stale:
            cache.remove(entry.fingerprint)
        for part in parts:
            part.unlink(missing_ok=True)
        click.echo(f"Removed {entries}, {size}.")


cli.add_command(plan)
cli.add_command(list_)
cli.add_command(why)
cli.add_command(doctor)
cli.add_command(check)
cli.add_command(preview)
cli.add_command(pack)
cli.add_command(unpack)
cli.add_command(push)
cli.add_command(colab)
cli.add_command(export)
cli.add_command(release)
cli.add_command(new_course)
cli.add_command(new_question)
cli.add_command(new_computation)
cli.add_command(computations)
cli.add_command(roles)
cli.add_command(schema)


def main(note: Note | None = None) -> None:
    """Run the command line; what goes wrong is said without a traceback, and the exit code tells its kind.

    If a build has nothing left to do at its end, that is kept in the ``note`` of this call.
    """
    end_on_sigterm()
    try:
        cli.main(standalone_mode=False, obj=note)
    except click.exceptions.Exit as request:
        sys.exit(request.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("\nStopped. What was finished is kept; the same command goes on from here.", err=True)
        sys.exit(130)
    except Exception as error:
        from generator.errors import GenreportError, InputError
        from generator.jobs import ExitCode

        if not isinstance(error, GenreportError):
            click.echo(unexpected(error), err=True)
            sys.exit(int(ExitCode.JOB_FAILED))
        click.echo(worded(error), err=True)
        sys.exit(int(ExitCode.BAD_INPUT if isinstance(error, InputError) else ExitCode.JOB_FAILED))


if __name__ == "__main__":
    main()
