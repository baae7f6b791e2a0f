"""The @computation decorator and the registry that maps each computation's name to its function."""

from __future__ import annotations

import inspect
import re
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

#: How a metric can be known, as a computation declares it: counted or set; estimated from a sample; another one with
#: each seed of a training or a draw; or what a comparison can rest on: a p value, an end of an interval, a spread.
KINDS = ("exact", "measured", "seeded", "margins")
_MARGIN = re.compile(r"(^|_)(p|low|high)$")
#: Names of metrics: a list, which says nothing of their kinds, or a list for each kind.
Metrics: TypeAlias = Iterable[str] | Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class Computation:
    """A registered function with the names of everything that it promises to return.

    Names may end in ``*``, for families whose members depend on the parameters (``accuracy_*``). ``kinds`` are those
    of the metrics that were declared with one, ``columns`` those of columns, which are the same in all its tables.
    """

    name: str
    function: Function
    metrics: tuple[str, ...] = ()
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    figures: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)


def kinds_of(metrics: Metrics) -> dict[str, str]:
    """The kind of each declared metric, "" for those of a plain list. ValueError when a kind or a name cannot be so."""
    if not isinstance(metrics, Mapping):
        return dict.fromkeys(metrics, "")
    found: dict[str, str] = {}
    for kind, names in metrics.items():
        if kind not in KINDS:
            raise ValueError(f"no kind of metrics is called {kind!r}; there are {', '.join(KINDS)}")
        for name in names:
            if found.setdefault(name, kind) != kind:
                raise ValueError(f"the metric {name!r} is declared {found[name]} and {kind}")
    return found


def kind_of(name: str, kinds: Mapping[str, str]) -> str:
    """The kind of a metric: of its own declaration, or of the longest family that it belongs to; "" if unstated."""
    families = [known for known in kinds if known.endswith("*") and matches(name, (known,))]
    return kinds.get(name) or kinds.get(max(families, key=len, default=""), "")


def column_kind(column: str, columns: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """The kind of a column: its own, or that of the metric of the same name, which it repeats; "" if unstated.

    A p value and the ends of an interval are known by their names: they stand beside the number that they belong to.
    """
    return columns.get(column) or kind_of(column, kinds) or ("margins" if _MARGIN.search(column) else "")


def matches(name: str, declared: Iterable[str]) -> bool:
    """Whether a name is among the declared ones, of which some may end in ``*``."""
    return any(name.startswith(known[:-1]) if known.endswith("*") else name == known for known in declared)


def _package(module: str) -> str:
    return module.partition(".")[0]


class Registry:
    """Computations by name; a name can be taken only once in a package: a course's names are its own."""

    def __init__(self) -> None:
        self._computations: dict[str, Computation] = {}
        self._of_packages: dict[tuple[str, str], Computation] = {}

    def add(self, computation: Computation) -> None:
        """Register a computation; raises ValueError if its name is taken by another function or its form is wrong."""
        key = (computation.name, _package(computation.function.__module__))
        known = self._of_packages.get(key)
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
        self._of_packages[key] = self._computations[computation.name] = computation

    def find(self, name: str, module: str) -> Computation | None:
        """The computation of this name in the package that a module belongs to, if there is one."""
        return self._of_packages.get((name, _package(module)))

    def forget(self, package: str) -> None:
        """Remove the computations of a package."""
        self._of_packages = {key: known for key, known in self._of_packages.items() if key[1] != package}
        self._computations = {known.name: known for known in self._of_packages.values()}

    def __getitem__(self, name: str) -> Computation:
        return self._computations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._computations))

    def __contains__(self, name: object) -> bool:
        return name in self._computations


REGISTRY = Registry()


def computation(
    *,
    metrics: Metrics = (),
    tables: Mapping[str, Iterable[str]] | None = None,
    figures: Iterable[str] = (),
    columns: Mapping[str, Iterable[str]] | None = None,
    registry: Registry = REGISTRY,
) -> Callable[[Function], Function]:
    """Register a function ``(workspace, *, parameters) -> Result`` under its own name.

    The decorator's arguments must be literals: planning reads them, and the signature, from the source, so that
    questions and answers are checked against them before anything is imported or computed. ``metrics`` as a mapping
    says how each is known (see KINDS), which decides what a claim may conclude from it; see ``checks.margins``. So do
    ``columns`` for those of tables, unless a column has the name and the kind of a metric.
    """
    kinds = kinds_of(metrics)
    known = kinds_of(columns or {})

    def register(function: Function) -> Function:
        outputs: dict[str, Any] = {
            "metrics": tuple(kinds),
            "kinds": {name: kind for name, kind in kinds.items() if kind},
            "tables": {name: tuple(columns) for name, columns in (tables or {}).items()},
            "figures": tuple(figures),
            "columns": known,
        }
        registry.add(Computation(function.__name__, function, **outputs))
        return function

    return register
