"""Check that a condition which calls one noisy number larger than another says what makes it more than chance.

The numbers are metrics, and values of rows that a text takes from a table.

Two accuracies, losses or shares of two runs are hardly ever equal: that one of them is larger is no finding. A claim
that concludes something from it rests on a margin, states by how much, or says that it only reads what stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from generator.answers.conditions import Comparison, Condition, Read, Stated
from generator.errors import Mistake

NOISY = ("measured", "seeded")
MARGINS = "margins"

#: What there is to do about it.
WAYS_OUT = (
    "test it, as in `a > b and test.p < 0.05`; compare ends of intervals, as in `a_low > b_high`; "
    "say by how much, as in `a > b + 0.05` or `a > 1.5 * b`; or, where the sentence says no more than that "
    "these two printed numbers are so, write `{% claim a > b as seen %}`"
)

#: The kind of a metric or of a column, "" where its computation states none, None for what no known computation gives.
KindOf = Callable[[Read], str | None]


class Scope(Enum):
    """Which numbers are held to it: none, those whose kind is stated, or all (the others as if they were measured)."""

    NONE = "none"
    STATED = "stated"
    ALL = "all"


def bare_comparisons(stated: Iterable[Stated], kind_of: KindOf, path: Path, scope: Scope) -> Iterator[Mistake]:
    """A mistake for each comparison of two noisy metrics that nothing supports."""
    judge = _Judge(kind_of, scope)
    for one in () if scope is Scope.NONE else stated:
        supported = any(map(judge.has_margin, one.within))
        for left, right in () if one.as_seen else judge.bare(one.condition, supported):
            message = f"{judge.described(left)} is compared with {judge.described(right)} without a margin"
            yield Mistake(message, path, one.line, hint=WAYS_OUT)


@dataclass(frozen=True)
class _Judge:
    kind_of: KindOf
    scope: Scope

    def described(self, address: Read) -> str:
        return f"{address} ({self.kind_of(address) or 'of no stated kind'})"

    def noisy(self, addresses: Iterable[Read]) -> Read | None:
        """The first that is another number on other data or with another seed."""
        kinds = (*NOISY, "") if self.scope is Scope.ALL else NOISY
        return next((address for address in addresses if self.kind_of(address) in kinds), None)

    def has_margin(self, condition: Condition) -> bool:
        """Whether a condition can only hold where a margin has been compared."""
        if isinstance(condition, Comparison):
            return any(self.kind_of(address) == MARGINS for address in (*condition.left, *condition.right))
        parts = [self.has_margin(part) for part in condition.parts]
        return any(parts) if condition.every else bool(parts) and all(parts)

    def bare(self, condition: Condition, supported: bool) -> Iterator[tuple[Read, Read]]:
        """The noisy metrics of each comparison in a condition that neither it nor what it is joined with supports."""
        if not isinstance(condition, Comparison):
            supported = supported or (condition.every and self.has_margin(condition))
            for part in condition.parts:
                yield from self.bare(part, supported)
            return
        left, right = self.noisy(condition.left), self.noisy(condition.right)
        if left and right and left != right and not (supported or condition.stated or self.has_margin(condition)):
            yield left, right
