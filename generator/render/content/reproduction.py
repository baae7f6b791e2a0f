"""Published numbers beside ours: what was expected, what came out, and whether the two agree."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import Enum
from typing import Any

from generator.answers.addresses import parse_address
from generator.course.spec import ANY_PROFILE, CourseSpec, ExpectedSpec, ProfileSpec, QuestionSpec
from generator.formats import digits_given
from generator.languages import gettext, marked
from generator.render.content.values import AnswerError, Results, ResultUnavailableError
from generator.results import Table

#: Deviations of our own seeds within which a published number counts as one of them.
_SPREADS = 2.0


class Verdict(Enum):
    """How a published number compares with ours."""

    REPRODUCED = marked("reproduced")  # within the tolerance
    WITHIN_SPREAD = marked(
        "within the seeds’ spread"
    )  # further off, but not further than our seeds are from one another
    DIFFERS = marked("differs")
    NOT_COMPARABLE = marked("not comparable")  # meant for another profile, or nothing of ours is the same quantity
    MISSING = marked("not computed")

    @property
    def words(self) -> str:
        """The verdict in the language of the report."""
        return gettext(self.value)


@dataclass(frozen=True)
class Comparison:
    """One published number, ours, and the verdict; ``spread`` is the standard deviation over our seeds.

    ``metric`` names what it is compared with; where that is nothing it is empty, and ``reason`` says why. ``citation``
    is the key of the bibliography that the source begins with, or empty, and ``where`` the rest of it.
    """

    question: str
    metric: str
    source: str
    profile: str
    published: float
    tolerance: float
    ours: float | None
    spread: float | None
    verdict: Verdict
    reason: str = ""
    citation: str = ""
    where: str = ""

    @property
    def compared(self) -> bool:
        """Whether the two numbers stand for the same quantity under this profile, and ours is there."""
        return self.verdict not in (Verdict.NOT_COMPARABLE, Verdict.MISSING)

    @property
    def why_not(self) -> str:
        """Why a number is not compared, in words that many rows share."""
        if self.reason:
            return gettext("of a quantity that is not measured here")
        if self.verdict is Verdict.NOT_COMPARABLE:
            return gettext("meant for the profile %s") % self.profile
        return gettext("without one of ours in this build")

    @property
    def digits(self) -> int:
        """How many digits after the point the published number has."""
        return digits_given(self.published)


def source_parts(source: str, keys: Set[str]) -> tuple[str, str]:
    """The key of the bibliography that a source begins with, and what follows; all of it where there is none."""
    first, _, rest = source.partition(" ")
    key = first.rstrip(",;:")
    return (key, rest) if key in keys else ("", source)


def compare(
    course: CourseSpec, profile: ProfileSpec, results: Results, questions: Set[str], keys: Set[str] = frozenset()
) -> tuple[Comparison, ...]:
    """Every published number of these questions beside ours, in the order of the report; ``keys`` can be cited."""
    return tuple(
        _compare(question, expected, profile, results, keys)
        for question in course.questions()
        if question.address in questions
        for expected in question.expected
    )


def _compare(
    question: QuestionSpec, expected: ExpectedSpec, profile: ProfileSpec, results: Results, keys: Set[str]
) -> Comparison:
    citation, where = source_parts(expected.source, keys)
    ours = _number(question.address, expected.metric, results, expected)
    spread = _number(question.address, expected.spread, results) if expected.spread else None
    return Comparison(
        question=question.address,
        metric=expected.name,
        source=expected.source,
        profile=expected.profile,
        published=expected.value,
        tolerance=expected.tolerance,
        ours=ours,
        spread=spread,
        verdict=_judge(expected, ours, spread, profile.name),
        reason=expected.incomparable,
        citation=citation,
        where=where,
    )


def _judge(expected: ExpectedSpec, ours: float | None, spread: float | None, profile: str) -> Verdict:
    if expected.incomparable or expected.profile not in (ANY_PROFILE, profile):
        return Verdict.NOT_COMPARABLE
    if ours is None:
        return Verdict.MISSING
    distance = abs(ours - expected.value)
    if distance <= expected.tolerance + 1e-12:
        return Verdict.REPRODUCED
    return Verdict.WITHIN_SPREAD if spread and distance <= _SPREADS * spread else Verdict.DIFFERS


def _number(question: str, address: str, results: Results, cell: ExpectedSpec | None = None) -> float | None:
    """A metric's value, or that of a table's cell; None when it is no number or there is none under this profile.

    What is true counts as 1, what is false as 0.
    """
    if not address:
        return None
    try:
        read = parse_address(address, question, named=True)
        ref = results.one(read)
        value = _cell(results.table(ref, read.name), cell) if cell and cell.column else results.metric(ref, read.name)
        return float(value) if isinstance(value, int | float) else None
    except (AnswerError, ResultUnavailableError, OverflowError):  # the last for an integer of hundreds of digits
        return None


def _cell(table: Table, cell: ExpectedSpec) -> Any:
    """The value in the only row that has all of the cell's values; None when there is no such row, or several."""
    wanted = {name: str(value) for name, value in cell.row}
    rows = [row for row in table.records() if wanted.items() <= {name: str(row[name]) for name in row}.items()]
    return rows[0].get(cell.column) if len(rows) == 1 else None
