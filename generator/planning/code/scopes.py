"""Tell the names of a statement's own scopes, its functions, classes and comprehensions, from those of its module."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def origins(node: ast.stmt) -> Iterator[tuple[str, str]]:
    """The names that an import binds, each with what it stands for: ("h", "pkg.tools:helper"), ("np", "numpy:")."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            yield (alias.asname, f"{alias.name}:") if alias.asname else (first, f"{first}:")
    elif isinstance(node, ast.ImportFrom):
        home = "." * node.level + (node.module or "")
        for alias in node.names:
            yield alias.asname or alias.name, f"{home}:{alias.name}"


def bound(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that running a node binds in its own scope, with the origin of those that are imported."""
    children = [*ast.iter_child_nodes(node)]
    if isinstance(node, DEFINITIONS):
        children = [*node.decorator_list, *getattr(node, "bases", ())]
    elif isinstance(node, ast.Lambda) or type(node).__name__ == "TypeAlias":  # not yet a node in Python 3.11
        children = []
    yield from ((name, origin) for name, origin in _own(node) if name != "*")
    for child in children:
        if isinstance(node, COMPREHENSIONS):  # it keeps its own names, all but those of the walrus
            yield from ((n.target.id, "") for n in ast.walk(child) if isinstance(n, ast.NamedExpr))
        else:
            yield from bound(child)


def _own(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that a node itself binds."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id, ""
    elif isinstance(node, DEFINITIONS):
        yield node.name, ""
    elif isinstance(node, IMPORTS):
        yield from origins(node)
    elif isinstance(node, ast.MatchAs | ast.MatchStar | ast.ExceptHandler) and node.name:
        yield node.name, ""
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest, ""
    elif type(node).__name__ == "TypeAlias":
        yield node.name.id, ""  # type: ignore[attr-defined]


class Scope:
    """The names of a function, class or comprehension: its variables, and those that it imports itself."""

    def __init__(self, parent: Scope | None, number: int, kind: str) -> None:
        self.parent = parent
        self.number = number
        self.kind = kind
        self.kept: set[str] = set()  # parameters: a caller may name them
        self.variables: dict[str, set[str]] = {}
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self._numbers: dict[str, int] = {}

    def hold(self, statements: Iterable[ast.AST]) -> None:
        """Take what the statements bind as this scope's own."""
        for statement in statements:
            for name, origin in bound(statement):
                self.variables.setdefault(name, set()).add(origin)
            for inner in own_nodes(statement):
                if isinstance(inner, ast.Global):
                    self.globals.update(inner.names)
                elif isinstance(inner, ast.Nonlocal):
                    self.nonlocals.update(inner.names)

    def owns(self, name: str) -> bool:
        """Whether a name is this scope's, and not that of one around it."""
        return name not in self.nonlocals and (name in self.kept or name in self.variables)

    def imported(self, name: str) -> str:
        """What a name stands for that this scope binds by one import and in no other way."""
        found = self.variables.get(name, set()) if name not in self.kept else set()
        return next(iter(found)) if len(found) == 1 else ""

    def token(self, name: str, *, renaming: bool) -> str:
        """What stands for one of its names: a number, in the order of first use, where nobody can see the name."""
        if name in self.kept or self.kind == "class" or not renaming:
            return f"={name}"
        return f"={self.number}.{self._numbers.setdefault(name, len(self._numbers))}"


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """A statement and all in it that belongs to the same scope."""
    yield node
    if not isinstance(node, (*DEFINITIONS, ast.Lambda)):
        for child in ast.iter_child_nodes(node):
            yield from own_nodes(child)


def does_nothing(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring or another lone constant, or `pass`."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def owner_of(name: str, scope: Scope | None) -> Scope | None:
    """The scope inside the statement that a name belongs to; None for the module's."""
    innermost = scope
    while scope is not None:
        if name in scope.globals:
            return None
        if scope.owns(name) and (scope.kind != "class" or scope is innermost):
            return scope
        scope = scope.parent
    return None


def arguments_of(arguments: ast.arguments) -> Iterator[ast.arg]:
    """All parameters of a function."""
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (extra for extra in (arguments.vararg, arguments.kwarg) if extra)


def chain_of(node: ast.AST) -> list[str]:
    """A name with the attributes that follow it, or nothing for any other expression."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return [node.id, *names] if isinstance(node, ast.Name) else []
