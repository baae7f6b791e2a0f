"""Write a statement's syntax tree down in one way on every Python, with a hole for each name from outside it.

What fills a hole is found out elsewhere: the digest here says nothing of files, modules or what a name is imported as.
Left out are comments, docstrings, layout, ``pass``, and a function's names for its own variables. Errors' texts stay.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from generator.planning.code.calls import Call, call_of, callee
from generator.planning.code.declarations import without_kinds
from generator.planning.code.scopes import (
    DEFINITIONS,
    FUNCTIONS,
    Scope,
    arguments_of,
    chain_of,
    does_nothing,
    own_nodes,
    owner_of,
)
from generator.planning.code.special_syntax import SPECIAL

#: Fields that say nothing about what the code does, or that only some versions of Python fill.
_SKIPPED = {"ctx", "type_comment", "kind", "type_ignores", "str"}
#: Who uses one of these can see the names of local variables.
_LOOKING = {"locals", "vars", "dir", "eval", "exec", "globals", "f_locals", "f_back", "__code__", "inspect", "compile"}
_DOTTED = re.compile(r"\.*[^\W\d]\w*(\.[^\W\d]\w*)*")

UP = "/.."  # among the texts of a statement: it goes to a folder's parent
ANY = "/*"  # among them: a name that is no literal is joined to a folder
_JOINING = {"joinpath", "with_name", "with_stem", "join"}
REFLECTION = {"__subclasses__", "__doc__"}  # who reads one sees what is no code of the definitions that it mentions


@dataclass
class Form:
    """A statement without its names from outside.

    ``mentions`` fill the holes in order: "np.linalg.norm" is a name of the module with its attributes,
    "pkg.tools:helper.x" what an import inside the statement stands for, "!pkg.tools:helper" the same where it is only
    imported, "'pkg.tools" a text that may be a module's name. ``eager`` are those that are looked up while the
    statement itself runs, ``calls`` what it calls then. ``texts`` are its literal strings, ``reflects`` the
    names of REFLECTION that it uses.
    """

    digest: str = ""
    mentions: list[str] = field(default_factory=list)
    eager: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    reflects: list[str] = field(default_factory=list)


def form(statement: ast.stmt) -> Form:
    """Write a top-level statement down. RecursionError when it is nested too deeply."""
    writer = _Writer(statement)
    writer.node(statement, None, True)
    writer.form.digest = hashlib.sha256("\0".join(writer.out).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    writer.form.mentions = list(writer.holes)
    writer.form.eager = [name for name, eager in writer.holes.items() if eager]
    return writer.form


class _Writer:
    def __init__(self, statement: ast.AST) -> None:
        self.out: list[str] = []
        self.form = Form()
        self.holes: dict[str, bool] = {}
        self._order: dict[str, int] = {}
        self._scopes = 0
        self._handed: set[int] = set()
        seen = {getattr(node, "id", None) or getattr(node, "attr", None) for node in ast.walk(statement)}
        self._renaming = _LOOKING.isdisjoint(seen)
        self.form.reflects = sorted(REFLECTION & seen)

    def node(self, node: ast.AST, scope: Scope | None, eager: bool) -> None:
        """Write any node: its kind and whatever its fields hold, empty ones left out."""
        _SPECIAL.get(type(node).__name__, _Writer.plain)(self, node, scope, eager)

    def plain(self, node: ast.AST, scope: Scope | None, eager: bool) -> None:
        self.out.append(f"({type(node).__name__}")
        for name in node._fields:
            value = getattr(node, name, None)
            if name in _SKIPPED or value is None or value == []:
                continue
            self.out.append(name)
            if isinstance(value, ast.AST):
                self.node(value, scope, eager)
            elif not isinstance(value, list):
                self.constant(value)
            elif name in ("body", "orelse", "finalbody"):
                self.block(value, scope, eager)
            else:
                self.every(value, scope, eager)
        self.out.append(")")

    def every(self, nodes: Iterable[ast.AST | str | None], scope: Scope | None, eager: bool) -> None:
        self.out.append("[")
        for node in nodes:
            if isinstance(node, ast.AST):
                self.node(node, scope, eager)
            else:
                self.constant(node)  # a key that unpacks, a default that is not there, a name after `global`
        self.out.append("]")

    def block(self, statements: Iterable[ast.stmt], scope: Scope | None, eager: bool) -> None:
        self.every((statement for statement in statements if not does_nothing(statement)), scope, eager)

    def constant(self, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            self.out.append(f"{type(value).__name__} {value!a}")  # what repr() escapes, each version of Unicode decides
        else:
            self.out.append(f"int {value:x}")  # as decimal digits, large ones are refused
        if isinstance(value, str):
            self.form.texts.append(value)
            if len(value) < 200 and "." in value and _DOTTED.fullmatch(value):
                self.hole(f"'{value}", False)

    def hole(self, mention: str, eager: bool) -> None:
        """Leave a place for what a name stands for."""
        self.holes[mention] = self.holes.get(mention, False) or eager
        self.out.append(f"@{self._order.setdefault(mention, len(self._order))}")

    def name(self, node: ast.expr, scope: Scope | None, eager: bool) -> None:
        """A name with the attributes that follow it."""
        chain = chain_of(node)
        self.form.texts += [
            UP for step in chain[1:] or [getattr(node, "attr", "")] if step in ("parent", "parents", "pardir")
        ]
        if not chain:
            self.attribute(node, scope, eager)
        elif scope is None and isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            self.out.append(f"bind {node.id}")
        else:
            mention, token = self.look_up(chain, scope)
            if token:
                self.out.append(token)
            if token and isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                pass  # a class's own name is bound here; where it is read, it may still be the module's
            elif mention:
                self.hole(mention, eager)
            else:
                self.out += chain[1:]

    def division(self, node: ast.BinOp, scope: Scope | None, eager: bool) -> None:
        if isinstance(node.op, ast.Div) and not isinstance(node.right, ast.Constant):
            self.form.texts.append(ANY)
        self.plain(node, scope, eager)

    def subscript(self, node: ast.Subscript, scope: Scope | None, eager: bool) -> None:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
            index = getattr(node.slice, "value", None)
            self.form.texts += [UP] * (index if isinstance(index, int) and index in range(20) else 20)
        self.plain(node, scope, eager)

    def attribute(self, node: ast.expr, scope: Scope | None, eager: bool) -> None:
        assert isinstance(node, ast.Attribute)
        self.out.append(f".{node.attr}")
        self.node(node.value, scope, eager)

    def look_up(self, chain: list[str], scope: Scope | None) -> tuple[str, str]:
        """The mention of a name from outside the statement, or the token of one of its own, or (in a class) both."""
        owner = owner_of(chain[0], scope)
        if owner is None:
            return ".".join(chain), ""
        if origin := owner.imported(chain[0]):
            home, _, member = origin.partition(":")
            return f"{home}:{'.'.join(filter(None, (member, *chain[1:])))}", ""
        token = owner.token(chain[0], renaming=self._renaming)
        return (".".join(chain) if owner.kind == "class" else ""), token

    def variable(self, name: str, scope: Scope | None) -> None:
        """A name that is bound by another node than a name: `except … as name`, an import, a pattern."""
        owner = owner_of(name, scope)
        self.out.append(f"bind {name}" if owner is None else owner.token(name, renaming=self._renaming))
        if owner is None and scope is not None:
            self.hole(name, False)  # declared global

    def inner(self, parent: Scope | None, kind: str) -> Scope:
        self._scopes += 1
        return Scope(parent, self._scopes, kind)

    def function(self, node: ast.FunctionDef, scope: Scope | None, eager: bool) -> None:
        self.out += [f"({type(node).__name__}", node.name]
        if scope is not None:
            self.variable(node.name, scope)
        self.decorators(node, scope, eager)
        outer = self.typed(node, scope, eager)
        self.node(node.args, outer, eager)
        if node.returns:
            self.out.append("returns")
            self.node(node.returns, outer, eager)
        own = self.inner(outer, "function")
        own.kept = {argument.arg for argument in arguments_of(node.args)}
        own.hold(node.body)
        self.block(node.body, own, False)
        self.out.append(")")

    def typed(self, node: ast.AST, scope: Scope | None, eager: bool) -> Scope | None:
        """The scope of a definition's type parameters, where it has any (from Python 3.12 on)."""
        parameters = getattr(node, "type_params", None)
        if not parameters:
            return scope
        outer = self.inner(scope, "function")
        outer.kept = {parameter.name for parameter in parameters}
        self.every(parameters, outer, eager)
        return outer

    def decorators(self, node: ast.FunctionDef | ast.ClassDef, scope: Scope | None, eager: bool) -> None:
        if node.decorator_list:
            self.out.append("decorated")
            self.every(map(without_kinds, node.decorator_list), scope, eager)
        for decorator in node.decorator_list if eager else ():
            self.form.calls.append([callee(self.look_up, decorator, scope)])

    def lambda_(self, node: ast.Lambda, scope: Scope | None, eager: bool) -> None:
        self.out.append("(Lambda")
        self.node(node.args, scope, eager)
        own = self.inner(scope, "function")
        own.kept = {argument.arg for argument in arguments_of(node.args)}
        own.hold([ast.Expr(n) for n in ast.walk(node.body) if isinstance(n, ast.NamedExpr)])
        self.node(node.body, own, eager and id(node) in self._handed)  # it may be called at once
        self.out.append(")")

    def class_(self, node: ast.ClassDef, scope: Scope | None, eager: bool) -> None:
        self.out += ["(ClassDef", node.name]
        if scope is not None:
            self.variable(node.name, scope)
        self.decorators(node, scope, eager)
        outer = self.typed(node, scope, eager)
        self.every(node.bases, outer, eager)
        self.every(node.keywords, outer, eager)
        own = self.inner(outer, "class")
        own.hold(node.body)
        self.block(node.body, own, eager)
        self.out.append(")")

    def call(self, node: ast.Call, scope: Scope | None, eager: bool) -> None:
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called == "dirname":
            self.form.texts.append(UP)
        if called in _JOINING and any(not isinstance(name, ast.Constant) for name in node.args[called == "join" :]):
            self.form.texts.append(ANY)
        if eager:
            self.form.calls.append(call_of(self.look_up, node, scope))
            handed = [*node.args, *(word.value for word in node.keywords)]
            self._handed.update(id(argument) for argument in handed if isinstance(argument, ast.Lambda))
        self.out.append("(Call")
        self.node(node.func, scope, eager)
        self.every(node.args, scope, eager)
        self.every(node.keywords, scope, eager)
        self.out.append(")")

    def scope_words(self, node: ast.Global | ast.Nonlocal, scope: Scope | None, eager: bool) -> None:
        for name in node.names if isinstance(node, ast.Global) else ():
            self.hole(name, False)

    def literal(self, node: ast.Constant, scope: Scope | None, eager: bool) -> None:
        self.constant(node.value)


