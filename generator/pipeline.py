"""The program as a list of verbs: open, plan, run, render; every command of the command line is one of them."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator import __version__
from generator.cache import Cache, DamagedEntryError, EntryInfo
from generator.editions import Edition
from generator.errors import CacheError, RenderError
from generator.executor import ExecutorSpec
from generator.job import Job
from generator.outcomes import ExitCode, Failure, Outcome, State
from generator.plan import Plan, PlannedJob, Standing
from generator.runner import Event, run_jobs
from generator.session import Session, Settings, open_session
from generator.stamp import Rendering, is_current, mark_current, render_key
from generator.storage import replace_file, to_json

if TYPE_CHECKING:
    from generator.datasets.download import Fetched, Progress
    from generator.doctor import Check
    from generator.render import Report

Listener = Callable[[Event], None]
Say = Callable[[str], None]


@dataclass(frozen=True)
class BuildReport:
    """What a build did. ``written`` is empty when the report on disk was already the right one.

    ``gaps`` are the questions that a student's report has no answer for.
    """

    computed: int
    cached: int
    files: tuple[Path, ...]
    written: bool
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    gaps: tuple[str, ...]
    exit_code: ExitCode


def build(
    settings: Settings,
    selection: Iterable[str] = (),
    *,
    only: bool = False,
    force: bool = False,
    listen: Listener = lambda event: None,
    say: Say = lambda text: None,
) -> BuildReport:
    """Compute what the selection needs and render the report.

    Raises:
        InputError: the questions, answers or options are wrong; nothing was computed or written.
        ExecutorError, CacheError: there is nowhere to compute, or no room to keep results.
    """
    session = open_session(settings)
    chosen = session.questions(selection)
    _check_writable(settings)
    part = "+".join(chosen) if only else "all"
    computing = () if settings.frames else chosen  # empty frames need no results
    plan, outcomes = _compute(session, computing, force, listen)
    report, key = _report(session, plan, outcomes, chosen if only else None)
    warnings: list[str] = []
    rendering = current = is_current(settings.output, part, key)
    if rendering is None:
        warnings = _remove_damaged(session, report)
        if warnings:
            plan, outcomes = _compute(session, computing, False, listen)
            report, key = _report(session, plan, outcomes, chosen if only else None)
        rendering = _render(session, report, plan, say)
        if rendering.files:  # a report without its PDF is tried again
            mark_current(settings.output, part, key, rendering)
    session.save()
    states = [outcomes[planned.job.fingerprint].state for planned in plan.needed(computing)]
    problems = (*_failures(plan, outcomes), *rendering.problems)
    warnings += rendering.warnings
    failed = bool(problems) or (settings.strict and bool(warnings))
    return BuildReport(
        computed=states.count(State.COMPUTED),
        cached=states.count(State.HIT),
        files=rendering.main,
        written=current is None,
        problems=problems,
        warnings=tuple(warnings),
        gaps=rendering.gaps,
        exit_code=ExitCode.JOB_FAILED if failed else ExitCode.OK,
    )


def begin_project(folder: Path, settings: Settings) -> list[Path]:
    """Lay out a student's project, or add what is new to one; no file is replaced. Raises InputError."""
    from generator.starter import write_project

    session = open_session(dataclasses.replace(settings, edition=Edition.WORKSHEET))  # no answer is even read
    written = write_project(folder, session.course, session.catalogue, session.bindings.refs, settings.profile)
    session.save()
    return written


def make_plan(settings: Settings, selection: Iterable[str] = ()) -> tuple[Session, Plan, list[PlannedJob]]:
    """The plan of the course, and those of its jobs that the selection needs. Raises InputError."""
    session = open_session(settings)
    chosen = session.questions(selection)
    plan = session.plan()
    session.save()
    return session, plan, plan.needed(chosen)


