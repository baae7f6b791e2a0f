"""Turn the bound results into the unique jobs, each a hit or a miss, and for a miss say what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from generator.answers.addresses import Address, parse_address
from generator.course.own_data import OwnData
from generator.datasets.sources import SOURCES
from generator.jobs import Failure, Input, Job, one_by_one
from generator.planning.binding import Binding, Bindings
from generator.planning.data import LOCK, DataLock, digest_of, files_of, in_lock, label
from generator.planning.fingerprint import CodeReader, Ingredients
from generator.planning.history import Cause, History, Reason, explain
from generator.planning.parameters import Kind
from generator.store.cache import Cache
from generator.store.memo import Memo

#: The function through which a worker calls every computation: what it sets is part of every result.
CALLED_BY = ("running.repeatable", "call")


class Standing(Enum):
    """Whether a planned job's result is there."""

    HIT = "cached"
    MISS = "to compute"
    BLOCKED = "data missing"


@dataclass(frozen=True)
class PlannedJob:
    """A unique job, every address that asks for it, and why it has to run if it has to.

    ``failure`` says why it cannot run here; a result that was brought from elsewhere is a hit all the same.
    """

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
    ``code`` holds the digests of the modules that the fingerprints were made from, by name. ``also`` are the results of
    other questions ("2-a/q01/vgg16") that a question cannot be shown without, although those are in no report.
    """

    profile: str
    refs: Mapping[str, tuple[Address, ...]]
    jobs: dict[str, PlannedJob] = field(default_factory=dict)
    by_address: dict[str, str] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)
    also: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def own(self, questions: Iterable[str]) -> list[str]:
        """The fingerprints of these questions' own jobs ("2-a/q03"), one for each address of a job."""
        wanted = set(questions)
        wanted |= {result for question in wanted for result in self.also.get(question, ())}

        def is_wanted(address: Address) -> bool:
            return address.question in wanted or str(address.whole) in wanted

        return [fp for address, fp in self.by_address.items() if is_wanted(parse_address(address))]

    def needed(self, questions: Iterable[str]) -> list[PlannedJob]:
        """The jobs of these questions ("2-a/q03") and all that they take as inputs, in planning order."""
        return self.with_inputs(self.own(questions))

    def with_inputs(self, fingerprints: Iterable[str]) -> list[PlannedJob]:
        """These jobs and all that they take as inputs, in planning order."""
        open_ = [*fingerprints]
        found: set[str] = set()
        while open_:
            fingerprint = open_.pop()
            if fingerprint not in found:
                found.add(fingerprint)
                open_ += one_by_one(self.jobs[fingerprint].job.inputs).values()
        return [planned for fingerprint, planned in self.jobs.items() if fingerprint in found]


