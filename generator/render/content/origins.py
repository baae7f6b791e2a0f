"""Where numbers come from: the result behind an exhibit or a name of an answer, by an id that can be looked up."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.answers.addresses import Address
from generator.formats import write
from generator.jobs import Provenance
from generator.languages import gettext, ngettext
from generator.render.content.values import Results

_ID = 8  # digits of a fingerprint: of a thousand results, two have the same id once in ten thousand courses
_MOST_IDS = 3  # on sheets, where the page has them all
_LONGEST_VALUE = 48
#: What a parameter got from other jobs, as provenance notes it: "jobs 0a1b2c3d4e5f, 5f4e3d2c1b0a".
_JOBS = re.compile(r"jobs? ([0-9a-f]{12}(?:, [0-9a-f]{12})*)")


@dataclass(frozen=True)
class Origin:
    """The result of one job: its fingerprint, under which results/plan.json has all that went into it."""

    name: str
    fingerprint: str
    versions: str

    @property
    def id(self) -> str:
        """The first digits of the fingerprint."""
        return short_id(self.fingerprint)


@dataclass(frozen=True)
class Origins:
    """The results behind one exhibit or answer.

    ``calls`` are what was run and how, each in the words of code and how often in the reader's; ``circumstances`` where
    and for how long.
    """

    calls: tuple[tuple[str, str], ...] = ()
    circumstances: tuple[str, ...] = ()
    results: tuple[Origin, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, each once."""
        return tuple(dict.fromkeys(origin.id for origin in self.results))

    @property
    def short(self) -> str:
        """The first ids, and how many more there are."""
        more = len(self.ids) - _MOST_IDS
        return ", ".join(self.ids[:_MOST_IDS]) + (f" + {more}" if more > 0 else "")

    @property
    def versions(self) -> tuple[str, ...]:
        """With what it was computed: one line where all results agree."""
        return tuple(dict.fromkeys(origin.versions for origin in self.results if origin.versions))


def short_id(fingerprint: str) -> str:
    """The first digits of a fingerprint, by which a page calls a result."""
    return fingerprint[:_ID]


def shown_parameters(parameters: Mapping[str, Any]) -> str:
    """The parameters of one run, in the words of code."""
    return ", ".join(_parameters([parameters]))


def origins(refs: Sequence[Address], results: Results) -> Origins:
    """Where these results came from; those that failed, or were not computed, are left out."""
    found: list[Origin] = []
    records: dict[str, Provenance] = {}
    for ref in dict.fromkeys(refs):
        outcome = results.outcome(ref)
        if outcome is not None and outcome.provenance is not None and outcome.has_result:
            record = outcome.provenance
            records[str(ref)] = record
            versions = ", ".join(f"{name} {version}" for name, version in sorted(record.versions.items()))
            found.append(Origin(str(ref), record.fingerprint, versions))
    every = list(records.values())
    return Origins(tuple(_calls(every)), tuple(_circumstances(every)), tuple(found))


def _calls(records: Sequence[Provenance]) -> Iterator[tuple[str, str]]:
    """Each computation with its parameters, and how many runs it had where these are several."""
    for computation in dict.fromkeys(record.computation for record in records):
        of_it = [record for record in records if record.computation == computation]
        parameters = ", ".join(_parameters([record.parameters for record in of_it]))
        runs = ngettext("%d run", "%d runs", len(of_it)) % len(of_it) if len(of_it) > 1 else ""
        yield f"{computation}({parameters})", runs


def _circumstances(records: Sequence[Provenance]) -> Iterator[str]:
    """The devices, how long it took, and where results came from that were not computed here."""
    if not records:
        return
    yield ", ".join(dict.fromkeys(record.device for record in records))
    # A duration is another on each run: who asks for reproducible documents (reproducible-builds.org) gets none.
    if "SOURCE_DATE_EPOCH" not in os.environ:
        yield write(sum(record.duration for record in records), "seconds")
    if names := dict.fromkeys(record.origin for record in records if record.origin):  # the packs that they came in
        yield gettext("computed elsewhere: %s") % ", ".join(names)


def _parameters(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each parameter with its value, or with all its values where the runs differ."""
    shown = []
    for name in runs[0]:
        values = list(dict.fromkeys(_short(run.get(name)) for run in runs))
        shown.append(f"{name}={values[0]}" if len(values) == 1 else f"{name}={' | '.join(values)}")
    return shown


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if found := _JOBS.fullmatch(text):  # by their ids, as exhibits bear them
        text = ", ".join(job[:_ID] for job in found[1].split(", "))
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
