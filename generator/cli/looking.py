"""The commands that only look: what would be computed, which questions there are, one question's story, the machine."""

# \b keeps click from filling the lines of an example.

from __future__ import annotations

import sys

import click

from generator.cli.options import CommonOptions, common_options, find_project, project_here, read_settings


@click.command()
@click.argument("selection", nargs=-1)
@common_options
def plan(selection: tuple[str, ...], common: CommonOptions) -> None:
    """Show every job: cached or not, and for one that is not, what changed.

    SELECTION is a lab (2-a) or a question (2-a/q03). With a student's project as its first word, or inside of one, the
    plan is that of the project: its profile and its labs.

    \b
    genreport plan
    genreport plan 2-a/q03 --profile light
    genreport plan my-report
    """
    from generator.cli.plan_display import show_plan
    from generator.commands.computing import other_versions
    from generator.commands.plan import make_plan

    project, selection = find_project(selection)
    session, planned, needed = make_plan(read_settings(common, project=project), selection)
    show_plan(needed, other_versions(session, planned))


@click.command("list")
@click.argument("selection", nargs=-1)
@common_options
def list_(selection: tuple[str, ...], common: CommonOptions) -> None:
    """List the questions with their state.

    Those of the course, or of the labs and questions of SELECTION. With a student's project as its first word, or
    inside of one, those of the project, under its profile, and whether they are answered.

    \b
    genreport list
    genreport list 2-a --profile course
    genreport list my-report
    """
    from generator.cli.plan_display import show_questions
    from generator.commands.plan import make_plan

    project, selection = find_project(selection)
    session, planned, _ = make_plan(read_settings(common, project=project), selection)
    show_questions(session, planned, session.questions(selection))


@click.command()
@click.argument("question", nargs=-1, required=True)
@common_options
def why(question: tuple[str, ...], common: CommonOptions) -> None:
    """Tell one question's story: its results, where they came from, what would be computed, the last failure.

    With a student's project before the QUESTION, or inside of one, the answer is the student's, the profile the
    project's.

    \b
    genreport why 2-a/q03
    genreport why my-report 2-a/q03
    """
    from generator.cli.plan_display import show_story
    from generator.commands.plan import make_plan

    project, selection = find_project(question)
    if not selection:
        raise click.UsageError("no question is named: genreport why my-report 2-a/q03")
    session, planned, _ = make_plan(read_settings(common, project=project), selection)
    for address in session.questions(selection):
        show_story(session, planned, address)


@click.command()
@common_options
@click.option("--texts", is_flag=True, help="Check what the course’s texts conclude, and from what, instead.")
def doctor(texts: bool, common: CommonOptions) -> None:
    """Check Python, torch, Pango, fonts, data, weights and disk; --texts: what claims and captions may not say.

    \b
    genreport doctor --data ~/genreport-data
    genreport doctor --texts
    """
    from generator.cli.doctor_display import look_over

    sys.exit(look_over(read_settings(common, standing_in=project_here()), texts=texts))
