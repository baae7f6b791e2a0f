"""Bind every result of the course, for one profile, to a computation: roles, grids, inputs, and their order."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from generator.answers.addresses import ROLES, VALUE, Address, AddressError, parse_address
from generator.course.given import RoleJob, Written
from generator.course.parsing import nearest, shown
from generator.course.references import Unread, inputs_first
from generator.course.roles import UNKNOWN, role_jobs
from generator.course.spec import CourseSpec, ProfileSpec, QuestionSpec, ResultSpec
from generator.course.yaml_source import Source, Where
from generator.errors import Mistake
from generator.jobs import Input, one_by_one
from generator.planning.arguments import Given, Taken, bind_arguments
from generator.planning.catalogue import LABELS, Catalogue, Signature
from generator.planning.labels import Named, label_mistakes, labels_of
from generator.planning.parameters import Kind

LARGEST_GRID = 1000  # points; three mistyped lists must not make a million jobs
LONGEST_POINT = 100  # characters of what a grid point is called


@dataclass(frozen=True)
class Binding:
    """One job before it has a fingerprint.

    ``inputs`` maps a parameter to the address of another binding, or to several in order where it takes many results.
    ``files`` are the data sets and pre-trained networks whose files the job reads, as (kind, name).
    """

    address: Address
    signature: Signature
    parameters: Mapping[str, Any]
    inputs: Mapping[str, Input]
    files: tuple[tuple[Kind, str], ...]


@dataclass
class Bindings:
    """All bindings of a course under one profile, each after its inputs.

    ``refs`` maps "2-a/q01/networks" to its results, one for each grid point, in order; it is empty for a result whose
    grid is wrong.
    """

    refs: dict[str, tuple[Address, ...]] = field(default_factory=dict)
    by_address: dict[str, Binding] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def bind_course(course: CourseSpec, profile: ProfileSpec, catalogue: Catalogue) -> Bindings:
    """Bind all results; whatever is wrong is in ``mistakes``, in the order of the files."""
    return _Binder(course, profile, catalogue).bind()


class _Binder:
    def __init__(self, course: CourseSpec, profile: ProfileSpec, catalogue: Catalogue) -> None:
        self.course = course
        self.profile = profile
        self.catalogue = catalogue
        self.found = Bindings()
        self.unread = Unread.of(course)
        self.points: dict[tuple[Address, str], dict[str, Given]] = {}  # what each point on a result's axis stands for
        self.role_jobs: dict[Address, tuple[RoleJob, Source, Where]] = {}

    def bind(self) -> Bindings:
        self.roles()
        for question in self.course.questions():
            for result in question.results.values():
                self.expand(question, result)
        for question in self.course.questions():
            for result in question.results.values():
                for ref in self.found.refs[str(result.ref)]:
                    self.result(question, result, ref)
        for address, (job, source, where) in self.role_jobs.items():
            self.role_job(address, job, source, where)
        self.order()
        return self.found

    def wrong(self, source: Source, message: str, where: Where, **details: str) -> None:
        self.found.mistakes.append(source.mistake(message, where, **details))

    def roles(self) -> None:
        """Note the jobs behind all roles, used or not, so that each is checked; a name stands for one job."""
        for job, source, where in role_jobs(self.profile.roles):
            known, _, _ = self.role_jobs.setdefault(Address(ROLES, job.name), (job, source, where))
            if known != job:
                hint = "give each job a name of its own"
                self.wrong(source, "two different jobs are called the same", where, got=job.name, hint=hint)

    def role(self, value: Any, source: Source, where: Where) -> Given:
        """A value with every {role: name} in it replaced by what the profile puts there."""
        if isinstance(value, list):
            items = [self.role(item, source, (*where, number)) for number, item in enumerate(value)]
            faulty = any(item.value is UNKNOWN for item in items)
            return Given(UNKNOWN if faulty else [item.value for item in items], source, where)
        if not (isinstance(value, dict) and set(value) == {"role"}):
            return Given(value, source, where)
        name, known = value["role"], sorted(self.profile.roles)
        if not isinstance(name, str) or name not in known:
            message = f"profile {self.profile.name!r} gives no value to this role"
            expected = "one of " + ", ".join(known) if known else "a value: this profile has no roles"
            details = {"expected": expected, "got": shown(name), "hint": nearest(str(name), known)}
            self.wrong(source, message, where, **details)
            return Given(UNKNOWN, source, where)
        return Given(self.profile.roles[name].value, source, where, name)

    def given(self, params: Mapping[str, Written]) -> dict[str, Given]:
        """Parameters with the values of their roles; what was taken from another result is judged where it stands."""
        return {name: self.role(one.value, one.source, one.where) for name, one in params.items()}

    def expand(self, question: QuestionSpec, result: ResultSpec) -> None:
        """File the result under one reference for each point of its grid."""
        self.found.refs[str(result.ref)] = ()
        source, base = question.source, ("results", result.ref.result, "grid")
        axes: list[list[tuple[str, Any]]] = []
        for name, values in result.grid.items():
            axis = self.axis(values, source, (*base, name))
            if axis is None:
                return
            self.points[result.ref, name] = {str(point): given for point, given in axis}
            axes.append([(name, point) for point, _ in axis])
        count = math.prod(map(len, axes))
        if count > LARGEST_GRID:
            self.wrong(source, "the grid is too large", base, expected=f"at most {LARGEST_GRID} points", got=str(count))
            return
        points = itertools.product(*axes)
        self.found.refs[str(result.ref)] = tuple(Address(question.address, result.ref.result, p) for p in points)

    def axis(self, values: Any, source: Source, where: Where) -> list[tuple[Any, Given]] | None:
        """What each point along one parameter is called, and the value that it stands for; None when that is wrong."""
        listed = self.role(values, source, where) if isinstance(values, dict) else Given(values, source, where)
        if listed.value is UNKNOWN:
            return None
        if not isinstance(listed.value, list) or not listed.value:
            self.wrong(source, "has the wrong form", where, expected="a list", got=shown(listed.value))
            return None
        axis: dict[str, tuple[Any, Given]] = {}
        for number, item in enumerate(listed.value):
            place = where if listed.role else (*where, number)
            given = self.role(item, source, place)
            point = item["role"] if given.role else item.name if isinstance(item, RoleJob) else item
            if given.value is UNKNOWN:
                return None
            if isinstance(point, dict | list) or len(str(point)) > LONGEST_POINT or not VALUE.fullmatch(str(point)):
                expected = "a number, a word or a role"
                self.wrong(source, "cannot be the name of a grid point", place, expected=expected, got=shown(point))
                return None
            if str(point) in axis:
                self.wrong(source, "two points of the grid are the same", place, got=str(point))
                return None
            axis[str(point)] = (point, Given(given.value, source, place, given.role or listed.role))
        return list(axis.values())

    def result(self, question: QuestionSpec, result: ResultSpec, ref: Address) -> None:
        source, where = question.source, ("results", ref.result)
        given = self.given(result.params)
        for name, value in ref.point:
            if name in given:
                self.wrong(source, f"{name!r} is in params and in grid", (*where, "grid", name))
            given[name] = self.points[result.ref, name][str(value)]
        inputs: dict[str, Input] = {}
        lists: dict[str, list[Named]] = {}
        for name, wanted in result.inputs.items():
            place: Where = (*where, "inputs", name)
            if isinstance(wanted, str):
                inputs[name] = self.input(question, ref, wanted, place)
                continue
            if not wanted:
                self.wrong(source, "names 0 results", place, expected="[result, …]", got="[]")
            lists[name] = [(e, self.candidates(question, ref, e.result, (*place, n))) for n, e in enumerate(wanted)]
            inputs[name] = tuple(str(one) for _, refs in lists[name] for one in refs)
        if self.known(result, source, where):
            given |= self.labels(self.catalogue[result.computation], lists, ref, given, source)
            self.job(ref, result.computation, given, inputs, source, where)

    def input(self, question: QuestionSpec, ref: Address, text: str, where: Where) -> str:
        """The address of the one result that an input names; empty when there is none."""
        found = [str(one) for one in self.candidates(question, ref, text, where)]
        if len(found) > 1:
            expected = "one of " + ", ".join(found)
            self.wrong(question.source, f"names {len(found)} results", where, expected=expected, got=repr(text))
        return found[0] if len(found) == 1 else ""

    def labels(
        self, signature: Signature, lists: Mapping[str, Sequence[Named]], ref: Address, given: Mapping[str, Given],
        source: Source,
    ) -> dict[str, Given]:  # fmt: skip
        """The labels of a list of results, where the computation takes such; they are stated nowhere else."""
        base, own = ("results", ref.result, "inputs"), [axis for axis, _ in ref.point]
        if signature.labelled and LABELS in given:
            message, hint = "labels stand beside the results that they name", "inputs: {%s: [{from: …, label: …}]}"
            self.wrong(given[LABELS].source, message, given[LABELS].where, hint=hint % signature.labelled)
            return {}
        for name, entries in lists.items():
            self.found.mistakes += label_mistakes(signature, name, entries, own, source, (*base, name))
        if not signature.labelled:
            return {}
        labelled = lists.get(signature.labelled)
        found = UNKNOWN if labelled is None else labels_of(labelled, own)  # without a list, that is what is wrong
        return {LABELS: Given(found, source, (*base, signature.labelled))}

    def candidates(self, question: QuestionSpec, ref: Address, text: str, where: Where) -> Sequence[Address]:
        """The results that a text means at this point of the grid; a mistake where there is none."""
        try:
            wanted = parse_address(text, question.address, named=False)
        except AddressError as error:
            self.wrong(question.source, error.message, where, **error.details)
            return []
        if self.unread.holds(wanted.question):
            return []
        whole = str(wanted.whole)
        if whole not in self.found.refs:
            results = [result.ref for one in self.course.questions() for result in one.results.values()]
            got, *known = (str(one.seen_from(question.address)) for one in (wanted.whole, *results))
            details = {"expected": "a result", "got": repr(text), "hint": nearest(got, known)}
            self.wrong(question.source, "there is no such result", where, **details)
            return []
        candidates = self.found.refs[whole]
        axes = {key for candidate in candidates for key, _ in candidate.point}
        own = {key: value for key, value in ref.point if key in axes}
        found = replace(wanted, point=tuple({**own, **dict(wanted.point)}.items())).among(candidates)
        if candidates and not found:  # without candidates its grid is wrong, which has been said
            expected = "one of " + ", ".join(map(str, candidates))
            self.wrong(question.source, "names 0 results", where, expected=expected, got=repr(text))
        return found

    def known(self, asker: ResultSpec | RoleJob, source: Source, where: Where) -> bool:
        """Whether there is the computation that a result or job asks for; what is like another is judged there."""
        name = asker.computation
        if name and name not in self.catalogue and asker.like is None:
            known = list(self.catalogue)
            expected = "one of " + ", ".join(known) if known else "one in computations/, or code: genreport for ours"
            details = {"expected": expected, "got": shown(name), "hint": nearest(name, known)}
            self.wrong(source, "there is no such computation", (*where, "computation"), **details)
        return name in self.catalogue

    def job(
        self, address: Address, computation: str, given: Mapping[str, Given], inputs: Mapping[str, Input],
        source: Source, where: Where,
    ) -> None:  # fmt: skip
        """Bind the given values and inputs to the computation's signature and file the job under its address."""
        signature = self.catalogue[computation]
        places = {name: Taken((*where, "inputs", name), isinstance(taken, tuple)) for name, taken in inputs.items()}
        bound = bind_arguments(signature, given, places, source, where, self.course.own_data)
        self.found.mistakes += bound.mistakes
        taken = {name: targets for name, targets in inputs.items() if targets}
        taken |= {name: str(Address(ROLES, job.name)) for name, job in bound.jobs.items()}
        self.found.by_address[str(address)] = Binding(address, signature, bound.parameters, taken, tuple(bound.files))

    def role_job(self, address: Address, job: RoleJob, source: Source, where: Where) -> None:
        """File the job behind a role."""
        given = self.given(job.params)
        if self.known(job, source, where):
            self.job(address, job.computation, given, {}, source, where)

    def order(self) -> None:
        """Put each binding after its inputs, report inputs that go round in a circle, drop roles that nobody needs."""
        bound = self.found.by_address
        ordered, circles = inputs_first(
            {address: one_by_one(binding.inputs).values() for address, binding in bound.items()}
        )
        for circle in circles:
            address = bound[circle[0]].address
            where: Where
            if address.question == ROLES:
                _, source, where = self.role_jobs[address]
            else:
                source, where = self.course.question(address.question).source, ("results", address.result, "inputs")
            self.wrong(source, "its inputs go round in a circle", where, got=" → ".join(circle))
        needed = {key for key, binding in bound.items() if binding.address.question != ROLES}
        for key in reversed(ordered):
            if key in needed:
                needed.update(one_by_one(bound[key].inputs).values())
        self.found.by_address = {key: bound[key] for key in ordered if key in needed}
