"""The language of answers: Jinja in a sandbox, with claims; the same for checking an answer and for rendering it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from generator.answers.claims import ClaimExtension
from generator.answers.prints import mark_prints
from generator.formats import FORMATS
from generator.languages import gettext, listed

#: What an answer may call, besides a result with its grid point.
FUNCTIONS = frozenset({"table", "figure", "ref", "metric", "rows", "role", "my_data", "my_table"})
#: Reads a student's own numbers, and the mark behind all that is printed of them; two private characters enclose it.
OWN, OWN_MARK = "my_data", "[\ue006own\ue007]"
OWN_TABLE = "my_table"
#: Filters that write numbers; the renderer provides them.
NUMBER_FILTERS = frozenset(FORMATS)
#: Jinja's own filters that an answer may use: none of them can build a long string from a short one.
PLAIN_FILTERS = frozenset({"abs", "first", "join", "last", "length", "lower", "max", "min", "round", "sum", "upper"})
#: What `rows` gives as words: `rows("compared.runs") | names("label", outcome="lower")` is "a, b and c".
FILTERS = NUMBER_FILTERS | PLAIN_FILTERS | {"names"}

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

_LARGEST_POWER = 64
_LARGEST_INTEGER = 1024  # bits
_LONGEST_JOIN = 10_000  # characters
_MOST_DIGITS = 12  # before or after the point, when rounding


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


class AnswerEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox without loader, globals, methods or long strings.

    ``finalize`` is applied to everything that an answer prints.
    """

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, finalize: Callable[[Any], str] | None = None) -> None:
        super().__init__(undefined=StrictUndefined, extensions=[ClaimExtension], finalize=finalize, loader=None)
        self.globals.clear()
        self.filters = {name: function for name, function in self.filters.items() if name in PLAIN_FILTERS}
        self.filters |= {"join": _join, "round": _round, "names": _names}
        self.tests = {name: test for name, test in self.tests.items() if name in {"none", "number", "even", "odd"}}

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        mark_prints(source)
        _mark_own(source)
        return super()._generate(source, name, filename, defer_init)

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


def reads_own(node: nodes.Node) -> bool:
    """Whether a student's own numbers are in it."""
    calls = [node] if isinstance(node, nodes.Call) else []
    return any(getattr(call.node, "name", "") == OWN for call in (*calls, *node.find_all(nodes.Call)))


def _mark_own(tree: nodes.Template) -> None:
    """Put the mark behind each print of own numbers, calculated with or not, and before what rests on them."""
    for branch in [*tree.find_all(nodes.If)]:
        if reads_own(branch.test):
            for body in (branch.body, branch.else_):
                body.insert(0, nodes.Output([nodes.TemplateData(f"{OWN_MARK} ")], lineno=branch.lineno))
    for output in [*tree.find_all(nodes.Output)]:
        output.nodes = [part for node in output.nodes for part in _marked(node)]


def _marked(node: nodes.Expr) -> list[nodes.Expr]:
    return [node, nodes.TemplateData(OWN_MARK)] if reads_own(node) else [node]


def _kind(value: Any) -> str:
    return "nothing" if value is None else "str" if isinstance(value, str) else type(value).__name__


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


def _names(rows: Any, column: str, **wanted: Any) -> str:
    """One column of those rows whose other columns have the wanted values, as in a sentence: "a", "a and b".

    A value that has a comma of its own is put into quotation marks: it would read as two.
    """
    private = [name for name in (column, *wanted) if name.startswith("_")]
    if private:
        raise SecurityError(f"{private[0]} is no column")
    chosen = [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]
    words = [_quoted(getattr(row, column)) for row in chosen]
    _join(words, ", ")  # refuses what is no word, and what is too long
    return listed([str(word) for word in words])


def _quoted(value: Any) -> Any:
    return gettext("“%s”") % value if isinstance(value, str) and "," in value else value


def _round(value: Any, digits: int = 0) -> float:
    """A number rounded to so many digits after the point, or before it when negative."""
    if not -_MOST_DIGITS <= digits <= _MOST_DIGITS:
        raise SecurityError(f"rounding goes to at most {_MOST_DIGITS} digits")
    return round(float(value), digits)
