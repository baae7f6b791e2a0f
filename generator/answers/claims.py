"""Claims: sentences under a condition on the results, and the record of which conditions held and what was printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context

from generator.answers.reads import Print, Read, each_once
from generator.formats import Markdown
from generator.languages import ENGLISH

#: Under this name, which no template can spell, the context holds the Record of its claims.
RECORD = "record of claims"
#: What stands before a claim without a second branch that the results contradict; two private characters enclose it.
WARNING = "[\ue002contradicted\ue003]"

#: How a tag ends whose sentence only reads the numbers; it belongs to no condition.
AS_SEEN = " as seen"

_OWN = re.compile(r"""\bmy_data\(\s*["']([^"']+)["']""")
_MOST_BRANCHES = 20  # each holds the conditions of all before it
_TAG = re.compile(r"(?:or )?claim\b ?(.*)")


@dataclass(frozen=True)
class ClaimTag:
    """What one tag of a claim says, before anything is judged.

    ``number`` counts the claims of a text from 1; an ``or claim`` has the number of the claim that it goes on
    with, and in ``after`` the conditions before its own. ``line`` is the text's own, from 1. What is said ``as_seen``
    is said of the numbers of this run, as they stand in the report, and of no more.
    """

    expression: str
    line: int
    number: int
    after: tuple[str, ...] = ()
    one_sided: bool = False
    as_seen: bool = False


@dataclass(frozen=True)
class Claim:
    """One entry of the ledger: a condition as judged, the values it rests on, and what was printed.

    The conditions in ``after`` were judged before, and none of them held. A ``one_sided`` claim, as students make them,
    has no other branch: it is printed whether it holds or not. ``sentence`` is what stands in the report, without
    markup; ``anchor`` the id there of the place where it begins, or of the answer or exhibit around it. ``as_seen``
    says that the claim reads the numbers as they are and infers nothing. ``language`` is that of the sentence;
    ``reads`` are the values again, each with the result that it was read from.
    """

    expression: str
    path: Path
    line: int
    holds: bool
    values: dict[str, Any] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    one_sided: bool = False
    sentence: str = ""
    anchor: str = ""
    as_seen: bool = False
    language: str = ENGLISH
    reads: tuple[Read, ...] = ()

    @property
    def contradicted(self) -> bool:
        """Whether something was printed that the results contradict."""
        return self.one_sided and not self.holds

    @property
    def own(self) -> tuple[str, ...]:
        """The files with a student's own numbers that the conditions rest on: nothing that was computed here."""
        read = (found for condition in (self.expression, *self.after) for found in _OWN.findall(condition))
        return tuple(dict.fromkeys(read))

    @property
    def branch(self) -> str:
        """The name of the printed branch: "claim" or "otherwise"."""
        return "claim" if self.holds or self.one_sided else "otherwise"


@dataclass
class Judged:
    """The verdict on one condition; what its claim printed lies between two characters of the output."""

    tag: ClaimTag
    holds: bool
    values: dict[str, Any]
    start: int
    end: int
    reads: tuple[Read, ...] = ()


class Record:
    """What is judged and printed while a template runs, in that order.

    ``position`` is how many characters it has written, ``noted`` what it has read of results; ``printed`` are the
    places of what it printed, each by its beginning and its end.
    """

    def __init__(self) -> None:
        self.position = 0
        self.judged: list[Judged] = []
        self.noted: list[Read] = []
        self.printed: list[tuple[int, int, Print]] = []
        self._open: list[list[Judged]] = []
        self._begun = (0, 0)

    def begin(self) -> None:
        """What is read from here on, and what is written, is of the next print or claim."""
        self._begun = (self.position, len(self.noted))

    def end(self, expression: str) -> None:
        """Something that was spelt so has been printed."""
        start, first = self._begun
        if reads := each_once(self.noted[first:]):
            self.printed.append((start, self.position, Print(expression, reads)))

    def judge(self, tag: ClaimTag, holds: bool, values: dict[str, Any]) -> None:
        """Take down a verdict; what is written from here on is what it made the claim print."""
        told = {name: value for name, value in values.items() if value is None or isinstance(value, int | float | str)}
        # A table is no value that the ledger could print.
        reads = each_once(self.noted[self._begun[1] :])
        verdict = Judged(tag, holds, told, self.position, self.position, reads)
        self.judged.append(verdict)
        if not tag.after:
            self._open.append([])
        self._open[-1].append(verdict)

    def close(self) -> None:
        """The innermost claim has been written."""
        for verdict in self._open.pop():
            verdict.end = self.position


class ClaimExtension(Extension):
    """``{% claim A %}…{% or claim B %}…{% otherwise %}…{% endclaim %}``: the first branch whose condition holds.

    There may be any number of ``or claim``; each condition is judged only when none before it holds. Without
    ``{% otherwise %}`` the last branch is printed for want of another, behind a warning when its condition is false;
    who may write such claims is decided where answers are checked. ``{% claim a > b as seen %}`` says that the sentence
    only reads the numbers as they are; what is expected of the others is in ``checks.margins``.
    """

    tags = {"claim"}  # noqa: RUF012 (Jinja declares it so)

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Remember how each condition of this source is spelt, in the order in which the parser will meet the tags."""
        self._spelt = iter(list(claim_spellings(self.environment.lex(source, name, filename))))
        self._count = 0
        return source

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Turn the tags of one claim into an ``If`` whose tests record their verdicts."""
        self._count += 1
        number = self._count
        branches: list[nodes.If] = []
        after: list[str] = []
        ended = "or"
        while ended == "or":
            line = parser.stream.expect("name:claim").lineno
            spelt = next(self._spelt, "")  # now: the claims nested in this one take theirs while they are parsed
            condition = parser.parse_expression()
            as_seen = parser.stream.skip_if("name:as")
            if as_seen:
                parser.stream.expect("name:seen")
                spelt = spelt.removesuffix(AS_SEEN)
            body = parser.parse_statements(("name:or", "name:otherwise", "name:endclaim"))
            ended = next(parser.stream).value
            tag = ClaimTag(spelt, line, number, tuple(after), ended == "endclaim", as_seen)
            branches.append(nodes.If(self._judging(tag, condition), body, [], [], lineno=line))
            after.append(spelt)
            if len(after) > _MOST_BRANCHES:
                parser.fail(f"a claim has at most {_MOST_BRANCHES} branches before otherwise", line)
        if ended == "otherwise":
            otherwise = parser.parse_statements(("name:endclaim",), drop_needle=True)
        else:
            last = branches.pop()
            warning = nodes.Output([nodes.TemplateData(WARNING + " ")], lineno=last.lineno)
            otherwise = [nodes.If(last.test, [], [], [warning], lineno=last.lineno), *last.body]
        end = nodes.ExprStmt(self.call_method("_close", [nodes.ContextReference()]))
        if not branches:
            return [*otherwise, end]
        first, *others = branches
        first.elif_, first.else_ = others, otherwise
        return [first, end]

    def _judging(self, tag: ClaimTag, condition: nodes.Expr) -> nodes.Call:
        """A call of :meth:`_judge`; read_claim finds each part again by its name."""
        values = nodes.Dict([nodes.Pair(nodes.Const(spelling(read)), read) for read in _result_reads(condition)])
        said = [nodes.Keyword(name, nodes.Const(value)) for name, value in vars(tag).items()]
        begun = nodes.Keyword("begun", self.call_method("_begin", [nodes.ContextReference()]))
        named = [begun, nodes.Keyword("condition", condition), nodes.Keyword("values", values), *said]
        return self.call_method("_judge", [nodes.ContextReference()], named, lineno=tag.line)

    def _begin(self, context: Context) -> Markdown:
        if record := context.get(RECORD):
            record.begin()
        return Markdown()

    def _end(self, context: Context, expression: str) -> Markdown:
        if record := context.get(RECORD):
            record.end(expression)
        return Markdown()

    def _judge(self, context: Context, *, begun: Any, condition: Any, values: dict[str, Any], **said: Any) -> bool:
        context.resolve(RECORD).judge(ClaimTag(**said), bool(condition), values)
        return bool(condition)

    def _close(self, context: Context) -> None:
        context.resolve(RECORD).close()


def read_claim(node: nodes.Node) -> tuple[ClaimTag, nodes.Expr] | None:
    """The tag and the condition that a node of a parsed text was made from; None for any other node."""
    test = node.test if isinstance(node, nodes.If) else None
    if not isinstance(test, nodes.Call) or not isinstance(test.node, nodes.ExtensionAttribute):
        return None
    named = {argument.key: argument.value for argument in test.kwargs}
    said = {name: value.value for name, value in named.items() if name in ClaimTag.__dataclass_fields__}  # type: ignore[attr-defined]
    return ClaimTag(**said), named["condition"]


def ends_claim(node: nodes.Node) -> bool:
    """Whether a node only closes a claim in the record; no template can write one."""
    return isinstance(node, nodes.ExprStmt)


def claim_spellings(tokens: Iterator[tuple[int, str, str]]) -> Iterator[str]:
    """The text of each claim's condition, from Jinja's raw tokens."""
    parts: list[str] = []
    for _, kind, text in tokens:
        if kind == "block_begin":
            parts = []
        elif kind == "block_end":
            if match := _TAG.fullmatch(" ".join("".join(parts).split())):
                yield match[1]
        else:
            parts.append(text)


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
