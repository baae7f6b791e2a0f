"""How plans, questions and the story of one question are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import indent
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from generator.cli.words import human_time, left_out
from generator.commands.last_failures import LastFailures
from generator.jobs import one_by_one
from generator.planning.plan import Plan, PlannedJob, Standing

if TYPE_CHECKING:
    from generator.commands.session import Session


STYLES = {Standing.HIT: "green", Standing.MISS: "yellow", Standing.BLOCKED: "red"}


def show_plan(planned: Iterable[PlannedJob], others: Mapping[str, Sequence[str]]) -> None:
    """Print every job with its standing and, for a miss, what changed.

    ``others`` says by fingerprint which other versions a cached result was computed with.
    """
    console = Console(highlight=False, soft_wrap=True)
    jobs = list(planned)
    for job in jobs:
        head = f"[{STYLES[job.standing]}]{job.standing.value:12}[/] {escape(', '.join(job.addresses))}"
        time_ = f" (about {human_time(job.job.seconds)})" if job.standing is Standing.MISS and job.job.seconds else ""
        console.print(f"{head} [dim]{job.job.computation} {job.job.fingerprint[:12]}{time_}[/]")
        if job.job.fingerprint in others:
            console.print(f"             [yellow]with:[/] {escape(', '.join(others[job.job.fingerprint]))}")
        _print_reasons(console, job)
    missing = [job for job in jobs if job.standing is Standing.MISS]
    known = sum(job.job.seconds or 0.0 for job in missing)
    unknown = sum(1 for job in missing if job.job.seconds is None)
    estimate = f", about {human_time(known)} of computing" if known else ""
    estimate += f" ({unknown} of unknown length)" if unknown else ""
    console.print(f"{len(jobs)} jobs: {len(jobs) - len(missing)} stay, {len(missing)} to compute{estimate}")
    if old := sum(1 for job in jobs if job.job.fingerprint in others):
        console.print(f"{old} from other versions: `genreport build --fresh-versions` computes them again")


def _print_reasons(console: Console, job: PlannedJob) -> None:
    for reason in job.reasons if job.standing is not Standing.HIT else ():
        console.print(f"             [dim]because:[/] {escape(str(reason))}")
    if job.failure is not None and job.standing is not Standing.HIT:
        console.print(f"             [red]{escape(job.failure.reason)}[/]")
        console.print(f"             hint: {escape(job.failure.hint)}")


def show_questions(session: Session, plan: Plan) -> None:
    """Print each question with its mark and state."""
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for title in ("question", "title", "mark", "results", "state"):
        table.add_column(title, overflow="fold")
    for question in session.shown.present():
        jobs = [plan.jobs[fingerprint] for fingerprint in plan.own([question.address])]
        standings = [job.standing for job in jobs]
        worst = next((s for s in (Standing.BLOCKED, Standing.MISS) if s in standings), Standing.HIT)
        words = f"{standings.count(worst)} {worst.value}" if worst is not Standing.HIT else "ready"
        state = f"[{STYLES[worst]}]{words}[/]"
        marks = " ".join(filter(None, (question.mark.value, "hidden" if question.hidden else "")))
        table.add_row(question.address, escape(question.title), marks, str(len(jobs)), state)
    console.print(table)
    if said := left_out(session.shown.left_out):
        console.print(escape(f"not in this report: {said}"), soft_wrap=True)


def show_story(session: Session, plan: Plan, address: str) -> None:
    """Print one question: its files, its results with where they came from, its exhibits."""
    console = Console(highlight=False, soft_wrap=True)
    question = session.course.question(address)
    console.print(f"[bold]{address}  {escape(question.title)}[/] {question.mark.value}")
    if question.hidden:
        console.print("  hidden    in no report without --hidden")
    console.print(f"  question  {question.place.path}\n  answer    {question.answer.path}")
    for fingerprint in dict.fromkeys(plan.own([address])):
        _show_job(console, session, plan, plan.jobs[fingerprint])
    for kind, exhibits in (("table", question.tables), ("figure", question.figures)):
        for name in exhibits:
            console.print(f"  {kind:9} {name}")


def _show_job(console: Console, session: Session, plan: Plan, planned: PlannedJob) -> None:
    """One job with its parameters and, if it was computed, when and where."""
    job = planned.job
    head = f"[{STYLES[planned.standing]}]{planned.standing.value}[/] {escape(', '.join(planned.addresses))}"
    console.print(f"  {head} [dim]{job.fingerprint[:12]}[/]")
    parameters = ", ".join(f"{name}={value!r}" for name, value in job.parameters.items())
    console.print(f"      {job.computation}({escape(parameters)})")
    for name, target in one_by_one(job.inputs).items():
        console.print(escape(f"      {name} from {', '.join(plan.jobs[target].addresses)}"))
    if planned.standing is Standing.HIT:
        origin = session.cache.provenance(job.fingerprint)
        console.print(f"      computed {origin.finished} in {human_time(origin.duration)} on {escape(origin.device)}")
        versions = ", ".join(f"{name} {version}" for name, version in origin.versions.items()) or "unknown"
        console.print(f"      versions: {escape(versions)}")
        if origin.origin:
            console.print(f"      brought from elsewhere: {escape(origin.origin)}")
    _print_reasons(console, planned)
    if planned.standing is not Standing.HIT and (failure := LastFailures.of(session).last(planned.addresses)):
        since = "" if failure.fingerprint == job.fingerprint else ", before something changed"
        console.print(f"      [red]failed on {failure.when}{since}:[/] {escape(failure.reason)}")
        if failure.hint:
            console.print(f"      hint: {escape(failure.hint)}")
        console.print(escape(indent(failure.traceback.rstrip(), "        ")), style="dim")
