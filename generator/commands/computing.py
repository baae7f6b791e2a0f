"""Compute what a selection of questions needs: from the plan to an outcome for each of its jobs."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from generator.commands.bringing import Say, bring_results
from generator.commands.packages_used import packages_used, used_versions, with_used_versions
from generator.commands.session import Session
from generator.jobs import Failure, Job, Outcome, State, one_by_one
from generator.planning.history import Cause, Reason
from generator.planning.plan import Plan, Standing
from generator.running.events import Event
from generator.running.runner import run_jobs
from generator.running.versions import differences, versions_here
from generator.store.cache import Cache

Listener = Callable[[Event], None]


def compute_results(
    session: Session,
    chosen: tuple[str, ...],
    force: bool,
    listen: Listener,
    *,
    fresh_versions: bool = False,
    say: Say | None = None,
    trusting: bool = True,
) -> tuple[Plan, dict[str, Outcome]]:
    """Plan, and compute what is missing of the chosen questions; every planned job gets an outcome by fingerprint.

    With ``fresh_versions``, results that were computed with other versions than those here count as missing. With
    ``say``, what is missing is first looked for where the settings say that others put theirs. Without ``trusting``,
    what was brought from elsewhere counts as not computed.
    """
    whole = len(chosen) == sum(1 for _ in session.course.present())
    plan = session.plan(frozenset({*chosen, *(["roles"] if whole else [])}) if force else frozenset())
    if say is not None and not force:
        plan = bring_results(session, plan, chosen, say)
    if fresh_versions:
        _renew(plan, other_versions(session, plan))
    needed = {planned.job.fingerprint for planned in plan.needed(chosen)}
    outcomes: dict[str, Outcome] = {}
    jobs: list[Job] = []
    hopeless = blocked(plan)
    for fingerprint, planned in plan.jobs.items():
        failure = hopeless.get(fingerprint)
        if planned.standing is Standing.HIT:
            outcomes[fingerprint] = _kept(session.cache, fingerprint, trusting)
        elif fingerprint not in needed:
            outcomes[fingerprint] = Outcome(State.PENDING, fingerprint)
        elif failure is not None:
            state = State.FAILED if planned.standing is Standing.BLOCKED else State.SKIPPED
            outcomes[fingerprint] = Outcome(state, fingerprint, failure=failure)
        else:
            jobs.append(planned.job)
    for job in jobs:
        if session.cache.has(job.fingerprint):  # forced: while its entry is there, no worker computes it
            session.cache.remove(job.fingerprint)
    settings = session.settings
    hits = [planned.job for planned in plan.jobs.values() if planned.standing is Standing.HIT]
    if jobs:
        session.memo.save()  # the workers find the digests of the data files in it
    used = packages_used(session.place)
    workers = dataclasses.replace(settings.workers, cards="torch" in used)
    outcomes |= run_jobs(
        jobs, session.cache, workers, data=settings.folders.data, on_event=listen, hits=hits, code=plan.code,
        courses=session.place.code,
    )  # fmt: skip
    _remember(session, plan, outcomes)
    return plan, with_used_versions(outcomes, used)


def _kept(cache: Cache, fingerprint: str, trusting: bool) -> Outcome:
    provenance = cache.provenance(fingerprint)
    if provenance.origin and not trusting:
        return Outcome(State.PENDING, fingerprint)
    load = functools.cache(functools.partial(cache.load, fingerprint))
    facts = functools.partial(cache.facts, fingerprint)
    return Outcome(State.HIT, fingerprint, provenance, load=load, facts=facts)


def other_versions(session: Session, plan: Plan) -> dict[str, tuple[str, ...]]:
    """The cached results that were computed with other versions: by fingerprint, "torch 2.10.0 (here 2.15.0)"."""
    here = used_versions(versions_here(), packages_used(session.place))
    hits = (fingerprint for fingerprint, planned in plan.jobs.items() if planned.standing is Standing.HIT)
    found = {fingerprint: differences(session.cache.provenance(fingerprint).versions, here) for fingerprint in hits}
    return {fingerprint: words for fingerprint, words in found.items() if words}


def _renew(plan: Plan, others: Mapping[str, tuple[str, ...]]) -> None:
    """Count these results as missing, and what was computed from them."""
    renewed: set[str] = set()
    for fingerprint, planned in plan.jobs.items():  # inputs come before what needs them
        stale = fingerprint in others or not renewed.isdisjoint(one_by_one(planned.job.inputs).values())
        if stale and planned.standing is Standing.HIT:
            renewed.add(fingerprint)
            reasons = tuple(Reason(Cause.VERSIONS, words) for words in others.get(fingerprint, ("of an input",)))
            plan.jobs[fingerprint] = dataclasses.replace(planned, standing=Standing.MISS, reasons=reasons)


def blocked(plan: Plan) -> dict[str, Failure]:
    """Why jobs cannot run, by fingerprint: data is missing for them, or for an input that is not in the cache."""
    found: dict[str, Failure] = {}
    for fingerprint, planned in plan.jobs.items():  # inputs come before what needs them
        if planned.standing is Standing.BLOCKED and planned.failure is not None:
            found[fingerprint] = planned.failure
        elif planned.standing is not Standing.HIT:
            lost = next((one for one in one_by_one(planned.job.inputs).values() if one in found), None)
            if lost is not None:
                reason = f"its input {plan.jobs[lost].job.address} cannot be computed: {found[lost].reason}"
                found[fingerprint] = Failure(reason, found[lost].hint)
    return found


def _remember(session: Session, plan: Plan, outcomes: Mapping[str, Outcome]) -> None:
    """Note what each address was computed from, for the next `plan`."""
    for address, fingerprint in plan.by_address.items():
        outcome = outcomes[fingerprint]
        if outcome.has_result and outcome.provenance is not None:
            ingredients = plan.jobs[fingerprint].ingredients
            session.history.note(plan.profile, address, ingredients, outcome.provenance.duration)


@dataclass(frozen=True)
class Failed:
    """A job that gave no result: all places that asked for it, how it ended, why, and what to do about it."""

    places: tuple[str, ...]
    state: State
    reason: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f"\n    hint: {self.hint}" if self.hint else ""
        return f"{', '.join(self.places)}: {self.state.value}: {self.reason}{hint}"


def failures(plan: Plan, outcomes: Mapping[str, Outcome]) -> Iterator[Failed]:
    """The jobs that failed or were skipped."""
    for fingerprint, outcome in outcomes.items():
        if (failure := outcome.failure) is not None:
            yield Failed(plan.jobs[fingerprint].addresses, outcome.state, failure.reason, failure.hint)
