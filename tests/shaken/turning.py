"""Turns comparisons in texts round, to see whether their reader notices: the test of the test."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from generator.answers.prose import reading_environment
from tests.shaken.draws import MOODS, Draw
from tests.shaken.shaking import Report, Shaking
from tests.shaken.texts import Text

OPPOSITES = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_CLAIM = re.compile(r"(?:or )?claim\b")


@dataclass(frozen=True)
class Turned:
    """A text in which one comparison of a claim is the other way round, with that claim's condition as it was."""

    text: Text
    line: int
    condition: str
    place: int

    def __str__(self) -> str:
        return f"{self.text.name}, line {self.line}: {self.condition} (comparison {self.place})"


def turned(text: Text) -> Iterator[Turned]:
    """Every text that differs from this one in a comparison of a claim, one of them turned round."""
    tokens = list(reading_environment().lex(text.source))
    parts = [token[2] for token in tokens]
    begin = place = 0
    for number, (line, kind, sign) in enumerate(tokens):
        if kind in ("block_begin", "variable_begin"):
            begin, place = number, 0
        elif kind == "operator" and sign in OPPOSITES:
            end = next(n for n in range(number, len(tokens)) if tokens[n][1] in ("block_end", "variable_end"))
            tag = " ".join("".join(parts[begin + 1 : end]).split())
            if _CLAIM.match(tag):
                place += 1
                source = "".join([*parts[:number], OPPOSITES[sign], *parts[number + 1 :]])
                yield Turned(replace(text, source=source), line, tag, place)


def sample(shaking: Shaking, seed: str, size: int) -> list[Turned]:
    """So many turned comparisons of the course's answers, drawn without looking at them; all where there are fewer."""
    found = [one for text in shaking.texts if text.question and not text.captions for one in turned(text)]
    return random.Random(seed).sample(found, size) if size < len(found) else found


def draws(shaking: Shaking, seed: str, rounds: int) -> list[Draw]:
    """Results to write them from, each mood in its turn."""
    return [shaking.draw(f"{seed}/turned {n}", MOODS[n % len(MOODS)]) for n in range(rounds)]


def noticed(shaking: Shaking, one: Turned, drawn: list[Draw]) -> str:
    """What is found wrong in a turned text, or why it cannot be written from some results; "" for nothing."""
    report = Report("turned")
    for draw in drawn:
        shaking._read(one.text, draw, report)
        if report.faults:
            found = report.faults[0].finding
            return f"{found.rule}: {found.words}"
        if report.mistakes:
            return next(iter(report.mistakes))
    return ""
