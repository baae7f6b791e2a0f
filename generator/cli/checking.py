"""The command that looks over what a class hands in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.cli.options import FOLDER, CommonOptions, common_options, hidden_option, places_option, read_settings

if TYPE_CHECKING:
    from generator.commands.check_found import Looked


@click.command()
@click.argument("submissions", nargs=-1, required=True, type=click.Path(path_type=Path))
@common_options
@click.option("--output", type=FOLDER, default="check", show_default=True, help="Where the summary and reports go.")
@click.option("--jobs", type=click.IntRange(1), help="Submissions at once (one per core).")
@hidden_option
@places_option
@click.option("--trust", is_flag=True, help="Take results that were brought from elsewhere as if computed here.")
@click.option(
    "--audit",
    "percent",
    type=click.FloatRange(0, 100),
    default=0.0,
    metavar="PERCENT",
    help="Take them, but compute a random share again here first, and compare.",
)
def check(
    submissions: tuple[Path, ...], common: CommonOptions, output: Path, jobs: int | None, places: tuple[str, ...],
    trust: bool, percent: float, hidden: bool,
) -> None:  # fmt: skip
    """Build many students' projects or worksheets and sum up what stands in them, for teachers.

    A SUBMISSION is a project's folder, a worksheet with its fields filled in (PDF), or a folder full of these. Each is
    built in a process with limits on time and memory; the summary names unanswered questions, contradicted claims,
    numbers that no result supports, results that differ from ours, and identical answers.

    With --profile, all are built under that one. Without, each is built under its own, but only results of the course's
    first are computed, for the labs that are handed in: a student's choice makes no teacher's machine train for hours.
    The course is the one of --course, or that one stands in: what a submission names is not even looked for. Results
    that were brought from elsewhere (`genreport unpack`, --read-cache) are refused without --trust or --audit.

    \b
    genreport check submissions/
    genreport check submissions/ada submissions/alan.pdf --output ~/marking
    genreport check submissions/ --profile course --audit 5
    """
    from generator.cli.check_display import CheckDisplay
    from generator.commands.audit import Trust
    from generator.commands.check import look_over
    from generator.commands.check_summary import Summary
    from generator.running.executors.choose import ExecutorSpec

    summary = Summary(output)
    with CheckDisplay() as display:

        def finished(looked: Looked, number: int, total: int) -> None:
            summary.add(looked)
            display.finished(looked, number, total)

        settings = read_settings(common, workers=ExecutorSpec(jobs=jobs), places=places, hidden=hidden)
        taken = Trust(trust, percent, display.build.say, display.audited)
        found = look_over(submissions, settings, output, finished, display.listen, common.profile, taken)
    sys.exit(display.conclude(found, summary.finish(found)))
