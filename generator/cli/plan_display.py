"""How plans, questions and the story of one question are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import indent
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from generator.cli.words import Loudness, counted, human_time, left_out
from generator.commands.last_failures import LastFailures
from generator.commands.packages_used import packages_used, used_versions
from generator.course.editions import Edition
from generator.course.spec import Answer
from generator.jobs import one_by_one
from generator.planning.plan import Plan, PlannedJob, Standing, kept_back

if TYPE_CHECKING:
    from generator.commands.session import Session


STYLES = {Standing.HIT: "green", Standing.MISS: "yellow", Standing.BLOCKED: "red"}


def show_plan(
    planned: Iterable[PlannedJob], others: Mapping[str, Sequence[str]], loudness: Loudness = Loudness.NORMAL
) -> None:
    """Print every job with its standing and, for a miss, what changed; only how many there are when it is quiet.

    ``others`` says by fingerprint which other versions a cached result was computed with.
    """
    console = Console(highlight=False, soft_wrap=True)
    jobs = list(planned)
    for job in jobs if loudness is not Loudness.QUIET else ():
        head = f"[{STYLES[job.standing]}]{job.standing.value:12}[/] {escape(', '.join(job.addresses))}"
        time_ = f" (about {human_time(job.job.seconds)})" if job.standing is Standing.MISS and job.job.seconds else ""
        console.print(f"{head} [dim]{job.job.computation} {job.job.fingerprint[:12]}{time_}[/]")
        if job.job.fingerprint in others:
            console.print(f"             [yellow]with:[/] {escape(', '.join(others[job.job.fingerprint]))}")
        _print_reasons(console, job)
        if loudness is Loudness.VERBOSE:
            parameters = ", ".join(f"{name}={value!r}" for name, value in job.job.parameters.items())
            console.print(f"             [dim]with:[/] {escape(parameters)}")
    console.print(summed_up(jobs))
    if old := sum(1 for job in jobs if job.job.fingerprint in others):
        console.print(f"{old} from other versions: `genreport build --fresh-versions` computes them again")


def summed_up(jobs: Sequence[PlannedJob]) -> str:
    """How many jobs there are, what is to become of them, and how long that should take."""
    back = kept_back(jobs)
    missing = [job for job in jobs if job.standing is Standing.MISS and job.job.fingerprint not in back]
    known = sum(job.job.seconds or 0.0 for job in missing)
    unknown = sum(1 for job in missing if job.job.seconds is None)
    stay = sum(1 for job in jobs if job.standing is Standing.HIT)
    words = f"{counted(len(jobs), 'job')}: {stay} stay, {len(missing)} to compute"
    words += f", {len(back)} cannot be computed, as data is missing" if back else ""
    words += f"; about {human_time(known)} of computing" if known else ""
    return words + (f" ({unknown} of unknown length)" if unknown else "")


def _print_reasons(console: Console, job: PlannedJob) -> None:
    for reason in job.reasons if job.standing is not Standing.HIT else ():
        console.print(f"             [dim]because:[/] {escape(str(reason))}")
    if job.failure is not None and job.standing is not Standing.HIT:
        console.print(f"             [red]{escape(job.failure.reason)}[/]")
        console.print(f"             hint: {escape(job.failure.hint)}")


def show_questions(session: Session, plan: Plan, addresses: Iterable[str], *, details: bool = False) -> None:
    """Print each of these questions with its mark and state, and for a student's report whether it is answered.

    With ``details``, also how many of its jobs are in which state, and where its file is.
    """
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    own = session.shown.edition is Edition.STUDENT
    for title in (
        "question",
        "title",
        "mark",
        *(["answer"] if own else []),
        "results",
        "state",
        *(["file"] if details else []),
    ):
        table.add_column(title, overflow="fold")
    for address in addresses:
        question = session.shown.question(address)
        jobs = [plan.jobs[fingerprint] for fingerprint in plan.own([address])]
        standings = [job.standing for job in jobs]
        worst = next((s for s in (Standing.BLOCKED, Standing.MISS) if s in standings), Standing.HIT)
        words = f"{standings.count(worst)} {worst.value}" if worst is not Standing.HIT else "ready"
        answer = [_answered(question.answer)] if own else []
        if details:
            words = ", ".join(f"{standings.count(one)} {one.value}" for one in Standing if one in standings)
        place = [escape(str(question.answer.path if own else question.place.path))] if details else []
        state = f"[{STYLES[worst]}]{words}[/]"
        marks = " ".join(filter(None, (question.mark.value, "hidden" if question.hidden else "")))
        table.add_row(address, escape(question.title), marks, *answer, str(len(jobs)), state, *place)
    console.print(table)
    if said := left_out(session.shown.left_out):
        console.print(escape(f"not in this report: {said}"), soft_wrap=True)


def _answered(answer: Answer) -> str:
    if answer.faults:
        return f"[red]{counted(len(answer.faults), 'mistake')}[/]"
    return "[yellow]none yet[/]" if answer.empty else "answered"


def show_story(session: Session, plan: Plan, address: str, loudness: Loudness = Loudness.NORMAL) -> None:
    """Print one question: its files, its results with where they came from, its exhibits.

    Only what is not there when it is quiet; also which code and data a result covers when it is verbose.
    """
    console = Console(highlight=False, soft_wrap=True)
    question = session.shown.question(address)
    console.print(f"[bold]{address}  {escape(question.title)}[/] {question.mark.value}")
    if question.hidden:
        console.print("  hidden    in no report without --hidden")
    console.print(f"  question  {question.place.path}")
    answer = question.answer.path if question.answer.path.is_file() else "none"
    console.print(f"  answer    {answer}{_remark(session, question.answer)}")
    for fault in question.answer.faults:
        console.print(f"            [red]mistake:[/] {escape(str(fault))}")
    for fingerprint in dict.fromkeys(plan.own([address])):
        planned = plan.jobs[fingerprint]
        if loudness is Loudness.QUIET and planned.standing is Standing.HIT:
            continue
        _show_job(console, session, plan, planned)
        if loudness is Loudness.VERBOSE:
            for what, covered in (("data", planned.ingredients.data), ("code", planned.ingredients.code)):
                console.print(
                    escape("".join(f"      {what} {name} {covered[name][:12]}\n" for name in covered)), end=""
                )
    if loudness is Loudness.QUIET:
        return
    for kind, exhibits in (("table", question.tables), ("figure", question.figures)):
        for name in exhibits:
            console.print(f"  {kind:9} {name}")


def _remark(session: Session, answer: Answer) -> str:
    """What there is to say of the answer's file."""
    if session.shown.edition is not Edition.STUDENT:
        return ""
    return " [yellow](not answered yet)[/]" if answer.empty and not answer.faults else ""


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
        used = used_versions(origin.versions, packages_used(session.place))
        versions = ", ".join(f"{name} {version}" for name, version in used.items()) or "unknown"
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
