"""Draws results that a build could have given instead of its own: near them, far away, tied, extreme, or lost.

A draw gives each job a result when it is asked for it. What only compares others is computed by its own computation
from what was drawn for these, so that counts, outcomes and p values agree with their rows.
"""

from __future__ import annotations

import hashlib
import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from generator.results import Result, Table, Value
from tests.shaken.snapshot import KeptJob

Hits = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Mood:
    """What is likely in a draw.

    ``reach`` says how far values move, ``extreme`` how often one is at its end, ``lost`` how often a training is lost;
    ``tied`` values are one of a few; ``shifted`` jobs are off together with those of other seeds, ``outliers`` alone.
    """

    name: str
    reach: float
    extreme: float = 0.0
    tied: bool = False
    lost: float = 0.0
    shifted: float = 0.0
    outliers: float = 0.0


NEAR = Mood("near what was measured", 0.15)
OUTLIER = Mood("an outlier", 1.0)
#: In which most conditions hold that compare several runs.
LIKELY = (
    Mood("settings that matter", 0.05, shifted=0.6),
    Mood("near, with outliers", 0.08, outliers=0.2, lost=0.05),
)
MOODS = (
    NEAR,
    *LIKELY,
    Mood("other seeds", 0.4, extreme=0.03, lost=0.1),
    Mood("far away", 1.0, extreme=0.15, lost=0.25),
    Mood("ties", 1.0, extreme=0.1, tied=True, lost=0.1),
    Mood("extremes", 1.0, extreme=0.7, lost=0.4),
    Mood("all lost", 0.6, extreme=0.2, lost=1.0),
    Mood("all but one lost", 0.6, extreme=0.1, lost=0.9),
    Mood("few decimals", 0.3, tied=True),
)

#: Numbers that describe what was done rather than what came of it, for computations that do not say which are exact.
_SETTINGS = re.compile(
    r"(^|_)(images|classes|epochs|steps|size|seed|samples|parameters|layers|width|side|features|batch|groups|rows|columns"
    r"|maps|height|units|level|rate|decay|blur|jitter|dimensions|rounds|threshold|slope|seeds|runs|networks|channels|nz"
    r"|ngf|ndf|window|values|passes|targets|factor|every|every|shown|region|smoothing|step|chance|c|folds|neighbours"
    r"|perplexity|examples|journeys|variations|photographs|knows|untrained|number|smallest|largest|scale|noise|boxes"
    r"|mean|std|sure|share_needed|mode_share|legible_share|pairs|compared|magnification|multiply_adds|megabytes|cost"
    r"|train_images|test_images|paths|end_length|spherical_length|linear_length|even_step|chosen|image|others|digest"
    r"|left_out|most_steps|references|epoch|round|rank|factor|value)$"
)
MARGIN = re.compile(r"(^|_)p$")
_SIGNED = re.compile(
    r"difference|gain|change|correlation|likeness|random$|edges$|likelihood|_same|_others|coarse|highest$|lowest$"
)
#: Measures that may be above 1 although they were not.
_UNBOUNDED = re.compile(
    r"(^|_)(loss|roughness|l2|seconds|distance|length|[dg]_gradient|fid|density|score|ratio|over)(_|$)"
)
_CHANCES = (1e-12, 1e-5, 0.0004, 0.004, 0.0096, 0.03, 0.0499, 0.0501, 0.06, 0.3, 1.0)


