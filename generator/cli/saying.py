"""How much a command says, and in which form: --quiet, --verbose, and --json for other programs."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from generator.cli.words import Loudness

if TYPE_CHECKING:
    from generator.commands.output import Output


@dataclass(frozen=True)
class Saying:
    """What was asked for. With ``json``, standard output has one JSON object and nothing else."""

    command: str
    json: bool = False
    loudness: Loudness = Loudness.NORMAL

    @property
    def quiet(self) -> bool:
        """Whether only what is wrong is to be said, and bare results."""
        return self.loudness is Loudness.QUIET

    @property
    def verbose(self) -> bool:
        """Whether details are to be said too."""
        return self.loudness is Loudness.VERBOSE

    def write(self, output: Output) -> None:
        """Write the JSON object."""
        click.echo(output.text())


def saying_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command --quiet, --verbose and --json; it gets them as ``saying``, and its errors are JSON too then."""

    @click.option("-q", "--quiet", is_flag=True, help="Say only what is wrong, or bare results.")
    @click.option("-v", "--verbose", is_flag=True, help="Say details too.")
    @click.option("--json", "plain", is_flag=True, help="Write one JSON object, in the form of docs/reference/json.md.")
    @functools.wraps(command)
    def run(quiet: bool, verbose: bool, plain: bool, **others: Any) -> None:
        if quiet and verbose:
            raise click.UsageError("--quiet and --verbose exclude each other")
        loudness = Loudness.QUIET if quiet else Loudness.VERBOSE if verbose else Loudness.NORMAL
        saying = Saying(click.get_current_context().info_name or "", plain, loudness)
        if not plain:
            command(saying=saying, **others)
            return
        from generator.errors import GenreportError, InputError
        from generator.jobs import ExitCode

        try:
            command(saying=saying, **others)
        except GenreportError as error:
            from generator.commands.output import failed

            code = ExitCode.BAD_INPUT if isinstance(error, InputError) else ExitCode.JOB_FAILED
            saying.write(failed(saying.command, error, int(code)))
            sys.exit(int(code))

    return run
