"""The commands that only look: what would be computed, which questions there are, one question's story, the machine."""

# \b keeps click from filling the lines of an example.

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from generator.cli.completion import selections
from generator.cli.options import (
    CommonOptions,
    common_options,
    find_project,
    hidden_option,
    project_here,
    read_settings,
)
from generator.cli.saying import Saying, saying_options

if TYPE_CHECKING:
    from generator.commands.session import Settings
    from generator.course.project import Project


@click.command()
@click.argument("selection", nargs=-1, shell_complete=selections)
@common_options
@hidden_option
@saying_options
def plan(selection: tuple[str, ...], common: CommonOptions, hidden: bool, saying: Saying) -> None:
    """Show every job: cached or not, and for one that is not, what changed.

    SELECTION is a lab (2-a) or a question (2-a/q03). With a student's project as its first word, or inside of one, the
    plan is that of the project: its profile and its labs.

    \b
    genreport plan
    genreport plan 2-a/q03 --profile light
    genreport plan my-report
    genreport plan --json
    """
    from generator.cli.plan_display import show_plan
    from generator.commands.computing import other_versions
    from generator.commands.plan import make_plan

    project, selection = find_project(selection)
    session, planned, needed = make_plan(_settings(common, project, hidden), selection)
    others = other_versions(session, planned)
    if saying.json:
        from generator.commands.output import about, job_data

        saying.write(about(session.settings, "plan", jobs=job_data(session, needed, others)))
        return
    show_plan(needed, others, saying.loudness)


@click.command("list")
@click.argument("selection", nargs=-1, shell_complete=selections)
@common_options
@hidden_option
@saying_options
def list_(selection: tuple[str, ...], common: CommonOptions, hidden: bool, saying: Saying) -> None:
    """List the questions with their state.

    Those of the course, or of the labs and questions of SELECTION. With a student's project as its first word, or
    inside of one, those of the project, under its profile, and whether they are answered.

    \b
    genreport list
    genreport list 2-a --profile course
    genreport list my-report --json
    genreport list --hidden
    """
    from generator.cli.plan_display import show_questions
    from generator.commands.plan import make_plan

    project, selection = find_project(selection)
    session, planned, _ = make_plan(_settings(common, project, hidden), selection)
    chosen = session.questions(selection)
    if saying.json:
        from generator.commands.output import about, question_data

        questions = [
            question_data(planned, session.shown.question(one), own=project is not None and not hidden)
            for one in chosen
        ]
        saying.write(about(session.settings, "list", questions=questions))
    elif saying.quiet:
        click.echo("\n".join(chosen))
    else:
        show_questions(session, planned, chosen, details=saying.verbose)


@click.command()
@click.argument("question", nargs=-1, required=True, shell_complete=selections)
@common_options
@hidden_option
@saying_options
def why(question: tuple[str, ...], common: CommonOptions, hidden: bool, saying: Saying) -> None:
    """Tell one question's story: its results, where they came from, what would be computed, the last failure.

    With a student's project before the QUESTION, or inside of one, the answer is the student's, the profile the
    project's.

    \b
    genreport why 2-a/q03
    genreport why my-report 2-a/q03 --verbose
    genreport why 2-a/q03 --hidden
    """
    from generator.cli.plan_display import show_story
    from generator.commands.plan import make_plan

    project, selection = find_project(question)
    if not selection:
        raise click.UsageError("no question is named: genreport why my-report 2-a/q03")
    session, planned, _ = make_plan(_settings(common, project, hidden), selection)
    chosen = session.questions(selection)
    if saying.json:
        from generator.commands.computing import other_versions
        from generator.commands.output import about, job_data, question_data

        questions = [
            question_data(planned, session.shown.question(one), own=project is not None and not hidden)
            for one in chosen
        ]
        jobs = job_data(session, planned.needed(chosen), other_versions(session, planned))
        saying.write(about(session.settings, "why", questions=questions, jobs=jobs))
        return
    for address in chosen:
        show_story(session, planned, address, saying.loudness)


@click.command()
@common_options
@click.option("--texts", is_flag=True, help="Check what the course’s texts conclude, and from what, instead.")
@saying_options
def doctor(texts: bool, common: CommonOptions, saying: Saying) -> None:
    """Check Python, torch, Pango, fonts, data, weights and disk; --texts: what claims and captions may not say.

    \b
    genreport doctor --data ~/genreport-data
    genreport doctor --texts --quiet
    """
    from generator.cli.doctor_display import exit_code, look_over, show_checks, show_settings

    settings = read_settings(common, standing_in=project_here())
    checks = look_over(settings, texts=texts)
    if saying.json:
        from generator.commands.output import about, check_data

        saying.write(about(settings, "doctor", exit_code(checks), checks=[check_data(check) for check in checks]))
        sys.exit(exit_code(checks))
    if saying.verbose:
        show_settings(settings)
    sys.exit(show_checks(checks, quiet=saying.quiet))


def _settings(common: CommonOptions, project: Project | None, hidden: bool) -> Settings:
    """The settings for a project's own report; what is hidden is no student's, and shown as the course has it."""
    if hidden:
        return read_settings(common, followed=project, hidden=True)
    return read_settings(common, project=project)
