"""Bind every result of the course, for one profile, to a computation: names, types, roles, grids, inputs."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.catalogue import Catalogue, Signature
from generator.errors import Mistake
from generator.parameters import Kind
from generator.spec import CourseSpec, Point, ProfileSpec, QuestionSpec, ResultRef, ResultSpec, RoleJob
from generator.yaml_source import Source, Where

REFERENCE = re.compile(r"(?:(?P<question>[\w-]+/[\w-]+)/)?(?P<result>\w+)(?:\[(?P<point>[^\]]*)\])?")


@dataclass(frozen=True)
class Binding:
    """One job before it has a fingerprint. ``inputs`` maps a parameter to the address of another binding.

    ``files`` are the data sets and pre-trained networks whose files the job reads, as (kind, name).
    """

    address: str
    signature: Signature
    parameters: Mapping[str, Any]
    inputs: Mapping[str, str]
    files: tuple[tuple[Kind, str], ...]


@dataclass
class Bindings:
    """All bindings of a course under one profile.

    ``refs`` maps "2-a/q01/networks" to its results, one for each grid point, in order.
    """

    refs: dict[str, tuple[ResultRef, ...]] = field(default_factory=dict)
    by_address: dict[str, Binding] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def bind_course(course: CourseSpec, profile: ProfileSpec, catalogue: Catalogue) -> Bindings:
    """Bind all results; whatever is wrong is in ``mistakes``, in the order of the files."""
    return _Binder(course, profile, catalogue).bind()


def parse_reference(text: str, question: str) -> tuple[str, dict[str, str]] | None:
    """Split a reference: net[width=8] gives ("2-a/q01/net", {"width": "8"}); None when the text is none."""
    found = REFERENCE.fullmatch(text.strip())
    if found is None:
        return None
    pairs = [pair.partition("=") for pair in (found["point"] or "").split(",") if pair.strip()]
    point = {name.strip(): value.strip() for name, _, value in pairs}
    return f"{found['question'] or question}/{found['result']}", point


def select(refs: Iterable[ResultRef], point: Mapping[str, str]) -> list[ResultRef]:
    """Those results whose grid point has all the given values."""
    wanted = set(point.items())
    return [ref for ref in refs if wanted <= {(name, str(value)) for name, value in ref.point}]


class _Binder:
    def __init__(self, course: CourseSpec, profile: ProfileSpec, catalogue: Catalogue) -> None:
        self.course = course
        self.profile = profile
        self.catalogue = catalogue
        self.found = Bindings()
        self.open_roles: set[str] = set()

    def bind(self) -> Bindings:
        for question in self.course.questions():
            for result in question.results.values():
                self.expand(question, result)
        for question in self.course.questions():
            for result in question.results.values():
                for ref in self.found.refs.get(str(result.ref), ()):
                    self.result(question, result, ref)
        self.cycles()
        return self.found

    def wrong(self, source: Source, message: str, where: Where, **details: str) -> None:
        self.found.mistakes.append(source.mistake(message, where, **details))

    def role(self, value: Any, source: Source, where: Where) -> Any:
        """The value with every {role: name} in it replaced by what the profile puts there."""
        if isinstance(value, list):
            return [self.role(item, source, (*where, number)) for number, item in enumerate(value)]
        if not (isinstance(value, dict) and set(value) == {"role"}):
            return value
        name = value["role"]
        if name not in self.profile.roles:
            expected = "one of " + ", ".join(sorted(self.profile.roles))
            message = f"profile {self.profile.name!r} gives no value to this role"
            self.wrong(source, message, where, expected=expected, got=repr(name))
            return None
        return self.profile.roles[name].value

    def expand(self, question: QuestionSpec, result: ResultSpec) -> None:
        """File the result under one reference for each point of its grid."""
        axes: list[list[tuple[str, Any]]] = []
        for name, values in result.grid.items():
            where: Where = ("results", result.ref.result, "grid", name)
            listed = self.role(values, question.source, where) if isinstance(values, dict) else values
            if not isinstance(listed, list) or not listed:
                self.wrong(question.source, "has the wrong form", where, expected="a list", got=repr(listed))
                return
            axes.append([(name, _point_value(item)) for item in listed])
        points: Iterable[Point] = itertools.product(*axes)
        refs = tuple(ResultRef(question.address, result.ref.result, point) for point in points)
        if len(set(map(str, refs))) < len(refs):
            self.wrong(question.source, "two points of the grid are the same", ("results", result.ref.result, "grid"))
        self.found.refs[str(result.ref)] = refs

    def result(self, question: QuestionSpec, result: ResultSpec, ref: ResultRef) -> None:
        where: Where = ("results", ref.result)
        given: dict[str, tuple[Any, Where]] = {
            name: (self.role(value, question.source, (*where, "params", name)), (*where, "params", name))
            for name, value in result.params.items()
        }
        for name, value in ref.point:
            if name in given:
                self.wrong(question.source, "is in params and in grid", (*where, "grid", name))
            given[name] = (self.grid_value(question, result, name, value), (*where, "grid", name))
        inputs = {
            name: address
            for name, text in result.inputs.items()
            if (address := self.input(question, ref, name, text)) is not None
        }
        self.job(str(ref), result.computation, given, inputs, question.source, where)

    def grid_value(self, question: QuestionSpec, result: ResultSpec, name: str, value: Any) -> Any:
        """The value behind a grid point's name: itself, or what a role holds under that name."""
        where: Where = ("results", result.ref.result, "grid", name)
        values = result.grid[name]
        listed = self.role(values, question.source, where) if isinstance(values, dict) else values
        item = next(item for item in listed if _point_value(item) == value)
        return self.role(item, question.source, where)

    def input(self, question: QuestionSpec, ref: ResultRef, name: str, text: str) -> str | None:
        where: Where = ("results", ref.result, "inputs", name)
        reference = parse_reference(text, question.address)
        known = sorted(self.found.refs)
        if reference is None or reference[0] not in self.found.refs:
            short = [key.removeprefix(f"{question.address}/") for key in known]
            close = difflib.get_close_matches(text.partition("[")[0], short, n=1)
            hint = f"did you mean {close[0]!r}?" if close else ""
            self.wrong(
                question.source, "there is no such result", where, expected="a result", got=repr(text), hint=hint
            )
            return None
        address, point = reference
        own = {key: str(value) for key, value in ref.point}
        axes = {key for candidate in self.found.refs[address] for key, _ in candidate.point}
        found = select(self.found.refs[address], {**{key: own[key] for key in axes & own.keys()}, **point})
        if len(found) != 1:
            expected = "one of " + ", ".join(str(candidate) for candidate in self.found.refs[address])
            self.wrong(question.source, f"names {len(found)} results", where, expected=expected, got=repr(text))
            return None
        return str(found[0])

    def job(
        self, address: str, computation: str, given: Mapping[str, tuple[Any, Where]], inputs: Mapping[str, str],
        source: Source, where: Where,
    ) -> None:  # fmt: skip
        """Bind the given values and inputs to the computation's signature and file the job under its address."""
        if computation not in self.catalogue:
            close = difflib.get_close_matches(computation, list(self.catalogue), n=1)
            hint = f"did you mean {close[0]!r}?" if close else ""
            expected = "one of " + ", ".join(self.catalogue)
            details = {"expected": expected, "got": repr(computation), "hint": hint}
            self.wrong(source, "there is no such computation", (*where, "computation"), **details)
            return
        signature = self.catalogue[computation]
        taken = dict(inputs)
        parameters: dict[str, Any] = {}
        for name, (value, place) in given.items():
            if name not in signature.parameters or name in inputs:
                self.unknown(signature, name, source, place, taken=name in inputs)
            elif isinstance(value, RoleJob):
                taken[name] = self.role_job(value)
            elif value is not None or _accepts_none(signature, name):
                self.value(signature, name, value, parameters, source, place)
        for name in set(inputs) - set(signature.parameters):
            self.unknown(signature, name, source, (*where, "inputs", name), taken=False)
        for name, parameter in signature.parameters.items():
            if name not in given and name not in inputs and not parameter.required:
                parameters[name] = parameter.default
            elif name not in given and name not in inputs:
                details = {"expected": f"{name}: {parameter.type.text}"}
                self.wrong(source, f"{computation} needs {name!r}", (*where, "params"), **details)
        files = tuple(
            (parameter.type.kind, parameters[name])
            for name, parameter in signature.parameters.items()
            if parameter.type.kind in (Kind.DATASET, Kind.NETWORK) and isinstance(parameters.get(name), str)
        )
        self.found.by_address[address] = Binding(address, signature, parameters, taken, files)

    def value(
        self, signature: Signature, name: str, value: Any, parameters: dict[str, Any], source: Source, place: Where
    ) -> None:
        try:
            parameters[name] = signature.parameters[name].type.normalise(value)
        except TypeError as error:
            got = f"{value!r} ({type(value).__name__})"
            self.wrong(source, f"{name!r} has the wrong type", place, expected=str(error), got=got)

    def unknown(self, signature: Signature, name: str, source: Source, where: Where, *, taken: bool) -> None:
        if taken:
            self.wrong(source, f"{name!r} is given twice, in params and in inputs", where)
            return
        close = difflib.get_close_matches(name, signature.parameters, n=1)
        hint = f"did you mean {close[0]!r}?" if close else ""
        expected = "one of " + ", ".join(signature.parameters)
        details = {"expected": expected, "got": repr(name), "hint": hint}
        self.wrong(source, f"{signature.name} has no such parameter", where, **details)

    def role_job(self, job: RoleJob) -> str:
        """File the job behind a role, once, and give its address."""
        address = f"roles/{job.name}"
        where: Where = ("profiles", self.profile.name, "roles", job.name)
        source = self.course.source
        if address in self.open_roles:
            self.wrong(source, "the role's job needs the role itself", where)
        elif address not in self.found.by_address:
            self.open_roles.add(address)
            given = {
                name: (self.role(value, source, (*where, "params", name)), (*where, "params", name))
                for name, value in job.params.items()
            }
            self.job(address, job.computation, given, {}, source, where)
            self.open_roles.discard(address)
        return address

    def cycles(self) -> None:
        """Report inputs that go round in a circle."""
        done: set[str] = set()

        def walk(address: str, path: tuple[str, ...]) -> None:
            if address in path:
                circle = " → ".join((*path[path.index(address) :], address))
                question = self.course.question(address.rpartition("/")[0])
                where: Where = ("results", address.rpartition("/")[2].partition("[")[0], "inputs")
                self.wrong(question.source, "its inputs go round in a circle", where, got=circle)
                done.update(path)
            elif address not in done and address in self.found.by_address:
                for target in self.found.by_address[address].inputs.values():
                    walk(target, (*path, address))
                done.add(address)

        for address in list(self.found.by_address):
            walk(address, ())


def _point_value(item: Any) -> Any:
    """What a grid point is called: a plain value by itself, a role or a role's job by its name."""
    if isinstance(item, RoleJob):
        return item.name
    return item["role"] if isinstance(item, dict) and set(item) == {"role"} else item


def _accepts_none(signature: Signature, name: str) -> bool:
    return "None" in signature.parameters[name].type.text
