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
from collections.abc import Iterable, Iterator, Sequence

from generator.formats import FORMATS, write
from tests.shaken.judgements import Compared, Judgement, Said, Side
from tests.shaken.reader import Finding

#: Words that keep a sentence from being sure of anything.
_DOUBT = re.compile(
    r"cannot be|could (?:not |only )?|can (?:not |only )|\bnot (?:be )?(?:\w+ )?(?:shown|told|proved)"
    r"|(?:do|does|did) not|\b(?:may|might) be|may do|is open|[Uu]ndecided|\bno (?!counterpart)|\bnone\b|\bnothing\b"
    r"|hardly|not significantly|[Ww]hether"
    r"|[Nn]either|\bnor\b|\bnot worse|not better|too few|Too few|includes 0|\bweak\b|not clear|would be|[Ii]n this run"
)
#: Words of a sentence that finds nothing.
_NULL = re.compile(
    r"cannot be (?:shown|told)|could not be shown|not shown|\bno\b[^.;:()]{1,60}(?:can|could) be shown|may be chance"
    r"|[Nn]o (?:clear )?difference|do(?:es)? not (?:differ|show|fall)|is open|not significantly|nothing that"
    r"|no (?:more|gain|loss|sign|overfitting|improvement|change|reliable|proven)|neither gain nor loss|shows no"
    r"|includes 0|these images show no|hardly|not (?:worse|better) by more than chance|cannot tell"
)
_GOOD = r"better|improvement|gains?|easier"
_BAD = r"worse|loss|loses?|suffers|costs?|pays|harm|falls back"
_UP = (
    r"more|higher|larger|longer|greater|rougher|sparser|steadier|rises?|rose|rising|increases?|improves?|above|exceeds?"
    r"|far from|up to|overshoot|goes further|raised"
)
_DOWN = (
    r"less|lower|smaller|shorter|fewer|falls?|fell|falling|drops?|decreases?|below|pale|cheaper|lowered|down to"
    r"|only(?= \d)"
)
_WORD = re.compile(rf"\b(?:(?P<good>{_GOOD})|(?P<bad>{_BAD})|(?P<up>{_UP})|(?P<down>{_DOWN}))\b")
_NEGATED = re.compile(r"\b(?:no|not|nor|neither|never|hardly|without|whether|cannot)\b[^,;:.()]{0,40}$", re.IGNORECASE)
#: Comparisons that are no comparison of the two.
_IDLE = re.compile(
    r"\b(?:by )?more than (?:chance|guessing|one (?:run|seed)|once|half|a \w+)|\bat least|\bat most"
    r"|\bno (?:more|less|longer)\b|\bnot only\b|\bone more\b|\bany more\b|only with"
    r"|more (?:typical|seeds|images than|of them is|of the|of the class)"
    r"|\b(?:much|even) more of|less of the|the more\b|more easily|more is\b|what is more|once more"
    r"|longer (?:is|training|change|steps?|one)\b|lower rate|larger batch"
)
_LITTLE = re.compile(
    r"\bhardly\b(?! be seen|[.;])|almost unused|nearly unused|\bonly \d|\d(?: %|\u202f%)? only\b|[Nn]ot much"
    r"|not always|not as easily|\bearly\b|close to guessing|\bgradually\b|close to those|nothing else|throws away"
)
_ALIKE = re.compile(r"no (?:clear )?difference|about the same")
_MUCH = re.compile(
    r"nearly (?:always|everything|all)|\b[Ss]till\b(?!,)|\bfar from\b|with ease|in leaps|stays with"
    r"|is sure|withstands|more than (?:if|rounding)"
)
_LOWER_IS_BETTER = re.compile(r"loss|fid|distance|purity|passes|seconds|error|rank")
_FROM = re.compile(r"\b(?:from|than)(?: only| the)? $")
_FIRST = re.compile(r"\S*(?:\u202f%| %)?(?: of the [a-z ]{1,20})? (?:at first|before|after \d+ steps)\b")
_NUMBER = re.compile(r"(?<![\w.])[−]?\d[\d.\u202f]*(?:[\u202f ]%)?")
#: In the name of what something else is held against.
_BASE = re.compile(
    r"(?:^|_)(?:plain|base|random|drawn|others|noise|photograph|whole|default|before|naive|even)(?:_|$)|^first_"
)
_NO_SIZE = re.compile(r"loss")  # less of it may be called more of something else
_CLOSE = 1e-9
_LONG = 10  # a number that hardly stands in a text for another
_LATE, _NEVER = 1e9, 1e8
#: What a text calls something whose name is another.
SYNONYMS = {"first": "first|shallow", "reference": "reference|deeper"}


def unmeant(claim: Said) -> Iterator[Finding]:
    """Everything that the words of a claim say and its numbers do not."""
    if not claim.words or any(one.as_seen and not one.compared for one in claim.conditions):
        return
    for rule in (_sure,) if claim.divided else (_sure, _null, _directed, _bounded, _parts, _counted):
        for name, why in rule(claim):
            yield Finding(name, claim.words, why)


