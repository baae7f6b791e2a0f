"""The command line: the only place that prints or exits. Commands import what they need when they run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from generator import __version__

if TYPE_CHECKING:
    from generator.errors import GenreportError
    from generator.project import Project
    from generator.session import Settings

Command = TypeVar("Command", bound=Callable[..., Any])
FOLDER = click.Path(file_okay=False, path_type=Path)

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


def _options(*, output: bool = False) -> Callable[[Command], Command]:
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


def _settings(
    profile: str | None, overrides: Iterable[str], data: Path | None, cache: Path | None, output: Path | None = None,
    edition: str | None = None, project: Project | None = None, **others: Any,
) -> Settings:  # fmt: skip
    """The settings that the options amount to; raises InputError for options that cannot be."""
    from generator.editions import Edition
    from generator.errors import InputError, Mistake
    from generator.session import Settings
    from generator.yaml_source import parse_value

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


@cli.command()
@click.argument("selection", nargs=-1)
@_options(output=True)
@click.option("--only", is_flag=True, help="Write just the selection, as a document of its own with the same numbers.")
@click.option("--force", is_flag=True, help="Compute the selection again, although it is in the cache.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda", "mps"]), default="auto", show_default=True)
@click.option("--jobs", type=click.IntRange(1), help="Jobs at once (one per core, or one per card).")
@click.option("--executor", default="here", show_default=True, metavar="PLACE", help="here, or dask://HOST:PORT.")
@click.option("--format", "formats", default="html,pdf", show_default=True, help="Which documents to write.")
@click.option("--strict", is_flag=True, help="Warnings make the build fail (exit code 1).")
@click.option("--edition", type=click.Choice(["student", "worksheet", "reference"]), help="Whom the report is for.")
@click.option("--frames", is_flag=True, help="A worksheet with empty frames for its exhibits; computes nothing.")
@click.option("--fields", is_flag=True, help="A worksheet whose PDF has fields to write in.")
def build(selection: tuple[str, ...], formats: str, only: bool, force: bool, **options: Any) -> None:
    """Compute what is missing and write the report.

    SELECTION is a lab (2-a) or a question (2-a/q03); everything without one. A folder made by `genreport init`, as the
    first word of the selection or as the current folder, gives the student's report with the answers in it.

    \b
    genreport build
    genreport build 2-a/q03 --profile light --data ~/genreport-data
    genreport build 2-a --only --format pdf
    genreport build --set classifier=mobilenet_v2 --profile light
    genreport build --edition worksheet --frames --fields
    genreport build my-report 2-a
    """
    from generator import pipeline
    from generator.display import BuildDisplay

    project, selection = _project(selection)
    settings = _settings(formats=_formats(formats), project=project, **options)
    with BuildDisplay() as display:
        report = pipeline.build(settings, selection, only=only, force=force, listen=display.listen, say=display.say)
    display.conclude(report)
    sys.exit(int(report.exit_code))


def _project(selection: tuple[str, ...]) -> tuple[Project | None, tuple[str, ...]]:
    """The student's project that the first word names or the current folder is, and the rest of the selection."""
    from generator.project import is_project, read_project

    for folder, rest in ((Path(*selection[:1]), selection[1:]), (Path(), selection)):
        if is_project(folder):
            return read_project(folder), rest
    return None, selection


def _formats(text: str) -> frozenset[str]:
    formats = frozenset(part.strip() for part in text.split(",") if part.strip())
    if not formats or formats - {"html", "pdf"}:
        raise click.BadParameter(f"expected html, pdf or html,pdf; got {text!r}", param_hint="--format")
    return formats


@cli.command()
@click.argument("folder", type=FOLDER)
@_options()
def init(folder: Path, **options: Any) -> None:
    """Make a student's project in FOLDER: report.yaml, and a file for each answer that says what it can use.

    In a folder that is a project already, only what is missing is added.

    \b
    genreport init my-report
    genreport init my-report --profile light
    """
    from generator import pipeline

    written = pipeline.begin_project(folder, _settings(**options))
    click.echo(
        f"{len(written)} files written to {folder}/: put your names into report.yaml, your answers into answers/,"
    )
    click.echo(f"and run: genreport build {folder}")


