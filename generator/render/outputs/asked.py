"""What the page knows of each number, for readers who ask: one island of JSON, in which nothing is said twice."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from generator.answers.reads import Read
from generator.course.editions import Edition
from generator.formats import write
from generator.jobs import Outcome, Provenance
from generator.render.content.document import Document
from generator.render.content.origins import short_id, shown_parameters
from generator.render.outputs.exports import portable


def island(document: Document) -> str:
    """All that is behind the numbers of a page, as JSON that may stand in a script element; nothing where none are.

    ``refs`` are the results, each its address and the place of its job among ``jobs``; elsewhere a result is its place
    among them. ``texts`` has what answers print, by the id of their place; ``claims`` the conditions, by the id of the
    sentence; ``tables`` the columns and the result of each row; ``figures`` the results that each draws.
    ``words`` are what several jobs have in common.
    """
    if document.report.course.edition is Edition.WORKSHEET:
        return ""  # what is asked there is for its reader to answer
    gathered = _Gathered(document)
    found = {
        "texts": {anchor: [[one.expression, gathered.reads(one.reads)] for one in printed]
                  for anchor, printed in document.prints.items()},
        "claims": gathered.claims(),
        "tables": gathered.tables(),
        "figures": gathered.figures(),
    }  # fmt: skip
    if not gathered.refs:
        return ""
    shared = {"refs": [*gathered.refs.values()], "jobs": [*gathered.jobs.values()], "words": [*gathered.words]}
    whole = {**shared, **found}
    text = json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")  # nothing in it ends the element


@dataclass
class _Gathered:
    document: Document
    refs: dict[str, tuple[str, int]] = field(default_factory=dict)
    jobs: dict[str, list[Any]] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    def ref(self, ref: str) -> int:
        """The place of a result among all, or -1 if nothing is known of it."""
        outcome = self.document.report.outcomes.get(ref)
        if outcome is None or outcome.provenance is None:
            return -1
        if ref not in self.refs:
            if outcome.fingerprint not in self.jobs:
                self._numbers[outcome.fingerprint] = len(self.jobs)
                self.jobs[outcome.fingerprint] = self._job(outcome, outcome.provenance)
            self._places[ref] = len(self.refs)
            self.refs[ref] = (ref, self._numbers[outcome.fingerprint])
        return self._places[ref]

    def _job(self, outcome: Outcome, record: Provenance) -> list[Any]:
        """What was run, with what, where its code is, the id; where, how long, when, and from which machine.

        A time is another on each run: who asks for reproducible documents gets none.
        """
        timed = "SOURCE_DATE_EPOCH" not in os.environ
        return [
            self._word(record.computation),
            shown_parameters(record.parameters),
            self._word(self.document.report.modules.get(record.computation, "")),
            short_id(record.fingerprint),
            self._word(record.device),
            write(record.duration, "seconds") if timed else "",
            record.finished if timed else "",
            self._word(record.origin),
            self._word(", ".join(f"{name} {version}" for name, version in sorted(record.versions.items()))),
        ]

    def _word(self, text: str) -> int:
        return self.words.setdefault(text, len(self.words))

    def reads(self, reads: Iterable[Read]) -> list[list[Any]]:
        """Each with its result, its name and its value."""
        return [[self.ref(read.ref), read.name, portable(read.value)] for read in reads]

    def claims(self) -> dict[str, list[Any]]:
        """The conditions of each sentence that a link can lead to, with what was judged before."""
        found: dict[str, list[Any]] = {}
        for judged in self.document.claims.values():
            for claim in judged:
                if claim.anchor.startswith("claim-"):
                    told = [claim.expression, int(claim.holds), int(claim.as_seen), self.reads(claim.reads)]
                    found.setdefault(claim.anchor, []).append(told)
        return found

    def tables(self) -> dict[str, list[Any]]:
        """The columns of each table, the result of each row, or the one of all, and its file."""
        found: dict[str, list[Any]] = {}
        for exhibit in self.document.exhibits():
            if exhibit.table is not None:
                rows = [self.ref(ref) for ref in exhibit.table.refs]
                alike = len(set(rows)) == 1
                found[exhibit.numbered.anchor] = [exhibit.table.names, rows[0] if alike else rows, *exhibit.files]
        return found

    def figures(self) -> dict[str, list[int]]:
        """The results that each figure draws."""
        found: dict[str, list[int]] = {}
        for exhibit in self.document.exhibits():
            drawn = [self.ref(origin.name) for origin in exhibit.origins.results] if exhibit.panels else []
            if drawn:
                found[exhibit.numbered.anchor] = drawn
        return found
