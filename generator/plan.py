"""Turn the bound results into the unique jobs, each a hit or a miss, and for a miss say what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from generator.binding import Binding, Bindings
from generator.cache import Cache
from generator.datasets.sources import data_files
from generator.fingerprint import CodeReader, Ingredients
from generator.history import Cause, History, Reason, explain
from generator.job import Job
from generator.memo import Memo
from generator.networks.weights import weight_files
from generator.outcomes import Failure
from generator.parameters import Kind
from generator.spec import ResultRef


class Standing(Enum):
    """Whether a planned job's result is there."""

    HIT = "cached"
    MISS = "to compute"
    BLOCKED = "data missing"


@dataclass(frozen=True)
class PlannedJob:
    """A unique job, every address that asks for it, and why it has to run if it has to."""

    job: Job
    standing: Standing
    ingredients: Ingredients
    addresses: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    failure: Failure | None = None


@dataclass
class Plan:
    """All jobs of a course under a profile, inputs before what needs them.

    ``by_address`` maps "2-a/q01/vgg16" (or "roles/classifier") to a fingerprint; ``refs`` maps a result to its grid.
    """

    profile: str
    refs: Mapping[str, tuple[ResultRef, ...]]
    jobs: dict[str, PlannedJob] = field(default_factory=dict)
    by_address: dict[str, str] = field(default_factory=dict)

    def needed(self, questions: Iterable[str]) -> list[PlannedJob]:
        """The jobs of these questions ("2-a/q03") and all that they take as inputs, in planning order."""
        wanted = set(questions)
        open_ = [fp for address, fp in self.by_address.items() if address.rpartition("/")[0] in wanted]
        found: set[str] = set()
        while open_:
            fingerprint = open_.pop()
            if fingerprint not in found:
                found.add(fingerprint)
                open_ += self.jobs[fingerprint].job.inputs.values()
        return [planned for fingerprint, planned in self.jobs.items() if fingerprint in found]


class Planner:
    """Fingerprints bindings; holds what is shared between them."""

    def __init__(self, cache: Cache, history: History, memo: Memo, data: Path, code: CodeReader | None = None) -> None:
        self.cache = cache
        self.history = history
        self.memo = memo
        self.data = data
        self.code = code or CodeReader(memo)

    def plan(self, bindings: Bindings, profile: str, forced: frozenset[str] = frozenset()) -> Plan:
        """Plan all bindings; ``forced`` are the questions whose own jobs are computed again."""
        plan = Plan(profile, bindings.refs)
        for address in bindings.by_address:
            self._add(address, bindings, plan, forced)
        return plan

    def _add(self, address: str, bindings: Bindings, plan: Plan, forced: frozenset[str]) -> str:
        """Plan one binding after its inputs; the same fingerprint is the same job whoever asks for it."""
        if address in plan.by_address:
            return plan.by_address[address]
        binding = bindings.by_address[address]
        inputs = {name: self._add(target, bindings, plan, forced) for name, target in binding.inputs.items()}
        ingredients, failure = self._ingredients(binding, inputs)
        fingerprint = ingredients.fingerprint()
        plan.by_address[address] = fingerprint
        known = plan.jobs.get(fingerprint)
        if known is not None:
            self._share(plan, known, address, forced)
        else:
            plan.jobs[fingerprint] = self._judge(binding, inputs, ingredients, failure, plan, forced)
        return fingerprint

    def _share(self, plan: Plan, known: PlannedJob, address: str, forced: frozenset[str]) -> None:
        standing, reasons = known.standing, known.reasons
        if standing is Standing.HIT and address.rpartition("/")[0] in forced:
            standing, reasons = Standing.MISS, (Reason(Cause.FORCED),)
        plan.jobs[known.job.fingerprint] = PlannedJob(
            known.job, standing, known.ingredients, (*known.addresses, address), reasons, known.failure
        )

    def _ingredients(self, binding: Binding, inputs: Mapping[str, str]) -> tuple[Ingredients, Failure | None]:
        """What the job depends on; files that are missing are named in the failure."""
        signature = binding.signature
        code = dict(self.code.reach(signature.module, signature.name))
        data: dict[str, str] = {}
        missing: list[str] = []
        for kind, name in binding.files:
            if kind is Kind.DATASET:
                code |= self.code.reach(f"generator.datasets.{name}", "load")
            files = data_files(name, self.data) if kind is Kind.DATASET else weight_files(name, self.data)
            digest = hashlib.sha256()
            for path in files:
                try:
                    digest.update(f"{path.name}:{self.memo.digest(path)}\n".encode())
                except OSError:
                    missing.append(f"{name} ({path})")
                    digest.update(f"{path.name}:missing\n".encode())
            data[name] = digest.hexdigest()
        ingredients = Ingredients(signature.name, code, dict(binding.parameters), dict(inputs), data)
        if not missing:
            return ingredients, None
        hint = "fetch it with `genreport fetch`, or name the folder that holds it with --data DIR or GENREPORT_DATA"
        return ingredients, Failure(f"data missing: {', '.join(missing)}", hint)

    def _judge(
        self, binding: Binding, inputs: Mapping[str, str], ingredients: Ingredients, failure: Failure | None,
        plan: Plan, forced: frozenset[str],
    ) -> PlannedJob:  # fmt: skip
        fingerprint = ingredients.fingerprint()
        record = self.history.record(plan.profile, binding.address)
        seconds = record.duration if record else self.history.duration(binding.signature.name)
        job = Job(
            fingerprint=fingerprint,
            computation=binding.signature.name,
            module=binding.signature.module,
            address=binding.address,
            parameters=binding.parameters,
            inputs=inputs,
            seconds=seconds,
        )
        standing = Standing.HIT
        reasons: tuple[Reason, ...] = ()
        if binding.address.rpartition("/")[0] in forced:
            standing, reasons = Standing.MISS, (Reason(Cause.FORCED),)
        elif not self.cache.has(fingerprint):
            standing = Standing.BLOCKED if failure else Standing.MISS
            reasons = explain(record.ingredients if record else None, ingredients)
        return PlannedJob(job, standing, ingredients, (binding.address,), reasons, failure)
