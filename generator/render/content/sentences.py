"""What claims print: the words without markup, and an id at the place where each begins; and marks of numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from generator.answers.claims import WARNING, Judged
from generator.answers.reads import Print
from generator.render.text import number_marks
from generator.render.text.markdown import ANCHOR, anchor_mark, to_html, to_words
from generator.render.text.maths import MarkupError
from generator.render.text.numbering import slug
from generator.render.text.surroundings import Surroundings

#: What may stand before the first word of a line: inside of it an id is valid, before it no list or table would begin.
_LEAD = re.compile(r"(?:\s+|(?:[-*+>]|#{1,6}|\d{1,9}[.)])(?=\s)|:::[^\n]*\n|\|)*")
_SENTENCE_END = re.compile(r"[.!?][”’\"')*_]*(?=\s|$)|\n\s*\n|\n\s*(?:\||(?:[-*+]|\d{1,9}[.)])(?=\s))")
_ENDED = re.compile(r"[.!?:][”’\"')*_]*\s*$")
_LONGEST = 2_000  # characters of a sentence in the ledger
_MOST_TRIED = 500_000  # characters rendered while marks are looked at one by one


@dataclass(frozen=True)
class TextPlace:
    """Where a text stands in the report.

    Under ``name`` the ledger has its claims; ``anchor`` is the id of what stands around it. ``surroundings`` say how
    its Markdown is shown; without them, as for captions, its claims get no ids of their own.
    """

    name: str = ""
    anchor: str = ""
    surroundings: Surroundings | None = None


def mark_claims(markdown: str, judged: Sequence[Judged], place: TextPlace) -> tuple[str, list[str]]:
    """The Markdown with a mark where each claim begins, and for each verdict the id that a link may lead to.

    An id comes from the claim's number in the source, so that it is the same for all results. A claim that prints
    nothing, or begins where no id can stand (in code, in a formula), has the id of ``place``.
    """
    if place.surroundings is None:
        return markdown, [place.anchor] * len(judged)
    ids = _ids(judged, place.name)
    marks = {}
    for name, verdict in zip(ids, judged, strict=True):
        begin = _LEAD.match(markdown, verdict.start, verdict.end)
        if begin and begin.end() < verdict.end:
            marks[name] = begin.end()
    plain = to_html(markdown, place.surroundings)
    kept = _harmless(markdown, marks, plain, place.surroundings)
    return _marked(markdown, marks, kept), [name if name in kept else place.anchor for name in ids]


def mark_numbers(
    markdown: str, marked: str, printed: Sequence[tuple[int, int, Print]], place: TextPlace
) -> tuple[str, tuple[Print, ...]]:
    """The ``marked`` Markdown with more marks, around what was printed of results, and what these are, in their order.

    None are where there can be no element, as in code and in formulas, nor where they would change anything else.
    """
    whole = [one for one in printed if one[0] < one[1] and "\n" not in markdown[one[0] : one[1]]]
    if place.surroundings is None or not whole:
        return marked, ()
    inserted = _insertions(marked)
    places = [(_after(inserted, start, True), _after(inserted, end, False)) for start, end, _ in whole]
    silent = replace(place.surroundings, faults=[])
    plain = to_html(marked, silent)

    def harmless(chosen: Sequence[int]) -> bool:
        return to_html(number_marks.marked(marked, [places[one] for one in chosen]), silent) == plain

    kept: Sequence[int] = range(len(places))
    if not harmless(kept):
        kept = [one for one in kept[: _MOST_TRIED // len(marked)] if harmless([one])]
        kept = kept if harmless(kept) else []
    html = to_html(number_marks.marked(marked, [places[one] for one in kept]), replace(silent, asked=True))
    shown = [one for number, one in enumerate(kept) if html.count(f'<span data-n="{number}">') == 1]
    return number_marks.marked(marked, [places[one] for one in shown]), tuple(whole[one][2] for one in shown)


def _insertions(marked: str) -> list[tuple[int, int]]:
    """Where marks of claims stand, by the place in the Markdown without them, and how long each is."""
    found, before = [], 0
    for match in ANCHOR.finditer(marked):
        found.append((match.start() - before, len(match[0])))
        before += len(match[0])
    return found


def _after(inserted: Sequence[tuple[int, int]], place: int, begins: bool) -> int:
    """A place in the Markdown with the marks of claims: what begins there stands behind them, what ends before."""
    return place + sum(length for at, length in inserted if at < place or (begins and at == place))


def printed_words(markdown: str, verdict: Judged, place: TextPlace) -> str:
    """What a claim printed, in words: no markup, formulas as TeX; a part of a sentence brings the rest of it."""
    start, end = verdict.start, verdict.end
    if not markdown[start:end].strip():
        return ""
    lead = _LEAD.match(markdown, start, end)
    for before in _SENTENCE_END.finditer(markdown, max(0, start - _LONGEST), lead.end() if lead else start):
        start = min(before.end(), verdict.start)
    if not _ENDED.search(markdown, max(start, end - 40), end):
        after = _SENTENCE_END.search(markdown, end, end + _LONGEST)
        end = after.end() if after else end
    text = markdown[start : min(end, start + _LONGEST)].replace(WARNING, "")
    try:
        return to_words(text, place.surroundings)
    except MarkupError:  # a piece of something that only the whole text is
        return " ".join(text.split())


def _ids(judged: Sequence[Judged], name: str) -> list[str]:
    """One id for all conditions of a claim; in a loop, one for each round."""
    rounds: Counter[int] = Counter()
    ids = []
    for verdict in judged:
        number = verdict.tag.number
        rounds[number] += not verdict.tag.after
        # A dot, which no other id has: claim 2 of a question "q01-3" is not claim 3 of "q01" in its second round.
        ids.append(f"claim-{slug(name)}.{number}" + (f".{rounds[number]}" if rounds[number] > 1 else ""))
    return ids


def _harmless(markdown: str, marks: Mapping[str, int], plain: str, surroundings: Surroundings) -> Collection[str]:
    """Those of the marks that become ids and change nothing else."""

    def shown(names: Collection[str]) -> bool:
        html = to_html(_marked(markdown, marks, names), surroundings)
        for name in names:
            span = f'<span id="{name}"></span>'
            if html.count(span) != 1:
                return False
            html = html.replace(span, "")
        return html == plain

    if not marks or shown(marks):
        return marks
    tried = list(marks)[: _MOST_TRIED // len(markdown)]
    kept = [name for name in tried if shown([name])]
    return kept if shown(kept) else ()


def _marked(markdown: str, marks: Mapping[str, int], names: Collection[str]) -> str:
    parts = []
    done = 0
    for name in sorted(names, key=marks.__getitem__):  # stable: of claims that begin together, the outer one first
        parts += [markdown[done : marks[name]], anchor_mark(name)]
        done = marks[name]
    return "".join(parts) + markdown[done:]
