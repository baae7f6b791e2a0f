"""Bind values and inputs to a computation's parameters: names, types, and what has files or a job behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from generator.course.given import RoleJob
from generator.course.parsing import nearest, shown
from generator.course.roles import UNKNOWN
from generator.course.yaml_source import Source, Where
from generator.datasets.sources import SOURCES
from generator.errors import Mistake
from generator.folders import PACKAGE
from generator.networks.weights import EMBEDDED_WEIGHTS, WEIGHTS
from generator.planning.catalogue import Parameter, Signature
from generator.planning.parameters import Kind

#: What each kind of file-backed parameter can name.
FILES: Mapping[Kind, Mapping[str, object]] = {Kind.DATASET: SOURCES, Kind.NETWORK: {**WEIGHTS, **EMBEDDED_WEIGHTS}}


@dataclass(frozen=True)
class Given:
    """What is given for a parameter, which file says so and where, and the role that the value came from."""

    value: Any
    source: Source
    where: Where
    role: str = ""


@dataclass(frozen=True)
class Taken:
    """Where a question gives other jobs' results for a parameter, and whether as a list."""

    where: Where
    several: bool = False


@dataclass
class Arguments:
    """Parameters as they enter the fingerprint, the role jobs to take as inputs, and the files behind them."""

    parameters: dict[str, Any] = field(default_factory=dict)
    jobs: dict[str, RoleJob] = field(default_factory=dict)
    files: list[tuple[Kind, str]] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def bind_arguments(
    signature: Signature, given: Mapping[str, Given], inputs: Mapping[str, Taken], source: Source, where: Where,
    own: Collection[str] = (),
) -> Arguments:  # fmt: skip
    """Bind what a result at ``where`` gives; ``inputs`` are the parameters that get the results of others.

    ``own`` are the labels of the course's own data sets and networks ("dataset/swings").

    Parameters in ``given`` whose value could not be found out are left alone: that has been said before.
    """
    return _Binder(signature, source, own).bind(given, inputs, where)


class _Binder:
    def __init__(self, signature: Signature, source: Source, own: Collection[str]) -> None:
        self.own = own
        self.signature = signature
        self.source = source
        self.found = Arguments()

    def wrong(self, message: str, where: Where, source: Source | None = None, **details: str) -> None:
        self.found.mistakes.append((source or self.source).mistake(message, where, **details))

    def bind(self, given: Mapping[str, Given], inputs: Mapping[str, Taken], where: Where) -> Arguments:
        known = self.signature.parameters
        for name, one in given.items():
            if name not in known:
                self.unknown(name, one.where, one.source)
            elif name in inputs:
                self.wrong(f"{name!r} is given twice, in params and in inputs", one.where, one.source)
            elif one.value is not UNKNOWN:
                self.value(known[name], one)
        for name, origin in inputs.items():
            self.input(name, origin)
        for name in (name for name in known if name not in given and name not in inputs):
            self.default(known[name], (*where, "params"))
        return self.found

    def input(self, name: str, origin: Taken) -> None:
        """Whether a parameter takes results, and as many as it is given."""
        if name not in self.signature.parameters:
            self.unknown(name, origin.where, self.source)
            return
        kind = self.signature.parameters[name].type
        if not kind.kind.takes_results:
            self.wrong(f"{name!r} takes no result of another job", origin.where, expected=kind.text)
        elif kind.takes_many and not origin.several:
            self.wrong(f"{name!r} takes a list of results", origin.where, expected="[result, …]")
        elif origin.several and not kind.takes_many:
            self.wrong(f"{name!r} takes one result", origin.where, expected="a result, not a list")

    def default(self, parameter: Parameter, where: Where) -> None:
        """Take the default of a parameter that nothing is given for."""
        if parameter.required:
            expected = f"{parameter.name}: {parameter.type.text}"
            self.wrong(f"{self.signature.name} needs {parameter.name!r}", where, expected=expected)
            return
        self.found.parameters[parameter.name] = parameter.default
        self.files(parameter, Given(parameter.default, self.source, where))

    def unknown(self, name: str, where: Where, source: Source) -> None:
        known = list(self.signature.parameters)
        expected = "one of " + ", ".join(known) if known else "no parameters"
        message = f"{self.signature.name} has no such parameter"
        self.wrong(message, where, source, expected=expected, got=repr(name), hint=nearest(name, known))

    def value(self, parameter: Parameter, one: Given) -> None:
        """Take one value: a role's job as an input, anything else as a parameter of its type."""
        name, kind = parameter.name, parameter.type.kind
        hint = f"the value is that of the role {one.role!r}" if one.role else ""
        if isinstance(one.value, RoleJob) and kind.takes_results:
            self.found.jobs[name] = one.value
            return
        try:
            value = parameter.type.normalise(one.value)
        except TypeError as error:
            expected = "another job's result, under inputs" if kind is Kind.RESULT else str(error)
            got = f"{shown(one.value)} ({type(one.value).__name__})"
            if isinstance(one.value, RoleJob):
                got = f"the result of {one.value.computation}"
            hint = hint or nearest(str(one.value), list(parameter.type.choices))
            self.wrong(f"{name!r} has the wrong type", one.where, one.source, expected=expected, got=got, hint=hint)
            return
        self.found.parameters[name] = value
        self.files(parameter, replace(one, value=value), hint)

    def files(self, parameter: Parameter, one: Given, hint: str = "") -> None:
        """Note the data sets or networks that a value names, as their files are part of what the job depends on."""
        kind = parameter.type.kind
        if kind not in FILES:
            return
        for name in one.value if isinstance(one.value, list) else [one.value]:
            if not isinstance(name, str):
                continue
            self.found.files.append((kind, name))
            if kind.label(name) in self.own and self.signature.module.partition(".")[0] == PACKAGE.name:
                expected = "one of " + ", ".join(sorted(FILES[kind]))
                hint = "write a computation of your own that reads its files"
                message = f"the program’s computations read no {kind.value} of a course’s own"
                self.wrong(message, one.where, one.source, expected=expected, got=repr(name), hint=hint)
            elif name not in FILES[kind] and kind.label(name) not in self.own:
                own = [one.partition("/")[2] for one in self.own if one.startswith(kind.label(""))]
                known = sorted([*FILES[kind], *own])
                hint = nearest(name, known) or hint
                expected = "one of " + ", ".join(known)
                message = f"there is no {kind.value} of this name"
                self.wrong(message, one.where, one.source, expected=expected, got=repr(name), hint=hint)
