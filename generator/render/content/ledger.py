"""The ledger of claims in short: how many conditions were judged, and which sentences say what was not expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator.answers.claims import Claim
from generator.course.spec import CourseSpec


@dataclass(frozen=True)
class Surprise:
    """What a place says because no condition of a claim held; the first such sentence has ``anchor``."""

    place: str
    sentences: int
    anchor: str


@dataclass(frozen=True)
class Ledger:
    """The counts of a report's conditions; ``surprises`` are the places with sentences of last resort, in order.

    ``as_seen`` counts the conditions of sentences that only read the numbers.
    """

    judged: int
    holding: int
    surprises: tuple[Surprise, ...]
    as_seen: int = 0


def summed_up(claims: Mapping[str, Sequence[Claim]], places: Iterable[str]) -> Ledger:
    """The ledger in short; ``places`` are the names of all questions and texts in the order of the report."""
    every = [claim for of_it in claims.values() for claim in of_it]
    order = [place for place in dict.fromkeys((*places, *claims)) if place in claims]
    surprises = []
    for place in order:
        unheld = [claim for chain in _chains(claims[place]) if not (claim := chain[-1]).holds and claim.sentence]
        if unheld:
            surprises.append(Surprise(place, len(unheld), unheld[0].anchor))
    return Ledger(
        judged=len(every),
        holding=sum(claim.holds for claim in every),
        surprises=tuple(surprises),
        as_seen=sum(claim.as_seen for claim in every),
    )


def _chains(claims: Sequence[Claim]) -> list[list[Claim]]:
    """The conditions of each claim together, in the order in which they were judged."""
    chains: list[list[Claim]] = []
    for claim in claims:
        if claim.after and chains:
            chains[-1].append(claim)
        else:
            chains.append([claim])
    return chains


def places_of(course: CourseSpec) -> Iterator[str]:
    """The names of all texts that may hold claims, in the order of the report."""
    yield "introduction"
    for number, lab in enumerate(course.labs, start=1):
        yield f"{lab.id}/introduction"
        for place, section in enumerate(lab.sections, start=1):
            yield f"{number}.{place}"
            yield from (question.address for question in section.questions)
        yield f"{lab.id}/conclusion"
    yield "conclusion"
