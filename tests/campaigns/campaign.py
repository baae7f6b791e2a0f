"""A campaign of random cases: how many, with which seed, what went wrong in which, and the line that sums it up.

GENREPORT_CAMPAIGN=full runs every case, 0.1 a tenth, and nothing a short share of them; GENREPORT_SEED repeats the
cases of a run, and GENREPORT_CASE one of them alone.
"""

from __future__ import annotations

import os
import random
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

ASKED = os.environ.get("GENREPORT_CAMPAIGN", "")
FULL = bool(ASKED)  # the cases are as large as they get
SHARE = 1.0 if ASKED == "full" else float(ASKED or 0)
ONLY = os.environ.get("GENREPORT_CASE")
#: The short share is the same each time: what a change is held to must not depend on luck. A whole campaign is new.
SEED = int(os.environ.get("GENREPORT_SEED") or (random.randrange(10**9) if ASKED else 1))
#: What may go wrong: an old result shown as a new one, any other wrong outcome, an error of Python's own where words
#: were promised, something shown that is secret, a file gone that was to stay.
KINDS = ("stale", "wrong", "tracebacks", "leaks", "files lost")
_MOST_SHOWN = 10


@dataclass
class Case:
    """One case with random choices of its own; what it notes is printed when it fails, to keep it as a test."""

    campaign: Campaign
    number: int
    rng: random.Random
    notes: list[str] = field(default_factory=list)

    def note(self, words: object) -> None:
        """Remember what is needed to do the same again."""
        self.notes.append(str(words))

    def fault(self, kind: str, words: object) -> None:
        """Count what went wrong, and say how to see it again."""
        assert kind in KINDS
        self.campaign.found[kind] += 1
        told = "\n".join([f"GENREPORT_SEED={SEED} GENREPORT_CASE={self.number}: {kind}: {words}", *self.notes])
        self.campaign.told.append(told)

    def hold(self, holds: bool, kind: str, words: object) -> None:
        """Count a fault where something that was promised does not hold."""
        if not holds:
            self.fault(kind, words)

    def __enter__(self) -> Case:
        self.campaign.cases += 1
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        said = "".join(traceback.format_exception(error))
        self.fault("wrong" if isinstance(error, AssertionError) else "tracebacks", said)
        return True


@dataclass
class Campaign:
    """The cases of one test, and what went wrong in them."""

    name: str
    cases: int = 0
    found: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def run(self, full: int, short: int) -> Iterator[Case]:
        """The cases, each to be used in a `with`; the test fails after the last when any had a fault."""
        for number in range(max(short, round(full * SHARE))):
            if ONLY is None or int(ONLY) == number:
                yield Case(self, number, random.Random(f"{SEED} {self.name} {number}"))
        if self.told:
            pytest.fail("\n\n".join([self.line(), *self.told[:_MOST_SHOWN]]), pytrace=False)

    def line(self) -> str:
        """The summary."""
        counts = ", ".join(f"{self.found[kind]} {kind}" for kind in KINDS)
        return f"{self.name}: {self.cases} cases, {counts} (GENREPORT_SEED={SEED})"
