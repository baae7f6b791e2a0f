"""What each place of the report was last computed from and how long it took: for `plan`, `why` and estimates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from generator.fingerprint import Ingredients
from generator.memo import write_json

VERSION = 1


class Cause:
    """The kinds of reason why a job has to be computed."""

    NEVER = "never computed"
    CODE = "code"
    PARAMETER = "parameter"
    INPUT = "input"
    DATA = "data"
    COMPUTATION = "computation"
    LOST = "no longer in the cache"
    FORCED = "forced"


@dataclass(frozen=True)
class Reason:
    """One thing that changed since the last time: its name, and its old and new value where they can be shown."""

    cause: str
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
    reasons += _differences(Cause.INPUT, old.inputs, new.inputs, shown=False)
    reasons += _differences(Cause.DATA, old.data, new.data, shown=False)
    reasons += _differences(Cause.CODE, old.code, new.code, shown=False)
    return tuple(reasons) or (Reason(Cause.LOST),)


def _differences(cause: str, old: Mapping[str, Any], new: Mapping[str, Any], *, shown: bool) -> list[Reason]:
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

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed = False
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            self._records: dict[str, Any] = stored["records"] if stored["version"] == VERSION else {}
        except (OSError, ValueError, KeyError, TypeError):
            self._records = {}

    def record(self, profile: str, address: str) -> Record | None:
        """The last record of an address under a profile, if there is one."""
        plain = self._records.get(f"{profile}:{address}")
        return None if plain is None else Record(Ingredients(**plain["ingredients"]), plain["duration"])

    def duration(self, computation: str) -> float | None:
        """The mean duration of a computation over all records, as an estimate for a job that never ran."""
        known = [r["duration"] for r in self._records.values() if r["ingredients"]["computation"] == computation]
        return sum(known) / len(known) if known else None

    def note(self, profile: str, address: str, ingredients: Ingredients, duration: float) -> None:
        """Remember what an address was computed from."""
        plain = {"ingredients": asdict(ingredients), "duration": duration}
        key = f"{profile}:{address}"
        if self._records.get(key) != plain:
            self._records[key] = plain
            self._changed = True

    def save(self) -> None:
        """Write the history back if it changed."""
        if self._changed:
            write_json(self._path, {"version": VERSION, "records": self._records})
            self._changed = False
