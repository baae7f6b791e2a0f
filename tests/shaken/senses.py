"""What the words of a claim say of the numbers that it rests on, and where these say otherwise.

A claim's condition names numbers; which way round it compares them is left out here. The sense is taken from the words:

- *Sure and unsure.* A sentence without a word of doubt needs a small p value, or an interval that leaves out what it is
  compared with, wherever its condition names one. A sentence that says that nothing can be shown contradicts them.
- *More and less.* "Rougher (A against B)", "falls from A to B", "brings it to A, a gain": the first number that the
  sentence prints is what it speaks of, but for "from A to B", "than B" and a lone number before it.
- *Much and little* ("hardly", "nearly always", "most", "less than a quarter") against the bound of the condition.
- *None and all* against counts: "none", "never", "every", "too few", "one run".

Words that may be meant either way are passed over: a reader who is not sure says nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from tests.shaken.judgements import Compared, Judgement, Said, Side
from tests.shaken.lexicon import (
    ALIKE,
    ALL,
    CLOSE,
    DOUBT,
    LITTLE,
    MUCH,
    NEGATED,
    NO_SIZE,
    NOT_ALL,
    NOTHING,
    NULL,
    ONE_RUN,
    PART,
    PARTS,
    TOO_FEW,
    WORD,
)
from tests.shaken.reader import Finding
from tests.shaken.subjects import direction, first_clause, is_printed, subject_of, without_idle


def unmeant(claim: Said) -> Iterator[Finding]:
    """Everything that the words of a claim say and its numbers do not."""
    if not claim.words or any(one.as_seen and not one.compared for one in claim.conditions):
        return
    for rule in (_sure,) if claim.divided else (_sure, _null, _directed, _bounded, _parts, _counted):
        for name, why in rule(claim):
            yield Finding(name, claim.words, why)


Found = Iterator[tuple[str, str]]


def _sure(claim: Said) -> Found:
    if claim.taken and claim.last.evidence is False and not DOUBT.search(claim.words):
        yield "sure of what may be chance", _told(claim.last.compared)


def _null(claim: Said) -> Found:
    if claim.taken or not NULL.search(claim.words):
        return
    for condition in claim.conditions:
        if condition.evidence and not condition.plain and not condition.more:
            yield "nothing shown, but it is", _told(condition.compared)
        elif condition.evidence and condition.every and not condition.more and len(condition.plain) == 1:
            yield from _null_of_one_side(claim, condition)


def _null_of_one_side(claim: Said, condition: Judgement) -> Found:
    """That A is more than B "cannot be shown" although a test shows it."""
    for compared in filter(_both_read, condition.pairs):
        if (up := direction(claim.words, compared, denied=True)) is None:
            continue
        if (subject := subject_of(claim, compared)) is None:
            continue
        own, other = subject
        if _beyond(own.value, other.value) if up else _beyond(other.value, own.value):
            yield "nothing shown, but it is", _told(condition.compared)


def _directed(claim: Said) -> Found:
    """More or less of one number than of another."""
    found = {one.reads: one for condition in claim.conditions for one in condition.pairs if _both_read(one)}
    compared = list(found.values())
    if not claim.taken and any(not condition.every for condition in claim.conditions):
        return
    for one in compared:
        if (down := direction(claim.words, one, denied=True)) is not None and len(compared) == 1:
            yield from _denied(claim, one, up=down)
        if ALIKE.search(claim.words) and not any(condition.evidence is not None for condition in claim.conditions):
            values = [side.value for side in one.sides]
            if _beyond(max(values), min(values)):
                yield "no difference, but there is", _told([one])
        up = direction(claim.words, one)
        subject = subject_of(claim, one) if up is not None else None
        if (
            NULL.search(claim.words)
            or up is None
            or subject is None
            or (len(compared) > 1 and not is_printed(claim, one))
        ):
            continue
        own, other = subject
        if own.value < other.value - CLOSE if up else own.value > other.value + CLOSE:
            yield f"{'more' if up else 'less'}, but it is not", _told([one])


def _denied(claim: Said, compared: Compared, *, up: bool) -> Found:
    """It is "not sparser", although it is by far; only where no test has a say."""
    first = first_clause(claim.words)
    word = WORD.search(without_idle(first))
    if (
        word is None
        or any(one.evidence is not None for one in claim.conditions)
        or not NEGATED.search(first[: word.start()])
    ):
        return
    if subject := subject_of(claim, compared):
        own, other = subject
        if _beyond(own.value, other.value) if up else _beyond(other.value, own.value):
            yield "not so, but it is", _told([compared])


def _bounded(claim: Said) -> Found:
    """Much or little, by the bound that the condition names."""
    first = first_clause(claim.words)
    much, little = bool(MUCH.search(first)), bool(LITTLE.search(first))
    if much == little or NEGATED.search(first[: (MUCH if much else LITTLE).search(first).start()]):  # type: ignore[union-attr]
        return
    conditions = claim.conditions[-1:] if claim.taken else claim.conditions
    against = []
    for compared in (one for condition in conditions for one in condition.plain if not one.equal):
        own, bound = compared.sides if compared.sides[0].reads else compared.sides[::-1]
        if (bound.reads and (not bound.scaled or own.scaled)) or any(map(NO_SIZE.search, own.reads)):
            return
        against.append(own.value < bound.value if much else own.value > bound.value)
    every = claim.taken and all(condition.every for condition in conditions)
    if against and (any(against) if every else all(against)):
        yield ("much" if much else "little") + ", but it is not", _told(conditions[0].compared)


def _parts(claim: Said) -> Found:
    """Most, half and a quarter of something."""
    for said_so in PARTS.finditer(claim.words):
        part = PART.search(said_so[0])
        compared = [one for condition in claim.conditions for one in condition.plain]
        sides = list(compared[0].ordered()) if len(compared) == 1 else []
        if part is None or len(sides) != 1 or sides[0][1].alone:
            return
        much = bool(part["much"]) != bool(re.search(r"\b(?:outside|without|lost)\b", claim.words[said_so.end() :][:40]))
        own, bound = sides[0]
        if own.value < bound.value - CLOSE if much else own.value > bound.value + CLOSE:
            yield "a part of another size", _told(compared)


def _counted(claim: Said) -> Found:
    """None, too few and one."""
    first = first_clause(claim.words)
    for compared in (one for condition in claim.conditions for one in condition.compared):
        one, other = (claim.values.get(side.alone) for side in compared.sides)
        if isinstance(one, int) and isinstance(other, int) and len(claim.conditions) == 1:
            if (ALL.search(first) and one != other) or (NOT_ALL.search(first) and one == other):
                yield "all, but it is not so", _told([compared])
            return
    counts = [(own, bound) for condition in claim.conditions for own, bound in _counts(condition)]
    if not counts or any(len(condition.compared) != len(_counts(condition)) for condition in claim.conditions):
        return
    told = _told(one for condition in claim.conditions for one in condition.compared)
    if TOO_FEW.search(first) and all(own.value > max(bound, 0) for own, bound in counts):
        yield "too few, but there are enough", told
    elif ONE_RUN.search(first) and all(own.value > 1 for own, bound in counts):
        yield "one, but there are more", told
    elif NOTHING.search(first) and all(bound == 0 and own.value > 0 for own, bound in counts):
        yield "none, but there are", told
    elif (
        claim.taken
        and re.search(r"(?<![\d.,–−-])0(?![.,]?\d|\u202f×| of\b)", claim.words)
        and all(bound == 0 and own.value == 0 for own, bound in counts)
    ):
        yield "some, but there are none", told


def _counts(condition: Judgement) -> list[tuple[Side, float]]:
    """Whole numbers that are compared with a small one, which stands in the condition itself."""
    found = []
    for compared in condition.compared:
        for own, other in (compared.sides, compared.sides[::-1]):
            if own.reads and not other.reads and other.value in (0, 1, 2) and own.value == int(own.value):
                found.append((own, other.value))
    return found


def _both_read(compared: Compared) -> bool:
    return all(len(side.reads) == 1 for side in compared.sides) and not compared.equal


def _beyond(value: float, other: float) -> bool:
    """Clearly more: by more than any margin that a condition adds."""
    return value > other + max(0.06, 0.3 * abs(other)) if not math.isnan(value) else False


def _told(compared: Sequence[Compared] | Iterator[Compared]) -> str:
    sides = [f"{' and '.join(side.reads) or 'the bound'} {side.value:.4g}" for one in compared for side in one.sides]
    return "; ".join(sides)
