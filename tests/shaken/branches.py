"""Which branches the texts of a course have, and which of them a rendering went through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.runtime import Context

from generator.answers.claims import read_claim, spelling
from generator.answers.language import AnswerEnvironment
from generator.answers.prose import reading_environment

#: Under this name, which no template can spell, the context holds the set of arms that a rendering takes.
TAKEN = "arms taken"


@dataclass(frozen=True, order=True)
class Arm:
    """One way that a text can go at a fork: a branch of a claim or of an ``if``, a loop with or without rows.

    ``fork`` counts the forks of a text in the order of its tree; ``words`` say when it is taken.
    """

    path: str
    line: int
    fork: int
    place: int
    words: str = field(compare=False)

    def __str__(self) -> str:
        name = Path(self.path).name.partition("#")[0]
        return f"{Path(self.path).parent.name}/{name}, line {self.line}: {self.words}"


@dataclass(frozen=True)
class Fork:
    """A place where a text divides, the conditions of its arms in their order, and those around it that must hold.

    The last arm has no condition of its own: it is taken when none of the others is.
    """

    arms: tuple[Arm, ...]
    conditions: tuple[nodes.Expr, ...]
    around: tuple[nodes.Expr, ...]


def forks_of(text: str, path: Path, first_line: int = 1) -> list[Fork]:
    """All forks of a text, outer ones first."""
    return list(_Forks(path, first_line).found(reading_environment().parse(text)))


class _Forks:
    """Walks a tree in the same order as :class:`WatchedEnvironment`, so that both number the forks alike."""

    def __init__(self, path: Path, first_line: int) -> None:
        self.path = path
        self.first_line = first_line

    def found(self, tree: nodes.Template) -> Iterator[Fork]:
        around: dict[int, tuple[nodes.Expr, ...]] = {}
        for number, node in enumerate(_forking(tree)):
            conditions = _conditions(node)
            own = around.get(id(node), ())
            words = [*map(written, conditions), "otherwise"]
            if isinstance(node, nodes.For):  # without a branch of its own for no rows, there is nothing to reach
                words = ["rows to loop over", "no rows"] if node.else_ else ["rows to loop over"]
            line = self.first_line + (node.lineno or 1) - 1
            arms = tuple(Arm(str(self.path), line, number, place, text) for place, text in enumerate(words))
            yield Fork(arms, tuple(conditions), own)
            for place, body in enumerate(_bodies(node)):
                before = [nodes.Not(condition) for condition in conditions[:place]]
                inner = (*own, *before, *conditions[place : place + 1]) if not isinstance(node, nodes.For) else own
                for part in body:
                    around.update({id(one): inner for one in _forking(part)})


def _forking(tree: nodes.Node) -> Iterator[nodes.Node]:
    """Every node at which a text forks, outer ones first; an ``elif`` belongs to its ``if``."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if _is_fork(node):
            yield node
        children = list(node.iter_child_nodes())
        if isinstance(node, nodes.If):
            children = [part for body in _bodies(node) for part in body]
            children += [one for branch in (node, *node.elif_) for one in branch.test.iter_child_nodes()]
        stack += reversed(children)


def _is_fork(node: nodes.Node) -> bool:
    return isinstance(node, nodes.If | nodes.CondExpr | nodes.For) or (
        isinstance(node, nodes.Or) and isinstance(node.right, nodes.Const)
    )


def _conditions(node: nodes.Node) -> list[nodes.Expr]:
    if isinstance(node, nodes.If):
        tests = []
        for branch in (node, *node.elif_):
            claim = read_claim(branch)
            tests.append(claim[1] if claim else branch.test)
        return tests
    if isinstance(node, nodes.CondExpr):
        return [node.test]
    return [node.left if isinstance(node, nodes.Or) else node.iter]  # type: ignore[attr-defined]


def _bodies(node: nodes.Node) -> list[list[nodes.Node]]:
    """What each arm prints, as far as it can hold forks of its own."""
    if isinstance(node, nodes.If):
        return [node.body, *(branch.body for branch in node.elif_), node.else_]
    if isinstance(node, nodes.For):
        return [node.body]
    return []


class _Watching(Extension):
    """Gives the compiled text a call at each arm."""

    tags: ClassVar[set[str]] = set()

    def see(self, context: Context, arm: Any) -> str:
        context.resolve(TAKEN).add(arm)
        return ""

    def test(self, context: Context, value: Any, fork: Any) -> Any:
        """A condition that chooses between two arms passes through."""
        context.resolve(TAKEN).add((*fork, 0 if _holds(value) else 1))
        return value


def _holds(value: Any) -> bool:
    return len(value) > 0 if hasattr(value, "__len__") else bool(value)


class WatchedEnvironment(AnswerEnvironment):
    """The language of answers, whose compiled texts note each arm that they take; each text is compiled once."""

    compiled: ClassVar[dict[tuple[str, str], Any]] = {}

    def __init__(self, finalize: Callable[[Any], str] | None = None) -> None:
        super().__init__(finalize=finalize)
        self.add_extension(_Watching)

    def is_safe_callable(self, obj: Any) -> bool:
        return isinstance(getattr(obj, "__self__", None), _Watching) or super().is_safe_callable(obj)

    def compile(self, source: Any, name: Any = None, filename: Any = None, *rest: Any) -> Any:  # type: ignore[override]
        key = (source, filename)
        if key not in self.compiled:
            tree = self.parse(source, name, filename)
            self._watch(tree, filename)
            self.compiled[key] = super().compile(tree, name, filename)
        return self.compiled[key]

    def _watch(self, tree: nodes.Template, path: str) -> None:
        watching = next(one for one in self.extensions.values() if isinstance(one, _Watching))
        for number, node in enumerate(list(_forking(tree))):
            if isinstance(node, nodes.If):
                for place, body in enumerate(_bodies(node)):
                    arm = nodes.Const((path, number, place))
                    call = watching.call_method("see", [nodes.ContextReference(), arm])
                    body.insert(0, nodes.Output([call]))
                continue
            name = {nodes.CondExpr: "test", nodes.Or: "left", nodes.For: "iter"}[type(node)]
            fork = nodes.Const((path, number))
            setattr(node, name, watching.call_method("test", [nodes.ContextReference(), getattr(node, name), fork]))
        tree.set_environment(self)


def written(node: nodes.Node) -> str:
    """An expression much as an answer spells it."""
    signs = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "lteq": "<=", "gteq": ">=", "in": "in", "notin": "not in"}
    match node:
        case nodes.Compare():
            parts = [f"{signs[operand.op]} {written(operand.expr)}" for operand in node.ops]
            return " ".join([written(node.expr), *parts])
        case nodes.And() | nodes.Or():
            return f"{written(node.left)} {type(node).__name__.lower()} {written(node.right)}"
        case nodes.Not():
            return f"not {written(node.node)}"
        case nodes.BinExpr():
            return f"({written(node.left)} {node.operator} {written(node.right)})"
        case nodes.Filter():
            named = [f"{argument.key}={written(argument.value)}" for argument in node.kwargs]
            return f"{written(node.node)} | {node.name}({', '.join([*map(written, node.args), *named])})"  # type: ignore[arg-type]
        case nodes.Test():
            return f"{written(node.node)} is {node.name}"
        case _:
            return spelling(node)
