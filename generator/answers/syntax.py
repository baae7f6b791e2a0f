"""What an answer says before anything is computed: the exhibits, results, references and citations that it names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from generator.answers.addresses import Address, AddressError, parse_address, parse_expression
from generator.answers.claims import ClaimTag, ends_claim, read_claim
from generator.answers.conditions import Cell, Comparison, Joined, Stated, conditions
from generator.answers.language import FILTERS, FUNCTIONS, NODES, OWN, OWN_TABLE, reads_own
from generator.answers.prose import read_prose, reading_environment
from generator.answers.readings import Readings, refused
from generator.answers.slips import slip
from generator.answers.typed import typed_results
from generator.errors import Mistake

_LONGEST = 200_000
_DEEPEST_LOOP = 2  # loops only nest this deep, so that a short answer cannot run for long
_DEEPEST = 50  # of tags and brackets in one another: Python itself gives up at a hundred

_CITATION = re.compile(r"\[@[\w:.+/-]+(?:\s*;\s*@[\w:.+/-]+)*\]")
_LONG_NUMBER = re.compile(r"[0-9_]{4300,}")
_EQUATION = re.compile(r"\$\$[ \t]*\((?P<label>[^()$\n]+)\)")


@dataclass(frozen=True)
class Named:
    """A name at a line: an exhibit placed, a reference, a role, a citation key or an equation's label."""

    name: str
    line: int
    kind: str = ""  # "table" or "figure" for exhibits


@dataclass(frozen=True)
class ResultRead:
    """A metric or (for ``rows``) a table read from a result, at a line; the result is "this" in captions of panels."""

    address: Address
    line: int


@dataclass(frozen=True)
class AnswerSyntax:
    """What an answer names, each in source order with its line, and the mistakes found in it."""

    exhibits: tuple[Named, ...] = ()
    refs: tuple[Named, ...] = ()
    metrics: tuple[ResultRead, ...] = ()
    tables: tuple[ResultRead, ...] = ()
    roles: tuple[Named, ...] = ()
    citations: tuple[Named, ...] = ()
    equations: tuple[Named, ...] = ()
    own: tuple[Named, ...] = ()  # files with a student's own numbers
    claims: tuple[int, ...] = ()  # the lines of all
    one_sided: tuple[int, ...] = ()  # the lines of those without a second branch
    conditions: tuple[Stated, ...] = ()  # of claims and ifs; none where there are mistakes
    typed: tuple[Named, ...] = ()  # numbers in the prose that look measured
    mistakes: tuple[Mistake, ...] = ()


@cache  # checking, numbering and writing each read the same texts again
def parse_answer(text: str, path: Path, *, first_line: int = 1, caption: bool = False) -> AnswerSyntax:
    """Read an answer's source without running it.

    ``first_line`` is the line of ``path`` on which the text begins. A ``caption`` places no exhibit, and may name
    ``this``, the result of its own panel. Mistakes are returned, never raised.
    """
    return _placed(READINGS.read((text, caption), lambda: _parse(text, caption)), path, first_line - 1)


def _parse(text: str, caption: bool) -> AnswerSyntax:
    """The same with lines counted from the text's first, and mistakes in no file."""
    if len(text) > _LONGEST:
        got = f"{len(text)} characters"
        return AnswerSyntax(mistakes=(Mistake("the text is too long", expected=f"at most {_LONGEST}", got=got),))
    try:
        tree = reading_environment().parse(text)
        reader = _Reader(caption, text)
        reader.read(tree)
    except TemplateSyntaxError as error:
        return AnswerSyntax(mistakes=(slip(error, text),))
    except RecursionError:
        return AnswerSyntax(mistakes=(Mistake("its tags or brackets are nested too deeply"),))
    except ValueError:  # Python's own, for an integer that would take it long to read
        found = _LONG_NUMBER.search(text)
        line = 1 + text.count("\n", 0, found.start()) if found else None
        return AnswerSyntax(mistakes=(Mistake("a number in a tag has too many digits", line=line),))
    reader.read_markdown()
    return reader.syntax()


