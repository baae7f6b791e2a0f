"""What was found in one submission, and which submissions hold the same answer."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_SHORTEST_ALIKE = 40  # letters and digits; shorter answers may be alike by chance
_MOST_NAMED = 10  # of the others that hold the same answer


@dataclass(frozen=True)
class Looked:
    """What was found in one submission; ``problem`` says why there is no report, where there is none.

    ``digests`` has one entry for each answer that is long enough to be compared with those of others.
    """

    name: str
    authors: str = ""
    questions: int = 0
    gaps: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    problem: str = ""
    page: str = ""
    digests: Mapping[str, str] = dataclasses.field(default_factory=dict)
    alike: tuple[str, ...] = ()

    @property
    def answered(self) -> int:
        """How many questions have an answer."""
        return self.questions - len(self.gaps)


def answer_digest(text: str) -> str:
    """What an answer says, whatever its comments, spaces, signs and capitals; empty when it says little."""
    words = re.sub(r"[\W_]+", "", re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)).casefold()
    return hashlib.sha256(words.encode()).hexdigest() if len(words) >= _SHORTEST_ALIKE else ""


def compared(found: Iterable[Looked]) -> list[Looked]:
    """Each submission with the names of the others that hold the same answer."""
    found = list(found)
    holders: dict[tuple[str, str], list[str]] = {}
    for looked in found:
        for key in looked.digests.items():
            holders.setdefault(key, []).append(looked.name)
    return [dataclasses.replace(looked, alike=tuple(_alike(looked, holders))) for looked in found]


def _alike(looked: Looked, holders: Mapping[tuple[str, str], list[str]]) -> Iterator[str]:
    for key in looked.digests.items():
        others = [name for name in holders[key] if name != looked.name]
        if others:
            more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
            yield f"{key[0]}: {', '.join(others[:_MOST_NAMED])}{more}"
