"""Which number a sentence speaks of, and whether it calls it the larger one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from generator.formats import FORMATS, write
from tests.shaken.judgements import Compared, Said, Side
from tests.shaken.lexicon import (
    BASE,
    FIRST,
    FROM,
    IDLE,
    LATE,
    LONG,
    LOWER_IS_BETTER,
    NEGATED,
    NEVER,
    NUMBER,
    SYNONYMS,
    WORD,
)

#: Before a number: that it is not a p value, which may happen to be spelt as another number is.
_NO_P = r"(?<!\bp.[=<].)"


def direction(words: str, compared: Compared, *, denied: bool = False) -> bool | None:
    """Whether the words make the number that they speak of the larger one; None where they do not say."""
    for text in clauses(words):
        found = set()
        for match in WORD.finditer(without_idle(text)):
            if not denied and NEGATED.search(text[: match.start()]):
                continue
            up = bool(match["good"] or match["up"])
            reads = [read.rpartition(".")[2] for side in compared.sides for read in side.reads]
            if (match["good"] or match["bad"]) and any(map(LOWER_IS_BETTER.search, reads)):
                up = not up
            if re.search(r"\bchang", text) and any("likeness" in read for read in reads):
                up = not up
            found.add(up)
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def without_idle(text: str) -> str:
    """The text without what only looks like a comparison."""
    return IDLE.sub(lambda idle: "·" * len(idle[0]), text)


def clauses(words: str) -> list[str]:
    """The clauses of the first sentence."""
    sentence = re.split(r"[.!?] ", words.lstrip(":;,. ("), maxsplit=1)[0]
    return re.split(r"(?<=[a-z)%”’ ])[:;] ", sentence)


def first_clause(words: str) -> str:
    return clauses(words)[0]


def subject_of(claim: Said, compared: Compared) -> tuple[Side, Side] | None:
    """The two sides, first the one that the sentence speaks of."""
    one, other = compared.sides
    places = [_place(claim.words, side, claim) for side in (one, other)]
    if places[0] is not None and places[1] is not None:
        if places[0] == places[1]:
            return None
        if places[0] > places[1]:
            one, other = other, one
        start = min(places[0], places[1])
        if re.match(r"[\d.\u202f]+(?:[ \u202f]%)? and ", claim.words[start:]):
            return None
        late = FROM.search(claim.words[:start]) or FIRST.match(claim.words, start)
        return (other, one) if late else (one, other)
    bases = [bool(BASE.search(side.reads[0].rpartition(".")[2])) for side in (one, other)]
    based = (other, one) if bases == [True, False] else (one, other) if bases == [False, True] else None
    if places == [None, None]:
        return _named(claim, compared) or based or _spoken_of_before(claim, compared) or (one, other)
    if places[0] is None:
        one, other = other, one
    start = max(place for place in places if place is not None)
    before = re.split(r"[;:.] ", claim.words[:start])[-1]
    return based if re.search(r"\b(?:than|from|against|instead of)\b", before) else (one, other)


def _named(claim: Said, compared: Compared) -> tuple[Side, Side] | None:
    """By the words of the names: in "the SVM is better than the tuned network" it is `svm` rather than `tuned`."""
    tokens = [set(re.findall(r"[a-z]{3,}", side.reads[0].lower())) for side in compared.sides]
    places = [_token(claim.words.lower(), own - others) for own, others in (tokens, tokens[::-1])]
    one, other = compared.sides
    if places == [None, None]:
        return None
    first, second = (NEVER if place is None else place for place in places)
    return (one, other) if first < second else (other, one)


def _token(words: str, tokens: Iterable[str]) -> float | None:
    """Where one of the words of a name stands; as good as never for what follows "than"."""
    spelt = "|".join(SYNONYMS.get(token, token) for token in sorted(tokens))
    found = re.search(rf"(?P<than>\bthan (?:the )?(?:\w+-)?)?\b(?:{spelt})\b", words) if spelt else None
    return None if found is None else LATE if found["than"] else found.start()


def _spoken_of_before(claim: Said, compared: Compared) -> tuple[Side, Side] | None:
    """What a sentence without a number of its own goes on about: the last number before it."""
    numbers = NUMBER.findall(claim.before)
    if not numbers or not re.match(r"\(|(?:Here )?[Tt]hat is ", claim.words):
        return None
    one, other = compared.sides
    last = [numbers[-1] in _spelt(claim, side) for side in (one, other)]
    return (one, other) if last == [True, False] else (other, one) if last == [False, True] else None


def is_printed(claim: Said, compared: Compared) -> bool:
    return all(_place(claim.words, side, claim) is not None for side in compared.sides)


def _place(words: str, side: Side, claim: Said) -> int | None:
    """Where a text prints the one number that a side reads."""
    for text in sorted(_spelt(claim, side), key=len, reverse=True):
        if found := re.search(rf"{_NO_P}(?<![\d.,−]){re.escape(text)}(?![\d⁻⁰¹²³⁴⁵⁶⁷⁸⁹]|[.,]\d)", words):
            return found.start()
    return None


def _spelt(claim: Said, side: Side) -> set[str]:
    """How a text may print the one number that a side reads; a fraction has a point or a unit."""
    value = claim.values.get(side.reads[0])
    if not isinstance(value, int | float) or isinstance(value, bool):
        return set()
    if isinstance(value, int):
        return {write(value, "integer", None)}
    found = set()
    for name, form in FORMATS.items():
        if name in ("decimal", "percent", "scientific"):
            for digits in (None,) if form.digits is None else range(4):
                found.add(write(value, name, digits, unit=name == "percent"))
    bare = {write(value, "decimal", 0)} if value >= LONG else set()
    return {text for text in found if re.search(r"\D\d|%", text)} | bare
