"""Read a module's source as a set of definitions: what each one says and which names it mentions.

Comments, docstrings and layout are dropped before a definition is digested, so that they never count as a change.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypedDict

from generator.errors import InputError, Mistake
from generator.planning.declarations import Declaration, declarations

EFFECTS = "<module>"  # statements that do something when the module is imported, besides binding names

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)


class Definition(TypedDict):
    """What binds a top-level name: digest of its code, and the dotted names that it mentions."""

    digest: str
    mentions: list[str]


class ModuleCode(TypedDict):
    """A module as planning sees it.

    ``imports`` maps each imported name to the places that it may come from ("module:name", with leading dots for a
    relative import); star imports are filed under "*". ``loads`` are the places of all imports that can run.
    """

    definitions: dict[str, Definition]
    imports: dict[str, list[str]]
    loads: list[str]
    computations: list[Declaration]


def read_module(path: Path) -> ModuleCode:
    """Parse a module. Raises InputError when it is not Python, or declares a computation that cannot be read."""
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
        computations = declarations(tree, path)  # before the docstrings are taken out
        return {
            "definitions": _definitions(tree),
            "imports": _imports(tree),
            "loads": sorted({origin for origins in _imports(tree, run=True).values() for origin in origins}),
            "computations": computations,
        }
    except OSError as error:
        raise InputError([Mistake(f"cannot be read: {error.strerror}", path)]) from None
    except (SyntaxError, ValueError) as error:  # ValueError: a null byte
        line = getattr(error, "lineno", None)
        what = getattr(error, "msg", None) or str(error)
        raise InputError([Mistake(f"is not Python: {what}", path, line)]) from None
    except (RecursionError, MemoryError):
        raise InputError([Mistake("is nested too deeply to be read", path)]) from None


def _definitions(tree: ast.Module) -> dict[str, Definition]:
    parts: dict[str, list[ast.stmt]] = {}
    for statement in _top_level(tree.body):
        for name in _filed_under(statement):
            parts.setdefault(name, []).append(statement)
    return {name: _definition(statements) for name, statements in parts.items()}


def _top_level(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The module's statements, with those that only type checkers run as if they stood beside the others."""
    for statement in statements:
        if isinstance(statement, ast.If) and _for_type_checkers(statement):
            yield from _top_level(statement.body)
        else:
            yield statement


def _for_type_checkers(statement: ast.AST) -> bool:
    if not isinstance(statement, ast.If) or statement.orelse:
        return False
    return ast.unparse(statement.test).rpartition(".")[2] == "TYPE_CHECKING"


def _filed_under(statement: ast.stmt) -> list[str]:
    """The names that a top-level statement binds, and EFFECTS where it does more; plain imports are kept elsewhere."""
    if isinstance(statement, _IMPORTS) or _is_constant(statement):
        return []
    if isinstance(statement, _DEFINITIONS):
        return [statement.name]
    return [*dict.fromkeys(_bound(statement)), *([EFFECTS] if _has_effects(statement) else [])]


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that running a statement binds in its own scope."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
        return
    if isinstance(node, _DEFINITIONS):
        yield node.name
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, _IMPORTS):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names if alias.name != "*")
    elif isinstance(node, ast.MatchAs | ast.MatchStar | ast.ExceptHandler) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    inner = isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp)
    for child in ast.iter_child_nodes(node):
        if inner:  # a comprehension keeps its own names, all but those of the walrus
            yield from (n.target.id for n in ast.walk(child) if isinstance(n, ast.NamedExpr))
        else:
            yield from _bound(child)


def _has_effects(statement: ast.stmt) -> bool:
    """Whether a statement may change what other definitions of the module say (``TABLE["x"] = f``, ``register(f)``)."""
    if isinstance(statement, (*_DEFINITIONS, *_IMPORTS, ast.Pass)) or _is_constant(statement):
        return False
    if isinstance(statement, ast.Assign):
        return not all(_is_name(target) for target in statement.targets)
    if isinstance(statement, ast.AnnAssign | ast.AugAssign):
        return not _is_name(statement.target)
    if isinstance(statement, ast.If):
        return any(map(_has_effects, [*statement.body, *statement.orelse]))
    if isinstance(statement, ast.Try):
        handled = [inner for handler in statement.handlers for inner in handler.body]
        return any(map(_has_effects, [*statement.body, *handled, *statement.orelse, *statement.finalbody]))
    return type(statement).__name__ != "TypeAlias"  # not yet a node in Python 3.11


def _is_name(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return all(map(_is_name, target.elts))
    return _is_name(target.value) if isinstance(target, ast.Starred) else isinstance(target, ast.Name)


def _is_constant(statement: ast.stmt) -> bool:
    """Whether a statement is a lone constant, which does nothing: a docstring, or an ellipsis."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _definition(statements: list[ast.stmt]) -> Definition:
    mentions: set[str] = set()
    texts = []
    for statement in statements:
        bare = _Undocumented().visit(statement)
        texts.append(ast.unparse(bare))  # steadier across Python versions than a dump of the tree
        mentions |= _mentions(bare)
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:32]
    return {"digest": digest, "mentions": sorted(mentions)}


class _Undocumented(ast.NodeTransformer):
    """Take the docstrings out of functions and classes."""

    def _strip(self, node: Any) -> Any:
        self.generic_visit(node)
        node.body = [statement for statement in node.body if not _is_constant(statement)] or [ast.Pass()]
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _strip  # noqa: N815 (names set by ast)


def _mentions(tree: ast.AST) -> set[str]:
    """Names anywhere in a tree, each with all attributes that follow it: {"fit", "training.rates.cosine"}.

    Scopes are not told apart: a local variable with the name of a function of the module counts as that function,
    which can only compute too much, never too little.
    """
    names: set[str] = set()
    open_: list[ast.AST] = [tree]
    while open_:
        node = open_.pop()
        chain = _chain(node)
        if chain:
            names.add(".".join(chain))
        else:
            open_ += ast.iter_child_nodes(node)
        if isinstance(node, ast.Global):
            names.update(node.names)
    return names


def _chain(node: ast.AST) -> list[str]:
    """A name with the attributes that follow it, or nothing for any other expression."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return [node.id, *names] if isinstance(node, ast.Name) else []


def _imports(tree: ast.AST, *, run: bool = False) -> dict[str, list[str]]:
    """Every import (inside functions too) by the name that it binds; with ``run`` not those for type checkers only."""
    found: dict[str, list[str]] = {}
    open_: list[ast.AST] = [tree]
    while open_:
        node = open_.pop()
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                # `import a.b` binds a, and loads a.b all the same.
                origin = alias.name if alias.asname or run else bound
                found.setdefault(bound, []).append(f"{origin}:")
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            for alias in node.names:
                found.setdefault(alias.asname or alias.name, []).append(f"{origin}:{alias.name}")
        elif not (run and _for_type_checkers(node)):
            open_ += ast.iter_child_nodes(node)
    return found
