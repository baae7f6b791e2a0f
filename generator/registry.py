"""The @computation decorator and the registry that maps each computation's name to its function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from generator.results import Result

#: A parameter of this type is the name of a data set (see ``generator.datasets``); its files enter the fingerprint.
Dataset: TypeAlias = str
#: A parameter of this type is a pre-trained network's name (its weight file enters the fingerprint), or the result
#: of a job that trained one.
Network: TypeAlias = str | Result

Function = Callable[..., Result]


@dataclass(frozen=True)
class Computation:
    """A registered function with the names of everything that it promises to return.

    Names may end in ``*``, for families whose members depend on the parameters (``accuracy_*``).
    """

    name: str
    function: Function
    metrics: tuple[str, ...] = ()
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    figures: tuple[str, ...] = ()


def matches(name: str, declared: Iterable[str]) -> bool:
    """Whether a name is among the declared ones, of which some may end in ``*``."""
    return any(name.startswith(known[:-1]) if known.endswith("*") else name == known for known in declared)


class Registry:
    """Computations by name; a name can be taken only once."""

    def __init__(self) -> None:
        self._computations: dict[str, Computation] = {}

    def add(self, computation: Computation) -> None:
        """Register a computation; raises ValueError if its name is taken by another function or its form is wrong."""
        known = self._computations.get(computation.name)
        if known is not None and known.function.__module__ != computation.function.__module__:
            places = f"{known.function.__module__} and {computation.function.__module__}"
            raise ValueError(f"two computations are called {computation.name!r}: in {places}")
        first, *others = inspect.signature(computation.function).parameters.values()
        loose = [p.name for p in others if p.kind is not p.KEYWORD_ONLY or p.annotation is p.empty]
        if first.name != "workspace" or loose:
            raise ValueError(
                f"{computation.name}: expected (workspace, *, name: type, …) with keyword-only, typed parameters"
                + (f"; {', '.join(loose)} is not" if loose else "")
            )
        self._computations[computation.name] = computation

    def __getitem__(self, name: str) -> Computation:
        return self._computations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._computations))

    def __contains__(self, name: object) -> bool:
        return name in self._computations


REGISTRY = Registry()


def computation(
    *,
    metrics: Iterable[str] = (),
    tables: Mapping[str, Iterable[str]] | None = None,
    figures: Iterable[str] = (),
    registry: Registry = REGISTRY,
) -> Callable[[Function], Function]:
    """Register a function ``(workspace, *, parameters) -> Result`` under its own name.

    The decorator's arguments must be literals: planning reads them, and the signature, from the source, so that
    questions and answers are checked against them before anything is imported or computed.
    """

    def register(function: Function) -> Function:
        outputs: dict[str, Any] = {
            "metrics": tuple(metrics),
            "tables": {name: tuple(columns) for name, columns in (tables or {}).items()},
            "figures": tuple(figures),
        }
        registry.add(Computation(function.__name__, function, **outputs))
        return function

    return register