@cli.command()
@click.argument("selection", nargs=-1)
@_options()
def plan(selection: tuple[str, ...], **options: Any) -> None:
    """Show every job: cached or not, and for one that is not, what changed.

    \b
    genreport plan
    genreport plan 2-a/q03 --profile light
    """
    from generator import pipeline
    from generator.display import show_plan

    show_plan(pipeline.make_plan(_settings(**options), selection)[2])


@cli.command("list")
@_options()
def list_(**options: Any) -> None:
    """List the questions with their state.

    \b
    genreport list
    genreport list --profile course
    """
    from generator import pipeline
    from generator.display import show_questions

    session, planned, _ = pipeline.make_plan(_settings(**options))
    show_questions(session, planned)


@cli.command()
@click.argument("question")
@_options()
def why(question: str, **options: Any) -> None:
    """Tell one question's story: its results, where they came from, and what would be computed.

    \b
    genreport why 2-a/q03
    """
    from generator import pipeline
    from generator.display import show_story

    session, planned, _ = pipeline.make_plan(_settings(**options), [question])
    for address in session.questions([question]):
        show_story(session, planned, address)


@cli.command()
@_options()
@click.option("--force", is_flag=True, help="Replace files that differ from the published ones.")
def fetch(force: bool, **options: Any) -> None:
    """Download and verify all data and weights that a profile needs; goes on where it stopped.

    \b
    genreport fetch --profile course
    genreport fetch --profile light --data /scratch/genreport
    """
    from generator import pipeline
    from generator.display import FetchDisplay

    settings = _settings(**options)
    with FetchDisplay(settings.data) as display:
        fetched, by_hand = pipeline.fetch_data(settings, display.listen, force=force)
    sys.exit(display.conclude(fetched, by_hand))


@cli.command()
@_options()
def doctor(**options: Any) -> None:
    """Check Python, torch, Pango, fonts, data, weights and disk, and say how to mend each fault.

    \b
    genreport doctor
    genreport doctor --data ~/genreport-data
    """
    from generator import pipeline
    from generator.display import show_checks

    sys.exit(show_checks(pipeline.diagnose(_settings(**options))))


@cli.command()
@_options()
@click.option("--yes", is_flag=True, help="Do not ask.")
def clean(yes: bool, **options: Any) -> None:
    """Remove cache entries that no question needs any more, under any profile.

    \b
    genreport clean
    genreport clean --yes
    """
    from generator import pipeline
    from generator.display import human_size

    cache, stale = pipeline.unneeded(_settings(**options))
    if not stale:
        click.echo(f"Every entry in {cache.folder} is needed.")
        return
    entries = "1 entry" if len(stale) == 1 else f"{len(stale)} entries"
    size = human_size(sum(entry.size for entry in stale))
    if yes or click.confirm(f"Remove {entries} ({size}) from {cache.folder}?"):
        for entry in stale:
            cache.remove(entry.fingerprint)
        click.echo(f"Removed {entries}, {size}.")


def main() -> None:
    """Run the command line; what goes wrong is said without a traceback, and the exit code tells its kind."""
    try:
        cli.main(standalone_mode=False)
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
        from generator.outcomes import ExitCode

        if not isinstance(error, GenreportError):
            click.echo(_unexpected(error), err=True)
            sys.exit(int(ExitCode.JOB_FAILED))
        click.echo(_worded(error), err=True)
        sys.exit(int(ExitCode.BAD_INPUT if isinstance(error, InputError) else ExitCode.JOB_FAILED))


def _worded(error: GenreportError) -> str:
    mistakes = getattr(error, "mistakes", ())
    head = f"{len(mistakes)} mistakes, nothing was computed:\n" if len(mistakes) > 1 else ""
    return click.style("error: ", fg="red", bold=True) + head + str(error)


def _unexpected(error: Exception) -> str:
    """A fault of genreport's own: one line for the user, the traceback in a file for whoever mends it."""
    import tempfile
    import traceback

    text = "".join(traceback.format_exception(error))
    with tempfile.NamedTemporaryFile("w", prefix="genreport-", suffix=".log", delete=False) as file:
        file.write(text)
    head = click.style("error: ", fg="red", bold=True) + f"{type(error).__name__}: {error}"
    return f"{head}\n    hint: this is a fault of genreport itself; please report it with {file.name}"


if __name__ == "__main__":
    main()
