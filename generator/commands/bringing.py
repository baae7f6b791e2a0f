"""Take results that others computed from where they lie, instead of computing them; and put results there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from generator.commands.pack import Progress, data_of, finished_jobs
from generator.commands.session import Session, Settings, open_session
from generator.errors import CacheError
from generator.planning.data import LOCK, DataLock
from generator.planning.plan import Plan, Standing
from generator.store.cache import Cache
from generator.store.entry import DamagedEntryError
from generator.store.places import Place, place_at

Say = Callable[[str], None]


def bring_results(session: Session, plan: Plan, chosen: Iterable[str], say: Say) -> Plan:
    """Copy what these questions lack from the places of the settings into the cache; the plan as it then is.

    What is verified is copied, with a mark of where it came from. Whatever is wrong with a place is said in one line.
    """
    chosen = tuple(chosen)
    for place in map(place_at, session.settings.places):
        if all(planned.standing is Standing.HIT for planned in plan.needed(chosen)):
            break
        lock = DataLock(session.cache.folder / LOCK)
        unlike = lock.add(place.data())
        asked = session.plan(lock=lock)
        brought = sum(_bring(session, asked, chosen, place))
        if brought:
            lock.save()
            plan = session.plan()
            say(f"{place.name}: {brought} {'result' if brought == 1 else 'results'} copied")
        if place.damaged:
            say(f"{place.name}: {place.damaged} damaged, not taken")
        if place.lost:
            say(f"{place.name}: given up: {place.lost}")
        for label in unlike if brought else ():
            say(f"{place.name}: {label} is known here as other data")
    return plan


def _bring(session: Session, plan: Plan, chosen: Iterable[str], place: Place) -> Iterator[int]:
    """Ask for all that a build of the questions would compute, and keep what comes; a 1 for each."""
    origin = f"{place.name}, copied on {datetime.now(UTC).date().isoformat()}"
    missing = [planned.job.fingerprint for planned in plan.needed(chosen) if planned.standing is not Standing.HIT]
    for fingerprint, files in place.entries(missing):
        if session.cache.import_(fingerprint, files, origin):
            yield 1


def push(settings: Settings, selection: Iterable[str], target: Path, progress: Progress) -> tuple[int, int]:
    """Put what the cache holds of a selection into a folder that builds elsewhere read from.

    Returns how many results were put there, and how many were there already. What lies there and is damaged is put
    there anew; nothing is removed.

    Raises:
        InputError: there is no such selection, or nothing of it is in the cache.
        CacheError: the folder cannot be written, or an entry is damaged.
    """
    session = open_session(settings)
    plan = session.plan()
    chosen = finished_jobs(session, plan, selection)
    there = Cache(target)
    if target.resolve() == session.cache.folder.resolve():
        raise CacheError(f"{target} is the cache itself", "name the folder that others are to read from")
    put = 0
    for number, planned in enumerate(chosen, start=1):
        progress(planned.job.address, number, len(chosen))
        fingerprint = planned.job.fingerprint
        try:
            files = session.cache.export(fingerprint)
        except DamagedEntryError as error:
            raise CacheError(
                f"{planned.job.address}: {error.message}", "compute it again: `genreport build`"
            ) from error
        put += there.import_(fingerprint, files, session.cache.provenance(fingerprint).origin)
    lock = DataLock(target / LOCK)
    lock.add(data_of(session, plan, chosen))
    lock.save()
    session.save()
    return put, len(chosen) - put
