"""The commands that carry results from one machine to another."""

# \b keeps click from filling the lines of an example.

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from generator.cli.completion import selections
from generator.cli.options import FOLDER, CommonOptions, common_options, hidden_option, project_here, read_settings

_FILE = click.Path(dir_okay=False, path_type=Path)
_SECONDS = 0.2  # between two words on how far it is


@click.command()
@click.argument("selection", nargs=-1, shell_complete=selections)
@common_options
@hidden_option
@click.option("-o", "--output", type=_FILE, default="results.genreport", show_default=True, help="The file to write.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what was computed on that day (UTC) or later.")
def pack(selection: tuple[str, ...], common: CommonOptions, hidden: bool, output: Path, since: datetime | None) -> None:
    """Put computed results into one file, to be unpacked on another machine.

    SELECTION is a lab (2-a) or a question (2-a/q03); everything without one. What the machine that unpacks lacks, data
    included, it does not need to show these results.

    \b
    genreport pack --profile course -o results.genreport
    genreport pack 2-c 2-de --profile course --since 2026-11-01
    """
    from generator.cli.words import human_size
    from generator.commands.pack import pack as write

    day = since.replace(tzinfo=UTC).date() if since else None
    settings = read_settings(common, standing_in=project_here(), hidden=hidden)
    done = write(settings, selection, output, day, _progress())
    missing = f"; {done.missing} of the selection are not computed, or not here" if done.missing else ""
    results = "1 result" if done.results == 1 else f"{done.results} results"
    click.echo(f"{results} in {done.path}, {human_size(done.size)}{missing}")


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@common_options
def unpack(files: tuple[Path, ...], common: CommonOptions) -> None:
    """Bring results that `genreport pack` wrote elsewhere into the cache here.

    Only results that this course asks for are taken, by the code, parameters and data that they come from. Digests show
    damage, not who computed: what is unpacked is marked as brought from elsewhere, in the report too.

    \b
    genreport unpack results.genreport
    """
    from generator.commands.pack import unpack as bring

    unused = 0
    for file in files:
        done = bring(read_settings(common, standing_in=project_here()), file, _progress())
        unused += len(done.unused)
        brought = "1 result" if len(done.brought) == 1 else f"{len(done.brought)} results"
        click.echo(f"{file}: {brought} brought, {len(done.there)} were there")
        for label in done.unlike:
            click.echo(f"  {label}: other data is known here than the pack was computed from, and stays known")
        for address, reasons in done.unused.items():
            click.echo(f"  not used: {address}")
            for reason in reasons[:3]:
                click.echo(f"      {reason}")
            if len(reasons) > 3:
                click.echo(f"      and {len(reasons) - 3} more")
    sys.exit(1 if unused else 0)


@click.command()
@click.argument("selection", nargs=-1)
@common_options
@click.option("-o", "--output", type=_FILE, default="lab.ipynb", show_default=True, help="The notebook to write.")
@click.option("--install", default="", metavar="WHAT", help="What pip installs there: a version, an address, a wheel.")
def colab(selection: tuple[str, ...], common: CommonOptions, output: Path, install: str) -> None:
    """Write a notebook that computes on a service with a GPU, and packs the results to be unpacked here.

    SELECTION is a lab (2-a) or a question (2-a/q03); everything without one. The notebook keeps results and checkpoints
    in a folder that outlives the machine, on Google Drive where it runs there: a training that is cut off goes on from
    its last epoch.

    \b
    genreport colab 2-c --profile course -o lab.ipynb
    """
    from generator.commands.notebook import write_notebook

    write_notebook(read_settings(common, standing_in=project_here()), selection, output, install)
    click.echo(f"{output}: open it where there is a GPU and run its cells; then here: genreport unpack FILE")


@click.command()
@click.argument("selection", nargs=-1)
@common_options
@click.option("--ro-crate", "folder", type=FOLDER, required=True, help="The folder to write: a new or an empty one.")
@click.option(
    "--licence", default="", metavar="TEXT", help="The terms that the results are under: an address, or words."
)
def export(selection: tuple[str, ...], common: CommonOptions, folder: Path, licence: str) -> None:
    """Write computed results as a research object: an RO-Crate that says how each came about.

    SELECTION is a lab (2-a) or a question (2-a/q03); everything without one. It follows the profile Process Run Crate:
    each result with its computation, parameters, data, inputs, versions, device and times.

    \b
    genreport export --ro-crate crate --licence https://creativecommons.org/licenses/by/4.0/
    genreport export 2-c --profile course --ro-crate crate
    """
    from generator.commands.crate import export_crate

    done = export_crate(read_settings(common, standing_in=project_here()), selection, folder, licence, _progress())
    click.echo(f"{done} {'result' if done == 1 else 'results'} in {folder}")


@click.command()
@click.argument("place")
@click.argument("selection", nargs=-1)
@common_options
def push(place: str, selection: tuple[str, ...], common: CommonOptions) -> None:
    """Put computed results into PLACE, for builds elsewhere to read from.

    PLACE is a folder that is shared, or that any web server shows as plain files: `genreport build --read-cache FOLDER`
    or --read-cache https://… then copies what it lacks. With genreport[remote] it may be an address, such as
    s3://BUCKET/FOLDER. SELECTION is a lab (2-a) or a question (2-a/q03); everything without one.

    \b
    genreport push /srv/results --profile course
    genreport push s3://results/class 2-c --profile light
    """
    from generator.commands.bringing import push as put
    from generator.store.remote import without_user

    done, there = put(read_settings(common, standing_in=project_here()), selection, place, _progress())
    click.echo(f"{done} {'result' if done == 1 else 'results'} put into {without_user(place)}, {there} were there")


def _progress() -> Callable[[str, int, int], None]:
    """Says how far it is on one line of a terminal; nothing anywhere else."""
    said = 0.0

    def tell(what: str, number: int, total: int) -> None:
        nonlocal said
        if sys.stderr.isatty() and (number == total or time.monotonic() - said > _SECONDS):
            said = time.monotonic()
            end = "" if number < total else "\r\x1b[K"
            click.echo(f"\r\x1b[K{number} of {total}: {what[:60]}{end}", nl=False, err=True)

    return tell