def fetch_data(settings: Settings, listen: Progress, *, force: bool = False) -> tuple[list[Fetched], list[str]]:
    """Bring every published file that the profile needs into the data folder.

    Failures are in what comes back, and beside them how to get each missing data set that cannot be fetched.
    """
    from generator.datasets.download import fetch
    from generator.datasets.sources import SOURCES, data_files
    from generator.doctor import remote_files

    session = open_session(settings)
    datasets, networks = session.needs()
    fetched = fetch(remote_files(datasets, networks), settings.data, listen, force=force, memo=session.memo)
    by_hand = [name for name in sorted(datasets) if SOURCES[name].obtain]
    absent = [name for name in by_hand if not all(path.is_file() for path in data_files(name, settings.data))]
    session.save()
    return fetched, [SOURCES[name].obtain for name in absent]


def diagnose(settings: Settings) -> list[Check]:
    """Check what every profile needs on this machine."""
    from generator import doctor

    session = open_session(settings)
    needs = {
        name: open_session(dataclasses.replace(settings, profile=name, overrides={})).needs()
        for name in session.course.profiles
    }
    checks = doctor.diagnose(settings.data, settings.cache, needs, session.memo)
    session.save()
    return checks


def unneeded(settings: Settings) -> tuple[Cache, list[EntryInfo]]:
    """The cache entries and checkpoints that no question needs under any profile."""
    session = open_session(settings)
    wanted: set[str] = set()
    for name in session.course.profiles:
        other = open_session(dataclasses.replace(settings, profile=name, overrides={}))
        wanted |= other.plan().jobs.keys()
    stale = [entry for entry in session.cache.entries() if entry.fingerprint not in wanted]
    stale += [entry for entry in session.cache.unfinished() if entry.fingerprint not in wanted]
    return session.cache, stale


def _check_writable(settings: Settings) -> None:
    """Find out before an hour of computing, not after, that there is nowhere to put the results."""
    for name, folder in (("--cache", settings.cache), ("--output", settings.output)):
        hint = f"choose another folder with {name}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CacheError(f"cannot create {folder}: {error.strerror}", hint) from None
        if not os.access(folder, os.W_OK):
            raise CacheError(f"cannot write to {folder}", hint)


def _compute(
    session: Session, chosen: tuple[str, ...], force: bool, listen: Listener
) -> tuple[Plan, dict[str, Outcome]]:
    """Plan, and compute what is missing of the chosen questions; every planned job gets an outcome by fingerprint."""
    whole = len(chosen) == sum(1 for _ in session.course.questions())
    plan = session.plan(frozenset({*chosen, *(["roles"] if whole else [])}) if force else frozenset())
    needed = {planned.job.fingerprint for planned in plan.needed(chosen)}
    outcomes: dict[str, Outcome] = {}
    jobs: list[Job] = []
    for fingerprint, planned in plan.jobs.items():
        failure = _blocked(plan, fingerprint)
        if planned.standing is Standing.HIT:
            load = functools.cache(functools.partial(session.cache.load, fingerprint))
            outcomes[fingerprint] = Outcome(State.HIT, fingerprint, session.cache.provenance(fingerprint), load=load)
        elif fingerprint not in needed:
            outcomes[fingerprint] = Outcome(State.PENDING, fingerprint)
        elif failure is not None:
            state = State.FAILED if planned.standing is Standing.BLOCKED else State.SKIPPED
            outcomes[fingerprint] = Outcome(state, fingerprint, failure=failure)
        else:
            jobs.append(planned.job)
    for job in jobs:
        if session.cache.has(job.fingerprint):  # forced: while its entry is there, no worker computes it
            session.cache.remove(job.fingerprint)
    settings = session.settings
    spec = ExecutorSpec(settings.executor, settings.jobs, settings.device)
    hits = [planned.job for planned in plan.jobs.values() if planned.standing is Standing.HIT]
    outcomes |= run_jobs(jobs, session.cache, spec, data=settings.data, on_event=listen, hits=hits)
    _remember(session, plan, outcomes)
    return plan, outcomes


def _blocked(plan: Plan, fingerprint: str) -> Failure | None:
    """Why the job cannot run, when data is missing for it or for one of its inputs."""
    planned = plan.jobs[fingerprint]
    if planned.standing is Standing.BLOCKED:
        return planned.failure
    for target in planned.job.inputs.values():
        cause = _blocked(plan, target)
        if cause is not None:
            return Failure(f"its input {plan.jobs[target].job.address} cannot be computed: {cause.reason}", cause.hint)
    return None


