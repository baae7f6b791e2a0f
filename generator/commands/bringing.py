"""Take results that others computed from where they lie, instead of computing them; and put results there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from generator.commands.pack import Progress, data_of, finished_jobs
from generator.commands.session import Session, Settings, open_session
from generator.errors import CacheError, GenreportError, InputError, Mistake
from generator.planning.data import LOCK, DataLock, in_lock
from generator.planning.plan import Plan, PlannedJob, Standing
from generator.store.cache import Cache
from generator.store.entry import DamagedEntryError
from generator.store.places import AT_ONCE, WEB, Place, in_words, place_at
from generator.store.remote import Remote, without_user

Say = Callable[[str], None]
Known = Mapping[str, Mapping[str, str]]


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
            say(f"{place.name}: {label.partition('@')[0]} is known here as other data")
    return plan


def _bring(session: Session, plan: Plan, chosen: Iterable[str], place: Place) -> Iterator[int]:
    """Ask for all that a build of the questions would compute, and keep what comes; a 1 for each."""
    origin = f"{place.name}, copied on {datetime.now(UTC).date().isoformat()}"
    missing = [planned.job.fingerprint for planned in plan.needed(chosen) if planned.standing is not Standing.HIT]
    for fingerprint, files in place.entries(missing):
        if session.cache.import_(fingerprint, files, origin):
            yield 1


def push(settings: Settings, selection: Iterable[str], target: Path | str, progress: Progress) -> tuple[int, int]:
    """Put what the cache holds of a selection where builds elsewhere read from: into a folder, or to an address.

    Returns how many results were put there, and how many were there already. What lies there and is damaged is put
    there anew; nothing is removed.

    Raises:
        InputError: there is no such selection, nothing of it is in the cache, or such an address cannot be written to.
        CacheError: the folder or the place cannot be written, or an entry is damaged.
    """
    session = open_session(settings)
    plan = session.plan()
    chosen = finished_jobs(session, plan, selection)
    known = {in_lock(label, session.course.own_data): paths for label, paths in data_of(session, plan, chosen).items()}
    if "://" in str(target):
        put = _push_far(session, chosen, known, str(target), progress)
    else:
        put = _push_near(session, chosen, known, Path(target), progress)
    session.save()
    return put, len(chosen) - put


def _push_near(session: Session, chosen: list[PlannedJob], known: Known, target: Path, progress: Progress) -> int:
    there, put = Cache(target), 0
    if target.resolve() == session.cache.folder.resolve():
        raise CacheError(f"{target} is the cache itself", "name the folder that others are to read from")
    for number, planned in enumerate(chosen, start=1):
        progress(planned.job.address, number, len(chosen))
        fingerprint = planned.job.fingerprint
        put += there.import_(fingerprint, _files(session, planned), session.cache.provenance(fingerprint).origin)
    lock = DataLock(target / LOCK)
    lock.add(known)
    lock.save()
    return put


def _push_far(session: Session, chosen: list[PlannedJob], known: Known, target: str, progress: Progress) -> int:
    if target.partition("://")[0] in WEB:
        hint = "push into the folder that the server shows, or to an address such as s3:// or sftp://"
        raise InputError([Mistake("a web server takes no results", got=without_user(target), hint=hint)])
    remote, put = Remote(target), 0
    place = Place(remote.name, remote.open)

    def put_there(planned: PlannedJob) -> bool:
        with suppress(FileNotFoundError, DamagedEntryError):
            place.entry(planned.job.fingerprint)
            return False
        remote.write_entry(planned.job.fingerprint, _files(session, planned))
        return True

    with _place_errors(remote.name), TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as threads:
        for number, (planned, new) in enumerate(zip(chosen, threads.map(put_there, chosen), strict=True), start=1):
            progress(planned.job.address, number, len(chosen))
            put += new
        lock = DataLock(Path(folder) / LOCK)
        lock.add(place.data())
        if place.lost:  # what it says of others' data would be lost
            raise ConnectionError(place.lost)
        lock.add(known)
        lock.save()
        remote.write(LOCK, (Path(folder) / LOCK).read_bytes())
    return put


@contextmanager
def _place_errors(name: str) -> Iterator[None]:
    """Whatever goes wrong with a place that is written to, as one line."""
    try:
        yield
    except GenreportError:
        raise
    except Exception as error:  # of whatever carries the files
        hint = "what was put there until then is whole: the same command goes on"
        raise CacheError(f"{name} takes no results: {in_words(error)}", hint) from error


def _files(session: Session, planned: PlannedJob) -> Mapping[str, bytes]:
    try:
        return session.cache.export(planned.job.fingerprint)
    except DamagedEntryError as error:
        message = f"{planned.job.address}: {error.message}"
        raise CacheError(message, "compute it again: `genreport build`") from error