@dataclass
class Drawn:
    """A result in the making: metrics and rows to change, with all that a recipe may ask."""

    job: KeptJob
    rng: random.Random
    mood: Mood
    metrics: dict[str, Value]
    tables: dict[str, list[dict[str, Value]]]
    arrays: dict[str, Any]
    inputs: Mapping[str, Result | list[Result]] = field(default_factory=dict)
    pinned: Mapping[str, Value] = field(default_factory=dict)
    shift: float = 0.0
    taken: Sequence[tuple[Result, Result]] = ()  # each input as it was, and as it was drawn

    def inherited(self, name: str, value: Value) -> Value:
        """What a value that repeats one of an input becomes with that; itself where it repeats none."""
        for before, after in self.taken:
            if value is not None and before.metrics.get(name) == value:
                return after.metrics.get(name)
        return value

    def lost(self) -> bool:
        """Whether a training is lost in this draw."""
        return self.rng.random() < self.mood.lost

    def share(self, old: float = 0.5) -> float:
        """A share between 0 and 1, near ``old`` or anywhere."""
        if self.rng.random() < self.mood.extreme:
            return self.rng.choice((0.0, 1.0))
        if self.mood.tied:
            return round(self._moved_share(old), 1)
        return self._moved_share(old)

    def _moved_share(self, old: float) -> float:
        if self.mood.reach >= 1:
            return self.rng.random()
        old = min(1.0, max(0.0, old))
        logit = math.log((old + 0.01) / (1.01 - old)) + self.shift + self.rng.gauss(0, 3 * self.mood.reach)
        return 1 / (1 + math.exp(-logit))

    def count(self, old: int, most: int) -> int:
        """A count from 0 to ``most``."""
        if most <= 0:
            return 0
        if self.rng.random() < max(self.mood.extreme, 0.4 * self.mood.reach):
            return min(most, max(0, self.rng.choice((0, 1, 2, most - 1, most))))
        if self.mood.reach >= 1:
            return self.rng.randint(0, most)
        return min(most, max(0, round(old + self.rng.gauss(0, max(1, most * self.mood.reach / 3)))))

    def hits(self, share: float, images: int) -> Hits:
        """Which of the images a classifier gets right: hard images are hard for most."""
        rng = np.random.default_rng(self.rng.getrandbits(64))
        order = np.arange(images)
        if not self.mood.tied:
            order = np.argsort(order + rng.normal(0, 0.15 * images, images))
        found = np.zeros(images, dtype=np.bool_)
        found[order[: round(share * images)]] = True
        return found

    def chance(self, old: float = 0.5) -> float:
        """A p value."""
        if self.rng.random() < max(0.2, self.mood.extreme) and self.mood.reach > 0.2:
            return self.rng.choice(_CHANCES)
        if self.mood.reach >= 1:
            return min(1.0, 10 ** self.rng.uniform(-6, 0.3))
        return min(1.0, max(1e-300, old) * 10 ** self.rng.gauss(0, 4 * self.mood.reach))

    def number(self, old: float, *, signed: bool = False) -> float:
        """A number of the size of ``old``."""
        if signed:
            size = 1.0 if abs(old) <= 1 else 2 * abs(old)
            moved = old + self.rng.gauss(0, size * self.mood.reach)
            moved = max(-1.0, min(1.0, moved)) if abs(old) <= 1 else moved
        else:
            moved = abs(old) * math.exp(self.shift + self.rng.gauss(0, 1.5 * self.mood.reach))
        return float(f"{moved:.3g}") if self.mood.tied else moved


Recipe = Callable[[Drawn], None]