def _remember(session: Session, plan: Plan, outcomes: Mapping[str, Outcome]) -> None:
    """Note what each address was computed from, for the next `plan`."""
    for address, fingerprint in plan.by_address.items():
        outcome = outcomes[fingerprint]
        if outcome.has_result and outcome.provenance is not None:
            ingredients = plan.jobs[fingerprint].ingredients
            session.history.note(plan.profile, address, ingredients, outcome.provenance.duration)


def _report(
    session: Session, plan: Plan, outcomes: Mapping[str, Outcome], only: tuple[str, ...] | None
) -> tuple[Report, str]:
    """What is to be rendered, and the key under which it would be the same again."""
    from generator.render import Report

    settings = session.settings
    by_address = {address: outcomes[fingerprint] for address, fingerprint in plan.by_address.items()}
    devices = dict.fromkeys(o.provenance.device for o in by_address.values() if o.provenance is not None)
    report = Report(
        course=session.shown,
        profile=session.profile,
        device=", ".join(devices),
        version=__version__,
        refs=plan.refs,
        outcomes=by_address,
        only=None if only is None else frozenset(only),
        images=settings.project.folder if settings.project and settings.edition is Edition.STUDENT else None,
        frames=settings.frames,
        fields=settings.fields,
    )
    roles = {name: role.label for name, role in session.profile.roles.items()}
    options = {
        "profile": settings.profile,
        "edition": [settings.edition.value, settings.frames, settings.fields],
        "roles": roles,
        "only": only,
        "formats": sorted(settings.formats),
    }
    return report, render_key(session.shown.files, options, by_address, session.memo)


def _remove_damaged(session: Session, report: Report) -> list[str]:
    """Read every result that the report shows; entries whose checksums do not hold are removed and named."""
    warnings = []
    for address, outcome in report.outcomes.items():
        try:
            if outcome.has_result:
                outcome.load()
        except DamagedEntryError as error:
            session.cache.remove(outcome.fingerprint)
            warnings.append(f"{address}: {error.message}; it was computed again")
    return warnings


def _render(session: Session, report: Report, plan: Plan, say: Say) -> Rendering:
    """Write the report, the exported results and the plan. No files are listed when there can be no PDF."""
    from generator.render import render_report

    output = session.settings.output
    try:
        rendered = render_report(report, output, session.settings.formats, say)
        if report.only is None:
            replace_file(output / "results" / "plan.json", to_json(_exported(plan)))
    except RenderError as error:
        pages = tuple(page for page in output.glob("report*.html") if "html" in session.settings.formats)
        return Rendering(pages, (), (str(error),))
    except OSError as error:
        raise RenderError(
            f"the report cannot be written to {output}: {error.strerror or error}",
            "make room there, or choose another folder with --output; what was computed is kept",
        ) from error
    main = tuple(path for path in (rendered.html, rendered.pdf) if path is not None)
    files = list(main)
    if report.only is None:
        files += [path for name in ("assets", "results") for path in (output / name).rglob("*") if path.is_file()]
    said = [tuple(map(str, words)) for words in (rendered.problems, rendered.warnings, rendered.gaps)]
    return Rendering(main, tuple(files), *said)


def _exported(plan: Plan) -> dict[str, Any]:
    """The plan as results/plan.json holds it: for each address its fingerprint and all that went into it."""
    jobs = {address: asdict(plan.jobs[fp].ingredients) | {"fingerprint": fp} for address, fp in plan.by_address.items()}
    return {"profile": plan.profile, "jobs": dict(sorted(jobs.items()))}


def _failures(plan: Plan, outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    """One line for each job that failed or was skipped, with all places that asked for it."""
    for fingerprint, outcome in outcomes.items():
        if outcome.failure is not None:
            places = ", ".join(plan.jobs[fingerprint].addresses)
            hint = f"\n    hint: {outcome.failure.hint}" if outcome.failure.hint else ""
            yield f"{places}: {outcome.state.value}: {outcome.failure.reason}{hint}"
