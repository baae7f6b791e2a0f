"""The addresses of results and of the numbers in them: one grammar, one parser, one way of spelling.

    address    = [ home "/" ] result [ "[" point "]" ] [ "." name ]
    home       = lab "/" question | "roles"      the question that the result belongs to; left out, one's own
    point      = [ parameter "=" value { "," parameter "=" value } [ "," ] ]
    value      = characters but [ ] , = and ", without white space at either end
    name       = characters out of a-z A-Z 0-9 _ . * -      a metric or a table of the result
    lab, question = letters, digits, _ and -
    result, parameter = letters, digits and _

So ``2-c/dann/dann[seed=0].target_accuracy`` is a metric, ``dann[seed=0]`` a result at one point of its grid, ``dann``
the result at all of them, and ``roles/classifier`` the result of the job behind a role. White space may stand around an
address and around parameters and values. Answers are expressions, in which the same addresses are calls:

    expression = result [ "(" parameter "=" literal { "," parameter "=" literal } ")" ] "." name

Earlier versions wrote a slash before the name into results/metrics.json; after a home it is read as the dot.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from jinja2 import nodes

#: One point of a grid: (("multiplier", 3),), in the order of the YAML; a value that was read from an address is text.
Point = tuple[tuple[str, Any], ...]

ROLES = "roles"  # in place of a question, in the address of a job behind a role
VALUE = re.compile(r'[^\[\],="\s](?:[^\[\],="]*[^\[\],="\s])?')

_PAIR = re.compile(rf"\s*(\w+)\s*=\s*({VALUE.pattern})\s*(?:,|(?=\]))")
_HOME = rf"(?:(?P<home>[\w-]+/[\w-]+|{ROLES})/)?"
_ADDRESS = re.compile(
    rf"\s*{_HOME}(?P<result>\w+)(?:\[(?P<point>(?:{_PAIR.pattern})*\s*\]))?"
    r"(?:(?(home)[./]|\.)(?P<name>[\w.*-]+))?\s*"
)
_TARGET = re.compile(rf"{_HOME}(?P<name>.*)", re.DOTALL)
_RESULT = '"result", "result[parameter=value]" or "lab/question/result"'
_READ = '"result.name", "result[parameter=value].name" or "lab/question/result.name"'
_LONGEST_SHOWN = 60  # characters


class AddressError(ValueError):
    """What was read is no address; ``details`` are what was ``expected`` and ``got``, as a mistake takes them."""

    def __init__(self, message: str, **details: str) -> None:
        super().__init__("; ".join([message, *(f"{name} {text}" for name, text in details.items())]))
        self.message = message
        self.details = details


@dataclass(frozen=True, eq=False)
class Address:
    """A result, all of it or one point of its grid, or with ``name`` a metric or table of it.

    ``question`` ("2-a/q03") is empty where the text names none. Addresses that are spelt alike are equal: the point of
    a grid keeps its numbers, one that was read holds their text.
    """

    question: str
    result: str
    point: Point = ()
    name: str = ""

    def __str__(self) -> str:
        home = f"{self.question}/" if self.question else ""
        point = ",".join([f"{name}={value}" for name, value in self.point]) if self.point else ""
        return f"{home}{self.result}" + (f"[{point}]" if point else "") + (f".{self.name}" if self.name else "")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    @property
    def whole(self) -> Address:
        """The result with all points of its grid."""
        return Address(self.question, self.result)

    @property
    def expression(self) -> str:
        """How an answer of its own question spells it: ``networks(architecture="alexnet").parameters``."""
        point = ", ".join(f"{name}={json.dumps(str(value), ensure_ascii=False)}" for name, value in self.point)
        attribute = f".{self.name}" if self.name.isidentifier() else f'["{self.name}"]' if self.name else ""
        return self.result + (f"({point})" if point else "") + attribute

    def at_home(self, question: str) -> Address:
        """The same address as a text of ``question`` means it."""
        return self if self.question else replace(self, question=question)

    def seen_from(self, question: str) -> Address:
        """The same address as a text of ``question`` spells it."""
        return replace(self, question="") if self.question == question else self

    def among(self, points: Iterable[Address]) -> tuple[Address, ...]:
        """Those points of the result's grid that have all the values of this one."""
        wanted = {(name, str(value)) for name, value in self.point}
        return tuple(one for one in points if wanted <= {(name, str(value)) for name, value in one.point})


@lru_cache(maxsize=10_000)  # plans and checks ask for the same ones again and again
def parse_address(text: str, home: str = "", *, named: bool | None = None) -> Address:
    """Read an address; ``home`` is the question of one that names none.

    ``named`` says whether it must (or must not) name a metric or table. Raises AddressError.
    """
    found = _ADDRESS.match(text)
    if found is None:
        raise _wrong(text, 0, named)
    name = found["name"] or ""
    end = found.start("name") - 1 if name and named is False else found.end()
    if end < len(text) or (named and not name):
        raise _wrong(text, end, named)
    return Address(found["home"] or home, found["result"], tuple(_PAIR.findall(found["point"] or "")), name)


def _wrong(text: str, end: int, named: bool | None) -> AddressError:
    """The error that a text is an address up to ``end`` only."""
    got = repr(text[:_LONGEST_SHOWN])
    if 0 < end < len(text):
        got += f", which goes wrong at {text[end : end + _LONGEST_SHOWN]!r}"
    message = "names no metric or table of a result" if named else "names no result"
    return AddressError(message, expected=_READ if named else _RESULT, got=got)


def split_target(target: str, home: str) -> tuple[str, str]:
    """The question and the name of what ``ref(target)`` means: "2-a/q01/maps", or "maps" of the question ``home``."""
    found = _TARGET.fullmatch(target)
    assert found is not None  # the name takes any text
    return found["home"] or home, found["name"]


def lab_of(question: str) -> str:
    """The lab of a question: "2-a" of "2-a/q03"."""
    return question.partition("/")[0]


def parse_expression(node: nodes.Getattr | nodes.Getitem) -> Address:
    """The address that ``result(parameter=literal).name`` spells in an answer. Raises AddressError."""
    call = node.node if isinstance(node.node, nodes.Call) else None
    result = getattr(call.node if call else node.node, "name", "result")
    given = {argument.key: argument.value for argument in call.kwargs} if call else {}
    point = tuple((name, str(value.value)) for name, value in given.items() if isinstance(value, nodes.Const))
    if call and (call.args or not point or len(point) < len(given)):
        expected = f'{result}(parameter="value").metric'
        raise AddressError("a grid point is spelt out with names and literals", expected=expected)
    name = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
    if not isinstance(name, str):
        raise AddressError(f"the metric of {result} must be spelt out", expected=f"{result}.metric")
    return Address("", result, point, name)
