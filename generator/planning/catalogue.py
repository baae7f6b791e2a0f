"""The computations that exist, their parameters and declared outputs, read from the source without importing it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from generator.errors import InputError, Mistake
from generator.folders import PACKAGE
from generator.planning.code.declarations import Declaration, ParameterDeclaration
from generator.planning.fingerprint import CodeReader
from generator.planning.parameters import ParameterType, UnsupportedTypeError, parse_type
from generator.registry import column_kind, kind_of
from generator.store.memo import Memo

LABS = "labs"
#: The parameter that names the results of a list, one text for each.
LABELS = "labels"


@dataclass(frozen=True)
class Parameter:
    """One keyword-only parameter of a computation."""

    name: str
    type: ParameterType
    required: bool
    default: Any


@dataclass(frozen=True)
class Signature:
    """A computation as planning sees it: where it is, what it takes, the names of what it returns, and their kinds."""

    name: str
    module: str
    path: Path
    line: int
    summary: str
    parameters: Mapping[str, Parameter]
    metrics: tuple[str, ...]
    tables: Mapping[str, tuple[str, ...]]
    figures: tuple[str, ...]
    kinds: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)

    def kind(self, metric: str) -> str:
        """How a metric is known; see ``registry.KINDS``. Empty where the computation does not say."""
        return kind_of(metric, self.kinds)

    def column_kind(self, column: str) -> str:
        """How the values of a column are known, in whichever of the tables it stands."""
        return column_kind(column, self.columns, self.kinds)

    @cached_property
    def labelled(self) -> str:
        """The parameter whose results ``labels`` names; empty where there are no labels, or several such lists."""
        lists = [parameter.name for parameter in self.parameters.values() if parameter.type.takes_many]
        has_labels = LABELS in self.parameters and self.parameters[LABELS].type.text == "list[str]"
        return lists[0] if has_labels and len(lists) == 1 else ""


class Catalogue:
    """All computations by name."""

    def __init__(self, signatures: Mapping[str, Signature]) -> None:
        self._signatures = signatures

    def __getitem__(self, name: str) -> Signature:
        return self._signatures[name]

    def __contains__(self, name: object) -> bool:
        return name in self._signatures

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._signatures))


def read_catalogue(
    memo: Memo, package: Path = PACKAGE, *, courses: Iterable[Path] = (), ours: bool = True
) -> Catalogue:
    """Read every computation of the package's labs, if ``ours`` are wanted, and of the courses' own packages.

    Raises InputError with all duplicate names, odd types and defaults, and files that are not Python.
    """
    reader = CodeReader(memo, package)
    signatures: dict[str, Signature] = {}
    mistakes: list[Mistake] = []
    for path, module in [*(modules(package, LABS) if ours else ()), *(m for code in courses for m in modules(code))]:
        try:
            declared = reader.read(path)["computations"]
        except InputError as error:
            mistakes += error.mistakes
            continue
        for plain in declared:
            signature = _signature(plain, module, path, mistakes)
            if signature.name in signatures:
                other = signatures[signature.name]
                taken = f"the name is taken by {other.path.name}:{other.line}"
                mistakes.append(
                    Mistake("two computations of one name", path, signature.line, signature.name, got=taken)
                )
            signatures[signature.name] = signature
    if mistakes:
        raise InputError(mistakes)
    return Catalogue(signatures)


def modules(package: Path, below: str = "") -> Iterator[tuple[Path, str]]:
    """The modules of a package with their names; tests that stand beside what they test are none of them."""
    for path in sorted((package / below).rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        if not is_test(path):
            yield path, ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_test(path: Path) -> bool:
    """Whether a module stands beside others to test them."""
    return path.name.startswith("test_") or path.name == "conftest.py"


def _signature(plain: Declaration, module: str, path: Path, mistakes: list[Mistake]) -> Signature:
    """The computation with its types parsed; parameters that cannot be are left out and added to ``mistakes``."""
    parameters: dict[str, Parameter] = {}
    for entry in plain["parameters"]:
        try:
            parameters[entry["name"]] = _parameter(entry)
        except UnsupportedTypeError as error:
            place = f"{plain['name']}.{entry['name']}"
            mistakes.append(Mistake(str(error), path, plain["line"], place))
    return Signature(
        name=plain["name"],
        module=module,
        path=path,
        line=plain["line"],
        summary=plain["summary"],
        parameters=parameters,
        metrics=tuple(plain["metrics"]),
        tables={name: tuple(columns) for name, columns in plain["tables"].items()},
        figures=tuple(plain["figures"]),
        kinds=plain["kinds"],
        columns=plain["columns"],
    )


def _parameter(entry: ParameterDeclaration) -> Parameter:
    kind = parse_type(entry["type"])
    if entry["default"] is None:
        return Parameter(entry["name"], kind, required=True, default=None)
    default = ast.literal_eval(entry["default"])
    try:
        # The same form as a value from YAML, so that writing the default out changes no fingerprint.
        return Parameter(entry["name"], kind, required=False, default=kind.normalise(default))
    except TypeError:
        raise UnsupportedTypeError(f"the default {default!r} is not of the type {kind.text}") from None
