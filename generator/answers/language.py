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
NUMBER_FILTERS = frozenset({"integer", "millions", "percent", "points", "decimal", "scientific", "p_value", "seconds"})
#: Jinja's own filters that an answer may use: none of them can build a long string from a short one.
PLAIN_FILTERS = frozenset({"abs", "first", "join", "last", "length", "lower", "max", "min", "round", "sum", "upper"})
FILTERS = NUMBER_FILTERS | PLAIN_FILTERS

#: Everything that an answer may be built from; macros, imports, slices, lists and joined texts, which could double
#: their size with each line, are not. Tuples only take the values of a loop.
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
    nodes.CondExpr,
    nodes.Tuple,
    nodes.For,
    nodes.If,
    nodes.Assign,
)

#: Under this name, which no template can spell, the context holds the list that claims are recorded in.
LEDGER = "claim ledger"
#: What stands before a claim without a second branch that the results contradict; two private characters enclose it.
WARNING = "[\ue002contradicted\ue003]"

_LARGEST_POWER = 64
_LARGEST_INTEGER = 1024  # bits
_LONGEST_JOIN = 10_000  # characters
_MOST_DIGITS = 12  # before or after the point, when rounding


@dataclass(frozen=True)
class Claim:
    """One claim as judged: its expression, the values it rests on, and the branch that was printed.

    A ``one_sided`` claim, as students make them, has no other branch: it is printed whether it holds or not.
    """

    expression: str
    line: int
    holds: bool
    values: dict[str, Any] = field(default_factory=dict)
    one_sided: bool = False

    @property
    def contradicted(self) -> bool:
        """Whether something was printed that the results contradict."""
        return self.one_sided and not self.holds

    @property
    def branch(self) -> str:
        """The name of the printed branch: "claim" or "otherwise"."""
        return "claim" if self.holds or self.one_sided else "otherwise"


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
    """``{% claim EXPR %}…{% otherwise %}…{% endclaim %}``: prints the branch that EXPR supports and records it.

    Without ``{% otherwise %}`` it prints its only branch, behind a warning when EXPR is false; who may write such
    claims is decided where answers are checked.
    """

    tags = {"claim"}  # noqa: RUF012 (Jinja declares it so)

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Remember how each claim of this source is spelt, in the order in which the parser will meet them."""
        self._spelt = iter(claim_spellings(self.environment.lex(source, name, filename)))
        return source

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        """Turn the tag into an ``If`` whose test records its verdict."""
        line = next(parser.stream).lineno
        spelt = next(self._spelt, "")  # now: the claims nested in this one take theirs while they are parsed
        expression = parser.parse_expression()
        body = parser.parse_statements(("name:otherwise", "name:endclaim"))
        one_sided = parser.stream.current.value != "otherwise"
        next(parser.stream)
        otherwise = [] if one_sided else parser.parse_statements(("name:endclaim",), drop_needle=True)
        reads = [nodes.Pair(nodes.Const(spelling(read)), read) for read in _result_reads(expression)]
        arguments = [
            nodes.ContextReference(),
            expression,
            nodes.Const(spelt),
            nodes.Const(line),
            nodes.Dict(reads),
            nodes.Const(one_sided),
        ]
        test = self.call_method("_judge", arguments, lineno=line)
        if not one_sided:
            return nodes.If(test, body, [], otherwise, lineno=line)
        warning = nodes.Output([nodes.TemplateData(WARNING + " ")], lineno=line)
        return [nodes.If(test, [], [], [warning], lineno=line), *body]

    def _judge(
        self, context: Context, verdict: Any, expression: str, line: int, values: dict[str, Any], one_sided: bool
    ) -> bool:
        ledger = context.resolve(LEDGER)
        ledger.append(Claim(expression, line, bool(verdict), values, one_sided))
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

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, finalize: Callable[[Any], str] | None = None) -> None:
        super().__init__(undefined=StrictUndefined, extensions=[ClaimExtension], finalize=finalize, loader=None)
        self.globals.clear()
        self.filters = {name: function for name, function in self.filters.items() if name in PLAIN_FILTERS}
        self.filters |= {"join": _join, "round": _round}
        self.tests = {name: test for name, test in self.tests.items() if name in {"none", "number", "even", "odd"}}

    def is_safe_callable(self, obj: Any) -> bool:
        """Only what says in its class that answers may call it; so no method of a string or a list."""
        by_claims = isinstance(getattr(obj, "__self__", None), ClaimExtension)  # no template can name it
        return by_claims or bool(getattr(type(obj), "callable_from_answers", False))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate with numbers only: ``"a" * 10**9`` and ``"%999999999d" % 1`` would fill the memory."""
        if not all(isinstance(value, int | float) for value in (left, right)):
            raise SecurityError(f"{operator} needs two numbers, got {_kind(left)} and {_kind(right)}")
        if operator == "**" and abs(right) > _LARGEST_POWER:
            raise SecurityError(f"the power {right} is beyond {_LARGEST_POWER}")
        if all(isinstance(value, int) for value in (left, right)):
            factor = abs(right) if operator == "**" else 1
            if left.bit_length() * factor + right.bit_length() > _LARGEST_INTEGER:
                raise SecurityError(f"the result of {operator} is too large")
        return super().call_binop(context, operator, left, right)


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__


def _join(value: Any, separator: str = "") -> str:
    """Words and numbers put together; Jinja's own filter makes long texts from short ones."""
    parts: list[str] = []
    length = 0
    for item in value:
        if not isinstance(item, str | int | float | None):
            raise TypeError(f"join takes words and numbers, got {_kind(item)}")
        parts.append(str(item))
        length += len(parts[-1]) + len(separator)
        if length > _LONGEST_JOIN:
            raise SecurityError(f"join makes a text of more than {_LONGEST_JOIN} characters")
    return separator.join(parts)


def _round(value: Any, digits: int = 0) -> float:
    """A number rounded to so many digits after the point, or before it when negative."""
    if not -_MOST_DIGITS <= digits <= _MOST_DIGITS:
        raise SecurityError(f"rounding goes to at most {_MOST_DIGITS} digits")
    return round(float(value), digits)
