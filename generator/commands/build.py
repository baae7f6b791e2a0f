"""Build the report: open the course, plan, compute what is missing, and render where anything has changed."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generator.commands.computing import Failed, Listener, compute_results, failures
from generator.commands.last_failures import noting_failures
from generator.commands.looked_at import LookedAt, looked_at
from generator.commands.rendering_times import RenderingTimes
from generator.commands.reporting import kept_drawings, kept_parts, report_of, versions_of
from generator.commands.session import Session, Settings, open_session
from generator.commands.unshown import unshown_texts
from generator.commands.up_to_date import Files, late_files, render_key
from generator.course.spec import LeftOut
from generator.errors import CacheError, RenderError
from generator.jobs import ExitCode, Outcome, State
from generator.planning.plan import Plan
from generator.render.outputs.folder import OutputFolder
from generator.render.outputs.table import chosen as chosen_forms
from generator.render.outputs.written import Rendering
from generator.running.executors.choose import ExecutorSpec
from generator.store.entry import DamagedEntryError

if TYPE_CHECKING:
    from generator.render.content.document import Report
    from generator.render.figures import Drawing

Say = Callable[[str], None]
Drawings = MutableMapping[tuple[str, str, float], "Drawing"]


@dataclass(frozen=True)
class BuildReport:
    """What a build did: the report as it lies there, whether it had to be ``written``, and how its jobs ended.

    ``failures`` are the jobs that failed, of all ``jobs`` that were needed; ``remarks`` what is to be said of the
    results and of texts that are not shown, ``left_out`` the questions that are in no report, with why. With
    ``strict``, warnings are failures. ``looked_at`` gives the files that decide whether the same build would have
    something to do; it is None where that is not known.
    """

    rendering: Rendering
    written: bool
    computed: int
    cached: int
    failures: tuple[Failed, ...]
    remarks: tuple[str, ...]
    exit_code: ExitCode
    jobs: int = 0
    strict: bool = False
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)
    looked_at: Callable[[], LookedAt] | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the build failed."""
        return (*map(str, self.failures), *self.rendering.problems)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is printed although something is wrong with it."""
        return (*self.remarks, *self.rendering.warnings)


def build(
    settings: Settings,
    selection: Iterable[str] = (),
    *,
    only: bool = False,
    force: bool = False,
    fresh_versions: bool = False,
    strict: bool = False,
    listen: Listener = lambda event: None,
    say: Say = lambda text: None,
    expect: Callable[[float | None], None] = lambda seconds: None,
) -> BuildReport:
    """Compute what the selection needs and render the report; ``expect`` hears what rendering took the last time.

    Raises:
        InputError: the questions, answers or options are wrong; nothing was computed or written.
        ExecutorError, CacheError: there is nowhere to compute, or no room to keep results.
    """
    session = open_session(settings)
    listen = noting_failures(session, listen)
    chosen = session.questions(selection)
    _check_writable(settings)
    files = Files.of(session)
    computing = () if settings.output.frames else chosen  # empty frames need no results
    times = RenderingTimes.of(session, chosen if only else None)
    expect(times.last())
    plan, outcomes = compute_results(session, computing, force, listen, fresh_versions=fresh_versions, say=say)
    report, key = _report(session, plan, outcomes, chosen if only else None, files)
    damaged: list[str] = []
    rendering = current = _current(session, report, key)
    if rendering is None:
        damaged = _remove_damaged(session, report)
        if damaged:
            plan, outcomes = compute_results(session, computing, False, listen)
            report, key = _report(session, plan, outcomes, chosen if only else None, files)
        kept = kept_parts(session, files, report)
        with times.measured():
            rendering = _render(session, dataclasses.replace(report, kept=kept), key, files, say)
        if late_files(session) == files.late:
            kept.keep()
        _tidy(session)
    session.save()
    states = [outcomes[planned.job.fingerprint].state for planned in plan.needed(computing)]
    done = BuildReport(
        rendering=rendering,
        written=current is None,
        computed=states.count(State.COMPUTED),
        cached=states.count(State.HIT),
        failures=tuple(failures(plan, outcomes)),
        remarks=(*damaged, *_mixture(outcomes.values()), *unshown_texts(session)),
        exit_code=ExitCode.OK,
        jobs=len(states),
        strict=strict,
        left_out=session.shown.left_out,
        looked_at=None if damaged or force or fresh_versions else _looked_at(session, outcomes, report, key),
    )
    if done.problems or (strict and done.warnings):
        return dataclasses.replace(done, exit_code=ExitCode.JOB_FAILED)
    return done


def compute(
    settings: Settings,
    listen: Listener = lambda event: None,
    labs: Collection[str] | None = None,
    say: Say | None = None,
) -> tuple[str, ...]:
    """Compute what is missing of the results and render nothing; one line for each job that failed.

    With ``labs``, only theirs are computed; names that no lab has are passed over. With ``say``, what is missing is
    first looked for where the settings say that others put theirs.
    """
    session = open_session(settings)
    _check_writable(settings)
    plan, outcomes = compute_results(session, session.questions_of(labs), False, listen, say=say)
    session.save()
    return tuple(map(str, failures(plan, outcomes)))


def render_computed(session: Session, drawings: Drawings, trusting: bool = True) -> Rendering:
    """Render a report from what is in the cache; nothing is computed, and nothing but the report is written.

    Without ``trusting``, what was brought from elsewhere is not shown.
    """
    from generator.render.figures import draw_figure

    files = Files.of(session)
    plan, outcomes = compute_results(session, (), False, lambda event: None, trusting=trusting)
    report, key = _report(session, plan, outcomes, None, files)
    report = dataclasses.replace(report, drawings=drawings, draw=draw_figure)
    return _render(session, report, key, files, lambda text: None)


def _check_writable(settings: Settings) -> None:
    """Find out before an hour of computing, not after, that there is nowhere to put the results."""
    OutputFolder(settings.output.folder).refuse_links()
    for name, folder in (("--cache", settings.folders.cache), ("--output", settings.output.folder)):
        hint = f"choose another folder with {name}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CacheError(f"cannot create {folder}: {error.strerror}", hint) from None
        if not os.access(folder, os.W_OK):
            raise CacheError(f"cannot write to {folder}", hint)


def _report(
    session: Session, plan: Plan, outcomes: Mapping[str, Outcome], only: tuple[str, ...] | None, files: Files
) -> tuple[Report, str]:
    """What is to be rendered, and the key under which it would be the same again."""
    report = report_of(session, plan, outcomes, only)
    options = {
        "profile": session.settings.profile,
        "language": session.shown.language,
        "edition": [session.settings.edition.value, report.frames, report.fields],
        "roles": {name: role.label for name, role in session.profile.roles.items()},
        "only": only,
        "left out": sorted(session.shown.left_out),
    }
    return report, render_key({**files.loaded, **files.late}, options, report.outcomes)


def _tidy(session: Session) -> None:
    """Remove what no report asked for in a month, once a day."""
    kept_drawings(session.settings).tidy()
    session.kept.store.tidy()


def _mixture(outcomes: Iterable[Outcome]) -> list[str]:
    """A warning when the results come from several versions, which may give other numbers for the same."""
    mixed = [f"{name} {' and '.join(found)}" for name, found in versions_of(outcomes).items() if len(found) > 1]
    hint = "`genreport plan` tells which, `genreport build --fresh-versions` computes the others again"
    return [f"the report mixes results of several versions ({', '.join(mixed)}): {hint}"] if mixed else []


def _remove_damaged(session: Session, report: Report) -> list[str]:
    """Read every result that may have changed since; entries whose checksums do not hold are removed and named."""
    warnings = []
    once = {outcome.fingerprint: address for address, outcome in reversed([*report.outcomes.items()])}
    for address, outcome in report.outcomes.items():
        try:
            if outcome.has_result and once[outcome.fingerprint] == address:
                session.cache.verify(outcome.fingerprint, session.memo, outcome.load)
        except DamagedEntryError as error:
            session.cache.remove(outcome.fingerprint)
            warnings.append(f"{address}: {error.message}; it was computed again")
    return warnings


def _looked_at(
    session: Session, outcomes: Mapping[str, Outcome], report: Report, key: str
) -> Callable[[], LookedAt] | None:
    """What the build rests on, where it is all here."""
    if session.settings.workers.where != ExecutorSpec().where:
        return None
    forms = _forms(session, report)
    return lambda: looked_at(session, outcomes, report.name, forms, lambda: _current(session, report, key) is not None)


def _forms(session: Session, report: Report) -> list[str]:
    return [form.name for form in chosen_forms(session.settings.output.formats, whole=report.only is None)]


def _current(session: Session, report: Report, key: str) -> Rendering | None:
    """The report on disk, if it is the one that would be written."""
    folder = OutputFolder(session.settings.output.folder)
    folder.tidy()
    return folder.current(report, key, _forms(session, report))


def _render(session: Session, report: Report, key: str, files: Files, say: Say) -> Rendering:
    """Write the report and the exported results."""
    from generator.render.outputs.report import render_report

    output = session.settings.output
    try:
        return render_report(report, output.folder, output.formats, say, key, lambda: late_files(session) == files.late)
    except OSError as error:
        raise RenderError(
            f"the report cannot be written to {output.folder}: {error.strerror or error}",
            "make room there, or choose another folder with --output; what was computed is kept",
        ) from error
