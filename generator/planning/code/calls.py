"""Write down what a statement calls, and the names that it hands over."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from generator.planning.code.scopes import Scope, chain_of, owner_of

#: A call that happens when a module is imported: what is called, then the names that are handed to it.
Call = list[str]
#: The mention of a name from outside the statement, and the token of one of its own; see ``syntax``.
LookUp = Callable[[list[str], Scope | None], tuple[str, str]]


def call_of(look_up: LookUp, node: ast.Call, scope: Scope | None) -> Call:
    """A call: what is called, then the names that are handed to it, those by keyword as "keyword=name"."""
    if any(word.arg in ("out", "inplace") for word in node.keywords):
        return ["?"]
    handed = [("", value) for value in node.args] + [(f"{word.arg}=", word.value) for word in node.keywords]
    names = [f"{word}{name}" for word, value in handed for name in _handed_in(look_up, value, scope)]
    return [callee(look_up, node.func, scope), *dict.fromkeys(names)]


def _handed_in(look_up: LookUp, node: ast.expr, scope: Scope | None) -> Iterator[str]:
    """The names in what is handed over; "mention()" for what a call gives."""
    if chain := chain_of(node):
        name, _ = look_up(chain, scope)
        yield from [name] if name else []
    elif isinstance(node, ast.Call):
        called = callee(look_up, node.func, scope)
        yield from [f"{called}()"] if called not in ("", "?") and not called.endswith("()") else []
        for argument in (*node.args, *(word.value for word in node.keywords)):
            yield from _handed_in(look_up, argument, scope)
    elif isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict | ast.Subscript | ast.Starred | ast.IfExp):
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                yield from _handed_in(look_up, inner, scope)


def callee(look_up: LookUp, node: ast.expr, scope: Scope | None) -> str:
    """What is called: a mention, "mention()" for (a method of) what a call gives, "" for literals, "?" else."""
    if chain := chain_of(node):
        owner = owner_of(chain[0], scope)
        if owner is not None and owner.kind == "class":
            return ""  # `@value.setter`: a class's own
        mention, _ = look_up(chain, scope)
        return mention or "?"
    while isinstance(node, ast.Attribute):
        if node.attr.endswith("_") and not node.attr.startswith("_"):
            return "?"  # torch's `normal_`: it draws, or changes what it is called with
        node = node.value
    if isinstance(node, ast.Call):
        inner = callee(look_up, node.func, scope)
        return inner if inner in ("", "?") or inner.endswith("()") else f"{inner}()"
    return "" if isinstance(node, ast.Constant | ast.JoinedStr) else "?"