def kept_back(planned: Iterable[PlannedJob]) -> frozenset[str]:
    """The fingerprints of jobs that cannot be computed, as data is missing for them or for what they need."""
    found: set[str] = set()
    for one in planned:  # inputs come before what needs them
        lacks = one.standing is Standing.BLOCKED or not found.isdisjoint(one_by_one(one.job.inputs).values())
        if lacks and one.standing is not Standing.HIT:
            found.add(one.job.fingerprint)
    return frozenset(found)


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

    def __init__(
        self, cache: Cache, history: History, memo: Memo, data: Path, code: CodeReader | None = None,
        lock: DataLock | None = None, own: Mapping[str, OwnData] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """``own`` are the course's own data sets and networks, by label."""
        self.own = own
        self.own_files = {files: found.paths for files, found in own.items()}
        self.cache = cache
        self.history = history
        self.memo = memo
        self.data = data
        self.code = code or CodeReader(memo)
        self.lock = lock or DataLock(cache.folder / LOCK)
        self._digests: dict[str, tuple[str, list[str]]] = {}  # thousands of files, asked for by many jobs

    def plan(self, bindings: Bindings, profile: str, forced: frozenset[str] = frozenset()) -> Plan:
        """Plan all bindings; ``forced`` are the questions whose own jobs are computed again.

        Raises InputError when a module of the project that a job needs is not Python.
        """
        plan = Plan(profile, bindings.refs)
        for binding in bindings.by_address.values():  # each after its inputs
            self._add(binding, plan, forced)
        plan.code = self.code.digests()
        return plan

    def _add(self, binding: Binding, plan: Plan, forced: frozenset[str]) -> None:
        """Plan one binding; the same fingerprint is the same job whoever asks for it."""
        address, done = str(binding.address), plan.by_address
        inputs = {
            name: done[taken] if isinstance(taken, str) else tuple(done[one] for one in taken)
            for name, taken in binding.inputs.items()
        }
        ingredients, failure = self._ingredients(binding, inputs)
        fingerprint = ingredients.fingerprint()
        done[address] = fingerprint
        job = Job(
            fingerprint=fingerprint,
            computation=binding.signature.name,
            module=binding.signature.module,
            address=address,
            parameters=binding.parameters,
            inputs=inputs,
            data={label(kind, name): ingredients.data[name] for kind, name in binding.files},
            own_files={
                files: self.own_files[files]
                for kind, name in binding.files
                if (files := label(kind, name)) in self.own_files
            },
        )
        known = plan.jobs.get(fingerprint) or self._judge(job, ingredients, failure, plan)
        if binding.address.question in forced and known.standing is Standing.HIT:
            known = replace(known, standing=Standing.MISS, reasons=(Reason(Cause.FORCED),))
        plan.jobs[fingerprint] = replace(known, addresses=(*known.addresses, address))

    def _ingredients(self, binding: Binding, inputs: Mapping[str, Input]) -> tuple[Ingredients, Failure | None]:
        """What the job depends on; files that are missing are named in the failure."""
        signature = binding.signature
        reached = self.code.reach(signature.module, signature.name)
        called_by = self.code.reach(f"{self.code.package}.{CALLED_BY[0]}", CALLED_BY[1])
        meaning = {signature.name: reached.identity, CALLED_BY[0]: called_by.identity}
        code = {**called_by.definitions, **reached.definitions}
        data: dict[str, str] = {}
        missing: list[tuple[str, str]] = []
        by_hand = ""
        for kind, name in binding.files:
            files = label(kind, name)
            if kind is Kind.DATASET and files not in self.own:
                loader = self.code.reach(f"{self.code.package}.datasets.{name}", "load")
                meaning[f"datasets/{name}"] = loader.identity
                code |= loader.definitions
            data[name], absent = self._digest(files)
            missing += [(name, path) for path in absent]
            by_hand = by_hand or (self._by_hand(files, name) if absent else "")
        ingredients = Ingredients(signature.name, meaning, dict(binding.parameters), dict(inputs), data, code)
        if not missing:
            return ingredients, None
        hint = "fetch it with `genreport fetch`, or name the folder that holds it with --data DIR or GENREPORT_DATA"
        return ingredients, Failure(f"data missing: {_listed(missing)}", by_hand or hint)

    def digests(self, bindings: Bindings) -> dict[str, tuple[str, list[str]]]:
        """The digest of all data that these read, by label, and the files of it that are missing."""
        read = {label(kind, name) for binding in bindings.by_address.values() for kind, name in binding.files}
        return {files: self._digest(files) for files in sorted(read)}

    def _digest(self, files: str) -> tuple[str, list[str]]:
        if files not in self._digests:
            known = self.lock.known(in_lock(files, self.own))
            paths = files_of(files, self.data, self.own_files)
            self._digests[files] = digest_of(paths, self.data, self.memo, known)
        return self._digests[files]

    def _by_hand(self, files: str, name: str) -> str:
        """How to get a data set or network that cannot be fetched."""
        if files in self.own:
            return self.own[files].obtain
        return SOURCES[name].obtain if name in SOURCES else ""

    def _judge(self, job: Job, ingredients: Ingredients, failure: Failure | None, plan: Plan) -> PlannedJob:
        """Whether the job's result is there, and if not, why, and how long it may take."""
        record = self.history.record(plan.profile, job.address)
        if self.cache.has(job.fingerprint):
            job = replace(job, seconds=record.duration if record else None)
            return PlannedJob(job, Standing.HIT, ingredients, (), failure=failure)

        def parameters_of(taken: str) -> Mapping[str, Any]:
            return plan.jobs[taken].ingredients.parameters

        job = replace(job, seconds=self.history.estimate(plan.profile, job.address, ingredients, parameters_of))
        standing = Standing.BLOCKED if failure else Standing.MISS
        reasons = explain(record.ingredients if record else None, ingredients)
        return PlannedJob(job, standing, ingredients, (), reasons, failure)