class Draw:
    """One draw of all results; those of ``pinned`` jobs have these metrics, as far as their recipes let them.

    With ``forced`` so have the derived ones, as a build with other settings could have given.
    """

    def __init__(
        self,
        jobs: Sequence[KeptJob],
        seed: str,
        mood: Mood,
        *,
        recipes: Mapping[str, Recipe],
        most: Mapping[tuple[int, str], str],
        exact: Callable[[KeptJob, str], bool],
        pinned: Mapping[int, Mapping[str, Value]] | None = None,
        forced: bool = False,
    ) -> None:
        self.jobs = jobs
        self.seed = seed
        self.mood = mood
        self.recipes = recipes
        self.most = most
        self.exact = exact
        self.pinned = pinned or {}
        self.forced = forced
        self.failures: dict[int, str] = {}
        self._found: dict[int, Result] = {}
        self._kinds: dict[int, str] = {}
        self.name = f"{seed}, {mood.name}"

    def _rng(self, purpose: object) -> random.Random:
        digest = hashlib.sha256(f"{self.seed}/{purpose}".encode()).digest()
        return random.Random(int.from_bytes(digest[:8], "big"))

    def result(self, number: int) -> Result:
        """The result of a job in this draw."""
        if number not in self._found:
            job = self.jobs[number]
            found = self._derived(job) if job.derived else self._shaken(job)
            self._found[number] = found
        return self._found[number]

    def _shift(self, job: KeptJob) -> float:
        """By how much all jobs that differ in their seed alone are off together."""
        rng = self._rng(self._kind(job))
        return rng.gauss(0, 1) if rng.random() < self.mood.shifted else 0.0

    def _kind(self, job: KeptJob) -> str:
        """What a job has in common with those that differ from it in seeds alone."""
        if job.number not in self._kinds:
            own = {name: value for name, value in job.parameters.items() if name != "seed"}
            self._kinds[job.number] = f"{job.computation} {own} {[self._kind(self.jobs[n]) for n in job.taken]}"
        return self._kinds[job.number]

    def _derived(self, job: KeptJob) -> Result:
        try:
            found = job.run({number: self.result(number) for number in job.taken})
        except Exception as error:  # a comparison that cannot take what was drawn is a finding of its own
            self.failures[job.number] = f"{type(error).__name__}: {error}"
            return job.result
        pins = self.pinned.get(job.number, {}) if self.forced else {}
        return replace(found, metrics={**found.metrics, **pins}, figures=job.result.figures)

    def _shaken(self, job: KeptJob) -> Result:
        rng = self._rng(job.number)
        drawn = Drawn(
            job,
            rng,
            OUTLIER if rng.random() < self.mood.outliers else self.mood,
            dict(job.result.metrics),
            {name: table.records() for name, table in job.result.tables.items()},
            dict(job.result.arrays),
            {
                name: self.result(one) if isinstance(one, int) else [self.result(n) for n in one]
                for name, one in job.inputs.items()
            },
            self.pinned.get(job.number, {}),
            self._shift(job),
            [(self.jobs[number].result, self.result(number)) for number in job.taken],
        )
        shake_values(drawn, lambda name: self.exact(job, name), lambda name: self.most.get((job.number, name)))
        if job.computation in self.recipes:
            try:
                self.recipes[job.computation](drawn)
            except Exception as error:  # the computation has changed, or a pinned setting is none of its own
                self.failures[job.number] = f"its recipe does not fit it: {type(error).__name__}: {error}"
        match_hits(drawn)
        if self.forced:
            drawn.metrics |= drawn.pinned
        tables = {
            name: Table(table.columns, tuple(tuple(row[c] for c in table.columns) for row in drawn.tables[name]))
            for name, table in job.result.tables.items()
        }
        return Result(drawn.metrics, tables, job.result.figures, drawn.arrays)


def shake_values(drawn: Drawn, exact: Callable[[str], bool], most: Callable[[str], str | None]) -> None:
    """Change each metric by its kind and its name, interval ends together with what lies between them."""
    old = drawn.job.result.metrics
    for name, value in old.items():
        if exact(name) or _is_end(name, old):
            continue
        if (inherited := drawn.inherited(name, value)) != value:
            drawn.metrics[name] = inherited
            continue
        total = old.get(most(name) or "")
        drawn.metrics[name] = shaken(drawn, name, value, total if isinstance(total, int) else None)
    drawn.metrics |= {name: value for name, value in drawn.pinned.items() if not _is_end(name, old)}
    for name in old:
        low = f"{name.removesuffix('_high')}_low"
        ends = old[name], old.get(low)
        if name.endswith("_high") and not _is_end(name, old) and all(isinstance(one, float) for one in ends):
            drawn.metrics[name] = float(str(drawn.metrics[low])) + float(str(ends[0])) - float(str(ends[1]))
    for name in old:
        if _is_end(name, old) and not exact(name):
            drawn.metrics[name] = _moved_end(name, old, drawn.metrics)
    for rows in drawn.tables.values():
        for row in rows if len(rows) <= _MOST_ROWS else ():
            before = dict(row)
            repeated = {name for name in before if any(name in one.metrics for one, _ in drawn.taken)}
            moved = [name for name, value in before.items() if name not in repeated and not _kept(name, value, before)]
            row |= {name: drawn.inherited(name, before[name]) for name in repeated}
            row |= {name: shaken(drawn, name, before[name]) for name in moved}
            row |= {name: _moved_end(name, before, row) for name in before if _is_end(name, before)}


