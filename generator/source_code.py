"""Read a module's source as a set of definitions: what each one says and which names it mentions.

Comments, docstrings and layout are dropped before a definition is digested, so that they never count as a change.
"""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path
from typing import Any, TypedDict

EFFECTS = "<module>"  # statements that run when the module is imported and define no name


class Definition(TypedDict):
    """A top-level function, class or assignment: digest of its code, and the dotted names that it mentions."""

    digest: str
    mentions: list[str]


class ModuleCode(TypedDict):
    """A module's definitions by name, and for each imported name the places it may come from ("module:name")."""

    definitions: dict[str, Definition]
    imports: dict[str, list[str]]
    computations: list[dict[str, Any]]


def read_module(path: Path) -> ModuleCode:
    """Parse a module. Raises SyntaxError when it is not Python."""
    tree = ast.parse(path.read_bytes(), filename=str(path))
    parts: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
        for name in _defined_names(statement):
            parts.setdefault(name, []).append(statement)
    return {
        "definitions": {name: _definition(statements) for name, statements in parts.items()},
        "imports": _imports(tree),
        "computations": [signature for node in tree.body if (signature := _computation(node)) is not None],
    }


def _defined_names(statement: ast.stmt) -> list[str]:
    """The names under which a top-level statement is filed; imports are filed elsewhere."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom) or _is_docstring(statement):
        return []
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    names = [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
    plain = all(isinstance(target, ast.Name | ast.Tuple | ast.List) for target in targets)
    if names and plain:
        return names
    only_imports = all(
        isinstance(node, ast.Import | ast.ImportFrom | ast.Pass) for node in getattr(statement, "body", [statement])
    )
    return [] if only_imports else [EFFECTS]


def _is_docstring(statement: ast.stmt) -> bool:
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
        node.body = [statement for statement in node.body if not _is_docstring(statement)] or [ast.Pass()]
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _strip  # noqa: N815 (names set by ast)


def _mentions(tree: ast.AST) -> set[str]:
    """Names read anywhere in a tree, with one attribute where there is one: {"fit", "training.fit"}."""
    names: set[str] = set()
    dotted: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            chain = _chain(node)
            if chain:
                names.add(".".join(chain))
                dotted.add(id(_root(node)))
        elif isinstance(node, ast.Name) and id(node) not in dotted:
            names.add(node.id)
    return names


def _root(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node


def _chain(node: ast.Attribute) -> list[str]:
    names: list[str] = []
    current: ast.expr = node
    while isinstance(current, ast.Attribute):
        names.insert(0, current.attr)
        current = current.value
    return [current.id, *names] if isinstance(current, ast.Name) else []


def _imports(tree: ast.Module) -> dict[str, list[str]]:
    """Every import anywhere in the module (inside functions too), by the name that it binds."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                found.setdefault(bound, []).append(f"{alias.name if alias.asname else bound}:")
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                found.setdefault(alias.asname or alias.name, []).append(f"{node.module}:{alias.name}")
    return found


def _computation(node: ast.stmt) -> dict[str, Any] | None:
    """The signature and declared outputs of a function decorated with @computation(...), as plain data."""
    if not isinstance(node, ast.FunctionDef):
        return None
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name):
            if decorator.func.id != "computation":
                continue
            declared = {word.arg: ast.literal_eval(word.value) for word in decorator.keywords if word.arg}
            defaults = node.args.kw_defaults
            return {
                "name": node.name,
                "line": node.lineno,
                "summary": (ast.get_docstring(node) or "").partition("\n")[0],
                "metrics": list(declared.get("metrics", ())),
                "tables": {name: list(columns) for name, columns in declared.get("tables", {}).items()},
                "figures": list(declared.get("figures", ())),
                "parameters": [
                    {
                        "name": argument.arg,
                        "type": ast.unparse(argument.annotation) if argument.annotation else "",
                        "required": default is None,
                        "default": None if default is None else ast.literal_eval(default),
                    }
                    for argument, default in zip(node.args.kwonlyargs, defaults, strict=True)
                ],
            }
    return None
