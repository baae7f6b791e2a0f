"""The plan of a moment ago with the end of each of its jobs, as long as all that it was made from is the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from generator.commands.computing import compute_results
from generator.commands.session import Session
from generator.course.left_out import needed_of_left_out
from generator.jobs import Outcome
from generator.planning.plan import Plan
from generator.store.cache import Cache
from generator.store.memo import is_settled, stamp

if TYPE_CHECKING:
    from generator.results import Result

_MANIFEST = 0  # its place among the files of an entry


class PlanInMemory:
    """What a preview last found: an edit of words changes nothing of it. Results that were read stay in memory."""

    def __init__(self) -> None:
        self._key: tuple[Any, ...] | None = None
        self._known: tuple[Plan, Mapping[str, Outcome]] | None = None
        self._results: dict[tuple[str, str], Result] = {}

    def of(self, session: Session) -> tuple[Plan, Mapping[str, Outcome]]:
        """Every planned job with its end, as it is now; nothing is computed."""
        asked = (session.bindings, session.code, session.profile.name, session.planner().digests(session.bindings))
        if self._known is None or self._key is None or not self._holds(session.cache, asked):
            plan, outcomes = compute_results(session, (), False, lambda event: None)
            self._known = plan, {fingerprint: self._kept(outcome) for fingerprint, outcome in outcomes.items()}
            self._key = self._settled(session.cache, asked)
        plan, found = self._known
        plan.also = needed_of_left_out(session.shown)
        return plan, found

    def _holds(self, cache: Cache, asked: tuple[Any, ...]) -> bool:
        assert self._known is not None
        assert self._key is not None
        *before, entries = self._key
        bindings, code, *others = asked
        same = before[0] is bindings and before[1] is code and before[2:] == others
        return same and entries == _entries(cache, self._known[0])

    def _settled(self, cache: Cache, asked: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """What the plan was made from; None where entries may have changed since it was."""
        assert self._known is not None
        plan, outcomes = self._known
        entries = _entries(cache, plan)
        there = all(entries[one][_MANIFEST] is not None for one, end in outcomes.items() if end.has_result)
        stamps = [found for files in entries.values() for found in files if found is not None]
        settled = not stamps or is_settled(*stamps)
        return (*asked, entries) if settled and there else None

    def _kept(self, outcome: Outcome) -> Outcome:
        if not outcome.has_result or outcome.provenance is None:
            return outcome
        key = (outcome.fingerprint, outcome.provenance.finished)
        return dataclasses.replace(outcome, load=partial(self._load, key, outcome.load))

    def _load(self, key: tuple[str, str], read: Any) -> Result:
        """A result by its fingerprint and when it was computed, without the large part that no page shows."""
        if key not in self._results:
            self._results[key] = dataclasses.replace(read(), arrays={})
        return self._results[key]


def _entries(cache: Cache, plan: Plan) -> dict[str, list[list[int] | None]]:
    """What tells whether the entry of a job has changed, for each of its files; None where there is none."""
    found: dict[str, list[list[int] | None]] = {}
    for fingerprint in plan.jobs:
        stamps: list[list[int] | None] = []
        for path in cache.files(fingerprint):
            try:
                stamps.append(stamp(path))
            except OSError:
                stamps.append(None)
        found[fingerprint] = stamps
    return found