def _placed(syntax: AnswerSyntax, path: Path, down: int) -> AnswerSyntax:
    """What was read of a text that stands so many lines further down in a file."""
    if down == 0 and not syntax.mistakes:
        return syntax

    def lower(line: int | None) -> int | None:
        return None if line is None else line + down

    moved: dict[str, Any] = {
        name: tuple(one + down if isinstance(one, int) else replace(one, line=one.line + down) for one in found)
        for name, found in vars(syntax).items()
        if name != "mistakes"
    }
    mistakes = tuple(replace(one, path=path, line=lower(one.line)) for one in syntax.mistakes)
    return AnswerSyntax(**moved, mistakes=mistakes)


#: What texts say; a program that was told where may keep it from one run to the next.
READINGS = Readings(
    (AnswerSyntax, Named, ResultRead, Address, Stated, Comparison, Joined, Mistake), short={Cell: refused}
)


class _Reader:
    """Walks the tree of one answer and gathers what it names."""

    def __init__(self, caption: bool, text: str) -> None:
        self.caption = caption
        self.text = text
        self.lines = text.splitlines()
        self.assigned: set[str] = {"loop"}
        self.found: dict[str, list[Named]] = {kind: [] for kind in ("exhibits", "refs", "roles", "own")}
        self.metrics: list[ResultRead] = []
        self.tables: list[ResultRead] = []
        self.citations: list[Named] = []
        self.equations: list[Named] = []
        self.claims: list[int] = []
        self.one_sided: list[int] = []
        self.conditions: list[Stated] = []
        self.typed: list[Named] = []
        self.mistakes: list[Mistake] = []
        self.depth = 0

    def syntax(self) -> AnswerSyntax:
        """Everything that was found."""
        return AnswerSyntax(
            exhibits=tuple(self.found["exhibits"]),
            refs=tuple(self.found["refs"]),
            metrics=tuple(self.metrics),
            tables=tuple(self.tables),
            roles=tuple(self.found["roles"]),
            own=tuple(self.found["own"]),
            citations=tuple(self.citations),
            equations=tuple(self.equations),
            claims=tuple(self.claims),
            one_sided=tuple(self.one_sided),
            conditions=tuple(self.conditions),
            typed=tuple(self.typed),
            mistakes=tuple(sorted(self.mistakes, key=lambda mistake: mistake.line or 0)),
        )

    def mistake(self, message: str, line: int | None, *, expected: str = "", got: str = "", hint: str = "") -> None:
        # Nodes that Jinja adds of itself have no line.
        self.mistakes.append(Mistake(message, None, line or 1, "", expected, got, hint))

    def read(self, tree: nodes.Template) -> None:
        """Gather names from the whole tree."""
        for name in tree.find_all(nodes.Name):
            if name.ctx != "load":
                self.assigned.add(name.name)
        self._walk(tree, loops=0, branches=0)
        if not self.mistakes:
            self.conditions = list(conditions(tree))

    def _walk(self, node: nodes.Node, loops: int, branches: int) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise RecursionError
        self._visit(node, loops, branches)
        self.depth -= 1

    def _visit(self, node: nodes.Node, loops: int, branches: int) -> None:
        if claim := read_claim(node):
            self._claim(node, *claim, loops, branches)
            return
        if ends_claim(node):
            return
        if not isinstance(node, NODES) or (isinstance(node, nodes.Tuple) and node.ctx == "load"):
            self.mistake(f"{type(node).__name__} is not part of the language of answers", node.lineno)
            return
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            self.mistake(f"unknown filter {node.name!r}", node.lineno, expected=", ".join(sorted(FILTERS)))
        if isinstance(node, nodes.Assign) and reads_own(node):
            self.mistake(
                "own numbers are given no other name", node.lineno, hint="write my_data(…) where you need them"
            )
        if isinstance(node, nodes.For):
            loops += 1
            self._loop(node, loops)
        if self._reads(node, branches):
            return
        inner = branches + isinstance(node, nodes.For | nodes.If | nodes.CondExpr)
        for child in node.iter_child_nodes():
            self._walk(child, loops, inner)

    def _claim(self, node: nodes.Node, tag: ClaimTag, condition: nodes.Expr, loops: int, branches: int) -> None:
        self._walk(condition, loops, branches)
        self.claims.append(tag.line)
        if tag.one_sided:
            self.one_sided.append(self.claims[-1])
        for child in node.iter_child_nodes(exclude=("test",)):
            self._walk(child, loops, branches + 1)

    def _loop(self, node: nodes.For, loops: int) -> None:
        if node.recursive or loops > _DEEPEST_LOOP:
            self.mistake(f"loops may be {_DEEPEST_LOOP} deep and not recursive", node.lineno)
        if not isinstance(node.iter, nodes.Call) or getattr(node.iter.node, "name", "") != "rows":
            self.mistake("a loop goes over the rows of a table", node.lineno, expected='rows("result.table")')

    def _reads(self, node: nodes.Node, branches: int) -> bool:
        """Note a call or a read of a result; True when nothing inside the node is left to look at."""
        if isinstance(node, nodes.Call):
            return self._call(node, branches)
        if isinstance(node, nodes.Getattr | nodes.Getitem):
            return self._attribute(node)
        if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in self.assigned:
            what = "a function; call it" if node.name in FUNCTIONS else "a result; name one of its metrics"
            self.mistake(f"{node.name} is {what}", node.lineno, expected=f"{node.name}.metric")
            return True
        return False

    def _attribute(self, node: nodes.Getattr | nodes.Getitem) -> bool:
        target = node.node.node if isinstance(node.node, nodes.Call) else node.node
        if not isinstance(target, nodes.Name) or target.name in self.assigned or target.name in FUNCTIONS:
            return False
        if target.name == "this" and not self.caption:
            self.mistake("only captions know `this`, the result of their panel", node.lineno)
        else:
            self._read(self.metrics, node.lineno, lambda: parse_expression(node))
        return True

    def _call(self, node: nodes.Call, branches: int) -> bool:
        name = getattr(node.node, "name", "")
        if name not in FUNCTIONS:
            shown = name or "this"
            self.mistake(f"{shown} cannot be called here", node.lineno, expected=", ".join(sorted(FUNCTIONS)))
            return True
        argument = _text(node.args[0]) if len(node.args) == 1 and not node.kwargs else None
        if argument is None:
            self.mistake(f"{name}() takes one name, spelt out", node.lineno, expected=f'{name}("name")')
            return True
        if name in ("table", "figure"):
            self._exhibit(name, argument, node.lineno, branches)
        elif name in (OWN, OWN_TABLE):
            self.found["own"].append(Named(argument, node.lineno, name))
            if name == OWN_TABLE:
                self._alone(f"{name}({argument!r})", node.lineno, branches)
        elif name in ("ref", "role"):
            self.found[f"{name}s"].append(Named(argument, node.lineno))
        else:
            found = self.metrics if name == "metric" else self.tables
            self._read(found, node.lineno, lambda: parse_address(argument, named=True))
        return True

    def _read(self, found: list[ResultRead], line: int, parse: Callable[[], Address]) -> None:
        """Note what is read, or what keeps it from being an address."""
        try:
            found.append(ResultRead(parse(), line))
        except AddressError as error:
            self.mistake(error.message, line, **error.details)

    def _exhibit(self, kind: str, name: str, line: int, branches: int) -> None:
        self.found["exhibits"].append(Named(name, line, kind))
        if self.caption:
            self.mistake("a caption cannot place an exhibit", line)
        else:
            self._alone(f"{kind}({name!r})", line, branches)

    def _alone(self, what: str, line: int, branches: int) -> None:
        """What becomes a block has a line to itself, outside of everything."""
        if branches:
            self.mistake(f"{what} stands inside a claim, condition or loop", line, hint="place it outside")
        elif not re.fullmatch(r"\s*\{\{[^{}]*\}\}\s*", self.lines[line - 1]):
            self.mistake(f"{what} must stand on a line of its own", line, got=self.lines[line - 1].strip())

    def read_markdown(self) -> None:
        """Gather citations and labelled equations from the text between the tags."""
        prose, inside = read_prose(self.text)
        self.typed = [Named(number, line) for number, line in typed_results(prose)]
        for match in _CITATION.finditer(prose):
            line = 1 + prose.count("\n", 0, match.start())
            self.citations += [Named(key.strip()[1:], line) for key in match[0][1:-1].split(";")]
        for match in _EQUATION.finditer(prose):
            line = prose.count("\n", 0, match.start()) + 1
            self.equations.append(Named(match["label"].strip(), line))
            if inside[match.start()]:
                self.mistake(f"the equation {match['label']} is labelled inside a claim, condition or loop", line)


def _text(node: nodes.Node) -> str | None:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None
