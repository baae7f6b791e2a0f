"""What each place of the report was last computed from and how long it took: for `plan`, `why` and estimates."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from generator.jobs import one_by_one
from generator.planning.durations import Durations, Past, with_inputs
from generator.planning.fingerprint import Ingredients
from generator.store.memo import read_json, write_json

VERSION = 1
_OF_COURSE = "\n"  # in a key, between the course and what is of it


class Cause(StrEnum):
    """The kinds of reason why a job has to be computed."""

    NEVER = "never computed"
    CODE = "code"
    PARAMETER = "parameter"
    INPUT = "input"
    DATA = "data"
    COMPUTATION = "computation"
    LOST = "no longer in the cache"
    FORCED = "forced"
    VERSIONS = "computed with"


@dataclass(frozen=True)
class Reason:
    """One thing that changed since the last time: its name, and its old and new value where they can be shown."""

    cause: Cause
    name: str = ""
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        change = f": {self.old or 'present'} → {self.new or 'present'}" if self.old or self.new else ""
        return f"{self.cause} {self.name}".strip() + change


def explain(old: Ingredients | None, new: Ingredients) -> tuple[Reason, ...]:
    """Why ``new`` is not what was computed from ``old``; never empty."""
    if old is None:
        return (Reason(Cause.NEVER),)
    reasons: list[Reason] = []
    if old.computation != new.computation:
        reasons.append(Reason(Cause.COMPUTATION, "", old.computation, new.computation))
    reasons += _differences(Cause.PARAMETER, old.parameters, new.parameters, shown=True)
    reasons += _differences(Cause.INPUT, one_by_one(old.inputs), one_by_one(new.inputs), shown=False)
    reasons += _differences(Cause.DATA, old.data, new.data, shown=False)
    if old.meaning != new.meaning:
        reasons += _differences(Cause.CODE, *_edited(old.code, new.code), shown=False)
    return tuple(reasons) or (Reason(Cause.LOST),)


def _edited(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The definitions of either side, without those that only lie in another place than before.

    Each digest has two halves: what a definition says, and what its names stand for. Where a definition moved, the
    names of all that mention it stand for something else, which is no reason then.
    """
    gone = {label: _says(digest) for label, digest in old.items() if label not in new}
    come = {label: _says(digest) for label, digest in new.items() if label not in old}
    moved = {(_name(label), digest) for label, digest in gone.items()}
    moved &= {(_name(label), digest) for label, digest in come.items()}
    before, after = (
        {label: d for label, d in side.items() if (_name(label), other.get(label)) not in moved}
        for side, other in ((old, gone), (new, come))
    )
    said = tuple({label: _says(digest) for label, digest in side.items()} for side in (before, after))
    return (said[0], said[1]) if moved and said[0] != said[1] else (before, after)


def _says(digest: str) -> str:
    return digest.partition(".")[0]


def _name(label: str) -> str:
    return label.rpartition("::")[2]


def _differences(cause: Cause, old: Mapping[str, Any], new: Mapping[str, Any], *, shown: bool) -> list[Reason]:
    reasons = []
    for name in sorted({*old, *new}):
        if name in old and name in new and old[name] == new[name]:
            continue
        before, after = ((json.dumps(side[name]) if shown else "") if name in side else "absent" for side in (old, new))
        reasons.append(Reason(cause, name, before, after))
    return reasons


@dataclass(frozen=True)
class Record:
    """What one address was last computed from. ``duration`` in seconds."""

    ingredients: Ingredients
    duration: float


