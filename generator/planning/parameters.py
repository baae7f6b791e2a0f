"""The types that a computation's parameters may have, and whether a YAML value fits one."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any


class UnsupportedTypeError(ValueError):
    """An annotation that questions cannot fill from YAML, or a default that does not fit it."""


class Kind(Enum):
    """What a parameter stands for: a plain value, or something with files or a job behind it."""

    VALUE = "value"
    DATASET = "data set"
    NETWORK = "network"
    RESULT = "result"

    @property
    def takes_results(self) -> bool:
        """Whether another job's result can be given for it."""
        return self in (Kind.NETWORK, Kind.RESULT)

    def label(self, name: str) -> str:
        """A data set's or a network's name with its kind: "dataset/mnist"."""
        return f"{self.name.lower()}/{name}"


PLAIN = {"int": int, "float": float, "str": str, "bool": bool, "None": type(None)}
NAMED = {"Dataset": Kind.DATASET, "Network": Kind.NETWORK, "Result": Kind.RESULT}
SEVERAL = "list[Result]"  # the results of several jobs


@dataclass(frozen=True)
class ParameterType:
    """A parsed annotation; ``text`` is how it is written in the source."""

    text: str
    kind: Kind
    tree: ast.expr

    def normalise(self, value: Any) -> Any:
        """The value as it enters the fingerprint (an int given for a float becomes one).

        Raises TypeError when the value does not fit; the message says what was expected.
        """
        found = _fit(self.tree, value)
        if found is _MISFIT:
            raise TypeError(self.text)
        return found

    @cached_property
    def takes_many(self) -> bool:
        """Whether it is given the results of several jobs, as one list."""
        return ast.unparse(self.tree) == SEVERAL

    @property
    def literals(self) -> tuple[Any, ...]:
        """All that a Literal allows."""
        subscripts = (node for node in ast.walk(self.tree) if isinstance(node, ast.Subscript))
        literals = (node for node in subscripts if ast.unparse(node.value) == "Literal")
        return tuple(value for node in literals for value in _choices(node.slice))

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts among these, for hints."""
        return tuple(value for value in self.literals if isinstance(value, str))


_MISFIT = object()


def parse_type(text: str) -> ParameterType:
    """Parse an annotation. Raises UnsupportedTypeError for anything that YAML data cannot fill."""
    try:
        tree = ast.parse(text, mode="eval").body
        if ast.unparse(tree) != SEVERAL:
            _check(tree)
    except (SyntaxError, ValueError):
        known = ", ".join([*PLAIN, *NAMED])
        raise UnsupportedTypeError(
            f"parameter type {text!r} is not supported; use {known}, list[…], Literal[…] or a union of these"
        ) from None
    kinds = {NAMED[node.id] for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in NAMED}
    if len(kinds) > 1:
        raise UnsupportedTypeError(f"parameter type {text!r} mixes {' and '.join(sorted(k.value for k in kinds))}")
    return ParameterType(text, kinds.pop() if kinds else Kind.VALUE, tree)


def _choices(inner: ast.expr) -> tuple[Any, ...]:
    literal = ast.literal_eval(inner)
    return literal if isinstance(literal, tuple) else (literal,)


def _check(tree: ast.expr, *, listed: bool = False) -> None:
    match tree:
        case ast.Name(id="Result") if listed:
            raise UnsupportedTypeError  # several results are list[Result], and nothing around it
        case ast.Name(id=name) if name in PLAIN or name in NAMED:
            return
        case ast.Constant(value=None):
            return
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            _check(left, listed=listed)
            _check(right, listed=listed)
        case ast.Subscript(value=ast.Name(id="list"), slice=inner):
            _check(inner, listed=True)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            if not all(isinstance(choice, int | str | None) for choice in _choices(inner)):
                raise UnsupportedTypeError
        case _:
            raise UnsupportedTypeError


def _fit(tree: ast.expr, value: Any) -> Any:
    """The value normalised to the type, or _MISFIT."""
    match tree:
        case ast.Constant(value=None):
            return None if value is None else _MISFIT
        case ast.BinOp(left=left, right=right):
            found = _fit(left, value)
            return _fit(right, value) if found is _MISFIT else found
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            return value if any(value == c and type(value) is type(c) for c in _choices(inner)) else _MISFIT
        case ast.Subscript(slice=inner):
            if not isinstance(value, list | tuple):
                return _MISFIT
            items = [_fit(inner, item) for item in value]
            return _MISFIT if any(item is _MISFIT for item in items) else items
        case ast.Name(id="float"):
            return _finite(value)
        case ast.Name(id="Dataset" | "Network"):
            return value if isinstance(value, str) and value else _MISFIT
        case ast.Name(id=name) if name in PLAIN:
            return value if type(value) is PLAIN[name] else _MISFIT
    return _MISFIT  # a Result comes from another job, never from a value


def _finite(value: Any) -> Any:
    """A number as float; NaN and infinities are no parameters, and equal nothing in a fingerprint."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _MISFIT
    try:
        number = float(value)
    except OverflowError:
        return _MISFIT
    return (number or 0.0) if math.isfinite(number) else _MISFIT  # no negative zero
