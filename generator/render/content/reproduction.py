"""Published numbers beside ours: what was expected, what came out, and whether the two agree."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from generator.answers.addresses import Address, parse_address
from generator.course.spec import ANY_PROFILE, ExpectedSpec, ProfileSpec, QuestionSpec
from generator.languages import gettext, marked, ngettext
from generator.render.content.agreement import Uncertainty, half_width
from generator.render.content.values import AnswerError, Results, ResultUnavailableError
from generator.results import Table

_ROUNDED = 1e-12  # what floats lose on the way
_ENOUGH = 3  # runs with a spread of their own: two have one that is nearly as uncertain as it is wide


class Verdict(Enum):
    """How a published number compares with ours."""

    REPRODUCED = marked("reproduced")  # no further off than rounding and the test images of both explain
    WITHIN_SPREAD = marked("within the seeds’ spread")  # further off, but another seed may set them as far apart
    DIFFERS = marked("differs")
    NOT_COMPARABLE = marked("not comparable")  # meant for another profile, or nothing of ours is the same quantity
    MISSING = marked("not computed")

    @property
    def words(self) -> str:
        """The verdict in the language of the report."""
        return gettext(self.value)

    def counted(self, number: int) -> str:
        """How many numbers have it, of those that are compared."""
        if self is Verdict.REPRODUCED:
            return ngettext("%d reproduced", "%d reproduced", number) % number
        if self is Verdict.WITHIN_SPREAD:
            return ngettext("%d within the seeds’ spread", "%d within the seeds’ spread", number) % number
        return ngettext("%d different", "%d different", number) % number


@dataclass(frozen=True)
class Ours:
    """What our runs say: their values without the lost ones, how many were lost, and half the interval over images."""

    values: tuple[float, ...] = ()
    lost: int = 0
    half: float | None = None

    @property
    def mean(self) -> float | None:
        """The mean over the runs; None where there is none."""
        return statistics.fmean(self.values) if self.values else None


@dataclass(frozen=True)
class Comparison:
    """One published number, ours, and the verdict.

    ``metric`` names what it is compared with; where that is nothing it is empty, and ``reason`` says why. ``ours`` is
    the mean over ``uncertainty.averaged`` runs, ``lost`` of them left out. ``citation`` is the key of the bibliography
    that the source begins with, or empty, and ``where`` the rest of it.
    """

    question: str
    metric: str
    source: str
    profile: str
    published: float
    digits: int
    ours: float | None
    lost: int
    uncertainty: Uncertainty
    verdict: Verdict
    reason: str = ""
    citation: str = ""
    where: str = ""

    @property
    def compared(self) -> bool:
        """Whether the two numbers stand for the same quantity under this profile, and ours is there."""
        return self.verdict not in (Verdict.NOT_COMPARABLE, Verdict.MISSING)

    @property
    def distance(self) -> float | None:
        """How far the two are apart."""
        return None if self.ours is None else abs(self.ours - self.published)

    @property
    def allowed(self) -> float | None:
        """How far they may be apart; None where they are not compared, or all of our runs were lost."""
        return self.uncertainty.by_seeds if self.compared and self.ours is not None else None

    @property
    def why_not(self) -> str:
        """Why a number is not compared, in words that many rows share."""
        if self.reason:
            return gettext("of a quantity that is not measured here")
        if self.verdict is Verdict.NOT_COMPARABLE:
            return gettext("meant for the profile %s") % self.profile
        return gettext("without one of ours in this build")


def source_parts(source: str, keys: Set[str]) -> tuple[str, str]:
    """The key of the bibliography that a source begins with, and what follows; all of it where there is none."""
    first, _, rest = source.partition(" ")
    key = first.rstrip(",;:")
    return (key, rest) if key in keys else ("", source)


def compare(
    question: QuestionSpec, profile: ProfileSpec, results: Results, keys: Set[str] = frozenset()
) -> tuple[Comparison, ...]:
    """Every published number of a question beside ours; ``keys`` can be cited."""
    return tuple(_compare(question, expected, profile, results, keys) for expected in question.expected)


def _compare(
    question: QuestionSpec, expected: ExpectedSpec, profile: ProfileSpec, results: Results, keys: Set[str]
) -> Comparison:
    citation, where = source_parts(expected.source, keys)
    ours = None if expected.incomparable else _runs(question.address, expected.metric, results, expected)
    others = ours
    if expected.spread and ours and 0 < len(ours.values) < _ENOUGH:
        others = _runs(question.address, expected.spread, results, replace(expected, interval=None))
    mean = ours.mean if ours else None
    uncertainty = _uncertainty(expected, Ours(), Ours())
    if expected.incomparable or expected.profile not in (ANY_PROFILE, profile.name):
        verdict = Verdict.NOT_COMPARABLE
    elif ours is None or others is None:
        verdict = Verdict.MISSING
    else:
        uncertainty = _uncertainty(expected, ours, others)
        verdict = _judge(expected.value, mean, uncertainty)
    return Comparison(
        question=question.address,
        metric=expected.name,
        source=expected.source,
        profile=expected.profile,
        published=expected.value,
        digits=expected.digits,
        ours=mean,
        lost=ours.lost if ours else 0,
        uncertainty=uncertainty,
        verdict=verdict,
        reason=expected.incomparable,
        citation=citation,
        where=where,
    )


def _judge(published: float, ours: float | None, uncertainty: Uncertainty) -> Verdict:
    """Without one of ours every run was lost, which the published one was not."""
    if ours is None:
        return Verdict.DIFFERS
    distance = abs(ours - published) - _ROUNDED
    if distance <= uncertainty.by_images:
        return Verdict.REPRODUCED
    return Verdict.WITHIN_SPREAD if distance <= uncertainty.by_seeds else Verdict.DIFFERS


def _uncertainty(expected: ExpectedSpec, ours: Ours, others: Ours) -> Uncertainty:
    """What may set the two apart; the spread is that of the ``others``, our own runs where they are several."""
    ours_half = ours.half
    if ours_half is None and expected.images and ours.mean is not None and 0 <= ours.mean <= 1:
        ours_half = half_width(ours.mean, expected.images)
    return Uncertainty(
        rounding=expected.rounding,
        published=half_width(expected.value, expected.images) if expected.images else 0.0,
        ours=ours_half or 0.0,
        spread=statistics.stdev(others.values) if len(others.values) > 1 else 0.0,
        seeds=len(others.values),
        averaged=max(1, len(ours.values)),
    )


def _runs(question: str, address: str, results: Results, expected: ExpectedSpec) -> Ours | None:
    """The values of all results that an address means; None where one is not there, or is no number."""
    try:
        read = parse_address(address, question, named=True)
        refs = results.select(read)
        kept = [ref for ref in refs if not (expected.unless and results.metric(ref, expected.unless))]
        values = tuple(_number(ref, read.name, results, expected) for ref in kept)
        halves = [half for ref in kept for half in _halves(ref, read.name, results, expected)]
    except (AnswerError, ResultUnavailableError, OverflowError):  # the last for an integer of hundreds of digits
        return None
    return Ours(values, len(refs) - len(kept), statistics.fmean(halves) if halves else None)


def _halves(ref: Address, name: str, results: Results, expected: ExpectedSpec) -> Iterator[float]:
    """Half the width of one result's interval, where it has one."""
    if expected.interval:
        low, high = (_number(ref, name, results, expected, end) for end in expected.interval)
        yield (high - low) / 2


def _number(ref: Address, name: str, results: Results, expected: ExpectedSpec, other: str = "") -> float:
    """A result's metric, or a cell of its table, or the metric or column ``other`` beside it; AnswerError if no number.

    What is true counts as 1, what is false as 0.
    """
    if expected.column:
        value = _cell(results.table(ref, name), expected, other or expected.column)
    else:
        value = results.metric(ref, other or name)
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    raise AnswerError(f"{ref} has no number {other or name}")


def _cell(table: Table, expected: ExpectedSpec, column: str) -> Any:
    """The value in the only row that has all of the cell's values; None when there is no such row, or several."""
    wanted = {name: str(value) for name, value in expected.row}
    rows = [row for row in table.records() if wanted.items() <= {name: str(row[name]) for name in row}.items()]
    return rows[0].get(column) if len(rows) == 1 else None
