"""Cache entries on disk: each job's result and its provenance, by fingerprint, whole and verified or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from generator import results
from generator.jobs import Provenance
from generator.results import Result, Value
from generator.store.checkpoints import DiskCheckpoints
from generator.store.entry import (
    ARRAYS,
    FORMAT,
    MANIFEST,
    RESULT,
    DamagedEntryError,
    check_file,
    damage,
    read_manifest,
    read_result,
    verify,
)
from generator.store.files import (
    digest,
    disk_errors,
    folder_size,
    from_json,
    from_safetensors,
    remove_folder,
    replace_file,
    sync_folder,
    to_json,
    to_safetensors,
    write_file,
)
from generator.store.lock import acquire, try_lock
from generator.store.memo import Memo, is_settled, stamp
from generator.store.soundness import check_result, read_provenance


@dataclass(frozen=True)
class EntryInfo:
    """What takes room in the cache: the fingerprint and the size in bytes."""

    fingerprint: str
    size: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads a result when it is called. There is one for each job that ended, so it is as small as it can be."""

    cache: Cache
    fingerprint: str

    def __call__(self) -> Result:
        """The result, verified."""
        return self.cache.load(self.fingerprint)


class Cache:
    """The entries below one folder. Reading never changes anything; writers hold the fingerprint's lock.

    Layout: ``entries/ab/abcd…/`` holds result.json, arrays.safetensors and manifest.json; ``partial/`` what is being
    written or removed; ``checkpoints/`` the state of unfinished trainings; ``locks/`` one file for each job under way;
    ``brought/`` one for each entry that was computed elsewhere, which says where from.
    """

    def __init__(self, folder: Path, durable: bool = True) -> None:
        """``durable`` is false for a folder of copies: what a power cut spoils there is found damaged and made anew."""
        self.folder, self._durable = folder, durable

    def has(self, fingerprint: str) -> bool:
        """Whether an entry is of known origin and its files of the listed sizes; loading verifies their content."""
        try:
            manifest = self._manifest(fingerprint)
            read_provenance(manifest["provenance"])
            place = self._entry(fingerprint)
            return all((place / name).stat().st_size == listed["size"] for name, listed in manifest["files"].items())
        except (OSError, ValueError, DamagedEntryError):
            return False

    def files(self, fingerprint: str) -> tuple[Path, ...]:
        """Where an entry's files are or would be, the manifest first, and what says where it was brought from."""
        place = self._entry(fingerprint)
        return (place / MANIFEST, place / RESULT, place / ARRAYS, self.folder / "brought" / fingerprint)

    def is_sound(self, fingerprint: str) -> bool:
        """Whether there is an entry that :meth:`load` and :meth:`provenance` read."""
        try:
            self.provenance(fingerprint)
            self.load(fingerprint)
        except DamagedEntryError:
            return False
        return True

    def verify(self, fingerprint: str, memo: Memo, load: Callable[[], object]) -> None:
        """Have an entry read whose files are not those that were found sound before. DamagedEntryError if it is not."""
        try:
            stamps = [stamp(self._entry(fingerprint) / name) for name in (MANIFEST, RESULT, ARRAYS)]
        except OSError as error:
            raise DamagedEntryError(fingerprint, f"a file cannot be read ({error.strerror})") from error
        if not memo.holds(f"sound:{fingerprint}", str(stamps)):
            load()
            if is_settled(*stamps):
                memo.keep(f"sound:{fingerprint}", str(stamps))

    def provenance(self, fingerprint: str) -> Provenance:
        """How the entry came about; raises DamagedEntryError when it is absent or unreadable."""
        try:
            provenance = read_provenance(self._manifest(fingerprint)["provenance"])
            origin = (self.folder / "brought" / fingerprint).read_text("utf-8")
        except FileNotFoundError:
            return provenance  # computed here: nobody brought it
        except (OSError, ValueError) as error:
            raise DamagedEntryError(fingerprint, str(error)) from error
        return replace(provenance, origin=origin)

    def metrics(self, fingerprint: str) -> dict[str, Value]:
        """The entry's metrics, read without its arrays."""
        return dict(self.facts(fingerprint).metrics)

    def facts(self, fingerprint: str) -> Result:
        """The entry's metrics and tables, read without its arrays and what is drawn of them."""
        document = self._verified(fingerprint, RESULT)
        with damage(fingerprint):
            facts = results.decode({**from_json(document), "figures": {}, "arrays": []}, {})
            check_result(facts)
        return facts

    def load(self, fingerprint: str) -> Result:
        """The entry's result, its checksums verified; raises DamagedEntryError when they do not hold."""
        document, arrays = self._verified(fingerprint, RESULT), self._verified(fingerprint, ARRAYS)
        with damage(fingerprint):
            return read_result(document, from_safetensors(arrays))

    def save(self, fingerprint: str, result: Result, provenance: Provenance) -> None:
        """Store a result; the caller holds the fingerprint's lock. The job's checkpoints are then removed.

        Raises:
            CacheError: the disk is full or refuses; nothing half-written is left.
            TypeError: the result holds a value that neither JSON nor safetensors can store.
            ValueError: something in it is not of the type or shape that its definition states.
        """
        document, arrays = results.encode(result)
        files = {RESULT: to_json(document), ARRAYS: to_safetensors(arrays)}
        read_result(files[RESULT], arrays)  # an entry that could not be read would be computed again for ever
        listed = {name: {"size": len(content), "sha256": digest(content)} for name, content in files.items()}
        recorded = {name: value for name, value in asdict(provenance).items() if name != "origin"}
        manifest = {"format": FORMAT, "files": listed, "provenance": recorded}
        manifest["sha256"] = digest(to_json(manifest))
        self._store(fingerprint, {**files, MANIFEST: to_json(manifest)})
        self._mark(fingerprint, "")
        self.checkpoints(fingerprint).discard()

    def remove(self, fingerprint: str) -> None:
        """Forget an entry and its checkpoints; the entry vanishes at once or not at all."""
        with disk_errors(self.folder):
            remove_folder(self._entry(fingerprint), self._partial(fingerprint))
        self._mark(fingerprint, "")
        self.checkpoints(fingerprint).discard()

    def entries(self) -> Iterator[EntryInfo]:
        """Every entry, damaged ones included, with its size."""
        for place in sorted((self.folder / "entries").glob("??/*")):
            yield EntryInfo(place.name, folder_size(place))

    def unfinished(self) -> Iterator[EntryInfo]:
        """Every job that has checkpoints but no entry, with their size."""
        for place in sorted((self.folder / "checkpoints").glob("*")):
            yield EntryInfo(place.name, folder_size(place))

    def checkpoints(self, fingerprint: str) -> DiskCheckpoints:
        """Where the job keeps its state until its entry is saved."""
        return DiskCheckpoints(self.folder / "checkpoints" / fingerprint)

    def export(self, fingerprint: str) -> dict[str, bytes]:
        """The entry's verified files, for a worker or client that does not share this folder."""
        names = (RESULT, ARRAYS)
        return {name: self._verified(fingerprint, name) for name in names} | {
            MANIFEST: (self._entry(fingerprint) / MANIFEST).read_bytes()
        }

    def import_(
        self,
        fingerprint: str,
        files: Mapping[str, bytes],
        origin: str = "",
        given_up: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Store what :meth:`export` gave elsewhere; False when a sound entry is there already, which stays.

        ``origin`` says in one line where it was brought from, if not from a worker of this build: then the entry bears
        it as a mark until it is computed here.

        Raises:
            DamagedEntryError: the files do not match their manifest, or are another job's.
            CancelledError: ``given_up`` turned true while another build was at this entry.
        """
        verify(fingerprint, files)
        with self.lock(fingerprint, given_up=given_up):
            if self.is_sound(fingerprint):
                return False
            self._mark(fingerprint, origin)  # first: a kill in between must not leave an entry without its mark
            self._store(fingerprint, files)
        return True

    def _mark(self, fingerprint: str, origin: str) -> None:
        mark = self.folder / "brought" / fingerprint
        with disk_errors(self.folder):
            if origin:
                mark.parent.mkdir(parents=True, exist_ok=True)
                replace_file(mark, origin.encode())
            else:
                mark.unlink(missing_ok=True)

    @contextmanager
    def lock(
        self, fingerprint: str, on_wait: Callable[[], None] = lambda: None, given_up: Callable[[], bool] = lambda: False
    ) -> Iterator[None]:
        """Be the only one, in all builds that use this folder, to write this job's entry and checkpoints.

        ``on_wait`` is called once when another holds the lock. A killed holder's lock is soon free. Raises
        CancelledError when ``given_up`` turns true while another holds it.
        """
        path = self.folder / "locks" / fingerprint
        with disk_errors(self.folder):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = acquire(path, on_wait, given_up)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)  # while it is held: whoever waits for this file sees that it is gone
            os.close(descriptor)

    def tidy(self, fingerprint: str) -> None:
        """Remove the lock and the half-written entry that a killed worker left, unless somebody is at work on the job.

        Checkpoints stay: from them the next build goes on.
        """
        path = self.folder / "locks" / fingerprint
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDWR)
            try:
                try_lock(descriptor)
                shutil.rmtree(self._partial(fingerprint), ignore_errors=True)
                path.unlink()
            finally:
                os.close(descriptor)

    def _store(self, fingerprint: str, files: Mapping[str, bytes]) -> None:
        partial, place = self._partial(fingerprint), self._entry(fingerprint)
        with disk_errors(self.folder):
            shutil.rmtree(partial, ignore_errors=True)  # what a killed writer left
            try:
                partial.mkdir(parents=True)
                for name in sorted(files, key=lambda name: name == MANIFEST):
                    write_file(partial / name, files[name], self._durable)
                if self._durable:
                    sync_folder(partial)
                place.parent.mkdir(parents=True, exist_ok=True)
                if place.exists():
                    remove_folder(place, partial.with_name(f"{fingerprint}.old"))
                partial.rename(place)
            except OSError:
                shutil.rmtree(partial, ignore_errors=True)
                raise
            if self._durable:
                sync_folder(place.parent)

    def _entry(self, fingerprint: str) -> Path:
        return self.folder / "entries" / fingerprint[:2] / fingerprint

    def _partial(self, fingerprint: str) -> Path:
        return self.folder / "partial" / fingerprint

    def _manifest(self, fingerprint: str) -> dict[str, Any]:
        try:
            content = (self._entry(fingerprint) / MANIFEST).read_bytes()
        except OSError as error:
            raise DamagedEntryError(fingerprint, f"its manifest cannot be read ({error.strerror})") from error
        return read_manifest(fingerprint, content)

    def _verified(self, fingerprint: str, name: str) -> bytes:
        listed = self._manifest(fingerprint)["files"]
        try:
            content = (self._entry(fingerprint) / name).read_bytes()
        except OSError as error:
            raise DamagedEntryError(fingerprint, f"{name} cannot be read ({error.strerror})") from error
        check_file(fingerprint, name, content, listed[name])
        return content
