"""Claims whose printed numbers do not bear out their condition: two that differ, and look alike in print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from jinja2 import nodes

from generator.answers.claims import Claim, spelling
from generator.answers.prose import reading_environment
from generator.formats import FORMATS, write
from tests.shaken.draws import MARGIN
from tests.shaken.reader import Finding

#: Words with which a text says itself that there is little or nothing between two numbers.
_ALIKE = re.compile(
    r"no difference|cannot be|not (?:be )?(?:shown|told|proved)|nothing|no (?:gain|loss|more|less|longer|rougher)"
    r"|no (?:higher|clear)|hardly|about the same|may be chance|as many|\bnot\b|within|whether|overlap|close to|at most"
)


def unborne(claim: Claim, words: str) -> Iterator[Finding]:
    """Comparisons that hold, of two numbers that the claim prints alike; ``words`` are what it printed.

    Where a test of pairs speaks, the two may well look alike.
    """
    if not claim.holds or _ALIKE.search(words) or any(MARGIN.search(name) for name in claim.values):
        return
    for first, second in strict_comparisons(claim.expression):
        one, other = claim.values.get(first), claim.values.get(second)
        if not (_measured(one) and _measured(other)) or one == other:
            continue
        for text in sorted(_spellings(one) & _spellings(other), key=len, reverse=True):
            if len(re.findall(rf"(?<![\d.,−]){re.escape(text)}(?!\d|\.\d)", words)) > 1:
                yield Finding("two numbers that look alike", words, f"{text} for {first} and for {second}")
                break


@lru_cache(maxsize=10_000)
def strict_comparisons(expression: str) -> tuple[tuple[str, str], ...]:
    """The pairs of results between which a condition has ``<`` or ``>``, outside of any ``or`` and ``not``."""
    tree = reading_environment().parse("{{ " + expression + " }}")
    output: Any = tree.body[0]
    return tuple(_pairs(output.nodes[0]))


def _pairs(node: nodes.Node) -> Iterator[tuple[str, str]]:
    if isinstance(node, nodes.And):
        yield from _pairs(node.left)
        yield from _pairs(node.right)
    elif isinstance(node, nodes.Compare) and len(node.ops) == 1 and node.ops[0].op in ("lt", "gt"):
        sides = (node.expr, node.ops[0].expr)
        if all(isinstance(side, nodes.Getattr | nodes.Call) for side in sides):
            yield spelling(sides[0]), spelling(sides[1])


def _measured(value: Any) -> bool:
    return isinstance(value, float)


def _spellings(value: float) -> set[str]:
    """How a text may print a number, in each format and with each usual number of digits."""
    found = set()
    for name, form in FORMATS.items():
        if name in ("integer", "p_value", "p_stated"):
            continue
        for digits in (None,) if form.digits is None else range(4):
            found.add(write(value, name, digits, unit=name == "percent"))
    return {text for text in found if re.search(r"[1-9]", text) or text.startswith("0")}
