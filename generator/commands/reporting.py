"""What is to be rendered: the course, its results as they ended, and where what was made of them before is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from generator import __version__
from generator.answers.addresses import parse_address
from generator.commands.session import Session, Settings
from generator.commands.up_to_date import Files
from generator.course.editions import Edition
from generator.jobs import Outcome
from generator.languages import gettext, listed, speaking
from generator.planning.plan import Plan
from generator.running.executors.choose import ExecutorSpec, usable_cores
from generator.running.versions import UNKNOWN
from generator.store.files import to_json
from generator.store.plain import digest_of

if TYPE_CHECKING:
    from generator.render.content.document import Report
    from generator.render.content.kept import KeptParts
    from generator.render.figures.kept import KeptDrawings


def report_of(session: Session, plan: Plan, outcomes: Mapping[str, Outcome], only: tuple[str, ...] | None) -> Report:
    """What is to be rendered; ``only`` are the questions of a part of it."""
    from generator.render.content.document import Report

    settings = session.settings
    by_address = {address: outcomes[fingerprint] for address, fingerprint in plan.by_address.items()}
    if settings.output.frames:  # empty frames say nothing of what happens to be in the cache
        by_address = {}
    devices = dict.fromkeys(o.provenance.device for o in by_address.values() if o.provenance is not None)
    versions = versions_of(by_address.values())
    with speaking(session.shown.language):
        unknown = {UNKNOWN: gettext("unknown")}
        used = ", ".join(
            f"{name} {listed([unknown.get(version, version) for version in found])}" for name, found in versions.items()
        )
    drawings = kept_drawings(settings)
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
        draw=drawings.draw,
        ahead=drawings.ahead,
        enclosed={"plan.json": lambda: to_json(_exported(session, plan))},
        modules={one.job.computation: one.job.module for one in plan.jobs.values()},
        bound={str(one.address): {**one.parameters, **one.inputs} for one in session.bindings.by_address.values()},
    )


def kept_drawings(settings: Settings) -> KeptDrawings:
    """Where figures that were drawn are found again."""
    from generator.render.figures.kept import KeptDrawings

    jobs = settings.workers.jobs if settings.workers.where == ExecutorSpec().where else None
    return KeptDrawings(settings.folders.cache / "drawings", jobs or usable_cores())


def kept_parts(session: Session, files: Files, report: Report | None = None) -> KeptParts:
    """Where what is made of questions is found again; that of a ``report``, by labs."""
    from generator.render.content.kept import KeptParts

    store, program, drawings = session.kept.store, session.kept.program, kept_drawings(session.settings)
    shelved = ""
    if report is not None:
        settings, course = session.settings, report.course
        project = settings.project.folder if settings.project else None
        told = [report.name, report.profile.name, course.language, course.edition, report.frames, report.fields]
        shelved = digest_of([session.place.folder, project, *told])
    return KeptParts(store, program, drawings.find, files.pictures, shelved)


def versions_of(outcomes: Iterable[Outcome]) -> dict[str, list[str]]:
    """The versions that results were computed with, by name: several where they differ, unknown where none is noted."""
    records = [outcome.provenance.versions for outcome in outcomes if outcome.provenance is not None]
    names = dict.fromkeys(name for record in records for name in record)
    return {name: sorted({record.get(name, UNKNOWN) for record in records}) for name in names}


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