def _kept(name: str, value: Value, row: Mapping[str, Value]) -> bool:
    return isinstance(value, str | bool | None) or bool(_SETTINGS.search(name)) or _is_end(name, row)


def match_hits(drawn: Drawn) -> None:
    """Draw anew which of the images were hit, where a result keeps that, as many as its accuracy says."""
    from generator.labs.shared.statistics import grouped_interval

    old = drawn.job.result
    for name, before in old.arrays.items():
        if before.dtype != np.bool_ or before.ndim != 1 or drawn.arrays[name] is not before:
            continue
        mean = float(before.mean())
        alike = [one for one, value in old.metrics.items() if isinstance(value, float) and abs(value - mean) < 1e-6]
        share = drawn.metrics[alike[0]] if alike else drawn.share(mean)
        hits = drawn.hits(float(str(share)), before.size)
        drawn.arrays[name] = hits
        groups = drawn.arrays.get("test/groups")
        low, high = grouped_interval(hits, groups if groups is not None and groups.shape == hits.shape else None)
        for one in alike:
            ends = {f"{one}_low": low, f"{one}_high": high} | ({"low": low, "high": high} if one == "test" else {})
            drawn.metrics |= {one: float(hits.mean())} | {end: at for end, at in ends.items() if end in old.metrics}


def shaken(drawn: Drawn, name: str, value: Value, most: int | None = None) -> Value:
    """Another value that a metric of this name may have."""
    match value:
        case bool():
            return value if drawn.rng.random() > max(0.5 * drawn.mood.reach, drawn.mood.extreme) else not value
        case int():
            return drawn.count(value, most if most is not None else max(2 * value, 3))
        case float() if MARGIN.search(name):
            return drawn.chance(value)
        case float() if _SIGNED.search(name):
            return drawn.number(value, signed=True)
        case float() if 0 <= value <= 1 and not _UNBOUNDED.search(name):
            return drawn.share(value)
        case float():
            return drawn.number(value)
        case _:
            return value


_MOST_ROWS = 40  # of a table whose numbers are changed
_ENDS = re.compile(r"(?P<stem>.*?)(?P<end>_?(?:low|high))$")


def _is_end(name: str, metrics: Mapping[str, Value]) -> bool:
    return _middle(name, metrics) is not None


def _middle(name: str, metrics: Mapping[str, Value]) -> str | None:
    """The metric between two ends: "top1" for "top1_low", "test" for "low"; None for what is no end."""
    found = _ENDS.fullmatch(name)
    if found is None:
        return None
    stem = found["stem"]
    for known in (stem, f"{stem}_mean", f"{stem}_share", "test" if not stem else "", f"{stem}_test"):
        if known and isinstance(metrics.get(known), float) and known != name:
            return known
    return None


def _moved_end(name: str, old: Mapping[str, Value], new: Mapping[str, Value]) -> Value:
    middle = _middle(name, old) or ""
    end, before, after = old[name], old[middle], new[middle]
    if not (isinstance(end, float) and isinstance(before, float) and isinstance(after, float)):
        return end
    moved = after + (end - before)
    if abs(end - before) < 1e-9:  # an interval at its limit: it is wide on the other side
        moved = after + (0.05 if name.endswith("high") else -0.05)
    if 0 <= before <= 1 and 0 <= end <= 1:
        moved = min(1.0, max(0.0, moved))
    return moved


def is_setting(job: KeptJob, name: str) -> bool:
    """Whether a metric whose kind nobody states looks like a setting rather than an outcome."""
    value = job.result.metrics.get(name)
    return name in job.parameters or isinstance(value, str) or bool(_SETTINGS.search(name))