Found = Iterator[tuple[str, str]]


def _sure(claim: Said) -> Found:
    if claim.taken and claim.last.evidence is False and not _DOUBT.search(claim.words):
        yield "sure of what may be chance", _told(claim.last.compared)


def _null(claim: Said) -> Found:
    if claim.taken or not _NULL.search(claim.words):
        return
    for condition in claim.conditions:
        if condition.evidence and not condition.plain and not condition.more:
            yield "nothing shown, but it is", _told(condition.compared)
        elif condition.evidence and condition.every and not condition.more and len(condition.plain) == 1:
            yield from _null_of_one_side(claim, condition)


def _null_of_one_side(claim: Said, condition: Judgement) -> Found:
    """That A is more than B "cannot be shown" although a test shows it."""
    for compared in filter(_both_read, condition.pairs):
        if (up := _direction(claim.words, compared, denied=True)) is None:
            continue
        if (subject := _subject(claim, compared)) is None:
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
        if (down := _direction(claim.words, one, denied=True)) is not None and len(compared) == 1:
            yield from _denied(claim, one, up=down)
        if _ALIKE.search(claim.words) and not any(condition.evidence is not None for condition in claim.conditions):
            values = [side.value for side in one.sides]
            if _beyond(max(values), min(values)):
                yield "no difference, but there is", _told([one])
        up = _direction(claim.words, one)
        subject = _subject(claim, one) if up is not None else None
        if (
            _NULL.search(claim.words)
            or up is None
            or subject is None
            or (len(compared) > 1 and not _is_printed(claim, one))
        ):
            continue
        own, other = subject
        if own.value < other.value - _CLOSE if up else own.value > other.value + _CLOSE:
            yield f"{'more' if up else 'less'}, but it is not", _told([one])


def _denied(claim: Said, compared: Compared, *, up: bool) -> Found:
    """It is "not sparser", although it is by far; only where no test has a say."""
    first = _first(claim.words)
    word = _WORD.search(_idle(first))
    if (
        word is None
        or any(one.evidence is not None for one in claim.conditions)
        or not _NEGATED.search(first[: word.start()])
    ):
        return
    if subject := _subject(claim, compared):
        own, other = subject
        if _beyond(own.value, other.value) if up else _beyond(other.value, own.value):
            yield "not so, but it is", _told([compared])


def _bounded(claim: Said) -> Found:
    """Much or little, by the bound that the condition names."""
    first = _first(claim.words)
    much, little = bool(_MUCH.search(first)), bool(_LITTLE.search(first))
    if much == little or _NEGATED.search(first[: (_MUCH if much else _LITTLE).search(first).start()]):  # type: ignore[union-attr]
        return
    conditions = claim.conditions[-1:] if claim.taken else claim.conditions
    against = []
    for compared in (one for condition in conditions for one in condition.plain if not one.equal):
        own, bound = compared.sides if compared.sides[0].reads else compared.sides[::-1]
        if (bound.reads and (not bound.scaled or own.scaled)) or any(map(_NO_SIZE.search, own.reads)):
            return
        against.append(own.value < bound.value if much else own.value > bound.value)
    every = claim.taken and all(condition.every for condition in conditions)
    if against and (any(against) if every else all(against)):
        yield ("much" if much else "little") + ", but it is not", _told(conditions[0].compared)


_PART = re.compile(r"\b(?P<much>[Mm]ost|[Mm]ore than|[Hh]alf or more|[Aa]t least)|(?P<less>[Ll]ess than)\b")
_PARTS = re.compile(
    r"\b(?:[Mm]ost of|(?:[Ll]ess|[Mm]ore) than (?:half|a quarter|a third)|[Hh]alf or more|at least half)\b"
)


def _parts(claim: Said) -> Found:
    """Most, half and a quarter of something."""
    for said_so in _PARTS.finditer(claim.words):
        part = _PART.search(said_so[0])
        compared = [one for condition in claim.conditions for one in condition.plain]
        sides = list(compared[0].ordered()) if len(compared) == 1 else []
        if part is None or len(sides) != 1 or sides[0][1].alone:
            return
        much = bool(part["much"]) != bool(re.search(r"\b(?:outside|without|lost)\b", claim.words[said_so.end() :][:40]))
        own, bound = sides[0]
        if own.value < bound.value - _CLOSE if much else own.value > bound.value + _CLOSE:
            yield "a part of another size", _told(compared)


_NOTHING = re.compile(
    r"^(?:No|Nothing|Neither)\b|\b(?:[Nn]one|[Nn]ot once|never|always|there is no|makes no|very same)\b"
)
_ALL = re.compile(r"^(?:All|Every)\b")
_NOT_ALL = re.compile(r"^Not (?:all|every)\b")
_TOO_FEW = re.compile(r"\b[Tt]oo (?:few|many)\b|not two\b")
_ONE_RUN = re.compile(r"\bone run\b")