class History:
    """Records by profile and address, in one JSON file in the cache folder."""

    def __init__(self, path: Path, course: str = "") -> None:
        """``course`` tells its addresses from those of other courses; see ``CourseFolder.key``."""
        self._path = path
        self._course = f"{course}{_OF_COURSE}" if course else ""
        self._records = _stored(path)
        self._noted: dict[str, Record] = {}
        self._durations: dict[tuple[str, str], Durations] = {}
        self._by_fingerprint: dict[str, Mapping[str, Any]] | None = None

    def record(self, profile: str, address: str) -> Record | None:
        """The last record of an address under a profile, if there is one."""
        return self._records.get(self._key(profile, address))

    def estimate(
        self, profile: str, address: str, ingredients: Ingredients, parameters_of: Callable[[str], Mapping[str, Any]]
    ) -> float | None:
        """How many seconds a job should take; None where nothing of its computation is on record.

        What the address itself took the last time, if its parameters are the same; else by its parameters, of which
        ``parameters_of`` knows those of planned inputs by their fingerprints. Judged by the records of the profile, or
        by all where that has none: a GPU's course says little of a laptop.
        """
        last = self.record(profile, address)
        told = with_inputs(ingredients.parameters, ingredients.inputs, parameters_of)
        same = last is not None and last.ingredients.computation == ingredients.computation
        if last is not None and same and self._told(last.ingredients) == told:
            return last.duration
        key = (profile, ingredients.computation)
        if key not in self._durations:
            self._durations[key] = Durations(self._past(*key))
        return self._durations[key].estimate(told)

    def _past(self, profile: str, computation: str) -> list[Past]:
        """The records of a computation, each job once."""
        known = {
            key: record
            for key, record in self._records.items()
            if record.ingredients.computation == computation and self._is_own(key)
        }
        own = {key: record for key, record in known.items() if key.startswith(self._key(profile, ""))}
        chosen = {record.ingredients.fingerprint(): record for record in (own or known).values()}
        return [Past(self._told(record.ingredients), record.duration) for record in chosen.values()]

    def _told(self, ingredients: Ingredients) -> dict[str, Any]:
        if self._by_fingerprint is None:
            records = (record.ingredients for record in self._records.values())
            self._by_fingerprint = {one.fingerprint(): one.parameters for one in records}
        known = self._by_fingerprint
        return with_inputs(ingredients.parameters, ingredients.inputs, lambda taken: known.get(taken, {}))

    def note(self, profile: str, address: str, ingredients: Ingredients, duration: float) -> None:
        """Remember what an address was computed from."""
        key, record = self._key(profile, address), Record(ingredients, duration)
        if self._records.get(key) != record:
            self._records[key] = self._noted[key] = record
            self._durations, self._by_fingerprint = {}, None

    def of_others(self) -> frozenset[str]:
        """The fingerprints that the other courses which use this cache were last built from, those that still exist."""
        found: dict[str, set[str]] = {}
        for key, record in self._records.items():
            if not self._is_own(key):
                found.setdefault(key.rpartition(_OF_COURSE)[0], set()).add(record.ingredients.fingerprint())
        return frozenset[str]().union(*(made for course, made in found.items() if not course or Path(course).is_dir()))

    def _key(self, profile: str, address: str) -> str:
        return f"{self._course}{profile}:{address}"

    def _is_own(self, key: str) -> bool:
        return key.startswith(self._course) if self._course else _OF_COURSE not in key

    def save(self) -> None:
        """Write what was noted back, if anything was, beside what another build has noted meanwhile."""
        if self._noted:
            self._records = {**_stored(self._path), **self._noted}
            records = {key: asdict(record) for key, record in self._records.items()}
            write_json(self._path, {"version": VERSION, "records": records})
            self._noted = {}


def _stored(path: Path) -> dict[str, Record]:
    """The records in a file, those that are whole."""
    stored = read_json(path)
    plain = stored.get("records") if stored.get("version") == VERSION else None
    found = {key: _record(value) for key, value in plain.items()} if isinstance(plain, dict) else {}
    return {key: record for key, record in found.items() if record is not None}


def read_ingredients(plain: Any) -> Ingredients:
    """Ingredients from their stored form; raises ValueError when it is damaged or of an older one."""
    try:
        inputs = {name: tuple(i) if isinstance(i, list) else i for name, i in plain["inputs"].items()}
        ingredients = Ingredients(**{**plain, "inputs": inputs})
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("these are no ingredients") from error
    parts = (getattr(ingredients, name) for name in ("meaning", "parameters", "inputs", "data", "code"))
    if not isinstance(ingredients.computation, str) or not all(isinstance(part, dict) for part in parts):
        raise ValueError("these are no ingredients")
    return ingredients


def _record(plain: Any) -> Record | None:
    """A record from its stored form; None when it is damaged or of an older form."""
    try:
        return Record(read_ingredients(plain["ingredients"]), float(plain["duration"]))
    except (KeyError, TypeError, ValueError):
        return None
