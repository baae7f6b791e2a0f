"""Build the report: open the course, plan, compute what is missing, and render where anything has changed."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from generator import __version__
from generator.answers.addresses import parse_address
from generator.commands.computing import Listener, compute_results, failures
from generator.commands.last_failures import noting_failures
from generator.commands.session import Session, Settings, open_session
from generator.commands.unshown import unshown_texts
from generator.commands.up_to_date import Files, late_files, render_key
from generator.course.editions import Edition
from generator.course.spec import LeftOut
from generator.errors import CacheError, RenderError
from generator.jobs import ExitCode, Outcome, State
from generator.languages import gettext, listed, speaking
from generator.planning.plan import Plan
from generator.render.outputs.folder import OutputFolder
from generator.render.outputs.table import chosen as chosen_forms
from generator.render.outputs.written import Rendering
from generator.running.versions import UNKNOWN
from generator.store.entry import DamagedEntryError
from generator.store.files import to_json

if TYPE_CHECKING:
    from generator.render.content.document import Report
    from generator.render.content.kept import KeptParts
    from generator.render.figures import Drawing
    from generator.render.figures.kept import KeptDrawings

Say = Callable[[str], None]
Drawings = MutableMapping[tuple[str, str, float], "Drawing"]


@dataclass(frozen=True)
class BuildReport:
    """What a build did: the report as it lies there, whether it had to be ``written``, and how its jobs ended.

    ``failures`` has a line for each job that failed, ``remarks`` what is to be said of the results and of texts that
    are not shown, ``left_out`` the questions that are in no report, with why.
    """

    rendering: Rendering
    written: bool
    computed: int
    cached: int
    failures: tuple[str, ...]
    remarks: tuple[str, ...]
    exit_code: ExitCode
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the build failed."""
        return (*self.failures, *self.rendering.problems)

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
) -> BuildReport:
    """Compute what the selection needs and render the report.

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
    plan, outcomes = compute_results(session, computing, force, listen, fresh_versions=fresh_versions, say=say)
    report, key = _report(session, plan, outcomes, chosen if only else None, files)
    damaged: list[str] = []
    rendering = current = _current(session, report, key)
    if rendering is None:
        damaged = _remove_damaged(session, report)
        if damaged:
            plan, outcomes = compute_results(session, computing, False, listen)
            report, key = _report(session, plan, outcomes, chosen if only else None, files)
        kept = kept_parts(session, files)
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
        left_out=session.shown.left_out,
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
    return tuple(failures(plan, outcomes))


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


def report_of(session: Session, plan: Plan, outcomes: Mapping[str, Outcome], only: tuple[str, ...] | None) -> Report:
    """What is to be rendered; ``only`` are the questions of a part of it."""
    from generator.render.content.document import Report

    settings = session.settings
    by_address = {address: outcomes[fingerprint] for address, fingerprint in plan.by_address.items()}
    if settings.output.frames:  # empty frames say nothing of what happens to be in the cache
        by_address = {}
    devices = dict.fromkeys(o.provenance.device for o in by_address.values() if o.provenance is not None)
    versions = _versions(by_address.values())
    with speaking(session.shown.language):
        unknown = {UNKNOWN: gettext("unknown")}
        used = ", ".join(
            f"{name} {listed([unknown.get(version, version) for version in found])}" for name, found in versions.items()
        )
    return Report(
        course=session.shown,
        profile=session.profile,
        device=", ".join(devices),
        version=__version__,
        versions=used,
        refs=plan.refs,
        outcomes=by_address,
        only=None if only is None else frozenset(only),
        images=settings.project.folder if settings.project and settings.edition is Edition.STUDENT else None,
        frames=settings.output.frames,
        fields=settings.output.fields,
        draw=_kept_drawings(settings).draw,
        enclosed={"plan.json": lambda: to_json(_exported(session, plan))},
        bound={str(one.address): {**one.parameters, **one.inputs} for one in session.bindings.by_address.values()},
    )


def _kept_drawings(settings: Settings) -> KeptDrawings:
    from generator.render.figures.kept import KeptDrawings

    return KeptDrawings(settings.folders.cache / "drawings")


def kept_parts(session: Session, files: Files) -> KeptParts:
    """Where what is made of questions is found again."""
    from generator.render.content.kept import KeptParts

    store, program, drawings = session.kept.store, session.kept.program, _kept_drawings(session.settings)
    return KeptParts(store, program, drawings.find, files.pictures)


def _tidy(session: Session) -> None:
    """Remove what no report asked for in a month, once a day."""
    _kept_drawings(session.settings).tidy()
    session.kept.store.tidy()


def _versions(outcomes: Iterable[Outcome]) -> dict[str, list[str]]:
    """The versions that results were computed with, by name: several where they differ, unknown where none is noted."""
    records = [outcome.provenance.versions for outcome in outcomes if outcome.provenance is not None]
    names = dict.fromkeys(name for record in records for name in record)
    return {name: sorted({record.get(name, UNKNOWN) for record in records}) for name in names}


def _mixture(outcomes: Iterable[Outcome]) -> list[str]:
    """A warning when the results come from several versions, which may give other numbers for the same."""
    mixed = [f"{name} {' and '.join(found)}" for name, found in _versions(outcomes).items() if len(found) > 1]
    hint = "`genreport plan` tells which, `genreport build --fresh-versions` computes the others again"
    return [f"the report mixes results of several versions ({', '.join(mixed)}): {hint}"] if mixed else []


def _remove_damaged(session: Session, report: Report) -> list[str]:
    """Read every result that may have changed since; entries whose checksums do not hold are removed and named."""
    warnings = []
    for address, outcome in report.outcomes.items():
        try:
            if outcome.has_result:
                session.cache.verify(outcome.fingerprint, session.memo, outcome.load)
        except DamagedEntryError as error:
            session.cache.remove(outcome.fingerprint)
            warnings.append(f"{address}: {error.message}; it was computed again")
    return warnings


def _current(session: Session, report: Report, key: str) -> Rendering | None:
    """The report on disk, if it is the one that would be written."""
    output = session.settings.output
    forms = [form.name for form in chosen_forms(output.formats, whole=report.only is None)]
    folder = OutputFolder(output.folder)
    folder.tidy()
    return folder.current(report, key, forms)


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


def _exported(session: Session, plan: Plan) -> dict[str, Any]:
    """The plan as results/plan.json holds it: for each address its fingerprint and all that went into it.

    What only questions that are in no report need is left out.
    """
    course = session.shown
    addresses = [*plan.by_address]
    if course.left_out:
        needed = plan.needed(question.address for question in course.present())
        named = [[one for one in job.addresses if parse_address(one).question not in course.left_out] for job in needed]
        addresses = [one for job, own in zip(needed, named, strict=True) for one in own or job.addresses]
    fingerprints = {address: plan.by_address[address] for address in sorted(addresses)}
    jobs = {one: {**vars(plan.jobs[fp].ingredients), "fingerprint": fp} for one, fp in fingerprints.items()}
    return {"profile": plan.profile, "jobs": jobs}
