"""The computations that exist, their parameters and declared outputs, read from the source without importing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.content_paths import PACKAGE
from generator.errors import InputError, Mistake
from generator.memo import Memo
from generator.parameters import ParameterType, UnsupportedTypeError, parse_type
from generator.source_code import read_module

LABS = "generator.labs"


@dataclass(frozen=True)
class Parameter:
    """One keyword-only parameter of a computation."""

    name: str
    type: ParameterType
    required: bool
    default: Any


@dataclass(frozen=True)
class Signature:
    """A computation as planning sees it: where it is, what it takes, and the names of what it returns."""

    name: str
    module: str
    path: Path
    line: int
    summary: str
    parameters: Mapping[str, Parameter]
    metrics: tuple[str, ...]
    tables: Mapping[str, tuple[str, ...]]
    figures: tuple[str, ...]

    def has_metric(self, name: str) -> bool:
        """Whether the computation declares this metric; a trailing ``*`` stands for a family."""
        return matches(name, self.metrics)


def matches(name: str, declared: tuple[str, ...]) -> bool:
    """Whether a name is among the declared ones, of which some may end in ``*``."""
    return any(name == known or (known.endswith("*") and name.startswith(known[:-1])) for known in declared)


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


def read_catalogue(memo: Memo, folder: Path = PACKAGE / "labs", package: str = LABS) -> Catalogue:
    """Read every computation of the labs. Raises InputError for duplicate names, odd types and broken files."""
    signatures: dict[str, Signature] = {}
    mistakes: list[Mistake] = []
    for path in sorted(folder.glob("*.py")):
        try:
            code = memo.recall("code", path, read_module)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            mistakes.append(Mistake(f"cannot be read: {error}", path, line, expected="a Python module with literals"))
            continue
        for plain in code["computations"]:
            try:
                signature = _signature(plain, f"{package}.{path.stem}", path)
            except UnsupportedTypeError as error:
                mistakes.append(Mistake(str(error), path, plain["line"], plain["name"]))
                continue
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


def _signature(plain: Mapping[str, Any], module: str, path: Path) -> Signature:
    parameters = {
        entry["name"]: Parameter(entry["name"], parse_type(entry["type"]), entry["required"], entry["default"])
        for entry in plain["parameters"]
    }
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
    )
