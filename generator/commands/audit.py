"""Results that nobody here computed: which of them a check would show, and a sample of them computed again."""

from __future__ import annotations

import dataclasses
import json
import math
import random
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.commands.build import Say, compute
from generator.commands.check_numbers import differing
from generator.commands.computing import Listener
from generator.commands.session import Session, Settings, open_session
from generator.errors import InputError, Mistake
from generator.jobs import one_by_one
from generator.planning.plan import Plan, PlannedJob, Standing
from generator.running.runner import run_jobs
from generator.store.cache import Cache

_MOST_NAMED = 3


@dataclass(frozen=True)
class Trust:
    """What a check does with results that were brought from elsewhere: without a word from the user it refuses them.

    ``whole`` takes them as they are. ``percent`` of them are computed again first, and ``audited`` hears what came of
    it; the rest is taken. ``say`` hears of what is copied from the places that the settings name.
    """

    whole: bool = False
    percent: float = 0.0
    say: Say | None = None
    audited: Callable[[Audit], None] = lambda audit: None

    @property
    def trusting(self) -> bool:
        """Whether such results are shown."""
        return self.whole or self.percent > 0


DISTRUST = Trust()


@dataclass(frozen=True)
class Audit:
    """What came of computing brought results again.

    ``brought`` is how many there are, ``same`` how many of the sample came out the same to the last bit, ``alike`` how
    many within the seeds' spread. ``differing`` says by address what is otherwise, ``failed`` what could not be
    computed; ``elsewhere`` is how many cannot be drawn because their data is not here.
    """

    brought: int
    same: int = 0
    alike: int = 0
    differing: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    failed: Mapping[str, str] = dataclasses.field(default_factory=dict)
    elsewhere: int = 0


def settle_trust(settings: Settings, labs: Collection[str] | None, trust: Trust, listen: Listener) -> None:
    """Compute what a check needs of these labs, from what is here alone or with what others computed, as is said.

    Raises InputError where it would rest on results that were brought, and nothing is said.
    """
    if not trust.trusting:
        refuse_brought(open_session(settings), labs)
    compute(settings, listen, labs=labs, say=trust.say if trust.trusting else None)
    if trust.percent > 0:
        trust.audited(audit(open_session(settings), labs, trust.percent, listen))


def brought_results(session: Session, plan: Plan, labs: Collection[str] | None) -> list[PlannedJob]:
    """The cached results of these labs, inputs included, that were brought from elsewhere."""
    hits = [planned for planned in plan.needed(session.questions_of(labs)) if planned.standing is Standing.HIT]
    return [planned for planned in hits if session.cache.provenance(planned.job.fingerprint).origin]


def refuse_brought(session: Session, labs: Collection[str] | None) -> None:
    """Raise InputError where a check would rest on results that were brought: somebody has to answer for them."""
    found = brought_results(session, session.plan(), labs)
    if not found:
        return
    origins = dict.fromkeys(session.cache.provenance(planned.job.fingerprint).origin for planned in found)
    named = "; ".join(list(origins)[:_MOST_NAMED]) + ("; …" if len(origins) > _MOST_NAMED else "")
    count = "1 result was" if len(found) == 1 else f"{len(found)} results were"
    raise InputError(
        [
            Mistake(
                f"{count} brought from elsewhere, and anybody can make such a file",
                expected="results that were computed here",
                got=named,
                hint="--audit 5 computes 5 % of them again and takes the rest, --trust takes all; "
                "`genreport build --force` computes them here",
            )
        ]
    )


def audit(session: Session, labs: Collection[str] | None, percent: float, listen: Listener) -> Audit:
    """Compute a random sample of the brought results again, beside the cache, and compare; at least one, if any can be.

    Each is computed from the inputs that are in the cache, so that one which is false does not spoil the others.
    """
    plan = session.plan()
    found = brought_results(session, plan, labs)
    possible = [planned for planned in found if planned.failure is None]
    size = min(len(possible), math.ceil(len(possible) * percent / 100))
    sample = random.SystemRandom().sample(possible, size)  # nobody can know beforehand which
    done = Audit(len(found), elsewhere=len(found) - len(possible))
    if not sample:
        return done
    differing_by, failed, same = {}, {}, 0
    with tempfile.TemporaryDirectory() as beside:
        again = _computed_again(session, plan, sample, Cache(Path(beside), durable=False), listen)
        for planned in sample:
            fingerprint, address = planned.job.fingerprint, planned.job.address
            if fingerprint in again.reasons:
                failed[address] = again.reasons[fingerprint]
                continue
            ours, theirs = again.cache.export(fingerprint), session.cache.export(fingerprint)
            if all(ours[name] == theirs[name] for name in ours if name != "manifest.json"):
                same += 1
            elif lines := _differing(address, session.cache.metrics(fingerprint), again.cache.metrics(fingerprint)):
                differing_by[address] = tuple(lines)
    alike = len(sample) - same - len(differing_by) - len(failed)
    return dataclasses.replace(done, same=same, alike=alike, differing=differing_by, failed=failed)


@dataclass(frozen=True)
class _Again:
    cache: Cache
    reasons: Mapping[str, str]


def _computed_again(session: Session, plan: Plan, sample: list[PlannedJob], cache: Cache, listen: Listener) -> _Again:
    wanted = {planned.job.fingerprint for planned in sample}
    inputs = {target for planned in sample for target in one_by_one(planned.job.inputs).values()}
    for fingerprint in inputs:
        cache.import_(fingerprint, session.cache.export(fingerprint))
    settings = session.settings
    reasons: dict[str, str] = {}
    # An input that is itself in the sample is there already: it is computed again after what needs it.
    for jobs in (wanted - inputs, wanted & inputs):
        for fingerprint in jobs & inputs:
            cache.remove(fingerprint)
        outcomes = run_jobs(
            [plan.jobs[fp].job for fp in plan.jobs if fp in jobs], cache, settings.workers,
            data=settings.folders.data, on_event=listen, hits=[plan.jobs[fp].job for fp in inputs - jobs],
            code=plan.code, courses=session.place.code,
        )  # fmt: skip
        reasons |= {fp: outcome.failure.reason for fp, outcome in outcomes.items() if outcome.failure is not None}
    return _Again(cache, reasons)


def _differing(address: str, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    named = {f"{address}.{name}": value for name, value in theirs.items()}
    return differing(json.dumps(named).encode(), {f"{address}.{name}": value for name, value in ours.items()})