def _counted(claim: Said) -> Found:
    """None, too few and one."""
    first = _first(claim.words)
    for compared in (one for condition in claim.conditions for one in condition.compared):
        one, other = (claim.values.get(side.alone) for side in compared.sides)
        if isinstance(one, int) and isinstance(other, int) and len(claim.conditions) == 1:
            if (_ALL.search(first) and one != other) or (_NOT_ALL.search(first) and one == other):
                yield "all, but it is not so", _told([compared])
            return
    counts = [(own, bound) for condition in claim.conditions for own, bound in _counts(condition)]
    if not counts or any(len(condition.compared) != len(_counts(condition)) for condition in claim.conditions):
        return
    told = _told(one for condition in claim.conditions for one in condition.compared)
    if _TOO_FEW.search(first) and all(own.value > max(bound, 0) for own, bound in counts):
        yield "too few, but there are enough", told
    elif _ONE_RUN.search(first) and all(own.value > 1 for own, bound in counts):
        yield "one, but there are more", told
    elif _NOTHING.search(first) and all(bound == 0 and own.value > 0 for own, bound in counts):
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


def _direction(words: str, compared: Compared, *, denied: bool = False) -> bool | None:
    """Whether the words make the number that they speak of the larger one; None where they do not say."""
    for text in _clauses(words):
        found = set()
        for match in _WORD.finditer(_idle(text)):
            if not denied and _NEGATED.search(text[: match.start()]):
                continue
            up = bool(match["good"] or match["up"])
            reads = [read.rpartition(".")[2] for side in compared.sides for read in side.reads]
            if (match["good"] or match["bad"]) and any(map(_LOWER_IS_BETTER.search, reads)):
                up = not up
            if re.search(r"\bchang", text) and any("likeness" in read for read in reads):
                up = not up
            found.add(up)
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _idle(text: str) -> str:
    """The text without what only looks like a comparison."""
    return _IDLE.sub(lambda idle: "·" * len(idle[0]), text)


def _clauses(words: str) -> list[str]:
    """The clauses of the first sentence."""
    sentence = re.split(r"[.!?] ", words.lstrip(":;,. ("), maxsplit=1)[0]
    return re.split(r"(?<=[a-z)%”’ ])[:;] ", sentence)


def _first(words: str) -> str:
    return _clauses(words)[0]


def _both_read(compared: Compared) -> bool:
    return all(len(side.reads) == 1 for side in compared.sides) and not compared.equal


def _subject(claim: Said, compared: Compared) -> tuple[Side, Side] | None:
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
        late = _FROM.search(claim.words[:start]) or _FIRST.match(claim.words, start)
        return (other, one) if late else (one, other)
    bases = [bool(_BASE.search(side.reads[0].rpartition(".")[2])) for side in (one, other)]
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
    first, second = (_NEVER if place is None else place for place in places)
    return (one, other) if first < second else (other, one)


def _token(words: str, tokens: Iterable[str]) -> float | None:
    """Where one of the words of a name stands; as good as never for what follows "than"."""
    spelt = "|".join(SYNONYMS.get(token, token) for token in sorted(tokens))
    found = re.search(rf"(?P<than>\bthan (?:the )?(?:\w+-)?)?\b(?:{spelt})\b", words) if spelt else None
    return None if found is None else _LATE if found["than"] else found.start()


def _spoken_of_before(claim: Said, compared: Compared) -> tuple[Side, Side] | None:
    """What a sentence without a number of its own goes on about: the last number before it."""
    numbers = _NUMBER.findall(claim.before)
    if not numbers or not re.match(r"\(|(?:Here )?[Tt]hat is ", claim.words):
        return None
    one, other = compared.sides
    last = [numbers[-1] in _spelt(claim, side) for side in (one, other)]
    return (one, other) if last == [True, False] else (other, one) if last == [False, True] else None


def _is_printed(claim: Said, compared: Compared) -> bool:
    return all(_place(claim.words, side, claim) is not None for side in compared.sides)


def _place(words: str, side: Side, claim: Said) -> int | None:
    """Where a text prints the one number that a side reads."""
    for text in sorted(_spelt(claim, side), key=len, reverse=True):
        if found := re.search(rf"(?<![\d.,−]){re.escape(text)}(?![\d⁰¹²³⁴⁵⁶⁷⁸⁹]|[.,]\d)", words):
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
    bare = {write(value, "decimal", 0)} if value >= _LONG else set()
    return {text for text in found if re.search(r"\D\d|%", text)} | bare


def _beyond(value: float, other: float) -> bool:
    """Clearly more: by more than any margin that a condition adds."""
    return value > other + max(0.06, 0.3 * abs(other)) if not math.isnan(value) else False


def _told(compared: Sequence[Compared] | Iterator[Compared]) -> str:
    sides = [f"{' and '.join(side.reads) or 'the bound'} {side.value:.4g}" for one in compared for side in one.sides]
    return "; ".join(sides)
