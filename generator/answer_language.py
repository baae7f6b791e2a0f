"""The language of answers: Jinja in a sandbox, with claims; the same for checking an answer and for rendering it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

#: What an answer may call, besides a result with its grid point.
FUNCTIONS = frozenset({"table", "figure", "ref", "metric", "rows", "role"})
#: Filters that write numbers; the renderer provides them.
NUMBER_FILTERS = frozenset({"integer", "millions", "percent", "points", "decimal", "scientific", "seconds"})
#: Jinja's own filters that an answer may use: none of them can build a long string from a short one.
PLAIN_FILTERS = frozenset({"abs", "first", "join", "last", "length", "lower", "max", "min", "round", "sum", "upper"})
FILTERS = NUMBER_FILTERS | PLAIN_FILTERS

#: Everything that an answer may be built from; macros, imports, namespaces and slices are not.
NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Call,
    nodes.Keyword,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.BinExpr,
    nodes.UnaryExpr,
    nodes.Concat,
    nodes.CondExpr,
    nodes.List,
    nodes.Tuple,
    nodes.For,
    nodes.If,
    nodes.Assign,
)

#: Under this name, which no template can spell, the context holds the list that claims are recorded in.
LEDGER = "claim ledger"

_LARGEST_POWER = 64


@dataclass(frozen=True)
class Claim:
    """One claim as judged: its expression, the values it rests on, and the branch that was printed."""

    expression: str
    line: int
    holds: bool
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def branch(self) -> str:
        """The name of the printed branch: "claim" or "otherwise"."""
        return "claim" if self.holds else "otherwise"


class AnswerCallable(Protocol):
    """Anything that an answer may call says so in its class."""

    callable_from_answers: ClassVar[bool]


@dataclass(frozen=True)
class AnswerFunction:
    """A Python function that answers may call."""

    function: Callable[..., Any]
    callable_from_answers: ClassVar[bool] = True

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function."""
        return self.function(*arguments, **named)


def _result_reads(expression: nodes.Node) -> Iterator[nodes.Expr]:
    """The outermost reads of results in an expression: ``a.b``, ``a(x=1).b``, ``metric("…")``."""
    called_by_name = isinstance(expression, nodes.Call) and isinstance(expression.node, nodes.Name)
    if isinstance(expression, nodes.Getattr | nodes.Getitem) or called_by_name:
        yield expression  # type: ignore[misc]
    else:
        for child in expression.iter_child_nodes():
            yield from _result_reads(child)


def spelling(node: nodes.Node) -> str:
    """How a read of a result is spelt: ``networks(architecture='alexnet').parameters``."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Const):
        return repr(node.value)
    if isinstance(node, nodes.Getattr):
        return f"{spelling(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        return f"{spelling(node.node)}[{spelling(node.arg)}]"
    if isinstance(node, nodes.Call):
        named = [f"{argument.key}={spelling(argument.value)}" for argument in node.kwargs]
        return f"{spelling(node.node)}({', '.join([*map(spelling, node.args), *named])})"
    return type(node).__name__.lower()


class ClaimExtension(Extension):
    """``{% claim EXPR %}…{% otherwise %}…{% endclaim %}``: prints the branch that EXPR supports and records it."""

    tags = {"claim"}  # noqa: RUF012 (Jinja declares it so)

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Remember how each claim of this source is spelt, in the order in which the parser will meet them."""
        self._spelt = iter(claim_spellings(self.environment.lex(source, name, filename)))
        return source

    def parse(self, parser: Parser) -> nodes.Node:
        """Turn the tag into an ``If`` whose test records its verdict; both branches are required."""
        line = next(parser.stream).lineno
        expression = parser.parse_expression()
        body = parser.parse_statements(("name:otherwise", "name:endclaim"))
        if parser.stream.current.value != "otherwise":
            parser.fail("this claim has no {% otherwise %} branch", line)
        next(parser.stream)
        otherwise = parser.parse_statements(("name:endclaim",), drop_needle=True)
        reads = [nodes.Pair(nodes.Const(spelling(read)), read) for read in _result_reads(expression)]
        arguments = [
            nodes.ContextReference(),
            expression,
            nodes.Const(next(self._spelt, "")),
            nodes.Const(line),
            nodes.Dict(reads),
        ]
        test = self.call_method("_judge", arguments, lineno=line)
        return nodes.If(test, body, [], otherwise, lineno=line)

    def _judge(self, context: Context, verdict: Any, expression: str, line: int, values: dict[str, Any]) -> bool:
        ledger = context.resolve(LEDGER)
        ledger.append(Claim(expression, line, bool(verdict), values))
        return bool(verdict)


def claim_spellings(tokens: Iterator[tuple[int, str, str]]) -> Iterator[str]:
    """The text of each claim's expression, from Jinja's raw tokens."""
    parts: list[str] | None = None
    expect_name = False
    for _, kind, text in tokens:
        if kind == "block_begin":
            expect_name = True
        elif kind == "block_end":
            if parts is not None:
                yield re.sub(r"\s+", " ", "".join(parts)).strip()
            parts, expect_name = None, False
        elif expect_name and kind == "name":
            parts = [] if text == "claim" else None
            expect_name = False
        elif parts is not None:
            parts.append(text)


class AnswerEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox without loader, globals, methods or long strings.

    ``finalize`` is applied to everything that an answer prints.
    """

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, finalize: Callable[[Any], str] | None = None) -> None:
        super().__init__(undefined=StrictUndefined, extensions=[ClaimExtension], finalize=finalize, loader=None)
        self.globals.clear()
        self.filters = {name: function for name, function in self.filters.items() if name in PLAIN_FILTERS}
        self.tests = {name: test for name, test in self.tests.items() if name in {"none", "number", "even", "odd"}}

    def is_safe_callable(self, obj: Any) -> bool:
        """Only what says in its class that answers may call it; so no method of a string or a list."""
        by_claims = isinstance(getattr(obj, "__self__", None), ClaimExtension)  # no template can name it
        return by_claims or bool(getattr(type(obj), "callable_from_answers", False))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Multiply numbers only: ``"a" * 10**9`` and ``"%999999999d" % 1`` would fill the memory."""
        if not all(isinstance(value, int | float) for value in (left, right)):
            raise SecurityError(f"{operator} needs two numbers, got {left!r} and {right!r}")
        if operator == "**" and abs(right) > _LARGEST_POWER:
            raise SecurityError(f"the power {right} is beyond {_LARGEST_POWER}")
        return super().call_binop(context, operator, left, right)
