"""Turn the bound results into the unique jobs, each a hit or a miss, and for a miss say what changed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from generator.course.references import split_address
from generator.course.spec import ResultRef
from generator.datasets.local_files import data_files
from generator.datasets.sources import SOURCES
from generator.jobs import Failure, Job
from generator.networks.weights import weight_files
from generator.planning.binding import Binding, Bindings
from generator.planning.fingerprint import CodeReader, Ingredients
from generator.planning.history import Cause, History, Reason, explain
from generator.planning.parameters import Kind
from generator.store.cache import Cache
from generator.store.memo import Memo


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
    """All jobs of a course under a profile, inputs before what needs them, otherwise in the order of the questions.

    ``by_address`` maps "2-a/q01/vgg16" (or "roles/classifier") to a fingerprint; ``refs`` maps a result to its grid.
    """

    profile: str
    refs: Mapping[str, tuple[ResultRef, ...]]
    jobs: dict[str, PlannedJob] = field(default_factory=dict)
    by_address: dict[str, str] = field(default_factory=dict)

    def needed(self, questions: Iterable[str]) -> list[PlannedJob]:
        """The jobs of these questions ("2-a/q03") and all that they take as inputs, in planning order."""
        wanted = set(questions)
        open_ = [fp for address, fp in self.by_address.items() if split_address(address)[0] in wanted]
        found: set[str] = set()
        while open_:
            fingerprint = open_.pop()
            if fingerprint not in found:
                found.add(fingerprint)
                open_ += self.jobs[fingerprint].job.inputs.values()
        return [planned for fingerprint, planned in self.jobs.items() if fingerprint in found]


def _listed(missing: Sequence[tuple[str, str]]) -> str:
    """Missing files by data set, for a message: a data set may have hundreds, of which the first says where to look."""
    first: dict[str, str] = {}
    for name, path in missing:
        first.setdefault(name, path)
    counts = Counter(name for name, _ in missing)
    more = {name: f" and {count - 1} more" if count > 1 else "" for name, count in counts.items()}
    return ", ".join(f"{name} ({path}{more[name]})" for name, path in first.items())


class Planner:
    """Fingerprints bindings; holds what is shared between them."""

    def __init__(self, cache: Cache, history: History, memo: Memo, data: Path, code: CodeReader | None = None) -> None:
        self.cache = cache
        self.history = history
        self.memo = memo
        self.data = data
        self.code = code or CodeReader(memo)
        self._digests: dict[tuple[Kind, str], tuple[str, list[str]]] = {}  # thousands of files, asked for by many jobs

    def plan(self, bindings: Bindings, profile: str, forced: frozenset[str] = frozenset()) -> Plan:
        """Plan all bindings; ``forced`` are the questions whose own jobs are computed again.

        Raises InputError when a module of the project that a job needs is not Python.
        """
        plan = Plan(profile, bindings.refs)
        for binding in bindings.by_address.values():  # each after its inputs
            self._add(binding, plan, forced)
        return plan

    def _add(self, binding: Binding, plan: Plan, forced: frozenset[str]) -> None:
        """Plan one binding; the same fingerprint is the same job whoever asks for it."""
        inputs = {name: plan.by_address[target] for name, target in binding.inputs.items()}
        ingredients, failure = self._ingredients(binding, inputs)
        fingerprint = ingredients.fingerprint()
        plan.by_address[binding.address] = fingerprint
        job = Job(
            fingerprint=fingerprint,
            computation=binding.signature.name,
            module=binding.signature.module,
            address=binding.address,
            parameters=binding.parameters,
            inputs=inputs,
        )
        known = plan.jobs.get(fingerprint) or self._judge(job, ingredients, failure, plan.profile)
        if split_address(binding.address)[0] in forced and known.standing is Standing.HIT:
            known = replace(known, standing=Standing.MISS, reasons=(Reason(Cause.FORCED),))
        plan.jobs[fingerprint] = replace(known, addresses=(*known.addresses, binding.address))

    def _ingredients(self, binding: Binding, inputs: Mapping[str, str]) -> tuple[Ingredients, Failure | None]:
        """What the job depends on; files that are missing are named in the failure."""
        signature = binding.signature
        code = dict(self.code.reach(signature.module, signature.name))
        data: dict[str, str] = {}
        missing: list[tuple[str, str]] = []
        for kind, name in binding.files:
            if kind is Kind.DATASET:
                code |= self.code.reach(f"{self.code.package}.datasets.{name}", "load")
            if (kind, name) not in self._digests:
                self._digests[kind, name] = self._digest(kind, name)
            data[name], absent = self._digests[kind, name]
            missing += [(name, path) for path in absent]
        ingredients = Ingredients(signature.name, code, dict(binding.parameters), dict(inputs), data)
        if not missing:
            return ingredients, None
        hint = "fetch it with `genreport fetch`, or name the folder that holds it with --data DIR or GENREPORT_DATA"
        first = missing[0][0]
        by_hand = SOURCES[first].obtain if first in SOURCES else ""
        return ingredients, Failure(f"data missing: {_listed(missing)}", by_hand or hint)

    def _digest(self, kind: Kind, name: str) -> tuple[str, list[str]]:
        """The digest of a data set's or network's files with their places, and the paths of those that are missing."""
        files = data_files(name, self.data) if kind is Kind.DATASET else weight_files(name, self.data)
        lines, missing = [], []
        for path in files:
            # A folder's name can be a class; files outside the data folder travel with a package, wherever that is.
            place = path.relative_to(self.data).as_posix() if path.is_relative_to(self.data) else path.name
            try:
                lines.append(f"{place}:{self.memo.digest(path)}")
            except OSError:
                lines.append(f"{place}:missing")
                missing.append(str(path))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest(), missing

    def _judge(self, job: Job, ingredients: Ingredients, failure: Failure | None, profile: str) -> PlannedJob:
        """Whether the job's result is there, and if not, why, and how long it may take."""
        record = self.history.record(profile, job.address)
        seconds = record.duration if record else self.history.duration(job.computation, profile)
        job = replace(job, seconds=seconds)
        if self.cache.has(job.fingerprint):
            return PlannedJob(job, Standing.HIT, ingredients, ())
        standing = Standing.BLOCKED if failure else Standing.MISS
        reasons = explain(record.ingredients if record else None, ingredients)
        return PlannedJob(job, standing, ingredients, (), reasons, failure)
