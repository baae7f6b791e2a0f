"""The command that hands a course out to students."""

# \b keeps click from filling the lines of an example.

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.options import FOLDER, CommonOptions, project_at, read_settings


@click.command()
@click.argument("course", required=False)
@click.option("--to", "target", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@click.option("--data", type=FOLDER, envvar="GENREPORT_DATA", help="Folder of data sets and weights.")
@click.option("--cache", type=FOLDER, envvar="GENREPORT_CACHE", help="Folder of cached results.")
def release(course: str | None, target: Path, data: Path | None, cache: Path | None) -> None:
    """Write a course as students get it: without answers and all else that is for teachers alone.

    COURSE is a folder with course.yaml, or an installed course; without one, that in which one stands, or the one that
    comes along. Left out are answers, marking notes, published numbers, findings, the introduction and the conclusions
    of the reference edition, comments and tests; of a hidden question, all but its place. Other questions and
    computations stay, and so do the results: what the teacher computed serves the students.

    The folder is a new one, an empty one, or one that was released before.

    \b
    genreport release my-course --to handout
    genreport release --to handout
    """
    from generator.commands.release import release as hand_out

    common = CommonOptions(None, (), data, cache, course)
    done = hand_out(read_settings(common, standing_in=project_at()), target)
    parts = [_counted(done.labs, "lab"), _counted(done.questions, "question"), f"in {' and '.join(done.languages)}"]
    click.echo(f"{_counted(len(done.files), 'file')} in {done.folder}: {', '.join(parts)}")
    gone = [_counted(number, word) for word, number in done.left_out.items() if number]
    click.echo(f"left out: {', '.join([*gone, 'comments of texts and sources'])}")
    solutions = _counted(done.solutions, "exhibit")
    if done.solutions:
        click.echo(f"kept: {solutions} with solution: true, which students’ reports show where their texts name them")
    if done.hidden:
        code = f", and {', '.join(done.held_back)}" if done.held_back else ""
        click.echo(f"held back, but for their numbers: {', '.join(done.hidden)} (hidden){code}")
    if done.unused:
        click.echo(f"not copied, as no part of the course: {', '.join(done.unused)}")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word.replace(' or ', 's or ')}s"
