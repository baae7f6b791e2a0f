"""What the report of twelve sections says, and what is changed in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

SECTIONS = range(1, 13)
CHANGED = 7  # the section whose code and whose prose are changed


@dataclass
class Content:
    """The factor of each section, the words before it, the helper's scale, and the numbers of the data file."""

    factors: dict[int, int] = field(default_factory=lambda: {number: number + 1 for number in SECTIONS})
    words: dict[int, str] = field(default_factory=lambda: dict.fromkeys(SECTIONS, "plain"))
    scale: int = 3
    data: list[int] = field(default_factory=lambda: [1, 2, 3, 4])

    def value(self, section: int) -> int:
        """What the section computes."""
        return self.factors[section] * self.scale * sum(self.data)

    def prose(self, section: int) -> str:
        """The words before a section's result."""
        return f"These are {self.words[section]} words of section {section}, which waits one second and multiplies."

    def sentences(self) -> list[str]:
        """All that the page must have."""
        found = [f"The value of section {number} is {self.value(number)}." for number in SECTIONS]
        return [*found, *(self.prose(number) for number in SECTIONS)]


def nothing(content: Content) -> None:
    """No change."""


def code(content: Content) -> None:
    """Another factor in one section's code."""
    content.factors[CHANGED] += 1


def prose(content: Content) -> None:
    """Another word in one section's prose."""
    content.words[CHANGED] = "other"


def helper(content: Content) -> None:
    """Another number in the code that all sections import."""
    content.scale += 1


def data(content: Content) -> None:
    """Another number in the file that all sections read."""
    content.data[-1] += 1


CHANGES: dict[str, Callable[[Content], None]] = {
    "cold": nothing,
    "no change": nothing,
    "one section's code": code,
    "one word": prose,
    "helper": helper,
    "data": data,
}
