"""Write down the kinds of node that versions of Python parse differently, or that bind names by no name node."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from generator.planning.code.scopes import COMPREHENSIONS, Scope, origins, owner_of


class Writer(Protocol):
    """What writes a statement down, as far as the functions here use it; see ``syntax``."""

    out: list[str]

    def node(self, node: ast.AST, scope: Scope | None, eager: bool) -> None:
        """Write any node."""

    def every(self, nodes: Iterable[ast.AST | str | None], scope: Scope | None, eager: bool) -> None:
        """Write a list of nodes."""

    def block(self, statements: Iterable[ast.stmt], scope: Scope | None, eager: bool) -> None:
        """Write statements, without those that do nothing."""

    def constant(self, value: object) -> None:
        """Write a literal value."""

    def hole(self, mention: str, eager: bool) -> None:
        """Leave a place for what a name stands for."""

    def variable(self, name: str, scope: Scope | None) -> None:
        """Write a name that is bound."""

    def inner(self, parent: Scope | None, kind: str) -> Scope:
        """A scope inside another."""


def comprehension(writer: Writer, node: ast.ListComp | ast.DictComp, scope: Scope | None, eager: bool) -> None:
    """A comprehension: the first of what it goes through is looked up outside, the rest in a scope of its own."""
    writer.out.append(f"({type(node).__name__}")
    own = writer.inner(scope, "function")
    first, *_ = node.generators
    writer.node(first.iter, scope, eager)
    own.hold(ast.Expr(generator.target) for generator in node.generators)
    for generator in node.generators:
        writer.out.append("async" if generator.is_async else "for")
        writer.node(generator.target, own, eager)
        if generator is not first:
            writer.node(generator.iter, own, eager)
        writer.every(generator.ifs, own, eager)
    for part in ("elt", "key", "value"):
        if hasattr(node, part):
            writer.node(getattr(node, part), own, eager)
    writer.out.append(")")


def joined(writer: Writer, node: ast.JoinedStr, scope: Scope | None, eager: bool) -> None:
    """An f-string, whose texts are cut in other places by each version of Python."""
    writer.out.append(f"({type(node).__name__}")
    text = ""
    for value in _pieces(node.values):
        if isinstance(value, ast.Constant):
            text += str(value.value)
            continue
        if text:
            writer.constant(text)
        text = ""
        writer.out.append(f"{type(value).__name__} {getattr(value, 'conversion', -1)}")
        if type(value).__name__ == "Interpolation":
            writer.constant(value.str)  # type: ignore[attr-defined]
        writer.node(value.value, scope, eager)  # type: ignore[attr-defined]
        specification = getattr(value, "format_spec", None)
        if specification is not None and specification.values:
            writer.node(specification, scope, eager)
    if text:
        writer.constant(text)
    writer.out.append(")")


def import_(writer: Writer, node: ast.Import | ast.ImportFrom, scope: Scope | None, eager: bool) -> None:
    """An import by what it stands for, whatever it is called here."""
    writer.out.append("(import")
    for (name, origin), alias in zip(origins(node), node.names, strict=True):
        owner = owner_of(name, scope)
        if name == "*":
            continue
        alone = owner is None or (owner.imported(name) != "" and owner.kind != "class")
        if not alone or owner is None:
            writer.variable(name, scope)
        if isinstance(node, ast.Import):
            origin = f"{alias.name}:"  # `import a.b` loads a.b, and binds a
        # Where the name stands for this import alone, what is used of it is mentioned where it is used.
        writer.hole(f"!{origin}" if alone else origin, eager)
    writer.out.append(")")


def handler(writer: Writer, node: ast.ExceptHandler, scope: Scope | None, eager: bool) -> None:
    """An `except` with the variable that it binds."""
    writer.out.append("(ExceptHandler")
    if node.type:
        writer.node(node.type, scope, eager)
    if node.name:
        writer.variable(node.name, scope)
    writer.block(node.body, scope, eager)
    writer.out.append(")")


def pattern(writer: Writer, node: ast.AST, scope: Scope | None, eager: bool) -> None:
    """A pattern of `match` with the variable that it binds."""
    writer.out.append(f"({type(node).__name__}")
    name = getattr(node, "name", None) or getattr(node, "rest", None)
    if name:
        writer.variable(name, scope)
    for part in ("keys", "patterns"):
        writer.every(getattr(node, part, ()), scope, eager)
    if getattr(node, "pattern", None) is not None:
        writer.node(node.pattern, scope, eager)  # type: ignore[attr-defined]
    writer.out.append(")")


def _pieces(values: Iterable[ast.expr]) -> Iterator[ast.expr]:
    for value in values:
        if isinstance(value, ast.JoinedStr):
            yield from _pieces(value.values)
        else:
            yield value


#: The writers of these kinds of node, by the name of the kind.
SPECIAL: dict[str, Callable[..., None]] = {
    "JoinedStr": joined, "TemplateStr": joined, "Import": import_, "ImportFrom": import_, "ExceptHandler": handler,
    "MatchAs": pattern, "MatchStar": pattern, "MatchMapping": pattern,
    **{kind.__name__: comprehension for kind in COMPREHENSIONS},
}  # fmt: skip
