"""The commands that make a course, or a part of one."""

# \b keeps click from filling the lines of an example.

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from generator.cli.options import FOLDER

_course_option = click.option(
    "--course", default="", metavar="FOLDER", help="The course: a folder with course.yaml (that one stands in)."
)


@click.command("new-course")
@click.argument("folder", type=FOLDER)
def new_course(folder: Path) -> None:
    """Make a course in FOLDER: one lab, two questions with answers, a computation and its test.

    It is built as it stands, in seconds; each file says in comments what it is for. FOLDER is new, or empty.

    \b
    genreport new-course my-course
    """
    from generator.commands.scaffold import begin_course

    _list(begin_course(folder))
    click.echo(f"Build it: genreport build --course {folder}, or without the option in {folder}/")


@click.command("new-question")
@click.argument("address")
@_course_option
@click.option("--section", type=click.IntRange(1), metavar="NUMBER", help="Of the lab, from 1 on (the last).")
def new_question(address: str, course: str, section: int | None) -> None:
    """Make a question and its answer, and name it in lab.yaml: ADDRESS is its lab and its name, 2-a/q12.

    Nothing else of lab.yaml changes, comments included, and no file is overwritten.

    \b
    genreport new-question 2-a/q12
    genreport new-question dice/q03 --section 1 --course my-course
    """
    from generator.commands.scaffold import add_question, course_to_change

    made = add_question(course_to_change(course), address, section)
    name = address.partition("/")[2]
    _list(made.files)
    if made.answer is None:
        click.echo("The course has no answers, so the question has none either.")
    if made.line:
        click.echo(f"{_near(made.lab)}:{made.line}: {name} is in the section “{made.section}”")
        click.echo(f"Build it: genreport build {address}" + (f" --course {course}" if course else ""))
    else:
        click.echo(f"Now write it into the list `questions:` of a section of {_near(made.lab)} yourself: {name}")


@click.command("new-computation")
@click.argument("name")
@_course_option
def new_computation(name: str, course: str) -> None:
    """Make a module with a computation called NAME, which questions can name, and a test beside it.

    \b
    genreport new-computation noise
    genreport new-computation noise --course my-course
    """
    from generator.commands.scaffold import add_computation, course_to_change

    written = add_computation(course_to_change(course), name)
    _list(written)
    click.echo(f"A question asks for it by `computation: {name}`; its test: python -m pytest {_near(written[-1])}")


def _list(files: Iterable[Path]) -> None:
    for path in files:
        click.echo(_near(path))


def _near(path: Path) -> str:
    """A path as one would write it where one stands."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
