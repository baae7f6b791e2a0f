"""A research object of computed results: an RO-Crate that says how each came about, as a Process Run Crate does.

Specifications: https://w3id.org/ro/crate/1.1 and https://w3id.org/ro/wfrun/process/0.5.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from generator import __version__
from generator.commands.pack import Progress, finished_jobs
from generator.commands.session import Session, Settings, open_session
from generator.datasets.sources import SOURCES
from generator.errors import InputError, Mistake
from generator.jobs import Provenance, one_by_one
from generator.planning.plan import PlannedJob
from generator.store.entry import ARRAYS, MANIFEST, RESULT
from generator.store.files import disk_errors, replace_file, to_json

METADATA = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
NO_LICENCE = "No licence is stated: all rights stay with the authors."
_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_KINDS = {RESULT: "application/json", MANIFEST: "application/json", ARRAYS: "application/octet-stream"}
Entity = dict[str, Any]


def export_crate(settings: Settings, selection: Iterable[str], target: Path, licence: str, progress: Progress) -> int:
    """Write what the cache holds of a selection, and of all that it takes as inputs, into a new or empty folder.

    ``licence`` is the address of one, or its words. Returns how many results there are.

    Raises:
        InputError: there is no such selection, nothing of it is in the cache, or the folder holds something.
        CacheError: the folder cannot be written, or an entry is damaged.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(
            [Mistake("this is no place for a crate: it holds other things", target, hint="name a new folder")]
        )
    session = open_session(settings)
    chosen = finished_jobs(session, session.plan(), selection)
    crate = _Crate(session, licence)
    with disk_errors(target.absolute().parent):
        for number, planned in enumerate(chosen, start=1):
            progress(planned.job.address, number, len(chosen))
            files = session.cache.export(planned.job.fingerprint)
            place = target / crate.folder(planned.job.fingerprint)
            place.mkdir(parents=True)
            for name, content in files.items():
                replace_file(place / name, content)
            crate.add(planned, {name: len(content) for name, content in files.items()})
        plan = {planned.job.fingerprint: asdict(planned.ingredients) for planned in chosen}
        replace_file(target / "plan.json", to_json({"profile": session.profile.name, "jobs": plan}))
        replace_file(target / METADATA, json.dumps(crate.document(), indent=2, ensure_ascii=False).encode() + b"\n")
    session.save()
    return len(chosen)


class _Crate:
    """The entities of a crate, by their identifiers."""

    def __init__(self, session: Session, licence: str) -> None:
        self._session = session
        self._licence = licence if licence.startswith(("http://", "https://")) else "#licence"
        self._words = licence or NO_LICENCE
        self._entities: dict[str, Entity] = {}
        self._parts: list[str] = ["plan.json"]
        self._actions: list[str] = []

    @staticmethod
    def folder(fingerprint: str) -> str:
        return f"results/{fingerprint[:16]}"

    def add(self, planned: PlannedJob, sizes: Mapping[str, int]) -> None:
        """One result: its files, and the action that made it from parameters, data and other results."""
        job, provenance = planned.job, self._session.cache.provenance(planned.job.fingerprint)
        place = self.folder(job.fingerprint)
        for name, size in sizes.items():
            self._put(
                f"{place}/{name}", "File", name=f"{name} of {job.address}", encodingFormat=_KINDS[name],
                contentSize=str(size),
            )  # fmt: skip
        self._parts += [f"{place}/{name}" for name in sizes]
        used = [f"{self.folder(one)}/{RESULT}" for one in one_by_one(job.inputs).values()]
        used += [self._data(label, digest) for label, digest in job.data.items()]
        used += [
            self._put(
                f"#{job.fingerprint[:16]}-{name}",
                "PropertyValue",
                name=name,
                value=json.dumps(value, ensure_ascii=False),
            )
            for name, value in job.parameters.items()
        ]
        action = f"#{job.fingerprint[:16]}"
        self._put(
            action, "CreateAction", name=", ".join(planned.addresses), **_times(provenance),
            description=f"Computed on {provenance.device}, in {provenance.precision}" + _brought(provenance),
            instrument=_reference(self._computation(job.computation, provenance)),
            object=[*map(_reference, used)], result=[_reference(f"{place}/{name}") for name in sizes],
            agent=_reference(self._agent()),
        )  # fmt: skip
        self._actions.append(action)

    def document(self) -> Entity:
        """The whole metadata file."""
        course = self._session.shown
        program = self._program()
        licence = (
            {"name": "Licence", "description": self._words} if self._licence == "#licence" else {"name": self._words}
        )
        self._put(self._licence, "CreativeWork", **licence)
        self._put("plan.json", "File", name="What each result was computed from", encodingFormat="application/json")
        self._put(PROFILE, "CreativeWork", name="Process Run Crate", version="0.5")
        authors = [self._person(*author) for author in course.authors]
        root = self._entity(
            "./", "Dataset", name=course.title, datePublished=datetime.now(UTC).date().isoformat(),
            description=f"Results of the course “{course.title}” under the profile {self._session.profile.name}, "
            "with what each was computed from, by the program genreport.",
            license=_reference(self._licence), conformsTo=_reference(PROFILE), hasPart=[*map(_reference, self._parts)],
            mentions=[*map(_reference, [*self._actions, program])],
            **({"author": [*map(_reference, authors)]} if authors else {}),
        )  # fmt: skip
        about = self._entity(
            METADATA, "CreativeWork", about=_reference("./"), conformsTo=_reference("https://w3id.org/ro/crate/1.1")
        )
        return {"@context": _CONTEXT, "@graph": [about, root, *self._entities.values()]}

    def _computation(self, name: str, provenance: Provenance) -> str:
        versions = ", ".join(f"{package} {version}" for package, version in provenance.versions.items())
        return self._put(
            f"#computation-{name}", "SoftwareApplication", name=name, softwareRequirements=versions or "unknown",
            softwareVersion=__version__, isPartOf=_reference(self._program()),
        )  # fmt: skip

    def _program(self) -> str:
        return self._put("#genreport", "SoftwareApplication", name="genreport", softwareVersion=__version__)

    def _agent(self) -> str:
        return self._put("#agent", "Organization", name=self._session.course.institution or "who ran genreport")

    def _person(self, name: str, number: str = "") -> str:
        return self._put(f"#author-{len(self._entities)}", "Person", name=name)

    def _data(self, label: str, digest: str) -> str:
        kind, _, name = label.partition("/")
        source = SOURCES.get(name) if kind == "dataset" else None
        said = {"license": source.licence} if source is not None else {}
        own = self._session.course.own_data.get(label)
        return self._put(
            f"#{kind}-{name}", "CreativeWork", name=own.title if own else name, identifier=f"sha256:{digest}", **said
        )

    def _put(self, at: str, kind: str, **values: Any) -> str:
        self._entities.setdefault(at, self._entity(at, kind, **values))
        return at

    @staticmethod
    def _entity(at: str, kind: str, **values: Any) -> Entity:
        return {"@id": at, "@type": kind, **values}


def _reference(identifier: str) -> Entity:
    return {"@id": identifier}


def _brought(provenance: Provenance) -> str:
    return f"; brought from {provenance.origin}" if provenance.origin else ""


def _times(provenance: Provenance) -> dict[str, str]:
    """Beginning and end as ISO 8601; the beginning is the end less the duration."""
    end = datetime.fromisoformat(provenance.finished)
    begin = end - timedelta(seconds=provenance.duration)
    return {"startTime": begin.isoformat(timespec="seconds"), "endTime": end.isoformat(timespec="seconds")}