_SPECIAL: dict[str, Callable[..., None]] = {
    **SPECIAL, "Name": _Writer.name, "Attribute": _Writer.name, "FunctionDef": _Writer.function,
    "AsyncFunctionDef": _Writer.function, "ClassDef": _Writer.class_, "Lambda": _Writer.lambda_, "Call": _Writer.call,
    "BinOp": _Writer.division, "Subscript": _Writer.subscript,
    "Global": _Writer.scope_words, "Nonlocal": _Writer.scope_words, "Constant": _Writer.literal,
}  # fmt: skip


def ups(texts: list[str]) -> int:
    """How many folders a statement goes up at most."""
    return texts.count(UP) + sum(text.split("/").count("..") for text in texts if text not in (UP, ANY))


def form_of_calls(node: ast.AST) -> list[Call] | None:
    """What a function's own body calls, in the terms of :class:`Form`; None when it changes more than its variables."""
    assert isinstance(node, (*FUNCTIONS, ast.Lambda))
    body = [ast.Expr(node.body)] if isinstance(node, ast.Lambda) else node.body
    first = next((argument.arg for argument in arguments_of(node.args)), "")
    scope = Scope(None, 0, "function")
    scope.kept = {argument.arg for argument in arguments_of(node.args)}
    scope.hold(body)
    writer = _Writer(node)
    for inner in (inner for statement in body for inner in own_nodes(statement)):
        if isinstance(inner, ast.Global | ast.Nonlocal | ast.Delete | ast.AugAssign):
            return None
        if isinstance(inner, ast.Attribute | ast.Subscript) and not isinstance(inner.ctx, ast.Load):
            if not (isinstance(inner.value, ast.Name) and inner.value.id == first == "self"):
                return None
        elif isinstance(inner, ast.Call):
            writer.form.calls.append(call_of(writer.look_up, inner, scope))
        elif isinstance(inner, DEFINITIONS) and inner.decorator_list:
            return None
    return writer.form.calls
