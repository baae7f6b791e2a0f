"""Carry results from one machine to another: pack what the cache holds of a selection, unpack it elsewhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from generator import __version__
from generator.commands.session import Session, Settings, open_session
from generator.errors import InputError, Mistake
from generator.planning.data import LOCK, DataLock, digests_of, files_of
from generator.planning.history import explain, read_ingredients
from generator.planning.plan import Plan, PlannedJob, Standing
from generator.store.files import disk_errors
from generator.store.packs import open_pack, write_pack

Progress = Callable[[str, int, int], None]
Entry = dict[str, bytes]


@dataclass(frozen=True)
class Packed:
    """What a pack was made of: how many results went in, and how many of the selection are not computed."""

    path: Path
    results: int
    missing: int
    size: int


@dataclass
class Unpacked:
    """What became of a pack's results, by address: those brought, those that were there, those that will not be used.

    ``unused`` says why: what differs between the pack's result and the one that this course asks for. ``unlike`` are
    the data sets of which something else is known here than the pack says.
    """

    path: Path
    brought: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    unused: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unlike: list[str] = field(default_factory=list)


def pack(settings: Settings, selection: Iterable[str], target: Path, since: date | None, progress: Progress) -> Packed:
    """Write what the cache holds of the selection, and of all that it takes as inputs, to one file.

    ``since`` leaves out what was computed before that day (UTC).

    Raises:
        InputError: there is no such selection, or nothing of it is in the cache.
        CacheError: the file cannot be written; an entry is damaged.
    """
    session = open_session(settings)
    plan = session.plan()
    chosen = finished_jobs(session, plan, selection, since)
    listing = {
        "genreport": __version__,
        "profile": session.profile.name,
        "data": data_of(session, plan, chosen),
        "results": [
            {"fingerprint": job.job.fingerprint, "addresses": job.addresses, "ingredients": asdict(job.ingredients)}
            for job in chosen
        ],
    }
    session.save()
    with disk_errors(target.absolute().parent):
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
        write_pack(target, listing, _entries(session, chosen, progress))
    needed = plan.needed(session.questions(selection))
    missing = sum(job.standing is not Standing.HIT for job in needed)
    return Packed(target, len(chosen), missing, target.stat().st_size)


def finished_jobs(
    session: Session, plan: Plan, selection: Iterable[str], since: date | None = None
) -> list[PlannedJob]:
    """The jobs of a selection, and of all that it takes as inputs, that are in the cache; InputError if none is.

    ``since`` leaves out what was computed before that day (UTC).
    """
    hits = [job for job in plan.needed(session.questions(selection)) if job.standing is Standing.HIT]
    chosen = [job for job in hits if since is None or _finished(session, job) >= since]
    if not chosen:
        message = "nothing of this is in the cache" + (f" since {since}" if since else "")
        raise InputError([Mistake(message, session.cache.folder, hint="compute it first: `genreport build`")])
    return chosen


def _finished(session: Session, job: PlannedJob) -> date:
    return datetime.fromisoformat(session.cache.provenance(job.job.fingerprint).finished).astimezone(UTC).date()


def data_of(session: Session, plan: Plan, jobs: Iterable[PlannedJob]) -> dict[str, dict[str, str]]:
    """The digests of all data that these jobs, and what they were computed from, read: here, or where that was."""
    lock, data = DataLock(session.cache.folder / LOCK), session.settings.folders.data
    reached = plan.with_inputs(job.job.fingerprint for job in jobs)
    own = {label: found.paths for label, found in session.course.own_data.items()}
    labels = sorted({label for planned in reached for label in planned.job.data})
    found = {label: digests_of(files_of(label, data, own), data, session.memo) or lock.known(label) for label in labels}
    return {label: dict(digests) for label, digests in found.items() if digests}


def _entries(
    session: Session, jobs: Sequence[PlannedJob], progress: Progress
) -> Iterator[tuple[str, dict[str, bytes]]]:
    for number, job in enumerate(jobs, start=1):
        progress(job.job.address, number, len(jobs))
        yield job.job.fingerprint, session.cache.export(job.job.fingerprint)


def unpack(settings: Settings, source: Path, progress: Progress) -> Unpacked:
    """Bring a pack's results into the cache, as far as this course asks for them; a second time, nothing happens.

    The profile is the pack's. All of the pack is verified before anything is written.

    Raises:
        PackError: the file is no sound pack.
        InputError: the course has no such profile.
        CacheError: the disk is full or refuses; what was brought until then is whole, and the rest comes next time.
    """
    with open_pack(source) as found:
        for number, _ in enumerate(found.check(), start=1):
            progress("verifying", number, len(found.listed))
        session = open_session(dataclasses.replace(settings, profile=found.profile, overrides={}))
        lock = DataLock(session.cache.folder / LOCK)
        done = Unpacked(source, unlike=lock.add(found.data))
        plan = session.plan(lock=lock)
        origin = f"{source.name}, unpacked on {datetime.now(UTC).date().isoformat()}"
        for number, (fingerprint, listed) in enumerate(found.listed.items(), start=1):
            progress("unpacking", number, len(found.listed))
            address = ", ".join(listed["addresses"])
            if fingerprint not in plan.jobs:
                done.unused[address] = _why_not(plan, listed)
            elif session.cache.import_(fingerprint, found.files(fingerprint), origin):
                done.brought.append(address)
            else:
                done.there.append(address)
        if done.brought or done.there:
            lock.save()
        session.save()
    return done


def _why_not(plan: Plan, listed: Mapping[str, Any]) -> tuple[str, ...]:
    """How a pack's result differs from what the course asks for at its place."""
    here = next((plan.by_address[address] for address in listed["addresses"] if address in plan.by_address), None)
    if here is None:
        return ("no result of this course has that name",)
    try:
        there = read_ingredients(listed["ingredients"])
    except ValueError:
        return ("it does not say what it was computed from",)
    return tuple(str(reason) for reason in explain(there, plan.jobs[here].ingredients))
